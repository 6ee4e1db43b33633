import { describe, expect, it } from "vitest";
import { percent, plural, score, short, spaced, titleOf, whole } from "../src/format";

describe("numbers", () => {
  it("writes scores as the field does", () => {
    expect(score(0.29997)).toBe(".300");
    expect(score(1)).toBe("1.000");
    expect(score(-0.114)).toBe("−.114");
    expect([percent(-0.052), short(-1572.6), short(-0.0231)]).toEqual(["−5.2", "−1\u202f573", "−.0231"]);
    expect(score(0)).toBe(".000");
    expect([score(-0.0002), percent(-0.0001)]).toEqual([".000", "0.0"]);
  });

  it("never writes 0 for undefined", () => {
    expect([score(null), score(NaN), percent(undefined), whole(null)]).toEqual(["—", "—", "—", "—"]);
  });

  it("groups digits and counts words", () => {
    expect(whole(1234567)).toBe("1\u202f234\u202f567");
    expect(plural(1, "image")).toBe("1 image");
    expect(plural(2, "class", "classes")).toBe("2 classes");
  });

  it("groups the counts in a sentence, but no name", () => {
    expect(spaced("lower for objects of class 20251126 (12345 objects in 2345 images; 1000 lost)")).toBe("lower for objects of class 20251126 (12\u202f345 objects in 2\u202f345 images; 1\u202f000 lost)");
    expect(spaced("clip-00012345 images, title=1234.jpg, .1234 objects")).toBe("clip-00012345 images, title=1234.jpg, .1234 objects");
  });
});

describe("a title", () => {
  it("names the frame of a video, and no other", () => {
    expect(titleOf({ title: "clip.mp4", frame: 0 })).toBe("clip.mp4, frame 0");
    expect(titleOf({ title: "clip", frame: 12 })).toBe("clip, frame 12");
    expect(titleOf({ title: "a.jpg", frame: 0 })).toBe("a.jpg");
  });
});
