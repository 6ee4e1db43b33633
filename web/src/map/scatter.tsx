/** The map itself: drag to select, wheel to zoom, click a point to see what is like it. */
import { useCallback, useEffect, useMemo, useRef, useState, type PointerEvent, type ReactElement } from "react";
import { thumbnailUrl } from "../api/client";
import type { DataMap, LikePlace } from "../api/embeddings";
import { Picture } from "../errors/grid";
import { score, titleOf } from "../format";
import { draw, type Colouring, type Scene } from "./draw";
import { fitted, nearestTo, onScreen, rectangle, selectedBy, zoomed, type Frame, type Place } from "./geometry";

export type Tool = "rectangle" | "lasso";
/** Pixels from which a press is a drag. */
const DRAG = 5;

interface Props {
  map: DataMap;
  colouring: Colouring;
  hues: Map<number, number>;
  tool: Tool;
  lit: Set<number> | null;
  chosen: number | null;
  words: Scene["words"];
  /** Pictures instead of dots, by the map's own order. */
  pictures: LikePlace[] | null;
  label: string;
  theme: string;
  select: (points: number[]) => void;
  choose: (point: number | null) => void;
}

interface Size {
  width: number;
  height: number;
}

export function Scatter(props: Props): ReactElement {
  const { map, colouring, hues, tool, lit, chosen, words, pictures, label, theme, select, choose } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [moved, setMoved] = useState<Frame | null>(null);
  const [line, setLine] = useState<Place[]>([]);
  const home = useMemo(() => fitted(map.x, map.y, size.width, size.height), [map.x, map.y, size]);
  const frame = moved ?? home;

  useEffect(() => {
    const element = canvas.current!;
    const observer = new ResizeObserver(() => {
      setSize({ width: element.clientWidth, height: element.clientHeight });
      setMoved(null);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const scene = useMemo((): Scene => {
    const whole: Scene = { map, colouring, hues, lit, chosen, words };
    return pictures ? { ...whole, map: { ...map, x: [], y: [] }, chosen: null } : whole;
  }, [map, colouring, hues, lit, chosen, words, pictures]);
  useEffect(() => {
    if (canvas.current) draw(canvas.current, scene, frame, line);
  }, [scene, frame, line, size, theme]);

  const wheel = useCallback(
    (event: WheelEvent) => {
      event.preventDefault();
      const at = placeOf(event, canvas.current!);
      setMoved((before) => zoomed(before ?? home, at, Math.exp(-event.deltaY / 400), home));
    },
    [home],
  );
  useEffect(() => {
    const element = canvas.current!;
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, [wheel]);

  const start = useRef<Place | null>(null);
  function press(event: PointerEvent<HTMLCanvasElement>): void {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = placeOf(event, event.currentTarget);
  }
  function drag(event: PointerEvent<HTMLCanvasElement>): void {
    const from = start.current;
    if (!from) return;
    const at = placeOf(event, event.currentTarget);
    if (!line.length && Math.hypot(at.x - from.x, at.y - from.y) < DRAG) return;
    setLine(tool === "rectangle" ? rectangle(from, at) : line.length ? [...line, at] : [from, at]);
  }
  function release(): void {
    const from = start.current;
    start.current = null;
    if (line.length) select(selectedBy(line, frame, map.x, map.y));
    else if (from) choose(nearestTo(from, frame, map.x, map.y));
    setLine([]);
  }

  return (
    <div className="map-stage">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        onPointerDown={press}
        onPointerMove={drag}
        onPointerUp={release}
        onPointerCancel={() => {
          start.current = null;
          setLine([]);
        }}
        onDoubleClick={() => setMoved(null)}
      />
      {pictures?.map((picture, k) => (
        <MapPicture key={picture.row} picture={picture} at={onScreen(frame, map.x[k]!, map.y[k]!)} f1={map.f1?.[k]} faint={lit !== null && !lit.has(k)} current={chosen === k} choose={() => choose(k)} />
      ))}
      {moved && moved !== home && (
        <button className="btn small map-reset" onClick={() => setMoved(null)}>
          Whole map
        </button>
      )}
    </div>
  );
}

function placeOf(event: { clientX: number; clientY: number }, element: Element): Place {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

interface PictureProps {
  picture: LikePlace;
  at: Place;
  f1: number | null | undefined;
  faint: boolean;
  current: boolean;
  choose: () => void;
}

/** An image with a bar: how much of it is right. */
function MapPicture({ picture, at, f1, faint, current, choose }: PictureProps): ReactElement {
  const words = `${titleOf(picture)}, F1 ${score(f1, 2)}`;
  return (
    <button className={faint ? "map-picture faint" : "map-picture"} style={{ left: at.x, top: at.y }} aria-pressed={current} title={words} onClick={choose}>
      <Picture src={thumbnailUrl(picture, 136)} alt={words} name={titleOf(picture)} />
      <i className="f1-bar">{f1 != null && <i style={{ width: `${f1 * 100}%` }} />}</i>
    </button>
  );
}
