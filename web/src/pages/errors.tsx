/** Which objects does the model get wrong, and what do they have in common? */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef, type MouseEvent, type ReactElement } from "react";
import { fetchErrors, fetchImages, pointOf, type FoundObject, type ImageRow, type Overview, type Run } from "../api/client";
import type { Selection } from "../api/tags";
import { BulkBar } from "../errors/bulk";
import { Facets } from "../errors/facets";
import { ImageTile, ObjectTile, TileGrid } from "../errors/grid";
import { Viewer } from "../errors/viewer";
import { plural } from "../format";
import { overlapOf } from "../metrics";
import { Empty, Failure, Skeleton } from "../parts/card";
import { choiceOf, matchedChoice, type Choice } from "../state/choice";
import { twice, useKeys } from "../state/keys";
import { pickAll, pickMore, pickNothing, picks, toggle, usePicked } from "../state/picked";
import { SORTS, unfiltered, type Sort } from "../state/url";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";
import { TaskChoice } from "./task-choice";

const SORT_NAMES: Record<Sort, string> = {
  severity: "Severity",
  confidence: "Confidence",
  largest: "Largest",
  smallest: "Smallest",
};

const QUESTION = "Which objects does the model get wrong, and what do they have in common?";

export function ErrorsPage({ project, run }: { project: Overview; run: Run }): ReactElement {
  const choice = matchedChoice(useView(), run);
  if (choice.matched) return <ObjectErrors project={project} run={run} choice={choice} />;
  return (
    <>
      <PageHead title="Errors" question={QUESTION} />
      <Empty title={`${run.name} holds no objects that are matched one by one`}>
        <p>Choose a run of boxes, masks or keypoints above. The Overview has this run's numbers per class.</p>
      </Empty>
    </>
  );
}

function ObjectErrors({ project, run, choice }: { project: Overview; run: Run; choice: Choice }): ReactElement {
  const view = useView();
  const point = pointOf(view, run.name);
  const { under } = choice;
  const { outcome, kind, labelled, predicted, below, among, tag, sort } = view;
  const filter = { outcome, kind, labelled, predicted, below, among, tag, sort };
  const picked = usePicked();
  const anchor = useRef(0);
  const tasks = run.tasks.filter(({ task }) => choiceOf({ ...view, task }, run).matched);
  const objects = useInfiniteQuery({
    queryKey: ["errors", point, under, filter],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => fetchErrors(point, under, filter, pageParam, signal),
    getNextPageParam: (page) => page.next_offset,
  });
  const images = useInfiniteQuery({
    queryKey: ["images", point, under, outcome, kind, labelled, predicted, below],
    initialPageParam: 0,
    enabled: view.mode === "images",
    queryFn: ({ pageParam, signal }) => fetchImages(point, under, filter, pageParam, signal),
    getNextPageParam: (page) => page.next_offset,
  });
  const list = view.mode === "objects" ? objects : images;
  const rows: (FoundObject | ImageRow)[] =
    view.mode === "objects"
      ? (objects.data?.pages.flatMap((p) => p.objects) ?? [])
      : (images.data?.pages.flatMap((p) => p.images) ?? []);
  const total = list.data?.pages[0]?.total ?? 0;
  const at = rows.findIndex((row) => idOf(row) === view.selected);
  const selected = rows[at] ?? rows[0];
  const move = (by: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, (at < 0 ? 0 : at) + by))];
    if (next) setView({ selected: idOf(next) });
  };
  const ofImages = view.mode === "images";
  const pick = (k: number, event: { ctrlKey: boolean; metaKey: boolean; shiftKey: boolean }) => {
    const row = rows[k];
    if (!row) return;
    if (event.shiftKey) pickMore(rows.slice(Math.min(anchor.current, k), Math.max(anchor.current, k) + 1).map(idOf));
    else if (event.ctrlKey || event.metaKey) toggle(idOf(row));
    anchor.current = k;
    setView({ selected: idOf(row) });
  };
  const pickCurrent = () => selected && toggle(idOf(selected));
  const toFirst = () => {
    if (rows[0]) setView({ selected: idOf(rows[0]) });
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.tiles-scroll .tile[tabindex="0"]')?.focus());
  };
  useKeys({ j: () => move(1), k: () => move(-1), s: pickCurrent, x: pickCurrent, ...(picks(picked) ? {} : { g: twice(toFirst) }) });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=range]), textarea, select");
      if (event.key.toLowerCase() !== "a" || !(event.ctrlKey || event.metaKey) || typing || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      if (ofImages) pickMore(rows.map(idOf));
      else pickAll(total);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  const asked = JSON.stringify([point, under, view.mode, outcome, kind, labelled, predicted, below, tag]);
  useEffect(() => pickNothing, [asked]); // another list, another selection
  const inside = (row: FoundObject | ImageRow) => picked.all !== null || picked.ids.has(idOf(row));
  // Of tiles on pages that were not loaded nothing is known: then a key tags, and takes no tag off.
  const known = picked.all === null || rows.length === total;
  const tagged = known ? rows.filter(inside).map((row) => row.tags ?? []) : [];
  const ids = [...picked.ids];
  const { task, slice } = under;
  const listed = { iou: view.iou, confidence: view.confidence, classes: view.classes.length ? view.classes : null, outcome, kind, labelled, predicted, below, tag, slice: slice ?? null };
  const selection: Selection = ofImages
    ? { images: ids.map((id) => id.slice(0, id.lastIndexOf(":"))), objects: [] }
    : { images: [], objects: ids, run: run.name, task: task ?? null, ...(picked.all === null ? {} : { filter: listed }) };
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (at >= rows.length - 3 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [at, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <div className="errors-page">
      <PageHead title="Errors" question={QUESTION}>
        <TaskChoice run={run} choice={choice} tasks={tasks} protocols={false} />
      </PageHead>
      <div className={view.wide ? "errors-columns wide" : "errors-columns"}>
        <Facets project={project} run={run.name} facets={objects.data?.pages[0]?.facets} />
        <section className={list.isPlaceholderData ? "errors-list stale" : "errors-list"} aria-label="Objects">
          <div className="errors-tools">
            <div className="segments" role="radiogroup" aria-label="Show">
              {(["objects", "images"] as const).map((mode) => (
                <button key={mode} role="radio" aria-checked={view.mode === mode} onClick={() => setView({ mode, selected: null })}>
                  {mode === "objects" ? "Objects" : "Images"}
                </button>
              ))}
            </div>
            <span className="muted" data-testid="total">
              {list.data && plural(total, view.mode === "objects" ? "object" : "image")}
            </span>
            {view.mode === "objects" && (
              <div className="segments right" role="radiogroup" aria-label="Order">
                {SORTS.map((sort) => (
                  <button key={sort} role="radio" aria-checked={view.sort === sort} onClick={() => setView({ sort, selected: null })}>
                    {SORT_NAMES[sort]}
                  </button>
                ))}
              </div>
            )}
          </div>
          <BulkBar run={run.name} noun={ofImages ? "image" : "object"} selection={selection} tagged={tagged} />
          {list.error ? (
            <Failure error={list.error} retry={() => void list.refetch()} />
          ) : !list.data ? (
            <Skeleton height={500} />
          ) : rows.length === 0 ? (
            <NothingHere choice={choice} />
          ) : (
            <TileGrid count={rows.length} total={total} more={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()} current={at < 0 ? 0 : at} move={move} pick={pickCurrent}>
              {(k) => {
                const row = rows[k];
                if (!row) return null;
                const props = { current: row === selected, picked: inside(row), choose: (event: MouseEvent) => pick(k, event) };
                return isObject(row) ? <ObjectTile key={row.id} object={row} {...props} /> : <ImageTile key={idOf(row)} image={row} {...props} />;
              }}
            </TileGrid>
          )}
        </section>
        <Viewer run={run} runs={project.runs} choice={choice} chosen={selected} next={rows[Math.max(0, at) + 1]} />
      </div>
    </div>
  );
}

export function isObject(row: FoundObject | ImageRow): row is FoundObject {
  return "outcome" in row;
}

function idOf(row: FoundObject | ImageRow): string {
  return isObject(row) ? row.id : `${row.data_hash}:${row.frame}`;
}

function NothingHere({ choice }: { choice: Choice }): ReactElement {
  const view = useView();
  return (
    <Empty title="Nothing here at these thresholds">
      <p>
        No object fits at {overlapOf(choice.task)} {view.iou.toFixed(2)} with the filters above.
      </p>
      <button className="btn" onClick={() => setView(unfiltered())}>
        Clear filters
      </button>
    </Empty>
  );
}
