import { describe, expect, it } from "vitest";
import type { Setting } from "../src/api/settings";
import { parsePreferences } from "../src/state/preferences";
import { tagKeys } from "../src/state/tag-keys";

describe("what the browser keeps", () => {
  it("is the default where it makes no sense", () => {
    for (const text of [null, "", "[1", "7", "null", '{"theme":"pink","tiles":9}']) expect(parsePreferences(text)).toEqual({ theme: "system", tiles: "medium" });
  });

  it("is read one by one", () => {
    expect(parsePreferences('{"theme":"dark","tiles":"huge","x":1}')).toEqual({ theme: "dark", tiles: "medium" });
    expect(parsePreferences('{"tiles":"large"}')).toEqual({ theme: "system", tiles: "large" });
  });
});

describe("tags of the number keys", () => {
  const key = (k: number, value: string): Setting =>
    ({ name: `key_${k}`, value, default: "", set: value !== "", group: "keys", title: "", unit: "", side: null, severity: null }) as Setting;

  it("are the project's where any is set", () => {
    expect([...tagKeys([key(1, ""), key(3, "to fix"), key(9, "ok")], ["a", "b"], 5)]).toEqual([["3", "to fix"], ["9", "ok"]]);
  });

  it("are the first tags where none is", () => {
    expect([...tagKeys([key(1, "")], ["a", "b", "c"], 2)]).toEqual([["1", "a"], ["2", "b"]]);
    expect([...tagKeys(undefined, [], 5)]).toEqual([]);
  });
});
