import { beforeAll, describe, expect, it, vi } from "vitest";
import type { AnswerFilter } from "../src/api/answers";
import { DEFAULTS } from "../src/state/url";

let asked: (filter: AnswerFilter) => object;
beforeAll(async () => {
  vi.stubGlobal("window", { location: { hash: "", origin: "http://x", pathname: "/" }, addEventListener: () => undefined });
  ({ asked } = await import("../src/api/answers"));
});

describe("what is asked of a run of answers", () => {
  it("is its mistakes, the surest first", () => {
    expect(asked(DEFAULTS)).toEqual({ outcome: "wrong", sort: "surest" });
    for (const outcome of ["fp", "fn"] as const) expect(asked({ ...DEFAULTS, outcome })).toEqual(asked(DEFAULTS));
  });

  it("is right answers, the most doubtful first, or everything", () => {
    expect(asked({ ...DEFAULTS, outcome: "tp" })).toEqual({ outcome: "right", sort: "doubtful" });
    expect(asked({ ...DEFAULTS, outcome: "all" })).toEqual({ sort: "surest" });
  });

  it("is a cell of the confusion matrix", () => {
    expect(asked({ ...DEFAULTS, labelled: 2, predicted: "none", slice: "split=val", classes: [1, 2] })).toMatchObject({ labelled: 2, predicted: "none", slice: "split=val", classes: "1,2" });
  });
});
