/** Scrolling over more than a browser can lay out: beyond some height the bar stands for more than it shows. */
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

/** Pixels that every browser lays out; Firefox ends at 17.8 million. */
export const MOST = 8_000_000;
/** Milliseconds after which the bar is put where the content is. */
const IDLE = 140;

/** Where the bar stands, and which pixel of the content is at the top. */
export interface Seat {
  top: number;
  offset: number;
}
export interface Extent {
  /** Height of the content, of what is laid out for it, and of what is seen at once. */
  whole: number;
  shown: number;
  client: number;
}

export function extentOf(whole: number, client: number): Extent {
  return { whole, shown: Math.min(whole, MOST), client };
}

const within = (value: number, most: number) => Math.min(Math.max(0, most), Math.max(0, value));

/** The content after the bar moved: steps are pixel by pixel, a jump goes to the same share of the whole. */
export function follow({ top, offset }: Seat, next: number, { whole, shown, client }: Extent): Seat {
  if (whole <= shown) return { top: next, offset: next };
  const far = whole - client;
  const by = next - top;
  const jumped = Math.abs(by) >= client;
  return { top: next, offset: within(jumped ? (next / (shown - client)) * far : offset + by, far) };
}

/** The bar where the content is. */
export function settled(offset: number, { whole, shown, client }: Extent): Seat {
  const far = Math.max(0, whole - client);
  const at = within(offset, far);
  return { top: whole <= shown ? at : Math.round((at / far) * (shown - client)), offset: at };
}

/** The seat from which a row is seen; the same where it is seen already. */
export function seen(seat: Seat, start: number, end: number, extent: Extent): Seat {
  if (start < seat.offset) return settled(start, extent);
  if (end > seat.offset + extent.client) return settled(end - extent.client, extent);
  return seat;
}

/** Where a key leads from a tile; undefined: it is none of the grid's. */
export function target(key: string, current: number, count: number, columns: number, page: number): number | undefined {
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -columns * page, PageDown: columns * page, Home: -Infinity, End: Infinity }[key];
  if (by === undefined) return undefined;
  return Math.min(count - 1, Math.max(0, current + by));
}

interface Scrolling {
  element: RefObject<HTMLDivElement | null>;
  seat: Seat;
  onScroll: () => void;
  show: (start: number, end: number) => void;
}

export function useScroll(whole: number, client: number): Scrolling {
  const element = useRef<HTMLDivElement>(null);
  const [seat, setSeat] = useState<Seat>({ top: 0, offset: 0 });
  const latest = useRef({ seat, extent: extentOf(whole, client) });
  useEffect(() => {
    latest.current.extent = extentOf(whole, client);
  }, [whole, client]);
  const idle = useRef(0);
  const sit = useCallback(
    (next: Seat) => {
      latest.current.seat = next;
      setSeat(next);
      if (element.current && Math.abs(element.current.scrollTop - next.top) >= 1) element.current.scrollTo({ top: next.top });
    },
    [],
  );
  const onScroll = useCallback(() => {
    const top = element.current?.scrollTop ?? 0;
    const { seat: before, extent } = latest.current;
    if (top === before.top) return;
    const next = follow(before, top, extent);
    sit(next);
    clearTimeout(idle.current);
    const settle = () => sit(settled(latest.current.seat.offset, latest.current.extent));
    const stuck = top <= 0 || top >= extent.shown - extent.client; // the bar is at its end, the content need not be
    if (extent.whole > extent.shown) idle.current = window.setTimeout(settle, stuck ? 0 : IDLE);
  }, [sit]);
  const show = useCallback((start: number, end: number) => {
    const next = seen(latest.current.seat, start, end, latest.current.extent);
    if (next !== latest.current.seat) sit(next);
  }, [sit]);
  useEffect(() => () => clearTimeout(idle.current), []);
  return { element, seat, onScroll, show };
}
