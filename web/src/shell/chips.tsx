/** Every active condition as a chip, on every page; what the page cannot honour says so on its chip. */
import type { ReactElement } from "react";
import type { Overview, Summary } from "../api/client";
import { KIND_NAMES, OUTCOME_NAMES, score, short, whole } from "../format";
import { formatSlice, parseSlice, rangeOf, type SliceKey, type SlicePart } from "../state/slice";
import { honourOf, type Family } from "../state/honour";
import { unfiltered, type Place, type View } from "../state/url";
import { setView, useView } from "../state/view";

const NAMES: Record<string, string> = {
  split: "Split", class: "Images with", title: "Title", text: "Words", sequence: "Sequence", licence: "Licence", cluster: "Group", similar: "Similar to", leaked: "Leaked",
  tag: "Tag", slice: "Slice", "object.class": "Objects of", "object.iou": "IoU", "object.x": "Centre across", "object.y": "Centre down",
};
const MOST_CLASSES = 4;

/** "Brightness .200 to .400" for a range of a metric. */
export function partName(part: SlicePart): string {
  if (part.key === "item") return "Chosen images";
  const range = rangeOf(part);
  if (!range) return `${NAMES[part.key] ?? part.key} ${part.key === "title" ? part.value : part.value.split("|").join(" or ")}`;
  const words = NAMES[part.key] ?? range.metric.replaceAll("_", " ");
  const plain = words.charAt(0).toUpperCase() + words.slice(1);
  const name = part.key.startsWith("object.") && !NAMES[part.key] && !plain.startsWith("Object") && range.metric !== "confidence" ? `Object ${words}` : plain;
  if (range.low === -Infinity) return `${name} up to ${short(range.high)}`;
  if (range.low === range.high) return `${name} ${short(range.low)}`;
  return range.high === Infinity ? `${name} from ${short(range.low)}` : `${name} ${short(range.low)} to ${short(range.high)}`;
}

interface Chip {
  name: string;
  family: Family;
  /** Of a condition on images or objects. */
  key?: SliceKey;
  without: Partial<View>;
}

function partChips(text: string | null, field: "slice" | "among", family: Family): Chip[] {
  const parts = parseSlice(text);
  return parts.map((part) => ({
    name: `${part.not ? "Not: " : ""}${partName(part)}`,
    family,
    key: part.key,
    without: { [field]: formatSlice(parts.filter((other) => other !== part)) },
  }));
}

function classChips({ classes }: View, className: (of: Place) => string): Chip[] {
  const family = "classes";
  const chips: Chip[] = classes.slice(0, MOST_CLASSES).map((id) => ({ name: className(id), family, without: { classes: classes.filter((k) => k !== id) } }));
  if (classes.length > MOST_CLASSES) chips.push({ name: `${classes.length - MOST_CLASSES} more classes`, family, without: { classes: classes.slice(0, MOST_CLASSES) } });
  return chips;
}

function objectChips(view: View, className: (of: Place) => string): Chip[] {
  const { outcome, kind, labelled, predicted, below, tag } = view;
  const chips: [boolean, string, Partial<View>][] = [
    [outcome !== "error", OUTCOME_NAMES[outcome] ?? outcome, { outcome: "error", kind: null }],
    [kind !== null, KIND_NAMES[kind ?? ""] ?? String(kind), { kind: null }],
    [labelled !== null, `Labelled ${className(labelled ?? "none")}`, { labelled: null }],
    [predicted !== null, `Predicted ${className(predicted ?? "none")}`, { predicted: null }],
    [below !== null, `Confidence below ${score(below, 2)}`, { below: null }],
    [tag !== null, `Objects tagged ${tag}`, { tag: null }],
  ];
  const family = "outcomes";
  return [...chips.flatMap(([on, name, without]): Chip[] => (on ? [{ name, family, without }] : [])), ...partChips(view.among, "among", "objects")];
}

/** All chips of a view, whatever its page. */
export function chipsOf(view: View, project: Overview): Chip[] {
  const className = (of: Place) => (of === "none" ? "nothing" : (project.classes[of]?.name ?? String(of)));
  return [...partChips(view.slice, "slice", "images"), ...classChips(view, className), ...objectChips(view, className)];
}

export function Chips({ project, summary }: { project: Overview; summary: Summary | undefined }): ReactElement | null {
  const view = useView();
  const chips = chipsOf(view, project);
  const run = project.runs.find((r) => r.name === view.run) ?? project.runs[0];
  if (!chips.length) return null;
  return (
    <div className="chips" role="group" aria-label="Active filters">
      {chips.map((chip) => (
        <OneChip key={`${chip.family} ${chip.name}`} chip={chip} view={view} answers={run?.task === "classification"} />
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

/** Conditions of objects alone. */
const OF_OBJECTS = ["kind", "below", "tag", "among"];
const NO_ANSWER = { used: false, why: "Answers are about whole images: it holds for runs of objects." };

function OneChip({ chip: { name, family, key, without }, view, answers }: { chip: Chip; view: View; answers: boolean }): ReactElement {
  const ofObjects = OF_OBJECTS.includes(Object.keys(without)[0] ?? "");
  const { used, why } = answers && view.page === "errors" && ofObjects ? NO_ANSWER : honourOf(view.page, family, { count: view.classes.length, key });
  return (
    <span className={used ? "chip" : "chip unused"} title={why || undefined}>
      <bdi>{name}</bdi>
      {!used && <small>not used here</small>}
      {used && why && <small>in part</small>}
      <button aria-label={`Remove filter ${name}`} onClick={() => setView({ ...without, selected: null })}>
        ×
      </button>
    </span>
  );
}
