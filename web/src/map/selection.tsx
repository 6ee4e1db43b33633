/** What was selected on the map: its recall against the whole, its pictures, the way to its errors. */
import { useMemo, type ReactElement } from "react";
import { usePlaces, type DataMap } from "../api/embeddings";
import { plural, score, whole } from "../format";
import { Card, Failure, Skeleton } from "../parts/card";
import { objectsOf } from "../state/url";
import { setView, useView } from "../state/view";
import { withPart } from "../state/slice";
import { sliceOf } from "./geometry";
import { FOUND, MISSED, recallOf, share } from "./points";
import { SmallTiles } from "./tiles";

const MOST_TILES = 24;
/** Characters of a slice that the address and the server take. */
const MOST_CHARACTERS = 6_000;

interface Props {
  map: DataMap;
  points: number[];
  clear: () => void;
  choose: (row: number) => void;
}

/** Points in their order, those that were missed before the others. */
function missedFirst(map: DataMap, points: number[]): number[] {
  const missed = (k: number) => map.outcome?.[k] === MISSED;
  return [...points.filter(missed), ...points.filter((k) => !missed(k))];
}

export function SelectionCard({ map, points, clear, choose }: Props): ReactElement {
  const view = useView();
  const all = useMemo(() => recallOf(map), [map]);
  const mine = useMemo(() => recallOf(map, points), [map, points]);
  const slice = useMemo(() => sliceOf(points.map((k) => map.item[k]!)), [map, points]);
  const shown = missedFirst(map, points).slice(0, MOST_TILES);
  const places = usePlaces(map.of, shown.map((k) => map.row[k]!));
  const images = new Set(points.map((k) => map.item[k]!)).size;
  const what = map.of === "objects" ? plural(points.length, "object") : plural(points.length, "image");
  const outcomeOf = new Map(points.map((k) => [map.row[k]!, map.outcome?.[k]]));
  const tooLong = slice.length > MOST_CHARACTERS;
  const open = () => setView({ ...objectsOf({ outcome: "error" }), slice: withPart(withPart(view.slice, "item", ""), "item", slice.slice("item=".length)) });
  return (
    <Card
      title="Selection"
      hint={`${what}${map.of === "objects" ? ` on ${plural(images, "image")}` : ""}`}
      aside={
        <button className="btn small" onClick={clear}>
          Clear
        </button>
      }
    >
      {mine.counted > 0 && (
        <p className="map-recall" data-testid="selection-recall">
          Recall <b>{score(share(mine))}</b> ({whole(mine.found)} of {whole(mine.counted)}), on the whole map {score(share(all))}.
        </p>
      )}
      {places.error ? (
        <Failure error={places.error} />
      ) : !places.data ? (
        <Skeleton height={160} />
      ) : (
        <SmallTiles
          tiles={places.data.map((place) => {
            const outcome = outcomeOf.get(place.row);
            return { place, outcome: outcome === FOUND ? "tp" : outcome === MISSED ? "fn" : "ignored" };
          })}
          choose={(place) => choose(place.row)}
        />
      )}
      {points.length > shown.length && <p className="muted">{shown.length} of {whole(points.length)} are shown.</p>}
      <button className="btn primary" disabled={tooLong || !points.length} title={tooLong ? "Select fewer images: the slice would not fit into the address." : undefined} onClick={open}>
        Open {plural(images, "image")} in Errors
      </button>
    </Card>
  );
}
