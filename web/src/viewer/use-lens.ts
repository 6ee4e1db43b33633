/** The zoom and pan of all panes of a viewer, kept while the next object comes if that is asked for. */
import { useEffect, useState } from "react";
import type { Box } from "../api/client";
import { windowAround } from "../errors/grid";
import { setView, useView } from "../state/view";
import { around, WHOLE, within, type Lens, type Sheet } from "./sheet";

/** A change of the lens as it is by then: several may come before anything is drawn. */
export type Move = (change: (lens: Lens) => Lens) => void;

export interface Shared {
  /** Of one pane; all are alike. */
  measure: (element: HTMLElement | null) => void;
  sheet: Sheet;
  lens: Lens;
  move: Move;
  keep: () => void;
}

/** Where a new object begins: closely around it, or with everything. */
export function useLens(of: string, size: { width: number; height: number }, focus: Box | null): Shared {
  const { zoom, keep } = useView();
  const [element, measure] = useState<HTMLElement | null>(null);
  const [pane, setPane] = useState({ paneWidth: 480, paneHeight: 360 });
  const [held, setHeld] = useState<{ of: string; lens: Lens } | null>(null);
  useEffect(() => {
    if (!element) return;
    const read = () => setPane({ paneWidth: Math.max(1, element.clientWidth), paneHeight: Math.max(1, element.clientHeight) });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  const sheet: Sheet = { width: Math.max(1, size.width), height: Math.max(1, size.height), ...pane };
  const now = `${of} ${zoom}`;
  const start = zoom && focus ? around(windowAround(focus, sheet.width, sheet.height, pane.paneWidth / pane.paneHeight), sheet) : WHOLE;
  const lensOf = (known: typeof held) => (known && (keep || known.of === now) ? within(known.lens, sheet) : start);
  const lens = lensOf(held);
  return {
    measure,
    sheet,
    lens,
    move: (change) => setHeld((known) => ({ of: now, lens: change(lensOf(known)) })),
    keep: () => {
      setHeld({ of: now, lens });
      setView({ keep: !keep });
    },
  };
}
