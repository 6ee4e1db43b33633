/** The view is the URL: everything that a screen shows is in the hash, defaults are left out. */
import { formatSlice, parseSlice } from "./slice";

export const PAGES = ["runs", "overview", "errors", "confusion", "slices", "metrics", "compare", "labels", "map", "drift", "imports", "gate", "projects", "settings"] as const;
export type Page = (typeof PAGES)[number];
export const SORTS = ["severity", "confidence", "largest", "smallest"] as const;
export type Sort = (typeof SORTS)[number];
/** What became of an object, or of a false positive, from one run to another. */
export const FLIPS = ["broken", "fixed", "right_in_both", "wrong_in_both", "new", "removed"] as const;
export type Flip = (typeof FLIPS)[number];
/** COCO's area ranges. */
export const SIZES = ["small", "medium", "large"] as const;
/** Why a false positive is false, and why an object is missed. */
export const WHYS = ["class", "location", "both", "duplicate", "background", "nothing", "below_confidence", "wrong_class", "poor_box", "taken", "beyond_limit"] as const;
/** Which values of a metric are shown. */
export const ENDS = ["outliers", "lowest", "highest"] as const;
export type End = (typeof ENDS)[number];
/** Whose values: the images and their labels, or the run's predictions. */
export const SIDES = ["labels", "predictions"] as const;
export type Side = (typeof SIDES)[number];
export const ISSUES = ["missing", "swapped", "located", "duplicate", "spurious"] as const;
export type Issue = (typeof ISSUES)[number];
export const OUTCOMES = ["error", "fp", "fn", "tp", "all"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A class, or the background of the confusion matrix. */
export type Place = number | "none";

export interface View {
  page: Page;
  /** null: the project's first run. */
  run: string | null;
  /** What the run is compared with; null: the next one. */
  other: string | null;
  flip: Flip;
  /** Size of what changed, and why it is wrong in one of the runs; null: any. */
  size: string | null;
  why: string | null;
  /** null: what the run is of. */
  task: string | null;
  /** null: the task's own. */
  protocol: string | null;
  iou: number;
  /** null: the run's default, where its pooled F1 is best. */
  confidence: number | null;
  /** Which images count; null: all. */
  slice: string | null;
  /** Empty: all classes. */
  classes: number[];
  outcome: Outcome;
  kind: string | null;
  /** Row and column of the confusion matrix; null: any. */
  labelled: Place | null;
  predicted: Place | null;
  /** Only predictions of a lower confidence; null: any. */
  below: number | null;
  /** Only objects of a slice, as `object.class=person`; null: any. */
  among: string | null;
  /** The metric that is looked at, the end of its values and the code of the findings; null: the page's first. */
  metric: string | null;
  side: Side;
  end: End;
  code: string | null;
  /** Kind of suspected label; null: any. */
  issue: Issue | null;
  /** The run that weak slices lose against; null: none, slices are of the run itself. */
  baseline: string | null;
  /** Only objects with this tag; null: any. */
  tag: string | null;
  /** What is looked for by its description, on the data map; null: nothing. */
  text: string | null;
  /** What is compared on Drift: two slices, the second one of another project where that is named; null: the page's choice. */
  first: string | null;
  second: string | null;
  with: string | null;
  /** Bin of the metric whose images are shown; null: none. */
  bin: number | null;
  sort: Sort;
  mode: "objects" | "images";
  /** Selected object or image. */
  selected: string | null;
  /** Another frame of the selected object's sequence, as data_hash:frame; null: the object's own. */
  at: string | null;
  /** Its place in the list, where it is far down; a hint. */
  nth: number | null;
  zoom: boolean;
  /** The zoom stays from one object to the next. */
  keep: boolean;
  /** Pictures side by side; null: as the page is used to. */
  panes: number | null;
  /** The picture takes the whole page. */
  wide: boolean;
  hidden: string;
  theme: "light" | "dark" | null;
}

/** Characters of a description that the server takes. */
export const MOST_TEXT = 1_000;

export const DEFAULTS: View = {
  page: "overview",
  run: null,
  other: null,
  flip: "broken",
  size: null,
  why: null,
  task: null,
  protocol: null,
  iou: 0.5,
  confidence: null,
  slice: null,
  classes: [],
  outcome: "error",
  kind: null,
  labelled: null,
  predicted: null,
  below: null,
  among: null,
  metric: null,
  side: "labels",
  end: "outliers",
  code: null,
  issue: null,
  baseline: null,
  tag: null,
  text: null,
  first: null,
  second: null,
  with: null,
  bin: null,
  sort: "severity",
  mode: "objects",
  selected: null,
  at: null,
  nth: null,
  zoom: true,
  keep: false,
  panes: null,
  wide: false,
  hidden: "",
  theme: null,
};

/** What Escape and "Clear" bring back. */
export function unfiltered(): Partial<View> {
  const { slice, classes, outcome, kind, labelled, predicted, below, among, tag, issue, size, why } = DEFAULTS;
  return { slice, classes, outcome, kind, labelled, predicted, below, among, tag, issue, size, why, selected: null };
}

/** The way to objects: everything that narrows the list is as given, the thresholds and the slice stay. */
export function objectsOf(filter: Partial<View>): Partial<View> {
  const { outcome, kind, labelled, predicted, below, among, tag, mode } = DEFAULTS;
  return { page: "errors", selected: null, outcome, kind, labelled, predicted, below, among, tag, mode, ...filter };
}

function place(text: string | null): Place | null {
  return text === "none" ? "none" : /^\d{1,9}$/.test(text ?? "") ? Number(text) : null;
}

function oneOf<T extends string>(value: string | null, known: readonly T[], fallback: T): T {
  return known.find((k) => k === value) ?? fallback;
}

function between(text: string | null, low: number, high: number): number | null {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) && value >= low && value <= high ? value : null;
}

/** Reads a hash such as `#/errors?run=int8&iou=0.6`; what makes no sense is the default. */
export function parseView(hash: string): View {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const q = new URLSearchParams(query);
  const classes = (q.get("cls") ?? "").split(",").filter((t) => /^\d{1,9}$/.test(t));
  return {
    page: oneOf(path, PAGES, DEFAULTS.page),
    run: q.get("run"),
    other: q.get("other"),
    flip: oneOf(q.get("flip"), FLIPS, DEFAULTS.flip),
    size: SIZES.find((k) => k === q.get("size")) ?? null,
    why: WHYS.find((k) => k === q.get("why")) ?? null,
    task: q.get("task"),
    protocol: q.get("protocol"),
    iou: between(q.get("iou"), 0.1, 1) ?? DEFAULTS.iou,
    confidence: between(q.get("conf"), -1e9, 1e9),
    slice: formatSlice(parseSlice(q.get("slice"))),
    classes: [...new Set(classes.map(Number))],
    outcome: oneOf(q.get("outcome"), OUTCOMES, DEFAULTS.outcome),
    kind: q.get("kind"),
    labelled: place(q.get("labelled")),
    predicted: place(q.get("predicted")),
    below: between(q.get("below"), -1e9, 1e9),
    among: q.get("among"),
    metric: q.get("metric"),
    side: oneOf(q.get("side"), SIDES, DEFAULTS.side),
    end: oneOf(q.get("end"), ENDS, DEFAULTS.end),
    code: q.get("code"),
    issue: ISSUES.find((k) => k === q.get("issue")) ?? null,
    baseline: q.get("base"),
    tag: q.get("tag"),
    text: q.get("text")?.trim().slice(0, MOST_TEXT) || null,
    first: q.get("a"),
    second: q.get("b"),
    with: q.get("with"),
    bin: /^\d{1,2}$/.test(q.get("bin") ?? "") ? Number(q.get("bin")) : null,
    sort: oneOf(q.get("sort"), SORTS, DEFAULTS.sort),
    mode: q.get("mode") === "images" ? "images" : "objects",
    selected: q.get("sel"),
    at: q.get("at"),
    nth: between(q.get("nth"), 0, 1e9),
    zoom: q.get("zoom") !== "0",
    keep: q.get("keep") === "1",
    panes: /^[123]$/.test(q.get("panes") ?? "") ? Number(q.get("panes")) : null,
    wide: q.get("wide") === "1",
    hidden: (q.get("hide") ?? "").replace(/[^TFN]/g, ""),
    theme: q.get("theme") === "dark" ? "dark" : q.get("theme") === "light" ? "light" : null,
  };
}

/** The hash of a view; only what differs from the default is written. */
export function formatView(view: View): string {
  const q = new URLSearchParams();
  if (view.run !== null) q.set("run", view.run);
  if (view.other !== null) q.set("other", view.other);
  if (view.flip !== DEFAULTS.flip) q.set("flip", view.flip);
  if (view.size !== null) q.set("size", view.size);
  if (view.why !== null) q.set("why", view.why);
  if (view.task !== null) q.set("task", view.task);
  if (view.protocol !== null) q.set("protocol", view.protocol);
  if (view.iou !== DEFAULTS.iou) q.set("iou", String(view.iou));
  if (view.confidence !== null) q.set("conf", String(view.confidence));
  if (view.slice !== null) q.set("slice", view.slice);
  if (view.classes.length) q.set("cls", view.classes.join(","));
  if (view.outcome !== DEFAULTS.outcome) q.set("outcome", view.outcome);
  if (view.kind !== null) q.set("kind", view.kind);
  if (view.labelled !== null) q.set("labelled", String(view.labelled));
  if (view.predicted !== null) q.set("predicted", String(view.predicted));
  if (view.below !== null) q.set("below", String(view.below));
  if (view.among !== null) q.set("among", view.among);
  if (view.metric !== null) q.set("metric", view.metric);
  if (view.side !== DEFAULTS.side) q.set("side", view.side);
  if (view.end !== DEFAULTS.end) q.set("end", view.end);
  if (view.code !== null) q.set("code", view.code);
  if (view.issue !== null) q.set("issue", view.issue);
  if (view.baseline !== null) q.set("base", view.baseline);
  if (view.tag !== null) q.set("tag", view.tag);
  if (view.text !== null) q.set("text", view.text);
  if (view.first !== null) q.set("a", view.first);
  if (view.second !== null) q.set("b", view.second);
  if (view.with !== null) q.set("with", view.with);
  if (view.bin !== null) q.set("bin", String(view.bin));
  if (view.sort !== DEFAULTS.sort) q.set("sort", view.sort);
  if (view.mode !== DEFAULTS.mode) q.set("mode", view.mode);
  if (view.selected !== null) q.set("sel", view.selected);
  if (view.at !== null) q.set("at", view.at);
  if (view.selected !== null && view.nth) q.set("nth", String(view.nth));
  if (!view.zoom) q.set("zoom", "0");
  if (view.keep) q.set("keep", "1");
  if (view.panes !== null) q.set("panes", String(view.panes));
  if (view.wide) q.set("wide", "1");
  if (view.hidden) q.set("hide", view.hidden);
  if (view.theme !== null) q.set("theme", view.theme);
  const query = q.toString().replaceAll("%2C", ",").replaceAll("%3D", "=");
  return `#/${view.page}${query ? `?${query}` : ""}`;
}
