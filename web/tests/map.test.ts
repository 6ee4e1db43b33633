import { describe, expect, it } from "vitest";
import type { DataMap } from "../src/api/embeddings";
import { fitted, nearestTo, onScreen, rectangle, selectedBy, sliceOf, within, zoomed } from "../src/map/geometry";
import { groupsOf, recallOf, share } from "../src/map/points";

const xs = [0, 10, 5, 5];
const ys = [0, 10, 5, 2];

describe("places on the map", () => {
  it("are all within the card, whatever its form", () => {
    for (const [width, height] of [[800, 400], [300, 900], [400, 400]] as const) {
      const frame = fitted(xs, ys, width, height);
      xs.forEach((x, k) => {
        const p = onScreen(frame, x, ys[k]!);
        expect(p.x).toBeGreaterThanOrEqual(30);
        expect(p.x).toBeLessThanOrEqual(width - 30);
        expect(p.y).toBeGreaterThanOrEqual(30);
        expect(p.y).toBeLessThanOrEqual(height - 30);
      });
    }
    expect(onScreen(fitted([3], [4], 100, 80), 3, 4)).toEqual({ x: 50, y: 40 });
    expect(onScreen(fitted([], [], 0, 0), 0, 0)).toEqual({ x: 0, y: 0 });
  });

  it("stay under the pointer while zooming, and come home", () => {
    const home = fitted(xs, ys, 800, 400);
    const at = onScreen(home, 5, 2);
    const near = zoomed(home, at, 3, home);
    const still = onScreen(near, 5, 2);
    expect(still.x).toBeCloseTo(at.x);
    expect(still.y).toBeCloseTo(at.y);
    expect(zoomed(near, at, 0.01, home)).toEqual(home);
  });

  it("are selected by a rectangle and by a lasso that is not convex", () => {
    const frame = fitted(xs, ys, 800, 400);
    const corner = onScreen(frame, 4, 1);
    const other = onScreen(frame, 6, 6);
    expect(selectedBy(rectangle(corner, other), frame, xs, ys)).toEqual([2, 3]);
    expect(selectedBy(rectangle(other, corner), frame, xs, ys)).toEqual([2, 3]);
    const hook = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 10 }, { x: 8, y: 10 }, { x: 8, y: 2 }, { x: 0, y: 2 }];
    expect(within({ x: 9, y: 8 }, hook)).toBe(true);
    expect(within({ x: 4, y: 8 }, hook)).toBe(false);
  });

  it("are chosen when the pointer is near enough", () => {
    const frame = fitted(xs, ys, 800, 400);
    const p = onScreen(frame, 10, 10);
    expect(nearestTo({ x: p.x + 4, y: p.y }, frame, xs, ys)).toBe(1);
    expect(nearestTo({ x: p.x + 40, y: p.y + 40 }, frame, xs, ys)).toBeNull();
  });

  it("name their images as rows and ranges", () => {
    expect(sliceOf([5, 3, 4, 9, 3, 12, 13])).toBe("item=3..5+9+12..13");
    expect(sliceOf([7])).toBe("item=7");
  });
});

describe("what a run made of the points", () => {
  const map = { x: [0, 1, 2, 3], y: [0, 0, 0, 0], group: [1, 1, 2, 2], outcome: [1, 2, 1, 0], found: null, missed: null } as unknown as DataMap;

  it("is the recall of those that count", () => {
    expect(recallOf(map)).toEqual({ found: 2, counted: 3 });
    expect(share(recallOf(map, [0, 1]))).toBe(0.5);
    expect(share(recallOf(map, [3]))).toBeNull();
  });

  it("puts the worst group first", () => {
    expect(groupsOf(map).map((group) => group.number)).toEqual([1, 2]);
  });

  it("of images is the sum over their objects", () => {
    const images = { ...map, outcome: null, found: [3, 0, 0, 1], missed: [1, 2, 0, 0] } as unknown as DataMap;
    expect(recallOf(images)).toEqual({ found: 4, counted: 7 });
  });
});
