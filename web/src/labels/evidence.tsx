/** Why the label is suspected, and the three things one can do about it. */
import type { ReactElement } from "react";
import type { Run } from "../api/client";
import type { Choice, LabelIssue } from "../api/labels";
import { Failure } from "../parts/card";
import { Letter } from "../parts/marks";
import { STATES } from "./words";

interface Props {
  issue: LabelIssue | undefined;
  runs: Run[];
  notes: string[];
  decide: (choice: Choice) => void;
  undo: () => void;
  undoable: boolean;
  error: unknown;
}

export function Evidence({ issue, runs, notes, decide, undo, undoable, error }: Props): ReactElement {
  return (
    <section className="card label-evidence" aria-label="Evidence">
      <header className="card-head">
        <div>
          <h2>Evidence</h2>
          {issue && <p data-testid="sentence">{issue.sentence}</p>}
        </div>
      </header>
      <div className="card-body">
        {issue && (
          <dl className="facts">
            {issue.facts.map((fact) => (
              <div key={fact.name}>
                <dt><RunLetter runs={runs} name={fact.name} /><bdi>{fact.name}</bdi></dt>
                <dd><bdi>{fact.value.replace(/^0\./, ".")}</bdi></dd>
              </div>
            ))}
            {issue.state !== "open" && (
              <div>
                <dt>Decided</dt>
                <dd data-testid="decided">{STATES[issue.state]}</dd>
              </div>
            )}
            {issue.note && (
              <div>
                <dt>Note</dt>
                <dd><bdi>{issue.note}</bdi></dd>
              </div>
            )}
          </dl>
        )}
        <div className="decisions">
          <button className="btn primary" disabled={!issue} onClick={() => decide("accept")}><kbd>A</kbd> Accept fix</button>
          <button className="btn" disabled={!issue} onClick={() => decide("reject")}><kbd>R</kbd> Keep label</button>
          <button className="btn" disabled={!issue} onClick={() => decide("skip")}><kbd>S</kbd> Skip</button>
          <button className="btn" disabled={!undoable} onClick={undo}><kbd>U</kbd> Undo last</button>
        </div>
        {notes.map((note) => (
          <p key={note} className="reason">{note}</p>
        ))}
        {error !== null && <Failure error={error} />}
      </div>
    </section>
  );
}

/** The letter of a run, where a fact is about one. */
function RunLetter({ runs, name }: { runs: Run[]; name: string }): ReactElement | null {
  const run = runs.find((r) => r.name === name);
  return run ? <><Letter letter={run.letter} /> </> : null;
}
