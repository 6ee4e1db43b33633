import { describe, expect, it } from "vitest";
import { WHOLE, within, zoomed } from "../src/compare/lens";

describe("the lens of two panes", () => {
  it("keeps the point under the pointer", () => {
    const lens = zoomed(WHOLE, 2, 0.25, 0.75);
    // Shown are 0.125 to 0.625 and 0.375 to 0.875; a quarter of that way lies where it lay.
    expect(lens).toEqual({ scale: 2, x: 0.375, y: 0.625 });
    expect(lens.x - 0.25 + 0.25 * 0.5).toBe(0.25);
  });

  it("never shows what is beside the picture", () => {
    expect(within({ scale: 2, x: -3, y: 9 })).toEqual({ scale: 2, x: 0.25, y: 0.75 });
    expect(zoomed({ scale: 4, x: 0.2, y: 0.2 }, 0.01)).toEqual(WHOLE);
  });
});
