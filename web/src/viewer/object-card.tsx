/** What one object is: outcome, classes, overlap, confidence and the reason, small enough to float on the picture. */
import type { CSSProperties, ReactElement } from "react";
import { KIND_NAMES, OUTCOME_NAMES, score } from "../format";
import { OutcomeGlyph } from "../parts/marks";
import type { Mark } from "./marks";
import type { Placed, Sheet } from "./sheet";

const WIDTH = 244;
const HEIGHT = 132;

/** "Wrong class", "Correct", "Missed". */
export function wordOf({ object }: Mark): string {
  const kind = object.kind && object.kind !== "missed" ? KIND_NAMES[object.kind] : undefined;
  return kind ?? OUTCOME_NAMES[object.outcome] ?? object.outcome;
}

/** Below the mark, else above it, else where there is room; always in the pane. */
function placeOf({ box: [x, y, w, h] }: Mark, at: Placed, { paneWidth, paneHeight }: Sheet): CSSProperties {
  const width = Math.min(WIDTH, paneWidth - 16);
  const bottom = at.top + (y + h) * at.scale + 24;
  const top = at.top + y * at.scale - 26;
  const left = Math.min(Math.max(8, at.left + x * at.scale), paneWidth - width - 8);
  if (bottom + HEIGHT < paneHeight) return { width, left, top: Math.max(8, bottom) };
  if (top - HEIGHT > 0) return { width, left, bottom: Math.max(8, paneHeight - top) };
  const right = at.left + (x + w / 2) * at.scale < paneWidth / 2;
  return { width, bottom: 8, ...(right ? { right: 8 } : { left: 8 }) };
}

export function ObjectCard({ mark, at, sheet, overlap }: { mark: Mark; at: Placed; sheet: Sheet; overlap: string }): ReactElement {
  const { object } = mark;
  const label = object.role === "ground_truth";
  return (
    <div className="object-card" role="status" data-testid="object-card" style={placeOf(mark, at, sheet)}>
      <p>
        <OutcomeGlyph of={object.outcome} /> <b>{wordOf(mark)}</b>
        {object.track && <span className="muted">track <bdi>{object.track}</bdi></span>}
      </p>
      <dl>
        <dt>{label ? "Label" : "Predicted"}</dt>
        <dd>
          <bdi>{object.class_name}</bdi>
          {!label && ` at ${score(object.confidence, 2)}`}
        </dd>
        {object.partner && (
          <>
            <dt>{label ? (object.outcome === "tp" ? "Found as" : "Nearest") : "Label"}</dt>
            <dd>
              <bdi>{object.partner.class_name}</bdi>
            </dd>
            <dt>{overlap}</dt>
            <dd>{score(object.partner.iou)}</dd>
          </>
        )}
      </dl>
      {object.reason && <p className="muted">{object.reason}</p>}
    </div>
  );
}
