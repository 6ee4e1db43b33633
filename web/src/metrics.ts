/** What every number of every protocol is called, how it is written, and what it means. */
import type { Overview } from "./api/client";
import { percent, plural, score, whole } from "./format";

type Unit = "score" | "percent" | "count";
type Maybe = number | null | undefined;

interface Metric {
  name: string;
  unit: Unit;
  definition: string;
  /** Why it can be undefined. */
  undefined?: string;
}

const NO_OBJECT = "No object counts here.";
const SIZES: Record<string, string> = { s: "small objects (under 32² px)", m: "medium objects (32² to 96² px)", l: "large objects (over 96² px)" };
const GROUPS: Record<string, string> = { r: "rare classes", c: "common classes", f: "frequent classes" };
const KINDS: Record<string, string> = { "": "all classes", _things: "countable things", _stuff: "stuff" };
const UNKNOWN_KIND = "The classes do not say which are things and which stuff, or none of them occurs.";

function of(name: string, definition: string, unit: Unit = "score", why = NO_OBJECT): Metric {
  return { name, unit, definition, undefined: why };
}

/** "415 objects", "60 labels" of whole images, or both. */
export function labelledWords({ classes, ground_truth }: Pick<Overview, "classes" | "ground_truth">): string {
  const answers = classes.reduce((sum, c) => sum + (c.kind === "classification" ? c.ground_truth : 0), 0);
  const objects = ground_truth - answers;
  return [...(objects || !answers ? [plural(objects, "object")] : []), ...(answers ? [plural(answers, "label")] : [])].join(", ");
}

/** How a task overlaps two objects. */
export function overlapOf(task: string): string {
  return { keypoints: "OKS", segm: "mask IoU", boundary: "boundary IoU", obb: "rotated IoU" }[task] ?? "IoU";
}

const FIXED: Record<string, Metric> = {
  mAP: of("mAP", "Mean over classes of their average precision"),
  mAR: of("mAR", "Mean over classes of their average recall"),
  mP: of("mP", "Mean precision of the classes, over all predictions"),
  mR: of("mR", "Mean recall of the classes, over all predictions"),
  mF1: of("mF1", "Mean of the classes' F1, as the summary page computes it"),
  tTP: of("Total TP", "Predictions that found an object", "count"),
  tFP: of("Total FP", "Predictions that found none", "count"),
  tFN: of("Total FN", "Objects that no prediction found", "count"),
  AP_easy: of("AP easy", "At least 40 px tall, fully visible, truncated up to 15 %"),
  AP_moderate: of("AP moderate", "At least 25 px tall, partly hidden, truncated up to 30 %"),
  AP_hard: of("AP hard", "At least 25 px tall, largely hidden, truncated up to 50 %"),
  accuracy: of("Accuracy", "Items with exactly the right answers", "percent", "No item is labelled."),
  balanced_accuracy: of("Balanced accuracy", "Mean recall of the classes, each counting the same", "percent", "No item is labelled."),
  precision: of("Precision", "Mean over classes: right among those predicted", "percent", "No item is labelled."),
  recall: of("Recall", "Mean over classes: found among those labelled", "percent", "No item is labelled."),
  f1: of("F1", "Mean over classes of the harmonic mean of precision and recall", "score", "No item is labelled."),
  top5: of("Top-5 accuracy", "The right answer is among the five most confident", "percent", "Only one guess per item is given."),
  ece: of("ECE", "Gap of confidence and accuracy over 15 equal bins; less is better", "score", "There are no confidences from 0 to 1."),
  miou: of("mIoU", "Mean over classes: shared pixels by pixels of either side"),
  pixel_accuracy: of("Pixel accuracy", "Share of labelled pixels with the right class", "percent", "No pixel is labelled."),
  frequency_weighted_iou: of("FWIoU", "IoU of the classes, weighted by their pixels"),
  mean_accuracy: of("Mean accuracy", "Mean over classes of the share of their pixels found", "percent", "No pixel is labelled."),
  dice: of("Dice", "Mean over classes: twice the shared pixels by the sum of both sides"),
  HOTA: of("HOTA", "Detection and association together, over 19 overlaps"),
  DetA: of("DetA", "Detection accuracy: boxes found, over 19 overlaps"),
  AssA: of("AssA", "Association accuracy: tracks kept together", "score", "No box was found."),
  LocA: of("LocA", "Mean IoU of the boxes found", "score", "No box was found."),
  MOTA: of("MOTA", "1 less misses, false boxes and switches per object; can be negative"),
  MOTP: of("MOTP", "Mean 1 − IoU of the boxes found; less is better", "score", "No box was found."),
  IDF1: of("IDF1", "F1 of boxes whose track keeps one identity"),
  IDP: of("IDP", "Precision of identities", "score", "There is no prediction."),
  IDR: of("IDR", "Recall of identities"),
  id_switches: of("ID switches", "How often a track changed its identity", "count"),
  fragmentations: of("Fragmentations", "How often a track was lost and found again", "count"),
  mostly_tracked: of("Mostly tracked", "Tracks found for at least 80 % of their life", "count"),
  partly_tracked: of("Partly tracked", "Tracks found for 20 to 80 % of their life", "count"),
  mostly_lost: of("Mostly lost", "Tracks found for less than 20 % of their life", "count"),
  false_positives: of("False boxes", "Boxes where no object is", "count"),
  misses: of("Missed boxes", "Objects that have no box", "count"),
};

/** Definition of one of the overall numbers. */
export function metric(name: string, task: string, protocol: string | undefined): Metric {
  const voc = protocol?.startsWith("voc");
  return FIXED[name] ?? quality(name) ?? (voc ? of(name, `Mean over classes at IoU .${name.slice(2)}`) : averaged(name, task)) ?? of(name, "");
}

/** PQ, SQ, RQ and their parts. */
function quality(key: string): Metric | null {
  const [, letter = "", kind = ""] = /^([PSR])Q(_things|_stuff)?$/.exec(key) ?? [];
  const what = { P: "Panoptic quality: SQ times RQ", S: "Mean IoU of matched segments", R: "F1 of segments at IoU over .50" }[letter];
  if (!what) return null;
  return of(`${letter}Q${kind.replace("_", " ")}`, `${what}, ${KINDS[kind]}`, "score", kind ? UNKNOWN_KIND : NO_OBJECT);
}

/** AP and AR with everything that COCO and LVIS hang on them. */
function averaged(key: string, task: string): Metric | null {
  const [, letter, at, size, group, most] = /^A([PR])(50(?!0)|75)?([sml])?([rcf])?@?(\d+)?$/.exec(key) ?? [];
  if (!letter) return null;
  const mean = letter === "P" ? "Average precision" : "Average recall";
  const parts = [
    `${mean} at ${overlapOf(task)} ${at ? `.${at}` : ".50 to .95"}`,
    size && SIZES[size],
    group && GROUPS[group],
    most && `at most ${most} predictions per image`,
  ];
  const why = size ? `No labelled object is ${{ s: "small", m: "medium-sized", l: "large" }[size]}.` : group ? `No labelled class is known to be ${{ r: "rare", c: "common", f: "frequent" }[group]}.` : NO_OBJECT;
  return of(key, parts.filter(Boolean).join(", "), "score", why);
}

/** A number as its metric is written. */
export function written(value: Maybe, unit: Unit): string {
  return unit === "percent" ? percent(value) : unit === "count" ? whole(value) : score(value);
}

/** The numbers that stand large at the top, before precision, recall and F1 where these exist. */
export function leading(names: string[], task: string, headline: string | undefined, most: number): string[] {
  const wanted = {
    classification: ["accuracy", "balanced_accuracy", "precision", "recall", "f1"],
    panoptic: ["PQ", "SQ", "RQ", "PQ_things", "PQ_stuff"],
    tracking: ["HOTA", "MOTA", "IDF1", "id_switches", "fragmentations"],
  }[task] ?? [headline ?? "", ...names.filter((name) => name !== headline)];
  return wanted.filter((name) => names.includes(name)).slice(0, most);
}

export interface Column {
  key: string;
  name: string;
  unit: Unit;
  why: string;
}

const NO_OBJECT_OF_CLASS = "The class has no object that counts.";
const COLUMNS: Record<string, [string, string, Unit?][]> = {
  coco: [["ap", "AP .50:.95"], ["ap50", "AP50"], ["ar100", "AR100"]],
  keypoints: [["ap", "AP .50:.95"], ["ap50", "AP50"], ["ar20", "AR20"]],
  lvis: [["ap", "AP .50:.95"], ["ap50", "AP50"], ["ar300", "AR300"]],
  kitti: [["ap_easy", "AP easy"], ["ap_moderate", "AP moderate"], ["ap_hard", "AP hard"]],
  encord: [["ap", "AP"], ["ar", "AR"], ["p", "P"], ["r", "R"], ["f1_encord", "F1"]],
  "encord-legacy": [["ap", "AP"], ["ar", "AR"]],
  semantic: [["iou", "IoU"], ["dice", "Dice"], ["accuracy", "Accuracy %", "percent"]],
  panoptic: [["pq", "PQ"], ["sq", "SQ"], ["rq", "RQ"]],
  tracking: [["HOTA", "HOTA"], ["DetA", "DetA"], ["AssA", "AssA"], ["MOTA", "MOTA"], ["IDF1", "IDF1"], ["id_switches", "ID switches", "count"], ["fragmentations", "Frag.", "count"]],
  classification: [["f1", "F1"]],
};
const COUNTED: [string, string, Unit?][] = [["precision", "Precision %", "percent"], ["recall", "Recall %", "percent"], ["tp", "TP", "count"], ["fp", "FP", "count"], ["fn", "FN", "count"]];

const WHY: Record<string, string> = {
  precision: "Nothing of this class is predicted at these thresholds.",
  sq: "No segment of this class is matched.",
  AssA: "No box of this class was found.",
  olrp: "The class has no object.",
  best: "Showing nothing of this class costs least.",
};

/** The columns of the per-class table under a task and protocol. */
export function classColumns(task: string, protocol: string | undefined, counted: boolean, lrp: boolean): Column[] {
  const own = COLUMNS[task] ?? COLUMNS[protocol ?? ""] ?? [["ap", "AP"]];
  const objects = task === "semantic" ? "Pixels" : task === "classification" ? "Labels" : task === "panoptic" ? "Segments" : "Objects";
  const all: [string, string, Unit?][] = [
    ["ground_truth", objects, "count"],
    ["predictions", "Predictions", "count"],
    ...own,
    ...(lrp ? ([["olrp", "oLRP"], ["best", "Best conf."]] as [string, string][]) : []),
    ...(counted ? COUNTED : []),
  ];
  return all.map(([key, name, unit = "score"]) => ({ key, name, unit, why: WHY[key] ?? NO_OBJECT_OF_CLASS }));
}

export const TASK_NAMES: Record<string, string> = {
  bbox: "Boxes",
  obb: "Rotated boxes",
  segm: "Masks",
  boundary: "Boundaries",
  keypoints: "Keypoints",
  classification: "Classification",
  semantic: "Semantic map",
  panoptic: "Panoptic",
  tracking: "Tracks",
};
