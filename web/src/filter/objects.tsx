/** Which objects lists show: outcome, reason, class, label, tag, confidence, IoU, metrics. */
import type { ReactElement } from "react";
import type { Overview } from "../api/client";
import type { ObjectFacets } from "../api/facets";
import { KIND_NAMES, whole } from "../format";
import { OutcomeGlyph } from "../parts/marks";
import { valueOf, withPart, type SliceKey } from "../state/slice";
import type { Outcome, Place } from "../state/url";
import { setView, useView } from "../state/view";
import { Choices, type Choice } from "./choices";
import { RangePart } from "./range";

const KINDS = ["class", "location", "both", "duplicate", "background"];
const OUTCOMES: [Outcome, string][] = [["error", "All errors"], ["fp", "False positives"], ["fn", "Misses"], ["tp", "Correct"], ["all", "Everything"]];

interface Props {
  project: Overview;
  facets: ObjectFacets;
  close: (key: string) => void;
}

export function ObjectsPart({ project, facets, close }: Props): ReactElement {
  const view = useView();
  const { classes, labelled, predicted, tag, among } = view;
  const { fp = 0, fn = 0, tp = 0 } = facets.outcome;
  const counts: Record<string, number> = { error: fp + fn, fp, fn, tp, all: tp + fp + fn };
  const kinds: Choice[] = KINDS.map((kind) => ({ id: kind, name: KIND_NAMES[kind] ?? kind, count: facets.kind[kind] ?? 0, on: view.kind === kind }));
  const found = new Map(facets.classes.map((c) => [c.class_id, c.count]));
  const some = project.classes.filter((c) => c.kind === "object" && (c.ground_truth > 0 || found.has(c.class_id))).sort((a, b) => (found.get(b.class_id) ?? 0) - (found.get(a.class_id) ?? 0));
  const toggle = (id: number) => setView({ classes: classes.includes(id) ? classes.filter((k) => k !== id) : [...classes, id], selected: null });
  const places = (rows: ObjectFacets["labelled"], chosen: Place | null, nothing: string): Choice[] =>
    rows.map(({ class_id, count }) => ({
      id: String(class_id ?? "none"),
      name: class_id === null ? <i>{nothing}</i> : (project.classes[class_id]?.name ?? String(class_id)),
      words: class_id === null ? nothing : project.classes[class_id]?.name,
      count,
      on: chosen === (class_id ?? "none"),
    }));
  const place = (id: string, before: Place | null): Place | null => {
    const next = id === "none" ? "none" : Number(id);
    return next === before ? null : next;
  };
  return (
    <>
      <fieldset className="filter-part" aria-label="Outcome">
        <legend>Outcome</legend>
        <div className="filter-choices">
          {OUTCOMES.map(([outcome, name]) => (
            <label key={outcome}>
              <input type="radio" name="filter-outcome" checked={view.outcome === outcome} onChange={() => setView({ outcome, kind: null, selected: null })} />
              <span className="filter-name">{outcome !== "error" && outcome !== "all" && <OutcomeGlyph of={outcome} />} {name}</span>
              <span>{whole(counts[outcome])}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Choices title="Why it is false" choices={kinds} choose={(kind) => setView(view.kind === kind ? { kind: null, selected: null } : { kind, outcome: "fp", selected: null })} />
      {facets.ranges.map((facet) => (
        <RangePart
          key={facet.key}
          facet={facet}
          value={valueOf(among, facet.key as SliceKey)}
          change={(value) => setView({ among: withPart(withPart(among, facet.key as SliceKey, ""), facet.key as SliceKey, value), selected: null })}
          close={facet.key === "object.confidence" || facet.key === "object.iou" ? undefined : () => close(facet.key)}
        />
      ))}
      <Choices title="Class" search="Find an object's class" choices={some.map((c) => ({ id: String(c.class_id), name: c.name, words: c.name, count: found.get(c.class_id) ?? 0, on: classes.includes(c.class_id) }))} choose={(id) => toggle(Number(id))} />
      <Choices title="Labelled as" search="Find a label" choices={places(facets.labelled, labelled, "no match")} choose={(id) => setView({ labelled: place(id, labelled), selected: null })} />
      <Choices title="Predicted as" search="Find a prediction" choices={places(facets.predicted, predicted, "missed")} choose={(id) => setView({ predicted: place(id, predicted), selected: null })} />
      <Choices title="Tag of the object" choices={facets.tags.map(({ name, count }) => ({ id: name, name, count, on: tag === name }))} choose={(name) => setView({ tag: tag === name ? null : name, selected: null })} />
    </>
  );
}
