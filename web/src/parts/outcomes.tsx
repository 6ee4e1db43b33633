/** True and false positives and misses as one bar, each part a way to the objects behind it. */
import type { ReactElement } from "react";
import type { Summary } from "../api/client";
import { whole } from "../format";
import { setView } from "../state/view";
import { objectsOf, type Outcome } from "../state/url";
import { OutcomeGlyph } from "./marks";

const WORDS = { tp: "correct", fp: "false", fn: "missed" } as const;

export function showOutcome(outcome: Outcome): void {
  setView(objectsOf({ outcome }));
}

export function OutcomeBar({ counts, opens }: { counts: NonNullable<Summary["counts"]>; opens: boolean }): ReactElement {
  const kinds = ["tp", "fp", "fn"] as const;
  return (
    <div>
      {/* The names below are the buttons for keyboards and screen readers. */}
      <div className={opens ? "outcome-bar click" : "outcome-bar"} aria-hidden="true">
        {kinds.map((k) => counts[k] > 0 && <span key={k} className={k} style={{ flexGrow: counts[k] }} title={`${whole(counts[k])} ${WORDS[k]}`} onClick={() => opens && showOutcome(k)} />)}
      </div>
      <div className="outcome-legend">
        {kinds.map((k) => (
          <button key={k} disabled={!opens} onClick={() => showOutcome(k)}>
            <OutcomeGlyph of={k} /> <b>{whole(counts[k])}</b> {WORDS[k]}
          </button>
        ))}
      </div>
    </div>
  );
}
