/** Walking through a list of tiles and picking some of them, by pointer and by keys. */
import { useEffect, useRef } from "react";
import type { Cursor } from "./cursor";
import { useKeys } from "./keys";
import type { Page, Paged } from "./paged";
import { pickMore, toggle } from "./picked";

/** Rows that are picked by their ids at once. */
const MOST_PICKED = 3_000;

interface Picking {
  /** A tile was pressed: Shift picks all from the last one, Ctrl this one too. */
  pick: (k: number, event: { ctrlKey: boolean; metaKey: boolean; shiftKey: boolean }) => void;
  pickCurrent: () => void;
  toFirst: () => void;
}

/** `every`: what Ctrl A picks, where it is more than can be named by ids. */
export function usePicking<T>(list: Paged<T, Page<T>>, { at, row: selected, go }: Cursor<T>, idOf: (row: T) => string, every?: () => void): Picking {
  const { total } = list;
  const anchor = useRef(0);
  const pickPart = (from: number, to: number) => void list.part(from, Math.min(to, from + MOST_PICKED)).then((rows) => pickMore(rows.map(idOf)));
  const pick: Picking["pick"] = (k, event) => {
    const row = list.row(k);
    if (!row) return;
    if (event.shiftKey) pickPart(Math.min(anchor.current, k), Math.max(anchor.current, k));
    else if (event.ctrlKey || event.metaKey) toggle(idOf(row));
    anchor.current = k;
    go(k);
  };
  const pickCurrent = () => selected && toggle(idOf(selected));
  useKeys({ j: () => go(at + 1), k: () => go(at - 1), s: pickCurrent, x: pickCurrent, Home: () => go(0), End: () => go(total - 1) });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=range]), textarea, select");
      if (event.key.toLowerCase() !== "a" || !(event.ctrlKey || event.metaKey) || typing || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      if (every) every();
      else void list.part(0, Math.min(total, MOST_PICKED) - 1).then((rows) => pickMore(rows.map(idOf)));
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  });
  const toFirst = () => {
    go(0);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.tiles-scroll .tile[tabindex="0"]')?.focus());
  };
  return { pick, pickCurrent, toFirst };
}
