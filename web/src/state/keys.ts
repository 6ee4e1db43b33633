/** Keys that work everywhere; ignored while typing and with modifiers. */
import { useEffect, useRef } from "react";

/** What a key does; true: and nothing else that listens to it. */
export type Keys = Record<string, () => unknown>;

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === "TEXTAREA" || target.tagName === "SELECT")
    return true;
  return target.tagName === "INPUT" && (target as HTMLInputElement).type !== "range";
}

/** `first`: before the keys of the shell, which may then be left out. */
export function useKeys(keys: Keys, first = false): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
      if (document.querySelector("dialog[open]")) return; // it closes itself on Escape
      const action = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!action) return;
      event.preventDefault();
      if (action() === true) event.stopImmediatePropagation();
    }
    window.addEventListener("keydown", onKey, first);
    return () => window.removeEventListener("keydown", onKey, first);
  }, [first]);
}
