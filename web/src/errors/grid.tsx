/** A virtual grid of tiles: object crops or whole images. Only what is on screen exists. */
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactElement, type ReactNode } from "react";
import { cropUrl, thumbnailUrl, type Box, type FoundObject, type ImageRow } from "../api/client";
import { OUTCOME_NAMES, score, titleOf, whole } from "../format";
import { OutcomeGlyph } from "../parts/marks";
import { TILES, usePreferences } from "../state/preferences";
import { Overlay, SharedLayer } from "../viewer/overlay";
import { placeOf, smallShape, type Drawn } from "../viewer/shapes";
import { SkeletonContext, type Skeletons } from "../viewer/skeleton";
import { MOST, target, useScroll } from "./scroll";

/** Of a row, beyond the width of a tile. */
const GAP = 8;
const WORDS_HEIGHT = 6;
/** Rows beyond the edges of the screen. */
const OVERSCAN = 3;
/** Milliseconds that rows must stay before they are asked for. */
const WAIT = 40;

interface GridProps {
  /** How many tiles there are, whether they are loaded or not. */
  count: number;
  current: number;
  /** Tiles from the first to the last of these are on screen. */
  see: (first: number, last: number) => void;
  /** Make another tile the current one. */
  go: (to: number) => void;
  /** The space bar on the current tile; left out: nothing can be picked. */
  pick?: () => void;
  children: (index: number) => ReactNode;
}

export function TileGrid({ count, current, see, go, pick, children }: GridProps): ReactElement {
  const [{ columns, client }, setRoom] = useState({ columns: 4, client: 600 });
  const tile = TILES[usePreferences().tiles];
  const height = tile + WORDS_HEIGHT + GAP;
  const rows = Math.ceil(count / columns);
  const { element: scroller, seat, onScroll, show } = useScroll(rows * height, client);
  useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = () => setRoom({ columns: Math.max(1, Math.floor((element.clientWidth + GAP) / (tile + GAP))), client: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [scroller, tile]);
  const first = Math.max(0, Math.floor(seat.offset / height) - OVERSCAN);
  const last = Math.min(rows - 1, Math.floor((seat.offset + client) / height) + OVERSCAN);
  // Rows that leave the screen make room for those that come: their canvas stays.
  const seats = Math.ceil(client / height) + 2 * OVERSCAN + 1;
  const latest = useRef(see);
  useEffect(() => {
    latest.current = see;
  });
  useEffect(() => {
    const timer = setTimeout(() => latest.current(first * columns, (last + 1) * columns - 1), WAIT);
    return () => clearTimeout(timer);
  }, [first, last, columns]);
  useEffect(() => {
    const row = Math.floor(current / columns);
    show(row * height, (row + 1) * height);
  }, [current, columns, height, show]);
  const follow = useRef(false);
  useEffect(() => {
    if (!follow.current) return;
    const tile = scroller.current?.querySelector<HTMLElement>('[aria-pressed="true"]');
    if (!tile) return; // it is still to come
    follow.current = false;
    tile.focus({ preventScroll: true });
  });
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " " && pick) {
      event.preventDefault();
      pick();
    }
    const to = target(event.key, current, count, columns, Math.max(1, Math.floor(client / height)));
    if (to === undefined) return;
    event.preventDefault();
    follow.current = true;
    go(to);
  }
  return (
    <div ref={scroller} className="tiles-scroll" onKeyDown={onKey} onScroll={onScroll}>
      <div className="tiles" style={{ height: Math.min(rows * height, MOST) }}>
        {Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k).map((row) => (
          <div
            key={row % seats}
            className="tiles-row"
            style={{ height: tile + WORDS_HEIGHT, transform: `translateY(${row * height - seat.offset + seat.top}px)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
          >
            <SharedLayer>{Array.from({ length: columns }, (_, k) => row * columns + k).map((k) => (k < count ? children(k) : null))}</SharedLayer>
          </div>
        ))}
      </div>
    </div>
  );
}

/** The place of a tile that is not loaded yet. */
export function WaitingTile(): ReactElement {
  return <div className="tile waiting" aria-hidden="true" />;
}

interface TileProps {
  current: boolean;
  /** Left out: what cannot be picked. */
  picked?: boolean;
  choose: (event: MouseEvent) => void;
}

/** All tiles are one stop of the Tab key: the current one; arrow keys go on from there. */
export function Tile({ current, picked = false, choose, title, children }: TileProps & { title: string; children: ReactNode }): ReactElement {
  return (
    <button className={picked ? "tile picked" : "tile"} tabIndex={current ? 0 : -1} aria-pressed={current} onClick={choose} title={title}>
      {children}
      {picked && (
        <span className="tile-pick" role="img" aria-label="picked">
          ✓
        </span>
      )}
    </button>
  );
}

/** A window around a box: its surroundings, in the tile's proportions, inside the image. */
export function windowAround([x, y, w, h]: Box, width: number, height: number, aspect = 1.28): Box {
  const least = Math.min(width, height) * 0.12;
  let side = Math.max(w, h * aspect, least) * 1.5;
  side = Math.min(side, Math.max(width, height * aspect));
  const tall = side / aspect;
  const left = side >= width ? (width - side) / 2 : Math.min(Math.max(0, x + w / 2 - side / 2), width - side);
  const top = tall >= height ? (height - tall) / 2 : Math.min(Math.max(0, y + h / 2 - tall / 2), height - tall);
  return [left, top, side, tall];
}

/** The part of a window that lies on the image, in whole pixels. */
export function clipped([x, y, w, h]: Box, width: number, height: number): Box {
  const left = Math.max(0, Math.floor(x));
  const top = Math.max(0, Math.floor(y));
  return [left, top, Math.max(1, Math.min(width, Math.ceil(x + w)) - left), Math.max(1, Math.min(height, Math.ceil(y + h)) - top)];
}

/** The object, and below it what it was matched with or came closest to. */
function tileShapes(object: FoundObject, skeletons: Skeletons): Drawn[] {
  const { partner, outcome } = object;
  const missed = outcome === "fn";
  const shapes = [smallShape(object, missed ? "ground_truth" : "prediction", outcome, skeletons.get(object.class_id))];
  if (partner) shapes.unshift(smallShape(partner, missed ? "prediction" : "ground_truth", outcome === "tp" ? "tp" : "explains", skeletons.get(partner.class_id)));
  return shapes;
}

export function ObjectTile({ object, ...tile }: TileProps & { object: FoundObject }): ReactElement {
  const { item } = object;
  const around = clipped(windowAround(placeOf(object), item.width, item.height), item.width, item.height);
  const words = tileWords(object);
  const skeletons = useContext(SkeletonContext);
  const shapes = useMemo(() => tileShapes(object, skeletons), [object, skeletons]);
  return (
    <Tile {...tile} title={`${titleOf(item)}\n${object.reason}`}>
      <div className="tile-picture">
        {item.has_pixels ? <Picture src={cropUrl(item, around, 272)} alt={words} name={titleOf(item)} /> : <NoPicture name={titleOf(item)} />}
        <Overlay around={around} shapes={shapes} />
      </div>
      <div className="tile-words">
        <OutcomeGlyph of={object.outcome} />
        <bdi>{words}</bdi>
        {(object.tags ?? []).length > 0 && <i className="tile-tags" title={(object.tags ?? []).join(", ")}>{(object.tags ?? []).join(", ")}</i>}
        <Noted note={object.note} />
        <span>{object.confidence === null ? "" : score(object.confidence, 2)}</span>
      </div>
    </Tile>
  );
}

function tileWords({ kind, class_name, partner }: FoundObject): string {
  return (kind === "class" || kind === "both") && partner ? `${class_name}, is ${partner.class_name}` : class_name;
}

export function ImageTile({ image, ...tile }: TileProps & { image: ImageRow }): ReactElement {
  return (
    <Tile {...tile} title={titleOf(image)}>
      <div className="tile-picture whole">
        {image.has_pixels ? <Picture src={thumbnailUrl(image, 272)} alt={titleOf(image)} name={titleOf(image)} /> : <NoPicture name={titleOf(image)} />}
      </div>
      <div className="tile-words counts">
        {(["tp", "fp", "fn"] as const).map((k) => (
          <span key={k} title={OUTCOME_NAMES[k]}>
            <OutcomeGlyph of={k} size={8} /> {whole(image[k])}
          </span>
        ))}
        <Noted note={image.note} />
        <b title="F1 of this image">{score(image.f1, 2)}</b>
      </div>
    </Tile>
  );
}

/** That somebody wrote a note, and what. */
export function Noted({ note }: { note: string | null | undefined }): ReactElement | null {
  if (!note) return null;
  return (
    <span className="noted" role="img" aria-label={`Note: ${note}`} title={note}>
      ✎
    </span>
  );
}

interface PictureProps {
  src: string;
  alt: string;
  name: string;
  /** Decoded before it is shown: no blink between frames. */
  sync?: boolean;
}

export function Picture({ src, alt, name, sync = false }: PictureProps): ReactElement {
  const [broken, setBroken] = useState<string | null>(null);
  if (broken === src) return <NoPicture name={name} />;
  return <img src={src} alt={alt} decoding={sync ? "sync" : "async"} draggable={false} onError={() => setBroken(src)} />;
}

export function NoPicture({ name }: { name: string }): ReactElement {
  return (
    <div className="no-picture">
      <span aria-hidden="true">▢</span>
      <bdi>{name}</bdi>
    </div>
  );
}
