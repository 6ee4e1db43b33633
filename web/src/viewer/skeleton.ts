/** Which keypoints are joined: as the project's classes say, nothing where they do not. */
import { createContext } from "react";

/** Two keypoints by their place in the list, from 0. */
export type Edge = readonly [number, number];
/** The edges of each class that has any, by its id. */
export type Skeletons = ReadonlyMap<number, readonly Edge[]>;

export const NO_EDGES: readonly Edge[] = [];

/** Of the project that is shown. */
export const SkeletonContext = createContext<Skeletons>(new Map());

export function skeletonsOf(classes: { class_id: number; skeleton: number[][] }[]): Skeletons {
  return new Map(classes.filter((c) => c.skeleton.length > 0).map((c) => [c.class_id, c.skeleton as unknown as Edge[]]));
}

/** Lines between keypoints that are there. */
export function limbsOf(points: number[][], edges: readonly Edge[]): [number[], number[]][] {
  const there = (p: number[] | undefined): p is number[] => p !== undefined && (p[2] ?? 0) > 0;
  return edges.flatMap(([a, b]) => {
    const [from, to] = [points[a], points[b]];
    return there(from) && there(to) ? [[from, to] as [number[], number[]]] : [];
  });
}
