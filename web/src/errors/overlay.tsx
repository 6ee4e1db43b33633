/** Shapes on photographs: labels solid, predictions dashed, colour by outcome, a dark halo below. */
import type { ReactElement } from "react";
import type { Box } from "../api/client";
import { limbsOf } from "../viewer/skeleton";

export type Role = "ground_truth" | "prediction";
export type Paint = "tp" | "fp" | "fn" | "ignored" | "explains";

export function boxShape([x, y, w, h]: Box): string {
  return `M${x} ${y}h${w}v${h}h${-w}Z`;
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

export function turnedShape({ box, theta }: { box: number[]; theta: number }): string {
  return theta ? outlineShape([cornersOf(box as Box, theta)]) : boxShape(box as Box);
}

interface Drawn {
  box: number[];
  theta: number;
  outlines?: number[][] | null;
  keypoints?: number[][] | null;
}

/** What a tile shows of an object: its outline, its skeleton, or its box. */
export function drawnShape(of: Drawn): string {
  if (of.outlines?.length) return outlineShape(of.outlines);
  const points = of.keypoints?.filter((p) => (p[2] ?? 0) > 0) ?? [];
  if (!points.length) return turnedShape(of);
  const limbs = limbsOf(of.keypoints ?? []).map(([a, b]) => `M${a[0]} ${a[1]}L${b[0]} ${b[1]}`);
  return limbs.length ? limbs.join("") : points.map(([x, y]) => `M${x} ${y}h.01`).join("");
}

/** What a box takes up, turned or not. */
export function placeOf({ box, theta }: { box: number[]; theta: number }): Box {
  return theta ? boundsOf(cornersOf(box as Box, theta)) : (box as Box);
}

export function outlineShape(outlines: number[][]): string {
  return outlines
    .map((flat) => {
      const points: string[] = [];
      for (let k = 0; k + 1 < flat.length; k += 2) points.push(`${flat[k]} ${flat[k + 1]}`);
      return `M${points.join("L")}Z`;
    })
    .join("");
}

interface ShapeProps {
  d: string;
  role: Role;
  outcome: Paint;
  faint?: boolean;
  filled?: boolean;
}

export function Shape({ d, role, outcome, faint = false, filled = false }: ShapeProps): ReactElement {
  return (
    <g className={`shape ${role} ${outcome} ${faint ? "faint" : ""} ${filled ? "filled" : ""}`}>
      <path className="halo" d={d} />
      <path className="stroke" d={d} />
    </g>
  );
}
