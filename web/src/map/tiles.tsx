/** Small pictures of images and objects, in a grid that wraps. */
import { useMemo, type ReactElement } from "react";
import { cropUrl, thumbnailUrl, type Box } from "../api/client";
import type { LikePlace } from "../api/embeddings";
import { clipped, NoPicture, Picture, windowAround } from "../errors/grid";
import { score, titleOf } from "../format";
import { Overlay } from "../viewer/overlay";
import { smallShape, type Paint } from "../viewer/shapes";

export interface SmallTile {
  place: LikePlace;
  outcome?: Paint;
}

export function SmallTiles({ tiles, choose }: { tiles: SmallTile[]; choose: (place: LikePlace) => void }): ReactElement {
  return (
    <div className="small-tiles">
      {tiles.map(({ place, outcome }) => (
        <button key={`${place.row}`} className="small-tile" title={titleOf(place)} onClick={() => choose(place)}>
          <PlacePicture place={place} outcome={outcome} size={160} />
          <span>
            <bdi>{place.class_name ?? titleOf(place)}</bdi>
            {place.cosine != null && <b>{score(place.cosine, 2)}</b>}
          </span>
        </button>
      ))}
    </div>
  );
}

type Shown = Pick<LikePlace, "data_hash" | "frame" | "title" | "width" | "height" | "has_pixels" | "class_name" | "box">;

/** The image, or the object with its surroundings and its box. */
export function PlacePicture({ place, outcome, size }: { place: Shown; outcome?: Paint; size: number }): ReactElement {
  const words = place.class_name ? `${place.class_name} on ${titleOf(place)}` : titleOf(place);
  const box = place.box as Box | null | undefined;
  const around = box && clipped(windowAround(box, place.width, place.height), place.width, place.height);
  const shapes = useMemo(() => (box ? [smallShape({ box }, "ground_truth", outcome ?? "explains")] : []), [box, outcome]);
  const source = around ? cropUrl(place, around, size) : thumbnailUrl(place, size);
  return (
    <div className={around ? "tile-picture" : "tile-picture whole"}>
      {place.has_pixels ? <Picture src={source} alt={words} name={titleOf(place)} /> : <NoPicture name={titleOf(place)} />}
      {around && <Overlay around={around} shapes={shapes} />}
    </div>
  );
}
