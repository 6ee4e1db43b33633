/** The current view, read from and written to the address. */
import { useSyncExternalStore } from "react";
import { goTo, placeNow } from "./place";
import { formatView, parseView, type View } from "./url";

let current = parseView(window.location.hash);
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function follow(event: Event): void {
  const { page } = current;
  current = parseView(window.location.hash);
  tell();
  if (event instanceof PopStateEvent && current.page !== page) goTo((event.state as { top?: number } | null)?.top ?? 0);
}
window.addEventListener("popstate", follow);
window.addEventListener("hashchange", follow);

/** Change parts of the view. Page changes push a history entry; everything else replaces it. */
export function setView(change: Partial<View>): void {
  // Another object, or another list: the frame that was gone to belongs to the last one.
  const next = { ...current, ...("selected" in change || "page" in change ? { at: null, nth: null } : {}), ...change };
  const hash = formatView(next);
  if (hash === formatView(current)) return;
  const pushes = next.page !== current.page;
  current = next;
  if (pushes) {
    window.history.replaceState({ top: placeNow() }, "");
    window.history.pushState(null, "", hash);
    goTo(0);
  } else window.history.replaceState(null, "", hash);
  tell();
}

export function getView(): View {
  return current;
}

export function useView(): View {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
