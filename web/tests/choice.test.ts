import { describe, expect, it } from "vitest";
import type { Run } from "../src/api/client";
import { choiceOf, matchedChoice, reachOf } from "../src/state/choice";
import { DEFAULTS } from "../src/state/url";

const protocol = (name: string) => ({ name, title: name, headline: "AP" });
const run = {
  task: "segm",
  usual_task: "segm",
  tasks: [
    { task: "bbox", protocols: [protocol("coco"), protocol("voc12")] },
    { task: "segm", protocols: [protocol("coco")] },
    { task: "panoptic", protocols: [protocol("panoptic")] },
  ],
} as Run;

describe("what a run is evaluated under", () => {
  it("is its own task, which needs no asking", () => {
    expect(choiceOf(DEFAULTS, run)).toMatchObject({ task: "segm", matched: true, under: {} });
  });

  it("carries the slice", () => {
    expect(choiceOf({ ...DEFAULTS, slice: "split=val" }, run).under).toEqual({ slice: "split=val" });
  });

  it("is a matched task where objects are looked at", () => {
    expect(matchedChoice({ ...DEFAULTS, task: "panoptic" }, run).task).toBe("segm");
    expect(matchedChoice({ ...DEFAULTS, task: "bbox" }, run).under).toEqual({ task: "bbox" });
  });

  it("is what the view asks for", () => {
    expect(choiceOf({ ...DEFAULTS, task: "bbox", protocol: "voc12" }, run).under).toEqual({ task: "bbox", protocol: "voc12" });
    expect(choiceOf({ ...DEFAULTS, task: "panoptic" }, run)).toMatchObject({ matched: false, confusable: false });
  });

  it("is the run's own again where it cannot do what the view asks for", () => {
    expect(choiceOf({ ...DEFAULTS, task: "tracking", protocol: "kitti" }, run)).toMatchObject({ task: "segm", under: {} });
  });
});

describe("where a confidence can be set", () => {
  const within = (low: number, high: number) => reachOf({ ...run, confidences: [low, high] });

  it("is from 0 to 1, whatever the run leaves of it", () => {
    expect(within(0.05, 0.93)).toEqual([0, 1]);
    expect(reachOf({ ...run, confidences: null })).toEqual([0, 1]);
    expect(reachOf(undefined)).toEqual([0, 1]);
  });

  it("goes on to confidences beyond", () => {
    expect(within(-2.513, 12.844)).toEqual([-2.52, 12.85]);
  });
});
