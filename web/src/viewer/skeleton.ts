/** Which keypoints are joined. */

/** COCO's seventeen; of other skeletons only the points are known. */
const LIMBS: Record<number, [number, number][]> = {
  17: [[15, 13], [13, 11], [16, 14], [14, 12], [11, 12], [5, 11], [6, 12], [5, 6], [5, 7], [6, 8], [7, 9], [8, 10], [1, 2], [0, 1], [0, 2], [1, 3], [2, 4], [3, 5], [4, 6]],
};

/** Lines between keypoints that are there. */
export function limbsOf(points: number[][]): [number[], number[]][] {
  const there = (p: number[] | undefined): p is number[] => p !== undefined && (p[2] ?? 0) > 0;
  return (LIMBS[points.length] ?? []).flatMap(([a, b]) => {
    const [from, to] = [points[a], points[b]];
    return there(from) && there(to) ? [[from, to] as [number[], number[]]] : [];
  });
}
