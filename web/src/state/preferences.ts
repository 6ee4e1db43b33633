/** What belongs to the reader and not to the project: kept by this browser, nowhere else. */
import { useSyncExternalStore } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
/** Width of a tile of the grid, in pixels. */
export const TILES = { small: 104, medium: 136, large: 208 } as const;
export type TileSize = keyof typeof TILES;

export interface Preferences {
  theme: Theme;
  tiles: TileSize;
}

const KEY = "boxscore";
const DEFAULTS: Preferences = { theme: "system", tiles: "medium" };
const listeners = new Set<() => void>();

function kept(): string | null {
  try {
    return window.localStorage.getItem(KEY);
  } catch {
    return null; // a frame of another site may keep nothing
  }
}

/** What makes no sense is the default. */
export function parsePreferences(text: string | null): Preferences {
  let given: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    const read: unknown = JSON.parse(text ?? "{}");
    if (typeof read === "object" && read !== null) given = read;
  } catch {
    // not ours
  }
  return {
    theme: THEMES.find((theme) => theme === given.theme) ?? DEFAULTS.theme,
    tiles: (Object.keys(TILES) as TileSize[]).find((size) => size === given.tiles) ?? DEFAULTS.tiles,
  };
}

let current = parsePreferences(kept());

export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    window.localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // it holds until the page is closed
  }
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
