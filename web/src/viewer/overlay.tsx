/** Shapes over small pictures: on a canvas of their own, or on one that the pictures of a row share, which costs a browser far less. */
import { createContext, useContext, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { Box } from "../api/client";
import { emptied, paintShapes } from "./paint";
import type { Drawn } from "./shapes";

interface Props {
  /** The part of the image that the picture shows, as large as it fits. */
  around: Box;
  /** Held by the caller while nothing changes: other ones are drawn anew. */
  shapes: readonly Drawn[];
}

/** One for all: sizes come with the layout that happens anyway, just before the screen is drawn. */
const resized = new WeakMap<Element, () => void>();
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) resized.get(target)?.();
});

/** A canvas, and what is drawn on it: by element that it lies over. */
class Layer {
  canvas: HTMLCanvasElement | null = null;
  private readonly content = new Map<HTMLElement, Props>();
  private due = false;
  private painted = false;

  set(element: HTMLElement, props: Props): void {
    this.content.set(element, props);
    this.ask();
  }

  drop(element: HTMLElement): void {
    this.content.delete(element);
    this.ask();
  }

  hold(canvas: HTMLCanvasElement): () => void {
    this.canvas = canvas;
    resized.set(canvas, () => this.ask());
    observer.observe(canvas);
    return () => {
      observer.unobserve(canvas);
      this.canvas = null;
    };
  }

  /** Drawn once for all that changes together, before the screen is. */
  private ask(): void {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      this.draw();
    });
  }

  private draw(): void {
    if (!this.canvas || (!this.content.size && !this.painted)) return;
    const whole = this.canvas.getBoundingClientRect();
    const ctx = whole.width > 0 ? emptied(this.canvas, whole.width, whole.height) : null;
    if (!ctx) return;
    this.painted = this.content.size > 0;
    for (const [element, { around, shapes }] of this.content) {
      const { left, top, width, height } = element.getBoundingClientRect();
      if (width > 0 && height > 0) paintShapes(ctx, [left - whole.left, top - whole.top, width, height], around, shapes);
    }
  }
}

const LayerContext = createContext<Layer | null>(null);

/** Around pictures whose shapes share a canvas; its parent must be positioned. */
export function SharedLayer({ children }: { children: ReactNode }): ReactElement {
  const [layer] = useState(() => new Layer());
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => layer.hold(canvas.current!), [layer]);
  return (
    <LayerContext value={layer}>
      {children}
      <canvas ref={canvas} className="overlay" aria-hidden="true" />
    </LayerContext>
  );
}

export function Overlay(props: Props): ReactElement {
  const layer = useContext(LayerContext);
  return layer ? (
    <On {...props} layer={layer} />
  ) : (
    <SharedLayer>
      <Overlay {...props} />
    </SharedLayer>
  );
}

/** The place on the layer. */
function On({ layer, around, shapes }: Props & { layer: Layer }): ReactElement {
  const place = useRef<HTMLElement>(null);
  const [x, y, w, h] = around;
  useLayoutEffect(() => layer.set(place.current!, { around: [x, y, w, h], shapes }), [layer, x, y, w, h, shapes]);
  useLayoutEffect(() => {
    const element = place.current!;
    return () => layer.drop(element);
  }, [layer]);
  return <i ref={place} className="overlay" aria-hidden="true" data-marks={shapes.length} />;
}
