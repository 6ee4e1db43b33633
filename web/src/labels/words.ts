/** What the kinds and states of label issues are called. */
import type { IssueKind, LabelIssue } from "../api/labels";

export const ISSUES: Record<IssueKind, string> = {
  missing: "Missing label",
  swapped: "Wrong class",
  located: "Loose box",
  duplicate: "Labelled twice",
  spurious: "Nothing there",
};

export const STATES: Record<LabelIssue["state"], string> = { open: "open", accepted: "fixed", rejected: "kept", skipped: "skipped" };

/** The class, or how it would change. */
export function nameOf({ label, suggestion, other }: LabelIssue): string {
  const [was, is] = [label?.class_name, suggestion?.class_name ?? other?.class_name];
  if (was === undefined) return is ?? "";
  return is === undefined || is === was ? was : `${was} ${suggestion ? "→" : "on"} ${is}`;
}
