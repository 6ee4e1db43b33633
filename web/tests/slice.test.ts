import { describe, expect, it } from "vitest";
import { formatSlice, joined, parseSlice, rangeOf, withPart } from "../src/state/slice";

describe("a slice of the images", () => {
  it("comes back as it was, commas in names included", () => {
    const text = "split=val,title=a, b*.png,class=wine glass";
    expect(parseSlice(text)).toEqual([
      { key: "split", value: "val" },
      { key: "title", value: "a, b*.png" },
      { key: "class", value: "wine glass" },
    ]);
    expect(formatSlice(parseSlice(text))).toBe(text);
  });

  it("leaves out what is no part of one", () => {
    expect(parseSlice("color=red,split=")).toEqual([]);
    expect(formatSlice([])).toBeNull();
  });

  it("keeps negation, tags, saved slices and ranges of metrics", () => {
    const text = "!tag=seen,slice=dark,metric.brightness=..0.2";
    expect(parseSlice(text)).toEqual([
      { key: "tag", value: "seen", not: true },
      { key: "slice", value: "dark" },
      { key: "metric.brightness", value: "..0.2" },
    ]);
    expect(formatSlice(parseSlice(text))).toBe(text);
  });

  it("has one choice of each key; the same again removes it", () => {
    const one = withPart(null, "split", "val");
    expect(one).toBe("split=val");
    expect(withPart(one, "split", "train")).toBe("split=train");
    expect(withPart(one, "class", "cat")).toBe("split=val,class=cat");
    expect(withPart(one, "split", "val")).toBeNull();
    expect(withPart("title=a*", "title", " ")).toBeNull();
  });

  it("knows ranges of metrics", () => {
    const text = "split=val,metric.brightness=0.2..0.4,metric.area=..9";
    expect(formatSlice(parseSlice(text))).toBe(text);
    const [, first, second] = parseSlice(text);
    expect(rangeOf(first!)).toEqual({ metric: "brightness", low: 0.2, high: 0.4 });
    expect(rangeOf(second!)).toEqual({ metric: "area", low: -Infinity, high: 9 });
    expect(rangeOf({ key: "metric.area", value: "high" })).toBeNull();
    expect(rangeOf({ key: "split", value: "1..2" })).toBeNull();
    expect(withPart("metric.area=1..2", "metric.area", "2..3")).toBe("metric.area=2..3");
  });

  it("keeps conditions on objects, and joins slices", () => {
    const text = "object.area=..1024,!object.class=person,licence=CC BY 4.0";
    expect(formatSlice(parseSlice(text))).toBe(text);
    expect(rangeOf(parseSlice(text)[0]!)).toEqual({ metric: "area", low: -Infinity, high: 1024 });
    expect(rangeOf({ key: "object.class", value: "1..2" })).toBeNull();
    expect(joined(null, text)).toBe(text);
    expect(joined("split=val,object.area=..1024", text)).toBe("split=val,object.area=..1024,!object.class=person,licence=CC BY 4.0");
  });
});
