/** Every active filter as a chip, on every page; the slice's own images beside it. */
import type { ReactElement } from "react";
import type { Overview, Summary } from "../api/client";
import { KIND_NAMES, OUTCOME_NAMES, score, short, whole } from "../format";
import { formatSlice, parseSlice, rangeOf, type SlicePart } from "../state/slice";
import { unfiltered, type Place, type View } from "../state/url";
import { setView, useView } from "../state/view";

const SLICE_NAMES: Record<string, string> = {
  split: "Split", class: "Images with", title: "Title", sequence: "Sequence", cluster: "Group", similar: "Similar to", leaked: "Leaked",
  tag: "Tag", slice: "Slice", licence: "Licence", "object.class": "Objects of",
};
const MOST_CLASSES = 4;

/** "Brightness .200 to .400" for a range of a metric. */
function partName(part: SlicePart): string {
  if (part.key === "item") return "Chosen images";
  const range = rangeOf(part);
  if (!range) return `${SLICE_NAMES[part.key] ?? part.key} ${part.value}`;
  const words = range.metric.replaceAll("_", " ");
  const plain = words.charAt(0).toUpperCase() + words.slice(1);
  const name = part.key.startsWith("object.") && !plain.startsWith("Object") ? `Object ${words}` : plain;
  if (range.low === -Infinity) return `${name} up to ${short(range.high)}`;
  return range.high === Infinity ? `${name} from ${short(range.low)}` : `${name} ${short(range.low)} to ${short(range.high)}`;
}

type Chip = [name: string, without: Partial<View>];

function chipsOf(view: View, project: Overview): Chip[] {
  const className = (of: Place) => (of === "none" ? "nothing" : (project.classes[of]?.name ?? String(of)));
  const parts = parseSlice(view.slice);
  const chips: Chip[] = parts.map((part) => [
    `${part.not ? "Not: " : ""}${partName(part)}`,
    { slice: formatSlice(parts.filter((other) => other !== part)) },
  ]);
  for (const id of view.classes.slice(0, MOST_CLASSES)) chips.push([className(id), { classes: view.classes.filter((k) => k !== id) }]);
  if (view.classes.length > MOST_CLASSES) chips.push([`${view.classes.length - MOST_CLASSES} more classes`, { classes: view.classes.slice(0, MOST_CLASSES) }]);
  if (view.page !== "errors") return chips;
  if (view.outcome !== "error") chips.push([OUTCOME_NAMES[view.outcome] ?? view.outcome, { outcome: "error", kind: null }]);
  if (view.kind) chips.push([KIND_NAMES[view.kind] ?? view.kind, { kind: null }]);
  if (view.labelled !== null) chips.push([`Labelled ${className(view.labelled)}`, { labelled: null }]);
  if (view.predicted !== null) chips.push([`Predicted ${className(view.predicted)}`, { predicted: null }]);
  if (view.among !== null) chips.push([`Only ${view.among}`, { among: null }]);
  if (view.below !== null) chips.push([`Confidence below ${score(view.below, 2)}`, { below: null }]);
  if (view.tag !== null) chips.push([`Objects tagged ${view.tag}`, { tag: null }]);
  return chips;
}

export function Chips({ project, summary }: { project: Overview; summary: Summary | undefined }): ReactElement | null {
  const view = useView();
  const chips = chipsOf(view, project);
  if (!chips.length) return null;
  return (
    <div className="chips" role="group" aria-label="Active filters">
      {chips.map(([name, without]) => (
        <span key={name} className="chip">
          <bdi>{name}</bdi>
          <button aria-label={`Remove filter ${name}`} onClick={() => setView({ ...without, selected: null })}>
            ×
          </button>
        </span>
      ))}
      <button className="btn small" onClick={() => setView(unfiltered())}>
        Clear <kbd>Esc</kbd>
      </button>
      {view.slice !== null && summary?.slice != null && (
        <span className="muted" data-testid="slice-images">
          {whole(summary.images)} of {whole(project.images)} images
        </span>
      )}
    </div>
  );
}
