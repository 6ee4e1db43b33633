import { describe, expect, it } from "vitest";
import { DEFAULTS, formatView, parseView } from "../src/state/url";

describe("the view in the address", () => {
  it("leaves defaults out", () => {
    expect(formatView(DEFAULTS)).toBe("#/overview");
  });

  it("comes back as it was", () => {
    const view = { ...DEFAULTS, page: "errors" as const, run: "a b&c", size: "small" as const, why: "poor_box", task: "segm", protocol: "voc12", iou: 0.65, confidence: 0, classes: [3, 0], outcome: "fp" as const, kind: "class", slice: "split=val,title=a,b*.png", metric: "blur", side: "predictions" as const, end: "lowest" as const, code: "IMG001", labelled: "none" as const, predicted: 7, below: 0.4, text: "a dog, on=a sofa", first: "split=train", second: "tag=a", with: "0123456789ab", bin: 7, selected: "P27", at: "a-b:7", zoom: false, keep: true, panes: 3, wide: true, hidden: "TN", theme: "dark" as const };
    expect(parseView(formatView(view))).toEqual(view);
  });

  it("takes the default for what makes no sense", () => {
    expect(parseView("#/nowhere?iou=7&conf=x&cls=1,a,-3,1&sort=up&outcome=no")).toEqual({ ...DEFAULTS, classes: [1] });
  });
});
