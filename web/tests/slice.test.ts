import { describe, expect, it } from "vitest";
import { formatSlice, parseSlice, withPart } from "../src/state/slice";

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

  it("has one choice of each key; the same again removes it", () => {
    const one = withPart(null, "split", "val");
    expect(one).toBe("split=val");
    expect(withPart(one, "split", "train")).toBe("split=train");
    expect(withPart(one, "class", "cat")).toBe("split=val,class=cat");
    expect(withPart(one, "split", "val")).toBeNull();
    expect(withPart("title=a*", "title", " ")).toBeNull();
  });
});
