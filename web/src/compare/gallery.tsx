/** The objects behind a flip: one large in both runs side by side, all as tiles. */
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { cropUrl, fetchFlipped, type Box, type FlipFilter, type FlippedObject, type Run } from "../api/client";
import { clipped, NoPicture, Picture, TileGrid, windowAround } from "../errors/grid";
import { boxShape, Shape } from "../errors/overlay";
import { plural, score, titleOf } from "../format";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { Letter, OutcomeGlyph } from "../parts/marks";
import { useKeys } from "../state/keys";
import { setView, useView } from "../state/view";
import { FLIP_WORDS } from "./flips";
import { useLens, type Pane as Lens } from "./lens";

type Side = FlippedObject["first"];

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
  const lens = useLens(selected?.id);
  const title = FLIP_WORDS[view.flip];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  return (
    <Card title={title.charAt(0).toUpperCase() + title.slice(1)} hint={`${plural(total, "object")}, largest first. J and K step; the wheel zooms and dragging moves both panes, a double click shows all.`} className={list.isPlaceholderData ? "gallery stale" : "gallery"}>
      {list.error ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : !list.data ? (
        <Skeleton height={500} />
      ) : !selected ? (
        <Empty title="No object is of this sort">
          <p>Choose another cell of the table of flips.</p>
        </Empty>
      ) : (
        <>
          <div className="panes">
            <Pane run={runs[0]} object={selected} side={selected.first} lens={lens} />
            <Pane run={runs[1]} object={selected} side={selected.second} lens={lens} />
          </div>
          <p className="pane-words">
            <b><bdi>{selected.class_name}</bdi></b> <bdi>{titleOf(selected.item)}</bdi>
            <span className="muted">{selected.item.width} × {selected.item.height}</span>
          </p>
          <TileGrid count={rows.length} total={total} more={() => hasNextPage && !isFetchingNextPage && void fetchNextPage()} current={at} move={move}>
            {(k) => rows[k] && <FlipTile key={rows[k].id} object={rows[k]} current={rows[k] === selected} />}
          </TileGrid>
        </>
      )}
    </Card>
  );
}

function frameOf({ box, item }: FlippedObject): Box {
  return clipped(windowAround(box as Box, item.width, item.height), item.width, item.height);
}

/** The label solid, the run's prediction dashed, in the colour of what became of it there. */
function Shapes({ object, side }: { object: FlippedObject; side: Side }): ReactElement {
  const box = object.box as Box;
  const label = object.id.startsWith("G");
  const outcome = side?.outcome ?? "ignored";
  return (
    <>
      {label && <Shape d={boxShape(box)} role="ground_truth" outcome={outcome === "tp" || outcome === "fn" ? outcome : "explains"} />}
      {side?.box && <Shape d={boxShape(side.box as Box)} role="prediction" outcome={outcome} />}
      {!label && !side && <Shape d={boxShape(box)} role="prediction" outcome="ignored" faint />}
    </>
  );
}

function Pane({ run, object, side, lens }: { run: Run; object: FlippedObject; side: Side; lens: Lens }): ReactElement {
  const frame = frameOf(object);
  const { item } = object;
  return (
    <figure className="pane">
      <figcaption>
        <Letter letter={run.letter} /> <b><bdi>{run.name}</bdi></b>
        {side ? <OutcomeGlyph of={side.outcome} /> : null}
        <span>{side?.confidence == null ? "" : score(side.confidence, 2)}</span>
      </figcaption>
      <div className="tile-picture lens" role="group" aria-label={`Picture of ${run.name}; wheel or + and _ zoom, arrows move, 0 shows all`} {...lens.hold}>
        <div style={lens.style}>
          {item.has_pixels ? <Picture src={cropUrl(item, frame, 640)} alt={`${object.class_name} in ${run.name}`} name={titleOf(item)} /> : <NoPicture name={titleOf(item)} />}
          <svg viewBox={frame.join(" ")} preserveAspectRatio="xMidYMid meet" aria-hidden="true">
            <Shapes object={object} side={side} />
          </svg>
        </div>
      </div>
      <p className="reason">{side?.reason || "not predicted here"}</p>
    </figure>
  );
}

function FlipTile({ object, current }: { object: FlippedObject; current: boolean }): ReactElement {
  const { item } = object;
  const frame = frameOf(object);
  const side = object.second ?? object.first;
  return (
    <button className="tile" aria-pressed={current} onClick={() => setView({ selected: object.id })} title={`${titleOf(item)}\n${side?.reason ?? ""}`}>
      <div className="tile-picture">
        {item.has_pixels ? <Picture src={cropUrl(item, frame, 272)} alt={object.class_name} name={titleOf(item)} /> : <NoPicture name={titleOf(item)} />}
        <svg viewBox={frame.join(" ")} preserveAspectRatio="xMidYMid meet" aria-hidden="true">
          <Shapes object={object} side={side} />
        </svg>
      </div>
      <div className="tile-words">
        {side && <OutcomeGlyph of={side.outcome} />}
        <bdi>{object.class_name}</bdi>
        <span>{side?.confidence == null ? "" : score(side.confidence, 2)}</span>
      </div>
    </button>
  );
}
