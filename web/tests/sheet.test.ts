import { describe, expect, it } from "vitest";
import { around, panned, placed, shownPart, WHOLE, within, zoomed, type Sheet } from "../src/viewer/sheet";

const square: Sheet = { width: 100, height: 100, paneWidth: 200, paneHeight: 200 };
const wide: Sheet = { width: 400, height: 100, paneWidth: 200, paneHeight: 200 };

describe("the lens of all panes", () => {
  it("shows everything at first, in the middle", () => {
    expect(placed(WHOLE, wide)).toEqual({ scale: 0.5, left: 0, top: 75 });
    expect(shownPart(WHOLE, wide)).toEqual([0, 0, 400, 100]);
  });

  it("keeps the point under the pointer", () => {
    const at = [50, 150] as const;
    const before = placed(WHOLE, square);
    const after = placed(zoomed(WHOLE, 3, square, ...at), square);
    const under = (p: typeof before) => [(at[0] - p.left) / p.scale, (at[1] - p.top) / p.scale];
    expect(under(after)[0]).toBeCloseTo(under(before)[0]!, 9);
    expect(under(after)[1]).toBeCloseTo(under(before)[1]!, 9);
  });

  it("never shows what is beside the picture, but in the direction that it cannot fill", () => {
    expect(within({ scale: 2, x: -3, y: 9 }, square)).toEqual({ scale: 2, x: 0.25, y: 0.75 });
    expect(within({ scale: 2, x: 0, y: 0.1 }, wide)).toEqual({ scale: 2, x: 0.25, y: 0.5 });
    expect(zoomed({ scale: 4, x: 0.2, y: 0.2 }, 0.01, square)).toEqual(WHOLE);
  });

  it("moves by pixels of the screen", () => {
    const lens = { scale: 4, x: 0.5, y: 0.5 };
    expect(placed(panned(lens, 30, -20, square), square).left - placed(lens, square).left).toBeCloseTo(30);
  });

  it("goes closely around a part", () => {
    expect(shownPart(around([20, 40, 10, 10], square), square).map((v) => Math.round(v * 1e6) / 1e6)).toEqual([20, 40, 10, 10]);
  });

  it("goes until a pixel of a large picture can be seen", () => {
    const large: Sheet = { width: 8000, height: 4000, paneWidth: 400, paneHeight: 400 };
    expect(placed(within({ scale: 1e9, x: 0.5, y: 0.5 }, large), large).scale).toBeCloseTo(16);
  });
});
