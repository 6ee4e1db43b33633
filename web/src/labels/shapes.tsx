/** A label solid white, what is suggested dashed in blue, what other runs draw dashed in plum. */
import type { ReactElement } from "react";
import type { Box } from "../api/client";
import type { LabelIssue } from "../api/labels";
import { boxShape } from "../errors/overlay";

type Paint = "label" | "stays" | "suggested" | "agrees" | "context";

export function Outline({ box, paint }: { box: number[]; paint: Paint }): ReactElement {
  const d = boxShape(box as Box);
  return (
    <g className={`shape issue-${paint}`}>
      <path className="halo" d={d} />
      <path className="stroke" d={d} />
    </g>
  );
}

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

export function IssueShapes({ issue }: { issue: LabelIssue }): ReactElement {
  const suggested = issue.suggestion && suggestedBox(issue);
  return (
    <>
      {issue.other?.box && <Outline box={issue.other.box} paint="stays" />}
      {issue.label?.box && <Outline box={issue.label.box} paint="label" />}
      {agreeing(issue).map((box) => (
        <Outline key={box.join()} box={box} paint="agrees" />
      ))}
      {suggested && <Outline box={suggested} paint="suggested" />}
    </>
  );
}
