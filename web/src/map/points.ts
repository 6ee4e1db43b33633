/** What the points of a map are: columns of the server's answer, and what follows from them. */
import type { DataMap } from "../api/embeddings";

export const FOUND = 1;
export const MISSED = 2;
/** From here on the map shows how many lie where, until few enough are on screen. */
export const MOST_POINTS = 20_000;
/** Images up to which the map shows them, not dots. */
export const MOST_PICTURES = 150;

export interface Recall {
  found: number;
  counted: number;
}

/** How many objects were found of those that count: among some points, or all. */
export function recallOf(map: DataMap, chosen?: readonly number[]): Recall {
  const sum: Recall = { found: 0, counted: 0 };
  const add = (k: number) => {
    const found = map.outcome ? (map.outcome[k] === FOUND ? 1 : 0) : (map.found?.[k] ?? 0);
    const missed = map.outcome ? (map.outcome[k] === MISSED ? 1 : 0) : (map.missed?.[k] ?? 0);
    sum.found += found;
    sum.counted += found + missed;
  };
  if (chosen) chosen.forEach(add);
  else for (let k = 0; k < map.x.length; k++) add(k);
  return sum;
}

export function share({ found, counted }: Recall): number | null {
  return counted ? found / counted : null;
}

/** The middle of each of the largest classes: the point of the class that is nearest to its median. */
export function wordsOf(map: DataMap, nameOf: (classId: number) => string, most = 12): { text: string; x: number; y: number }[] {
  const byClass = new Map<number, number[]>();
  map.class_id?.forEach((id, k) => {
    const points = byClass.get(id);
    if (points) points.push(k);
    else byClass.set(id, [k]);
  });
  return [...byClass]
    .sort((a, b) => b[1].length - a[1].length || a[0] - b[0])
    .slice(0, most)
    .map(([id, points]) => {
      const x = median(points.map((k) => map.x[k]!));
      const y = median(points.map((k) => map.y[k]!));
      const apart = (k: number) => (map.x[k]! - x) ** 2 + (map.y[k]! - y) ** 2;
      const middle = points.reduce((a, b) => (apart(b) < apart(a) ? b : a));
      return { text: nameOf(id), x: map.x[middle]!, y: map.y[middle]! };
    });
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

export interface Group {
  number: number;
  points: number[];
  recall: Recall;
}

/** Groups of like points, those with the most misses first. */
export function groupsOf(map: DataMap): Group[] {
  const byNumber = new Map<number, number[]>();
  map.group.forEach((number, k) => {
    const points = byNumber.get(number);
    if (points) points.push(k);
    else byNumber.set(number, [k]);
  });
  return [...byNumber]
    .map(([number, points]) => ({ number, points, recall: recallOf(map, points) }))
    .sort((a, b) => (share(a.recall) ?? 2) - (share(b.recall) ?? 2) || a.number - b.number);
}
