/** Boxes, turned boxes, outlines and keypoints as what a canvas draws. */
import type { Box } from "../api/client";
import type { Edge } from "./skeleton";

export type Role = "ground_truth" | "prediction";
/** Colours by outcome; a label as such, what is suggested instead of it, and who agrees with that. */
export type Paint = "tp" | "fp" | "fn" | "ignored" | "explains" | "suggested" | "agrees";

/** What is drawn of an object; labels solid, predictions dashed. */
export interface Drawn {
  role: Role;
  paint: Paint;
  /** Around everything; drawn where there are no outlines. */
  box: Box;
  outlines: number[][] | null;
  /** Its area is tinted: a mask. */
  filled: boolean;
  keypoints: number[][] | null;
  /** Which keypoints are joined. */
  edges: readonly Edge[];
}

/** Corners of a box turned clockwise about its centre by theta degrees, flat. */
export function cornersOf([x, y, w, h]: Box, theta: number): number[] {
  const [c, s] = [Math.cos((theta * Math.PI) / 180), Math.sin((theta * Math.PI) / 180)];
  const corners: [number, number][] = [[-w, -h], [w, -h], [w, h], [-w, h]];
  return corners.flatMap(([a, b]) => [x + w / 2 + (a * c - b * s) / 2, y + h / 2 + (a * s + b * c) / 2]);
}

/** The box around a ring. */
export function boundsOf(ring: number[]): Box {
  const [xs, ys] = [ring.filter((_, k) => k % 2 === 0), ring.filter((_, k) => k % 2 === 1)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

/** What a box takes up, turned or not. */
export function placeOf({ box, theta }: { box: number[]; theta: number }): Box {
  return theta ? boundsOf(cornersOf(box as Box, theta)) : (box as Box);
}

/** The lines of an object as flat, closed rings in pixels of the picture. */
export function ringsOf({ outlines, box: [x, y, w, h] }: Pick<Drawn, "outlines" | "box">): number[][] {
  return outlines ?? [[x, y, x + w, y, x + w, y + h, x, y + h]];
}

interface Small {
  box: number[];
  theta?: number;
  outlines?: number[][] | null;
  keypoints?: number[][] | null;
}

/** What a tile shows of an object: its outline, else its skeleton, else its box. */
export function smallShape(of: Small, role: Role, paint: Paint, edges: readonly Edge[] = []): Drawn {
  const { theta = 0 } = of;
  const box = placeOf({ box: of.box, theta });
  const turned = theta ? [cornersOf(of.box as Box, theta)] : null;
  const outlined = of.outlines?.length ? of.outlines : null;
  const seen = outlined === null && (of.keypoints ?? []).some((p) => (p[2] ?? 0) > 0);
  return { role, paint, box, outlines: seen ? [] : (outlined ?? turned), filled: false, keypoints: seen ? of.keypoints! : null, edges };
}
