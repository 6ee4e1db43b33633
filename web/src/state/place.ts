/** How far a page was scrolled: kept with its entry of the history, so that "back" comes to the same place. */

/** Milliseconds that a page may take until it is as tall as it was. */
const PATIENCE = 3000;

const content = () => document.getElementById("content");

export function placeNow(): number {
  return content()?.scrollTop ?? 0;
}

let last = 0;

/** Scrolls there as soon as the page is that tall; a scroll by hand, or another page, ends the wait. */
export function goTo(top: number): void {
  const mine = ++last;
  const until = performance.now() + PATIENCE;
  const leave = () => void (last += mine === last ? 1 : 0);
  window.addEventListener("wheel", leave, { once: true, passive: true });
  window.addEventListener("pointerdown", leave, { once: true, passive: true });
  const step = () => {
    const element = content();
    if (mine !== last || !element) return;
    element.scrollTop = top;
    if (element.scrollTop < top - 1 && performance.now() < until) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}
