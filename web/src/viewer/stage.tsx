/** One picture with its marks: hover tells, a click chooses, wheel, drag, pinch and keys move all panes. */
import { useEffect, useLayoutEffect, useRef, type KeyboardEvent, type PointerEvent, type ReactElement, type ReactNode, type RefObject } from "react";
import type { ItemView } from "../api/client";
import { useView } from "../state/view";
import { markAt, type Named } from "./marks";
import { paintMarks, type Look } from "./paint";
import { Pixels } from "./pixels";
import type { Move } from "./use-lens";
import { panned, placed, WHOLE, zoomed, type Lens, type Sheet } from "./sheet";

/** Screen pixels around a line that count as on it. */
const REACH = 7;
const STEP = 40;
const ZOOM = 1.5;

interface Props {
  name: string;
  item: Pick<ItemView, "data_hash" | "frame" | "title" | "width" | "height" | "has_pixels">;
  marks: Named[];
  look: Look;
  sheet: Sheet;
  lens: Lens;
  move: Move;
  point: (key: string | null) => void;
  choose: (key: string | null) => void;
  children?: ReactNode;
}

export function Stage({ name, item, marks, look, sheet, lens, move, point, choose, children }: Props): ReactElement {
  const { at: frame } = useView();
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) paintMarks(canvas.current, marks, placed(lens, sheet), look);
  });
  useWheel(stage, lens.scale === 1, sheet, move);
  const hold = useDrag(sheet, move);
  const under = (event: PointerEvent): Named | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = placed(lens, sheet);
    return markAt(marks, (event.clientX - box.left - at.left) / at.scale, (event.clientY - box.top - at.top) / at.scale, REACH / at.scale);
  };
  return (
    <div
      ref={stage}
      className="stage"
      data-testid="stage"
      data-scale={lens.scale.toFixed(3)}
      data-centre={`${lens.x.toFixed(4)},${lens.y.toFixed(4)}`}
      role="group"
      tabIndex={0}
      aria-label={`${name}: ${marks.length} objects; + and − zoom, arrows move, 0 shows all`}
      onPointerDown={hold.down}
      onPointerMove={(event) => {
        if (!hold.moved(event)) point(under(event)?.key ?? null);
      }}
      onPointerUp={(event) => {
        if (!hold.up(event)) choose(under(event)?.key ?? null);
      }}
      onPointerCancel={hold.up}
      onPointerLeave={() => point(null)}
      onDoubleClick={() => move(() => WHOLE)}
      onKeyDown={(event) => {
        const change = onKey(event, sheet);
        if (change) move(change);
      }}
    >
      <Pixels item={item} sheet={sheet} lens={lens} alt={item.title} frame={frame !== null} />
      <canvas ref={canvas} aria-hidden="true" data-marks={marks.length} data-filled={marks.filter((m) => m.filled).length} data-strong={[...look.strong].sort().join(" ")} />
      {children}
    </div>
  );
}

/** What a key does to the lens, or null for a key that means nothing here; the page does not see what is used. */
function onKey(event: KeyboardEvent, sheet: Sheet): ((lens: Lens) => Lens) | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const pan = (dx: number, dy: number) => (lens: Lens) => panned(lens, dx, dy, sheet);
  const zoom = (by: number) => (lens: Lens) => zoomed(lens, by, sheet);
  const keys: Record<string, (lens: Lens) => Lens> = {
    "+": zoom(ZOOM),
    "=": zoom(ZOOM),
    "-": zoom(1 / ZOOM),
    "_": zoom(1 / ZOOM),
    "0": () => WHOLE,
    ArrowLeft: pan(STEP, 0),
    ArrowRight: pan(-STEP, 0),
    ArrowUp: pan(0, STEP),
    ArrowDown: pan(0, -STEP),
  };
  const change = keys[event.key];
  if (!change) return null;
  event.preventDefault();
  event.stopPropagation();
  return change;
}

/** The wheel zooms at the pointer; zooming out of the whole picture is left to the page. */
function useWheel(stage: RefObject<HTMLDivElement | null>, whole: boolean, sheet: Sheet, move: Move): void {
  const latest = useRef({ whole, sheet, move });
  useEffect(() => {
    latest.current = { whole, sheet, move };
  });
  useEffect(() => {
    const element = stage.current!;
    const onWheel = (event: WheelEvent) => {
      const { whole, sheet, move } = latest.current;
      if (whole && event.deltaY > 0 && !event.ctrlKey) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const pixels = event.deltaMode === 1 ? event.deltaY * 20 : event.deltaY;
      const by = Math.exp(-pixels / (event.ctrlKey ? 100 : 400)); // a pinch on a touchpad comes with Ctrl
      move((lens) => zoomed(lens, by, sheet, event.clientX - box.left, event.clientY - box.top));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [stage]);
}

/** Dragging with one pointer, pinching with two; what hardly moved was a click. */
function useDrag(sheet: Sheet, move: Move) {
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const dragged = useRef(0);
  return {
    down: (event: PointerEvent) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      dragged.current = 0;
    },
    /** Whether a pointer is down: then nothing is hovered. */
    moved: (event: PointerEvent): boolean => {
      const before = pointers.current.get(event.pointerId);
      if (!before) return false;
      const now = { x: event.clientX, y: event.clientY };
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
      const moved = Math.hypot(now.x - before.x, now.y - before.y);
      dragged.current += moved;
      pointers.current.set(event.pointerId, now);
      if (other) {
        const box = event.currentTarget.getBoundingClientRect();
        const apart = (p: { x: number; y: number }) => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
        move((lens) => zoomed(lens, apart(now) / apart(before), sheet, (now.x + other.x) / 2 - box.left, (now.y + other.y) / 2 - box.top));
      } else if (dragged.current > 3) move((lens) => panned(lens, now.x - before.x, now.y - before.y, sheet));
      return true;
    },
    /** Whether it was a drag. */
    up: (event: PointerEvent): boolean => {
      const known = pointers.current.delete(event.pointerId);
      return !known || dragged.current > 3 || pointers.current.size > 0;
    },
  };
}
