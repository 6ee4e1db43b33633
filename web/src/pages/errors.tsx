/** Which objects does the model get wrong, and what do they have in common? */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, type ReactElement } from "react";
import { fetchErrors, fetchImages, pointOf, type FoundObject, type ImageRow, type Overview, type Run } from "../api/client";
import { Facets } from "../errors/facets";
import { ImageTile, ObjectTile, TileGrid } from "../errors/grid";
import { Viewer } from "../errors/viewer";
import { KIND_NAMES, OUTCOME_NAMES, plural } from "../format";
import { Empty, Failure, Skeleton } from "../parts/card";
import { useKeys } from "../state/keys";
import { DEFAULTS, SORTS, type Sort } from "../state/url";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

const SORT_NAMES: Record<Sort, string> = {
  severity: "Severity",
  confidence: "Confidence",
  largest: "Largest",
  smallest: "Smallest",
};

export function ErrorsPage({ project, run }: { project: Overview; run: Run }): ReactElement {
  if (run.task === "classification")
    return (
      <>
        <PageHead title="Errors" question="Which objects does the model get wrong, and what do they have in common?" />
        <Empty title={`${run.name} holds classifications, no objects`}>
          <p>Choose a run of boxes or masks above. The Overview has this run's numbers per class.</p>
        </Empty>
      </>
    );
  return <ObjectErrors project={project} run={run} />;
}

function ObjectErrors({ project, run }: { project: Overview; run: Run }): ReactElement {
  const view = useView();
  const point = pointOf(view, run.name);
  const filter = { outcome: view.outcome, kind: view.kind, sort: view.sort };
  const objects = useInfiniteQuery({
    queryKey: ["errors", point, filter],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => fetchErrors(point, filter, pageParam, signal),
    getNextPageParam: (page) => page.next_offset,
  });
  const images = useInfiniteQuery({
    queryKey: ["images", point, filter.outcome, filter.kind],
    initialPageParam: 0,
    enabled: view.mode === "images",
    queryFn: ({ pageParam, signal }) => fetchImages(point, filter, pageParam, signal),
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
  useKeys({ j: () => move(1), k: () => move(-1) });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (at >= rows.length - 3 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [at, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <div className="errors-page">
      <PageHead title="Errors" question="Which objects does the model get wrong, and what do they have in common?">
        <FilterChips project={project} />
      </PageHead>
      <div className="errors-columns">
        <Facets project={project} facets={objects.data?.pages[0]?.facets} />
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
              {plural(total, view.mode === "objects" ? "object" : "image")}
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
          {list.error ? (
            <Failure error={list.error} retry={() => void list.refetch()} />
          ) : !list.data ? (
            <Skeleton height={500} />
          ) : rows.length === 0 ? (
            <NothingHere />
          ) : (
            <TileGrid count={rows.length} total={total} more={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()} current={at < 0 ? 0 : at}>
              {(k) => {
                const row = rows[k];
                if (!row) return null;
                const props = { current: row === selected, choose: () => setView({ selected: idOf(row) }) };
                return isObject(row) ? <ObjectTile key={row.id} object={row} {...props} /> : <ImageTile key={idOf(row)} image={row} {...props} />;
              }}
            </TileGrid>
          )}
        </section>
        <Viewer run={run} chosen={selected} />
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

function NothingHere(): ReactElement {
  const view = useView();
  return (
    <Empty title="Nothing here at these thresholds">
      <p>
        No object fits at IoU {view.iou.toFixed(2)}
        {view.kind || view.classes.length ? " with these filters" : ""}.
      </p>
      <button className="btn" onClick={clear}>
        Clear filters
      </button>
    </Empty>
  );
}

function clear(): void {
  const { outcome, kind, classes } = DEFAULTS;
  setView({ outcome, kind, classes, selected: null });
}

function FilterChips({ project }: { project: Overview }): ReactElement | null {
  const view = useView();
  const chips: [string, () => void][] = [];
  if (view.outcome !== "error") chips.push([OUTCOME_NAMES[view.outcome] ?? view.outcome, () => setView({ outcome: "error", kind: null })]);
  if (view.kind) chips.push([KIND_NAMES[view.kind] ?? view.kind, () => setView({ kind: null })]);
  for (const id of view.classes.slice(0, 4))
    chips.push([project.classes[id]?.name ?? String(id), () => setView({ classes: view.classes.filter((k) => k !== id) })]);
  if (!chips.length) return null;
  return (
    <div className="chips">
      {chips.map(([name, remove]) => (
        <span key={name} className="chip">
          <bdi>{name}</bdi>
          <button aria-label={`Remove filter ${name}`} onClick={remove}>
            ×
          </button>
        </span>
      ))}
      <button className="btn" onClick={clear}>
        Clear
      </button>
    </div>
  );
}
