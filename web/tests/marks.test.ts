import { describe, expect, it } from "vitest";
import type { ItemObject } from "../src/api/client";
import { binned } from "../src/viewer/bins";
import { ghostOf, linked, listed, markAt, marksOf, type Mark } from "../src/viewer/marks";
import { fitted } from "../src/viewer/sheet";
import { cornersOf, ringsOf, smallShape } from "../src/viewer/shapes";
import { limbsOf, skeletonsOf, type Edge } from "../src/viewer/skeleton";

function object(id: string, outcome: ItemObject["outcome"], box: number[], partner: string | null = null): ItemObject {
  const role = id.startsWith("G") ? "ground_truth" : "prediction";
  const near = partner === null ? null : { id: partner, class_id: 0, class_name: "cat", box: [0, 0, 9, 9], theta: 0, iou: 0.4 };
  return { id, role, outcome, kind: null, class_id: 0, class_name: "cat", confidence: role === "prediction" ? 0.5 : null, box, crowd: false, partner: near, outlines: null, keypoints: null, track: "", reason: "", tags: [], note: null };
}

const objects = [
  object("G0", "tp", [0, 0, 100, 100], "P0"),
  object("G1", "fn", [40, 40, 10, 10], "P9"),
  object("P0", "tp", [2, 2, 96, 96], "G0"),
  object("P1", "fp", [30, 30, 40, 40], "G0"),
];
const marks = marksOf(objects, "A", "bbox", new Map());
const by = (key: string): Mark => marks.find((m) => m.key === key)!;

describe("marks on a picture", () => {
  it("are found at their line, else as the smallest around the point", () => {
    expect(markAt(marks, 30.5, 60, 2)?.key).toBe("A:P1");
    expect(markAt(marks, 45, 45, 2)?.key).toBe("G1");
    expect(markAt(marks, 80, 85, 2)?.key).toBe("A:P0");
    expect(markAt(marks, 300, 300, 2)).toBeNull();
  });

  it("are found by their outline where they have one", () => {
    const turned = marksOf([{ ...objects[0]!, outlines: [[50, 0, 100, 50, 50, 100, 0, 50]] }], "A", "obb", new Map());
    expect(markAt(turned, 5, 5, 2)).toBeNull();
    expect(markAt(turned, 50, 50, 2)?.key).toBe("G0");
    expect(marksOf([{ ...objects[0]!, outlines: [[0, 0, 1, 1, 2, 2]] }], "A", "bbox", new Map())[0]!.outlines).toBeNull();
  });

  it("lie where their turned box lies", () => {
    expect(cornersOf([0, 0, 4, 2], 90).map((v) => Math.round(v * 1e9) / 1e9 + 0)).toEqual([3, -1, 3, 3, 1, 3, 1, -1]);
    expect(marksOf([{ ...objects[0]!, outlines: [[5, 0, 10, 5, 5, 10, 0, 5]] }], "A", "obb", new Map())[0]!.box).toEqual([0, 0, 10, 10]);
  });

  it("light up with their partner, and with what the label's own finder is", () => {
    expect([...linked("G0", marks, by("G0"))]).toEqual(["G0", "A:P0"]);
    expect([...linked("A:P1", marks, by("A:P1"))]).toEqual(["A:P1", "G0", "A:P0"]);
    expect(linked(null, marks, undefined).size).toBe(0);
  });

  it("bring a partner that is not drawn", () => {
    expect(ghostOf(by("G1"), marks)).toMatchObject({ key: "A:P9", role: "prediction", paint: "ignored" });
    expect(ghostOf(by("G0"), marks)).toBeNull();
    const alone = marks.filter((m) => m.role === "prediction");
    expect(ghostOf(by("A:P1"), alone)).toMatchObject({ key: "G0", role: "ground_truth", paint: "explains" });
  });

  it("are listed with errors first", () => {
    expect(listed(marks).map((m) => m.key)).toEqual(["A:P1", "G1", "A:P0", "G0"]);
  });
});

describe("keypoints", () => {
  const edges: Edge[] = [[0, 1], [1, 2], [2, 9]];
  const points = [[0, 0, 2], [5, 5, 1], [9, 9, 0]];

  it("are joined as their class says, where both ends are there", () => {
    expect(limbsOf(points, edges)).toEqual([[[0, 0, 2], [5, 5, 1]]]);
    expect(limbsOf(points, [])).toEqual([]);
    const known = skeletonsOf([{ class_id: 4, skeleton: [[0, 1]] }, { class_id: 5, skeleton: [] }]);
    expect([...known]).toEqual([[4, [[0, 1]]]]);
    const [posed, other] = marksOf([{ ...objects[0]!, class_id: 4, keypoints: points }, { ...objects[0]!, keypoints: points }], "A", "keypoints", known);
    expect([posed!.edges, other!.edges]).toEqual([[[0, 1]], []]);
  });

  it("stand for their object on a tile, unless it has an outline or none is there", () => {
    const small = (of: object) => smallShape({ box: [0, 0, 9, 9], ...of }, "prediction", "fp", edges);
    expect(small({ keypoints: points })).toMatchObject({ keypoints: points, outlines: [], edges });
    expect(ringsOf(small({ keypoints: points }))).toEqual([]);
    expect(small({ keypoints: [[1, 1, 0]] })).toMatchObject({ keypoints: null, outlines: null });
    expect(small({ keypoints: points, outlines: [[0, 0, 4, 0, 4, 4]] })).toMatchObject({ keypoints: null, outlines: [[0, 0, 4, 0, 4, 4]] });
    expect(small({ box: [0, 0, 4, 2], theta: 90 }).box.map(Math.round)).toEqual([1, -1, 2, 4]);
  });
});

describe("a part of a picture", () => {
  it("lies as large as it fits in the middle", () => {
    expect(fitted([10, 20, 100, 50], 200, 200)).toEqual({ scale: 2, left: -20, top: 10 });
  });
});

describe("the timeline", () => {
  it("keeps the most of every bin", () => {
    expect(binned([1, 2], 10)).toEqual([1, 2]);
    const long = Array.from({ length: 1000 }, (_, k) => (k === 777 ? 5 : 0));
    expect(binned(long, 100)).toHaveLength(100);
    expect(binned(long, 100)[77]).toBe(5);
  });
});
