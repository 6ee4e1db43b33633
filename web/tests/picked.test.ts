import { describe, expect, it } from "vitest";
import { pickAll, pickMore, pickNothing, picks, toggle } from "../src/state/picked";

describe("what is picked", () => {
  it("is counted, whether one by one or all of a list", () => {
    pickNothing();
    toggle("P1");
    toggle("P2");
    toggle("P1");
    expect(picks()).toBe(1);
    pickMore(["P2", "P3", "G1"]);
    expect(picks()).toBe(3);
    pickAll(1_000_000);
    expect(picks()).toBe(1_000_000);
    toggle("P9"); // from all of them back to this one
    expect(picks()).toBe(1);
    pickAll(0);
    expect(picks()).toBe(0);
  });
});
