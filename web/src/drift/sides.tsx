/** Which images are compared with which: splits, sequences, tags and saved slices, or another project. */
import type { ReactElement } from "react";
import type { Overview } from "../api/client";
import type { Sides } from "../api/drift";
import { useProjects } from "../api/jobs";
import { useTags } from "../api/tags";
import { narrowed } from "../state/honour";
import { joined, parseSlice } from "../state/slice";
import type { View } from "../state/url";
import { setView, useView } from "../state/view";

const MOST = 100;
const PROJECT = "project:";
/** Against the images that the first side leaves out; no slice is written so. */
const REST = "rest";

interface Option {
  value: string;
  name: string;
  group: string;
}

export interface Choices {
  first: string | null;
  second: string | null;
  /** Id of the other project; null: the second side is of this one. */
  other: string | null;
  options: Option[];
  others: { id: string; name: string }[];
}

/** What the view names; where it names nothing, the first two splits, train before the others; a slice that splits do not divide stands against the rest. */
export function useChoices(project: Overview, view: View): Choices {
  const labels = useTags().data;
  const shelf = useProjects().data;
  const options: Option[] = [
    ...project.splits.map((s) => ({ value: `split=${s.name}`, name: s.name, group: "Splits" })),
    ...project.sequences.slice(0, MOST).map((s) => ({ value: `sequence=${s.name}`, name: s.name, group: "Sequences" })),
    ...(labels?.slices ?? []).map((s) => ({ value: `slice=${s.name}`, name: s.name, group: "Saved slices" })),
    ...(labels?.tags ?? []).map((t) => ({ value: `tag=${t.tag}`, name: t.tag, group: "Tags" })),
  ];
  const others = (shelf?.projects ?? []).filter((p) => p.id !== shelf?.here && p.problem === null).map(({ id, name }) => ({ id, name }));
  const splits = project.splits.map((s) => `split=${s.name}`).sort((a, b) => Number(b.includes("train")) - Number(a.includes("train")));
  const other = others.find((p) => p.id === view.with)?.id ?? null;
  const named = view.first !== null || view.second !== null || other !== null;
  const divided = splits.length > 1 && !parseSlice(view.slice).some((part) => part.key === "split");
  const twoSplits = divided && !named;
  const againstRest = !divided && !named && namesImages(view.slice);
  return {
    first: twoSplits ? splits[0]! : view.first,
    second: twoSplits ? splits[1]! : againstRest ? REST : view.second,
    other: other ?? (named || twoSplits || againstRest ? null : (others[0]?.id ?? null)),
    options,
    others,
  };
}

function namesImages(slice: string | null): boolean {
  return parseSlice(slice).some((part) => !part.key.startsWith("object."));
}

/** The conditions on labels that both sides share; classes by their names, which another project has too. */
function labelsOf(view: View, project: Overview): string | null {
  const names = view.classes.flatMap((id) => project.classes[id]?.name ?? []);
  const own = names.length ? `object.class=${names.join("|")}` : null;
  return joined(own, narrowed({ ...view, slice: null }).slice ?? "");
}

/** What to ask of the server; null where both sides are the same images. The filter of all pages narrows both. */
export function sidesOf({ first, second, other }: Choices, view: View, project: Overview): Sides | null {
  if (first === second && other === null) return null;
  const labels = labelsOf(view, project);
  const both = (...parts: (string | null)[]) => parts.filter(Boolean).join(",");
  const a = both(first, view.slice, labels);
  if (second === REST) return namesImages(a) ? { slice: a, rest: true, ...(labels ? { against: labels } : {}) } : null;
  const b = both(second, view.slice, labels);
  return { ...(a ? { slice: a } : {}), ...(b ? { against: b } : {}), ...(other ? { other } : {}) };
}

/** "train" for "split=train"; longer slices as they are written. */
export function sideName(name: string): string {
  return /^(?:split|sequence|slice|tag)=([^,]+)$/.exec(name)?.[1] ?? name;
}

export function SideChoice({ of }: { of: Choices }): ReactElement {
  const { first, second, other } = of;
  const all = namesImages(useView().slice) ? "Images of the filter" : "All images";
  const choose = (value: string) => {
    const id = value.startsWith(PROJECT) ? value.slice(PROJECT.length) : null;
    setView({ first, second: id === null ? value || null : null, with: id, bin: null });
  };
  return (
    <div className="choice drift-sides">
      <label>
        <i className="side-mark side-a" />
        <select className="btn small" aria-label="These images" value={first ?? ""} onChange={(e) => setView({ first: e.target.value || null, second, with: other, bin: null })}>
          <option value="">{all}</option>
          <Groups options={of.options} />
        </select>
      </label>
      <span className="muted">against</span>
      <label>
        <i className="side-mark side-b" />
        <select className="btn small" aria-label="Compared with" value={other === null ? (second ?? "") : PROJECT + other} onChange={(e) => choose(e.target.value)}>
          <option value="">{all}</option>
          <option value={REST}>All other images</option>
          <Groups options={of.options} />
          {of.others.length > 0 && (
            <optgroup label="Other projects">
              {of.others.map((p) => (
                <option key={p.id} value={PROJECT + p.id}>
                  {p.name}
                </option>
              ))}
            </optgroup>
          )}
        </select>
      </label>
    </div>
  );
}

function Groups({ options }: { options: Option[] }): ReactElement {
  return (
    <>
      {[...new Set(options.map((o) => o.group))].map((group) => (
        <optgroup key={group} label={group}>
          {options
            .filter((o) => o.group === group)
            .map((o) => (
              <option key={o.value} value={o.value}>
                {o.name}
              </option>
            ))}
        </optgroup>
      ))}
    </>
  );
}
