/** A label solid white, what is suggested dashed in blue, what other runs draw dashed in plum. */
import type { Box } from "../api/client";
import type { LabelIssue } from "../api/labels";
import type { Named } from "../viewer/marks";
import { smallShape, type Drawn, type Paint, type Role } from "../viewer/shapes";

/** The box that an issue is about: all of its boxes together; null where it is about the image. */
export function boxOf({ label, suggestion, other }: LabelIssue): Box | null {
  const boxes = [label?.box, suggestion?.box, other?.box].filter((b) => b != null);
  if (!boxes.length) return null;
  const left = Math.min(...boxes.map((b) => b[0] ?? 0));
  const top = Math.min(...boxes.map((b) => b[1] ?? 0));
  const right = Math.max(...boxes.map((b) => (b[0] ?? 0) + (b[2] ?? 0)));
  const bottom = Math.max(...boxes.map((b) => (b[1] ?? 0) + (b[3] ?? 0)));
  return [left, top, right - left, bottom - top];
}

/** Boxes of the other runs that say the same. */
export function agreeing({ runs, run, suggestion }: LabelIssue): number[][] {
  return runs.filter((r) => r.run !== run && r.class_id === suggestion?.class_id).flatMap((r) => (r.box ? [r.box] : []));
}

/** Where the suggested box is: the run's own, where the fix only names another class. */
export function suggestedBox({ runs, run, suggestion }: LabelIssue): number[] | null {
  const own = runs.find((r) => r.run === run && r.class_id === suggestion?.class_id);
  return own?.box ?? suggestion?.box ?? null;
}

/** The two that are named on the picture. */
export const NAMED: ReadonlySet<string> = new Set(["label", "suggested"]);

/** What an issue is about, what is named last and so on top. */
export function issueMarks(issue: LabelIssue): Named[] {
  const { label, other, suggestion, removed } = issue;
  const suggested = suggestion && suggestedBox(issue);
  const mark = (key: string, box: number[], role: Role, paint: Paint, text: string): Named => ({ ...smallShape({ box }, role, paint), key, text, stays: true });
  const marks = agreeing(issue).map((box, k) => mark(`agrees ${k}`, box, "prediction", "agrees", `another run: ${suggestion?.class_name ?? ""}`));
  if (other?.box) marks.push(mark("stays", other.box, "ground_truth", "explains", `label that stays: ${other.class_name}`));
  if (label?.box) marks.push(mark("label", label.box, "ground_truth", "explains", `label: ${label.class_name}${removed ? ", to remove" : ""}`));
  if (suggested) marks.push(mark("suggested", suggested, "prediction", "suggested", `suggested: ${suggestion.class_name}`));
  return marks;
}

export const shapesOf: (issue: LabelIssue) => Drawn[] = issueMarks;
