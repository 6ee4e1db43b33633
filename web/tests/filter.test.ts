import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Overview } from "../src/api/client";
import { exactTitle, namesOf, withName, writtenRange } from "../src/state/slice";
import { honourOf, type Family } from "../src/state/honour";
import { DEFAULTS, PAGES, parseView, unfiltered } from "../src/state/url";

beforeAll(() => vi.stubGlobal("window", { location: { hash: "", origin: "http://x", pathname: "/" }, addEventListener: () => undefined }));

describe("names of one key", () => {
  it("are alternatives", () => {
    const known = ["val", "test", "a|b"];
    const one = withName("class=cup", "split", "val", known);
    expect(one).toBe("class=cup,split=val");
    const two = withName(one, "split", "test", known);
    expect(two).toBe("class=cup,split=val|test");
    expect(withName(two, "split", "val", known)).toBe("class=cup,split=test");
    expect(withName("!split=test,split=val", "split", "val", known)).toBe("!split=test");
  });

  it("with a bar in them stand alone", () => {
    const known = ["val", "a|b"];
    expect(namesOf("a|b", known)).toEqual(["a|b"]);
    expect(withName("split=val", "split", "a|b", known)).toBe("split=a|b");
    expect(withName("split=a|b", "split", "a|b", known)).toBeNull();
  });
});

describe("values", () => {
  it("leave open ends open", () => {
    expect(writtenRange(-Infinity, 3)).toBe("..3");
    expect(writtenRange(0.5, Infinity)).toBe("0.5..");
    expect(writtenRange(-Infinity, Infinity)).toBe("");
  });

  it("of titles mean their own characters", () => {
    expect(exactTitle("a[1]*?.jpg")).toBe("title=a[[]1][*][?].jpg");
  });
});

describe("chips", () => {
  const view = parseView("#/errors?slice=!split=val,text=night,metric.brightness=0.2..0.4&cls=0&outcome=fp&kind=class&labelled=none&tag=odd&among=object.iou=..0.5,object.class=cup|bowl");

  it("name every condition once, and take it away", async () => {
    const { chipsOf } = await import("../src/shell/chips");
    const chips = chipsOf(view, { classes: [{ name: "person" }] } as unknown as Overview);
    expect(chips.map((c) => c.name)).toEqual([
      "Not: Split val", "Words night", "Brightness .2 to .4", "person", "False positive", "Wrong class", "Labelled nothing", "Objects tagged odd", "IoU up to .5", "Objects of cup or bowl",
    ]);
    const after = chips.reduce((left, chip) => ({ ...left, ...chip.without }), { ...view });
    expect(after.outcome).toBe(DEFAULTS.outcome);
    expect(chipsOf({ ...view, ...unfiltered() }, { classes: [] } as unknown as Overview)).toEqual([]);
  });
});

describe("every page", () => {
  it("honours a family or says why not", () => {
    const families: Family[] = ["images", "classes", "objects"];
    for (const page of PAGES) for (const family of families) expect(honourOf(page, family).used || honourOf(page, family).why.length > 10).toBe(true);
    expect(honourOf("errors", "objects")).toEqual({ used: true, why: "" });
    expect(honourOf("compare", "classes", 2).used).toBe(false);
  });
});
