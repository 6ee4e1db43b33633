/** Which objects does the model get wrong, and what do they have in common? */
import { useEffect, type MouseEvent, type ReactElement } from "react";
import { fetchErrors, fetchImages, pointOf, type ErrorPage, type FoundObject, type ImageRow, type Overview, type Run } from "../api/client";
import type { Selection } from "../api/tags";
import { BulkBar } from "../errors/bulk";
import { Facets } from "../errors/facets";
import { GoTo } from "../errors/go-to";
import { ImageTile, ObjectTile, TileGrid, WaitingTile } from "../errors/grid";
import { Viewer } from "../errors/viewer";
import { plural } from "../format";
import { overlapOf } from "../metrics";
import { Empty, Failure, Skeleton } from "../parts/card";
import { choiceOf, matchedChoice, type Choice } from "../state/choice";
import { useCursor, useSeat } from "../state/cursor";
import { usePaged, type Page, type Paged } from "../state/paged";
import { pickAll, pickNothing, picks, usePicked } from "../state/picked";
import { usePicking } from "../state/picking";
import { SORTS, unfiltered, type Sort } from "../state/url";
import { setView, useView } from "../state/view";
import { AnswersPage } from "./answers";
import { PageHead } from "./page-head";
import { TaskChoice } from "./task-choice";

const SORT_NAMES: Record<Sort, string> = {
  severity: "Severity",
  confidence: "Confidence",
  largest: "Largest",
  smallest: "Smallest",
};

type ObjectPage = ErrorPage & Page<FoundObject>;

const QUESTION = "Which objects does the model get wrong, and what do they have in common?";

export function ErrorsPage({ project, run }: { project: Overview; run: Run }): ReactElement {
  const choice = matchedChoice(useView(), run);
  if (choice.matched) return <ObjectErrors project={project} run={run} choice={choice} />;
  if (run.task === "classification") return <AnswersPage project={project} run={run} />;
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
  const tasks = run.tasks.filter(({ task }) => choiceOf({ ...view, task }, run).matched);
  const ofImages = view.mode === "images";
  const asked = JSON.stringify([point, under, view.mode, filter]);
  const seat = useSeat(asked);
  const objects = usePaged<FoundObject, ObjectPage>({
    key: ["errors", point, under, filter],
    keep: ofImages ? 0 : seat.keep,
    fetch: (offset, signal) => fetchErrors(point, under, filter, offset, signal).then((page) => ({ ...page, rows: page.objects })),
  });
  const images = usePaged<ImageRow, Page<ImageRow>>({
    key: ["images", point, under, filter],
    enabled: ofImages,
    keep: ofImages ? seat.keep : 0,
    fetch: (offset, signal) => fetchImages(point, under, filter, offset, signal).then((page) => ({ total: page.total, rows: page.images })),
  });
  const list: Paged<FoundObject | ImageRow, Page<FoundObject | ImageRow>> = ofImages ? images : objects;
  const { total } = list;
  const cursor = useCursor(seat, list, idOf);
  const { at, row: selected, go } = cursor;
  const { pick, pickCurrent, toFirst } = usePicking(list, cursor, idOf, ofImages ? undefined : () => pickAll(total));
  useEffect(() => pickNothing, [asked]); // another list, another selection
  const inside = (row: FoundObject | ImageRow) => picked.all !== null || picked.ids.has(idOf(row));
  // Of tiles on pages that are not loaded nothing is known: then a key tags, and takes no tag off.
  const some = list.loaded.filter(inside);
  const tagged = some.length === picks(picked) ? some.map((row) => row.tags ?? []) : [];
  const ids = [...picked.ids];
  const { task, slice } = under;
  const listed = { iou: view.iou, confidence: view.confidence, classes: view.classes.length ? view.classes : null, outcome: outcome === "all" ? null : outcome, kind, labelled, predicted, below, tag, among, slice: slice ?? null };
  const selection: Selection = ofImages
    ? { images: ids.map((id) => id.slice(0, id.lastIndexOf(":"))), objects: [] }
    : { images: [], objects: ids, run: run.name, task: task ?? null, ...(picked.all === null ? {} : { filter: listed }) };
  return (
    <div className="errors-page">
      <PageHead title="Errors" question={QUESTION}>
        <TaskChoice run={run} choice={choice} tasks={tasks} protocols={false} />
      </PageHead>
      <div className={view.wide ? "errors-columns wide" : "errors-columns"}>
        <Facets project={project} run={run.name} facets={objects.head?.facets} />
        <section className={list.stale ? "errors-list stale" : "errors-list"} aria-label="Objects">
          <div className="errors-tools">
            <div className="segments" role="radiogroup" aria-label="Show">
              {(["objects", "images"] as const).map((mode) => (
                <button key={mode} role="radio" aria-checked={view.mode === mode} onClick={() => setView({ mode, selected: null })}>
                  {mode === "objects" ? "Objects" : "Images"}
                </button>
              ))}
            </div>
            <span className="muted" data-testid="total">
              {list.head && plural(total, view.mode === "objects" ? "object" : "image")}
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
          <div className="errors-picks">
            <BulkBar run={run.name} noun={ofImages ? "image" : "object"} selection={selection} tagged={tagged} />
            <GoTo at={at} total={total} go={go} toFirst={toFirst} />
          </div>
          {list.error ? (
            <Failure error={list.error} retry={list.retry} />
          ) : !list.head ? (
            <Skeleton height={500} />
          ) : total === 0 ? (
            <NothingHere choice={choice} />
          ) : (
            <TileGrid count={total} current={at} see={list.see} go={go} pick={pickCurrent}>
              {(k) => {
                const row = list.row(k);
                if (!row) return <WaitingTile key={k} />;
                const props = { current: row === selected, picked: inside(row), choose: (event: MouseEvent) => pick(k, event) };
                return isObject(row) ? <ObjectTile key={row.id} object={row} {...props} /> : <ImageTile key={idOf(row)} image={row} {...props} />;
              }}
            </TileGrid>
          )}
        </section>
        <Viewer run={run} runs={project.runs} choice={choice} chosen={selected} next={list.row(at + 1)} />
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
