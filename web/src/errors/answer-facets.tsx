/** Right or wrong, the right answer and the given one, each with the count of what it would show. */
import type { ReactElement } from "react";
import type { AnswerPage } from "../api/answers";
import type { Overview } from "../api/client";
import { OutcomeGlyph } from "../parts/marks";
import type { Outcome, Place } from "../state/url";
import { setView, useView } from "../state/view";
import { Line } from "./facets";

const WRONG: Outcome[] = ["error", "fp", "fn"];

export function AnswerFacets({ project, facets }: { project: Overview; facets: AnswerPage["facets"] | undefined }): ReactElement {
  const { outcome, labelled, predicted } = useView();
  const pick = (outcome: Outcome) => setView({ outcome, selected: null });
  const name = (id: number) => <bdi>{project.classes[id]?.name ?? id}</bdi>;
  const toggle = (before: Place | null, id: Place) => (before === id ? null : id);
  return (
    <aside className="facets" aria-label="Filters">
      <h3>Outcome</h3>
      <Line name={<><OutcomeGlyph of="fp" /> Wrong</>} count={facets?.wrong} on={WRONG.includes(outcome)} choose={() => pick("error")} />
      <Line name={<><OutcomeGlyph of="tp" /> Right</>} count={facets?.right} on={outcome === "tp"} choose={() => pick("tp")} />
      <Line name="Everything" count={facets && facets.right + facets.wrong} on={outcome === "all"} choose={() => pick("all")} />
      <h3>Labelled as</h3>
      <div className="facet-classes">
        {facets?.labelled.map(({ class_id, count }) => (
          <Line key={class_id} name={name(class_id)} count={count} on={labelled === class_id} choose={() => setView({ labelled: toggle(labelled, class_id), selected: null })} />
        ))}
      </div>
      <h3>Answered</h3>
      <div className="facet-classes">
        {facets?.predicted.map(({ class_id, count }) => (
          <Line key={class_id} name={name(class_id)} count={count} on={predicted === class_id} choose={() => setView({ predicted: toggle(predicted, class_id), selected: null })} />
        ))}
        {facets !== undefined && (facets.unanswered > 0 || predicted === "none") && (
          <Line name={<i>no answer</i>} count={facets.unanswered} on={predicted === "none"} choose={() => setView({ predicted: toggle(predicted, "none"), selected: null })} />
        )}
      </div>
    </aside>
  );
}
