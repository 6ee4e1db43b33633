/** The way to the objects behind a number of this page: they are chosen, and the gallery is brought into sight. */
import type { View } from "../state/url";
import { setView } from "../state/view";

export function showObjects(change: Partial<View>): void {
  setView({ ...change, selected: null });
  const gallery = document.querySelector(".gallery");
  const top = gallery?.getBoundingClientRect().top ?? 0;
  // Beside the number it is in sight already, and nothing should move under the pointer.
  if (top < 0 || top > window.innerHeight / 2) gallery?.scrollIntoView({ block: "start" });
}
