import { describe, expect, it } from "vitest";
import { extentOf, follow, MOST, seen, settled, target } from "../src/errors/scroll";

const small = extentOf(9_000, 600);
const large = extentOf(37_500_000, 600);

describe("a scroll bar that stands for more than it shows", () => {
  it("is an ordinary one where everything can be laid out", () => {
    expect(small.shown).toBe(9_000);
    expect(follow({ top: 0, offset: 0 }, 500, small)).toEqual({ top: 500, offset: 500 });
    expect(settled(8_400, small)).toEqual({ top: 8_400, offset: 8_400 });
  });

  it("steps pixel by pixel and jumps to the same share of the whole", () => {
    expect(large.shown).toBe(MOST);
    const here = settled(10_000_000, large);
    expect(follow(here, here.top + 100, large).offset).toBe(10_000_100);
    expect(follow(here, here.top - 100, large).offset).toBe(9_999_900);
    expect(follow(here, MOST - 600, large).offset).toBe(37_499_400);
    expect(follow(here, 0, large).offset).toBe(0);
    const half = follow(here, (MOST - 600) / 2, large);
    expect(half.offset).toBeCloseTo(37_499_400 / 2, 3);
  });

  it("never leaves the content, and settles where it is", () => {
    expect(follow({ top: 300, offset: 20 }, 0, large).offset).toBe(0);
    for (const offset of [0, 1, 12_345_678, 37_499_400]) expect(settled(offset, large).offset).toBe(offset);
    expect(settled(0, large).top).toBe(0);
    expect(settled(37_499_400, large).top).toBe(MOST - 600);
  });

  it("moves no further than a row needs", () => {
    const seat = settled(1_000, large);
    expect(seen(seat, 1_200, 1_350, large)).toBe(seat);
    expect(seen(seat, 900, 1_050, large).offset).toBe(900);
    expect(seen(seat, 1_500, 1_650, large).offset).toBe(1_050);
  });
});

describe("keys of the grid", () => {
  it("know both ends", () => {
    expect(target("End", 5, 1_000_000, 4, 5)).toBe(999_999);
    expect(target("Home", 5, 1_000_000, 4, 5)).toBe(0);
    expect(target("ArrowDown", 5, 1_000_000, 4, 5)).toBe(9);
    expect(target("PageDown", 5, 12, 4, 5)).toBe(11);
    expect(target("ArrowUp", 2, 12, 4, 5)).toBe(0);
    expect(target("x", 2, 12, 4, 5)).toBeUndefined();
  });
});
