import { describe, expect, it } from "vitest";
import { split } from "../src/parts/name";

describe("a sentence with names", () => {
  it("is cut at every name and says the same", () => {
    expect(split("b2 is worse than b: AP", ["b2", "b"])).toEqual(["b2", " is worse than ", "b", ": AP"]);
    expect(split("nothing named", ["x"])).toEqual(["nothing named"]);
    expect(split("aa", ["a"])).toEqual(["a", "a"]);
  });
});
