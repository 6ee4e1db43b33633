/** Places on the map: fitted into the card, moved and zoomed, selected by a rectangle or a lasso. */

export interface Place {
  x: number;
  y: number;
}

/** Screen = place × scale + offset; across, the scale is also stretched: positions have no unit. */
export interface Frame {
  scale: number;
  stretch: number;
  x: number;
  y: number;
}

const MARGIN = 36;
const MOST_STRETCH = 1.7;

/** The frame in which all places are to be seen; wider than high as the card is, within reason. */
export function fitted(xs: readonly number[], ys: readonly number[], width: number, height: number): Frame {
  const [left, right] = ends(xs);
  const [low, high] = ends(ys);
  const across = (width - 2 * MARGIN) / (right - left || 1);
  const scale = Math.min(across, (height - 2 * MARGIN) / (high - low || 1));
  if (!Number.isFinite(scale) || scale <= 0) return { scale: 1, stretch: 1, x: width / 2, y: height / 2 };
  const stretch = Math.min(across / scale, MOST_STRETCH);
  return { scale, stretch, x: width / 2 - ((left + right) / 2) * scale * stretch, y: height / 2 - ((low + high) / 2) * scale };
}

function ends(values: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/** The frame after a zoom that leaves one point of the screen where it is. */
export function zoomed(frame: Frame, at: Place, factor: number, home: Frame): Frame {
  const scale = Math.min(Math.max(frame.scale * factor, home.scale), home.scale * 400);
  if (scale === home.scale) return home;
  const by = scale / frame.scale;
  return { ...frame, scale, x: at.x - (at.x - frame.x) * by, y: at.y - (at.y - frame.y) * by };
}

export function onScreen(frame: Frame, x: number, y: number): Place {
  return { x: x * frame.scale * frame.stretch + frame.x, y: y * frame.scale + frame.y };
}

export function rectangle(from: Place, to: Place): Place[] {
  return [from, { x: to.x, y: from.y }, to, { x: from.x, y: to.y }];
}

/** Whether a point lies within a closed line, by the even-odd rule. */
export function within({ x, y }: Place, line: readonly Place[]): boolean {
  let inside = false;
  for (let k = 0, before = line.length - 1; k < line.length; before = k++) {
    const a = line[k]!;
    const b = line[before]!;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

/** Indices of the points that a line around them selects. */
export function selectedBy(line: readonly Place[], frame: Frame, xs: readonly number[], ys: readonly number[]): number[] {
  const found: number[] = [];
  xs.forEach((x, k) => {
    if (within(onScreen(frame, x, ys[k]!), line)) found.push(k);
  });
  return found;
}

/** The point nearest to a place of the screen, if one is near enough. */
export function nearestTo(at: Place, frame: Frame, xs: readonly number[], ys: readonly number[], most = 10): number | null {
  let best: number | null = null;
  let least = most * most;
  xs.forEach((x, k) => {
    const p = onScreen(frame, x, ys[k]!);
    const apart = (p.x - at.x) ** 2 + (p.y - at.y) ** 2;
    if (apart <= least) [least, best] = [apart, k];
  });
  return best;
}

/** Rows of images as a slice: `item=3..9+12`. */
export function sliceOf(items: Iterable<number>): string {
  const rows = [...new Set(items)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let k = 0; k < rows.length; ) {
    let end = k;
    while (rows[end + 1] === rows[end]! + 1) end++;
    parts.push(end === k ? `${rows[k]}` : `${rows[k]}..${rows[end]}`);
    k = end + 1;
  }
  return `item=${parts.join("+")}`;
}
