import { describe, expect, it } from "vitest";
import { percent, plural, score, titleOf, whole } from "../src/format";

describe("numbers", () => {
  it("writes scores as the field does", () => {
    expect(score(0.29997)).toBe(".300");
    expect(score(1)).toBe("1.000");
    expect(score(-0.114)).toBe("-.114");
    expect(score(0)).toBe(".000");
  });

  it("never writes 0 for undefined", () => {
    expect([score(null), score(NaN), percent(undefined), whole(null)]).toEqual(["—", "—", "—", "—"]);
  });

  it("groups digits and counts words", () => {
    expect(whole(1234567)).toBe("1\u202f234\u202f567");
    expect(plural(1, "image")).toBe("1 image");
    expect(plural(2, "class", "classes")).toBe("2 classes");
  });
});

describe("a title", () => {
  it("names the frame of a video, and no other", () => {
    expect(titleOf({ title: "clip.mp4", frame: 0 })).toBe("clip.mp4, frame 0");
    expect(titleOf({ title: "clip", frame: 12 })).toBe("clip, frame 12");
    expect(titleOf({ title: "a.jpg", frame: 0 })).toBe("a.jpg");
  });
});
