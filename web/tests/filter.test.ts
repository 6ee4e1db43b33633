import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Overview } from "../src/api/client";
import { exactTitle, namesOf, withName, writtenRange } from "../src/state/slice";
import { honourOf, narrowed, type Family } from "../src/state/honour";
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
    const families: Family[] = ["images", "classes", "outcomes", "objects"];
    for (const page of PAGES) for (const family of families) expect(honourOf(page, family).used || honourOf(page, family).why.length > 10).toBe(true);
    expect(honourOf("errors", "objects")).toEqual({ used: true, why: "" });
    expect(honourOf("compare", "classes", { count: 2 }).used).toBe(false);
    for (const page of ["metrics", "labels", "drift", "gate"] as const) expect(honourOf(page, "images").used).toBe(true);
  });

  it("asks for what it honours, but for the condition whose values it shows", () => {
    const at = (page: string) => parseView(`#/${page}?slice=split=val,metric.brightness=0.2..&cls=0,3&among=object.iou=..0.5,object.confidence=0.3..`);
    expect(narrowed(at("metrics"))).toEqual({ slice: "split=val,metric.brightness=0.2..,object.confidence=0.3..", classes: "0,3" });
    expect(narrowed(at("metrics"), "metric.brightness").slice).toBe("split=val,object.confidence=0.3..");
    expect(narrowed(at("drift")).slice).toBe("split=val,metric.brightness=0.2..");
    expect(narrowed(parseView("#/labels"))).toEqual({});
  });
});

describe("the sides of a drift", () => {
  const project = { classes: [{ name: "cup" }, { name: "bowl" }] } as unknown as Overview;
  const choices = { first: "split=train", second: "split=val", other: null, options: [], others: [] };

  it("are both narrowed by the filter", async () => {
    const { sidesOf } = await import("../src/drift/sides");
    const view = parseView("#/drift?slice=text=night&cls=0,1&among=object.x=..0.5,object.confidence=0.3..");
    const labels = "object.class=cup|bowl,object.x=..0.5";
    expect(sidesOf(choices, view, project)).toEqual({ slice: `split=train,text=night,${labels}`, against: `split=val,text=night,${labels}` });
    const rest = { ...choices, first: null, second: "rest" };
    expect(sidesOf(rest, view, project)).toEqual({ slice: `text=night,${labels}`, rest: true, against: labels });
    expect(sidesOf(rest, parseView("#/drift?cls=0"), project)).toBeNull();
  });
});
