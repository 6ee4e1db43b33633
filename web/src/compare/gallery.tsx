/** The objects behind a flip: one large in both runs side by side, all as tiles. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useContext, useMemo, type ReactElement } from "react";
import { cropUrl, fetchFlipped, type Box, type FlipFilter, type FlippedObject, type Point, type Run } from "../api/client";
import { useItem } from "../api/items";
import { clipped, NoPicture, Picture, TileGrid, windowAround } from "../errors/grid";
import { KIND_NAMES, MISS_NAMES, plural, score, titleOf } from "../format";
import { overlapOf } from "../metrics";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { Letter, OutcomeGlyph } from "../parts/marks";
import { useKeys } from "../state/keys";
import { exactTitle } from "../state/slice";
import { objectsOf } from "../state/url";
import { setView, useView } from "../state/view";
import { FLIP_WORDS } from "./flips";
import { keyOf, marksOf, plainLabels, type Mark } from "../viewer/marks";
import { Overlay } from "../viewer/overlay";
import { PaneChoice, Panes, type Pane } from "../viewer/panes";
import { placeOf, smallShape, type Drawn } from "../viewer/shapes";
import { SkeletonContext } from "../viewer/skeleton";
import { useLens } from "../viewer/use-lens";
import { useLooked } from "../viewer/use-looked";

type Side = FlippedObject["first"];

/** Two pictures of 1.28 to 1 beside each other, what is said of them, and the grid. */
const TALL = "calc(475px + 100cqw / 2.56)";

interface Props {
  runs: [Run, Run];
  filter: FlipFilter;
}

export function Gallery({ runs, filter }: Props): ReactElement {
  const view = useView();
  const list = useInfiniteQuery({
    queryKey: ["flipped", filter],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => fetchFlipped(filter, pageParam, signal),
    getNextPageParam: (page) => page.next_offset,
  });
  const rows = list.data?.pages.flatMap((p) => p.objects) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  const at = Math.max(0, rows.findIndex((row) => row.id === view.selected));
  const selected = rows[at];
  const move = (by: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next) setView({ selected: next.id });
  };
  useKeys({ j: () => move(1), k: () => move(-1) });
  const narrowed = [filter.size && `${filter.size} objects`, filter.why && (MISS_NAMES[filter.why] ?? KIND_NAMES[filter.why])?.toLowerCase()].filter(Boolean).join(", ");
  const title = FLIP_WORDS[view.flip];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  return (
    <Card
      title={title.charAt(0).toUpperCase() + title.slice(1)}
      hint={`${plural(total, "object")}${narrowed && ` (${narrowed})`}, largest first. J and K step; the wheel zooms and dragging moves all pictures, a double click shows all.`}
      className={list.isPlaceholderData ? "gallery stale" : "gallery"}
      aside={narrowed && <button className="btn small" onClick={() => setView({ size: null, why: null, selected: null })}>All sizes and reasons</button>}
    >
      {list.error ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : !list.data ? (
        <Skeleton height={TALL} />
      ) : !selected ? (
        <Empty title="No object is of this sort">
          <p>Choose another cell of the table of flips{narrowed && `, or any size and reason: now ${narrowed}`}.</p>
        </Empty>
      ) : (
        <>
          <Large runs={runs} object={selected} confidences={list.data.pages[0]?.confidences ?? []} iou={filter.iou} />
          <p className="pane-words">
            <button className="link" onClick={() => setView({ ...objectsOf({ outcome: "all" }), run: runs[1].name, slice: exactTitle(selected.item.title) })}>
              Its image in Errors
            </button>
          </p>
          <TileGrid count={rows.length} see={(_, last) => last >= rows.length - 1 && hasNextPage && !isFetchingNextPage && void fetchNextPage()} current={at} go={(to) => move(to - at)}>
            {(k) => rows[k] && <FlipTile key={rows[k].id} object={rows[k]} current={rows[k] === selected} />}
          </TileGrid>
        </>
      )}
    </Card>
  );
}

function frameOf(object: FlippedObject): Box {
  const { width, height } = object.item;
  return clipped(windowAround(placeOf(object), width, height), width, height);
}

/** The label solid, the run's prediction dashed, in the colour of what became of it there. */
function tileShapes(object: FlippedObject, side: Side): Drawn[] {
  const label = object.id.startsWith("G");
  const outcome = side?.outcome ?? "ignored";
  const shapes: Drawn[] = [];
  if (label) shapes.push(smallShape(object, "ground_truth", outcome === "tp" || outcome === "fn" ? outcome : "explains"));
  if (side?.box) shapes.push(smallShape({ ...side, box: side.box }, "prediction", outcome));
  if (!shapes.length) shapes.push(smallShape(object, "prediction", "ignored"));
  return shapes;
}

interface LargeProps {
  runs: [Run, Run];
  object: FlippedObject;
  /** Of each run, at which it is followed. */
  confidences: (number | null)[];
  iou: number;
}

/** The image of the object under both runs, and without any beside them when that is asked for. */
function Large({ runs, object, confidences, iou }: LargeProps): ReactElement {
  const view = useView();
  const skeletons = useContext(SkeletonContext);
  const { item } = object;
  const id = { data_hash: item.data_hash, frame: item.frame };
  const [a, b] = runs.map((run, k) => ({ run: run.name, iou, confidence: confidences[k] ?? null, classes: undefined })) as [Point, Point];
  const under = view.slice === null ? {} : { slice: view.slice };
  const found = [useItem(id, a, under), useItem(id, b, under)];
  const sides = [object.first, object.second];
  const home = object.id.startsWith("P") && sides[0] === null ? 1 : 0;
  const focus = keyOf(object.id, runs[home].letter);
  const of = `${item.data_hash}:${item.frame} ${object.id}`;
  const shared = useLens(of, item, placeOf(object));
  const looked = useLooked(of, focus);
  const count = view.panes === 3 ? 3 : 2;
  useKeys({ z: () => setView({ zoom: !view.zoom }), l: shared.keep });
  const marks = runs.map((run, k) => {
    const data = found[k]?.data;
    return data && data.data_hash === id.data_hash && data.frame === id.frame ? marksOf(data.objects, run.letter, run.task, skeletons) : [];
  });
  const panes: Pane[] = runs.map((run, k) => ({
    key: run.letter,
    name: `Picture of ${run.name}`,
    title: <Title run={run} side={sides[k] ?? null} />,
    marks: sides[k] || !marks[home]?.length ? marks[k]! : [...marks[k]!, elsewhere(marks[home], focus)].filter((m) => m !== undefined),
    foot: <p className="reason">{sides[k]?.reason || "not predicted here"}</p>,
  }));
  if (count === 3) panes.push({ key: "labels", name: "Labels", title: <b>Labels</b>, marks: plainLabels(marks[0]!) });
  return (
    <>
      <div className="panes-tools">
        <p className="pane-words">
          <b><bdi>{object.class_name}</bdi></b>
          <span className="muted"><bdi>{titleOf(item)}</bdi></span>
          <span className="muted">{item.width} × {item.height}</span>
        </p>
        <button className="btn small" aria-pressed={view.zoom} onClick={() => setView({ zoom: !view.zoom })}>
          Zoom <kbd>Z</kbd>
        </button>
        <button className="btn small" aria-pressed={view.keep} title="Keep zoom and place from one object to the next" onClick={shared.keep}>
          Keep <kbd>L</kbd>
        </button>
        <PaneChoice counts={[2, 3]} words={WORDS} value={count} usual={2} />
      </div>
      <Panes item={item} panes={panes} looked={looked} shared={shared} overlap={overlapOf(runs[0].task)} />
    </>
  );
}

const WORDS = { 2: "Both runs", 3: "Both runs beside the labels" };

/** The other run's prediction, where this run has none. */
function elsewhere(marks: Mark[], key: string): Mark | undefined {
  const mark = marks.find((m) => m.key === key);
  return mark && { ...mark, paint: "ignored", text: "", partner: null };
}

function Title({ run, side }: { run: Run; side: Side }): ReactElement {
  return (
    <>
      <Letter letter={run.letter} /> <b><bdi>{run.name}</bdi></b>
      {side ? <OutcomeGlyph of={side.outcome} /> : null}
      <span>{side?.confidence == null ? "" : score(side.confidence, 2)}</span>
    </>
  );
}

function FlipTile({ object, current }: { object: FlippedObject; current: boolean }): ReactElement {
  const { item } = object;
  const frame = frameOf(object);
  const side = object.second ?? object.first;
  const shapes = useMemo(() => tileShapes(object, side), [object, side]);
  return (
    <button className="tile" aria-pressed={current} onClick={() => setView({ selected: object.id })} title={`${titleOf(item)}\n${side?.reason ?? ""}`}>
      <div className="tile-picture">
        {item.has_pixels ? <Picture src={cropUrl(item, frame, 272)} alt={object.class_name} name={titleOf(item)} /> : <NoPicture name={titleOf(item)} />}
        <Overlay around={frame} shapes={shapes} />
      </div>
      <div className="tile-words">
        {side && <OutcomeGlyph of={side.outcome} />}
        <bdi>{object.class_name}</bdi>
        <span>{side?.confidence == null ? "" : score(side.confidence, 2)}</span>
      </div>
    </button>
  );
}
