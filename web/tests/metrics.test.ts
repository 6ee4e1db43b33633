import { describe, expect, it } from "vitest";
import { classColumns, leading, metric, written } from "../src/metrics";

describe("what numbers mean", () => {
  it("tells COCO's and LVIS' names apart", () => {
    expect(metric("AP75", "bbox", "coco").definition).toBe("Average precision at IoU .75");
    expect(metric("AR100", "segm", "coco").definition).toBe("Average recall at mask IoU .50 to .95, at most 100 predictions per image");
    expect(metric("APr", "bbox", "lvis").definition).toContain("rare classes");
    expect(metric("ARs@300", "bbox", "lvis").definition).toContain("small objects");
    expect(metric("AR50", "keypoints", "coco").definition).toBe("Average recall at OKS .50");
    expect(metric("AP50", "bbox", "voc07").definition).toBe("Mean over classes at IoU .50");
    expect(metric("SQ_stuff", "panoptic", "panoptic").name).toBe("SQ stuff");
  });

  it("shows a name that it does not know as it is", () => {
    expect(metric("new_number", "bbox", "coco")).toMatchObject({ name: "new_number", unit: "score" });
  });

  it("writes each in its unit", () => {
    expect([written(0.5, "percent"), written(0.5, "score"), written(3, "count"), written(null, "count")]).toEqual(["50.0", ".500", "3", "—"]);
  });
});

describe("what leads", () => {
  it("begins with the protocol's headline", () => {
    expect(leading(["AP_easy", "AP_moderate", "AP_hard"], "bbox", "AP_moderate", 2)).toEqual(["AP_moderate", "AP_easy"]);
    expect(leading(["HOTA", "DetA", "MOTA"], "tracking", "HOTA", 5)).toEqual(["HOTA", "MOTA"]);
  });

  it("has the task's columns and no others", () => {
    const keys = (...args: Parameters<typeof classColumns>) => classColumns(...args).map((c) => c.key);
    expect(keys("panoptic", "panoptic", false, false)).toEqual(["ground_truth", "predictions", "pq", "sq", "rq"]);
    expect(keys("bbox", "voc12", true, false)).toEqual(["ground_truth", "predictions", "ap", "precision", "recall", "tp", "fp", "fn"]);
    expect(keys("keypoints", "coco", false, true)).toContain("ar20");
  });
});
