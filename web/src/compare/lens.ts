/** One zoom and pan for several pictures of the same part of an image: they stay in step. */
import { useState, type CSSProperties, type KeyboardEvent, type PointerEvent, type WheelEvent } from "react";

export interface Lens {
  /** 1 shows everything. */
  scale: number;
  /** Of the shown part's centre, in shares of the picture. */
  x: number;
  y: number;
}

export const WHOLE: Lens = { scale: 1, x: 0.5, y: 0.5 };
const MOST = 12;

/** The lens with its centre where the picture still fills the pane. */
export function within({ scale, x, y }: Lens): Lens {
  const s = Math.min(MOST, Math.max(1, scale));
  const half = 0.5 / s;
  const hold = (v: number) => Math.min(1 - half, Math.max(half, v));
  return { scale: s, x: hold(x), y: hold(y) };
}

/** Zoom so that the point at (u, v), in shares of the pane, stays where it is. */
export function zoomed(lens: Lens, by: number, u = 0.5, v = 0.5): Lens {
  const scale = Math.min(MOST, Math.max(1, lens.scale * by));
  const shift = 1 / lens.scale - 1 / scale;
  return within({ scale, x: lens.x + (u - 0.5) * shift, y: lens.y + (v - 0.5) * shift });
}

export interface Pane {
  style: CSSProperties;
  hold: {
    tabIndex: 0;
    onWheel: (event: WheelEvent) => void;
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onDoubleClick: () => void;
    onKeyDown: (event: KeyboardEvent) => void;
  };
}

/** What each of the panes gets; another picture starts whole again. */
export function useLens(of: string | undefined): Pane {
  const [held, setHeld] = useState({ of, lens: WHOLE });
  const lens = held.of === of ? held.lens : WHOLE;
  const become = (next: Lens) => setHeld({ of, lens: next });
  const pan = (dx: number, dy: number) => become(within({ ...lens, x: lens.x + dx / lens.scale, y: lens.y + dy / lens.scale }));
  const keys: Record<string, () => void> = {
    "+": () => become(zoomed(lens, 1.5)),
    "0": () => become(WHOLE),
    "_": () => become(zoomed(lens, 1 / 1.5)),
    ArrowLeft: () => pan(-0.1, 0),
    ArrowRight: () => pan(0.1, 0),
    ArrowUp: () => pan(0, -0.1),
    ArrowDown: () => pan(0, 0.1),
  };
  return {
    style: { transform: `scale(${lens.scale}) translate(${(0.5 - lens.x) * 100}%, ${(0.5 - lens.y) * 100}%)` },
    hold: {
      tabIndex: 0,
      onWheel: (event) => {
        if (!event.ctrlKey && !event.metaKey && lens.scale === 1 && event.deltaY > 0) return;
        const box = event.currentTarget.getBoundingClientRect();
        become(zoomed(lens, Math.exp(-event.deltaY / 400), (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height));
      },
      onPointerDown: (event) => event.currentTarget.setPointerCapture(event.pointerId),
      onPointerMove: (event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const box = event.currentTarget.getBoundingClientRect();
        pan(-event.movementX / box.width, -event.movementY / box.height);
      },
      onDoubleClick: () => become(WHOLE),
      onKeyDown: (event) => {
        const act = keys[event.key];
        if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        act();
      },
    },
  };
}
