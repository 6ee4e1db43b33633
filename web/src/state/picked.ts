/** What is picked in the grid: object or image ids, or everything that the filter lists. Not in the URL. */
import { useSyncExternalStore } from "react";

export interface Picked {
  ids: ReadonlySet<string>;
  /** Everything on all pages of the list, and how many that are; `ids` is empty then. */
  all: number | null;
}

const NOTHING: Picked = { ids: new Set(), all: null };
let current = NOTHING;
const listeners = new Set<() => void>();

function become(next: Picked): void {
  current = next;
  for (const listener of listeners) listener();
}

export function picks({ ids, all }: Picked = current): number {
  return all ?? ids.size;
}

/** Put in what is out, take out what is in. */
export function toggle(id: string): void {
  const ids = new Set(current.ids);
  if (!ids.delete(id)) ids.add(id);
  become({ ids, all: null });
}

export function pickMore(more: string[]): void {
  become({ ids: new Set([...current.ids, ...more]), all: null });
}

export function pickAll(total: number): void {
  become(total ? { ids: new Set(), all: total } : NOTHING);
}

export function pickNothing(): void {
  if (picks()) become(NOTHING);
}

export function usePicked(): Picked {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
