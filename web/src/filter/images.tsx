/** Which images count at all: words, saved slices, tags, splits, sequences, classes, sizes, metrics. */
import { useEffect, useState, type ReactElement } from "react";
import type { Overview } from "../api/client";
import type { ImageFacets } from "../api/facets";
import { namesOf, valueOf, withName, withPart, type SliceKey } from "../state/slice";
import { setView, useView } from "../state/view";
import { SavedSlices } from "../shell/saved-slices";
import { Choices, type Choice } from "./choices";
import { RangePart } from "./range";

/** Milliseconds after the last letter. */
const WAIT = 250;

interface Props {
  project: Overview;
  facets: ImageFacets;
  close: (key: string) => void;
}

export function ImagesPart({ project, facets, close }: Props): ReactElement {
  const { slice } = useView();
  const set = (next: string | null) => setView({ slice: next, selected: null });
  const named = (key: SliceKey, rows: { name: string; images: number }[]) => {
    const known = rows.map((row) => row.name);
    const chosen = namesOf(valueOf(slice, key), known);
    const choices: Choice[] = rows.map(({ name, images }) => ({ id: name, name, count: images, on: chosen.includes(name) }));
    return { choices, choose: (name: string) => set(withName(slice, key, name, known)) };
  };
  const counts = new Map(facets.classes.map((c) => [c.class_id, c.images]));
  const classes = project.classes.filter((c) => c.images > 0).sort((a, b) => b.images - a.images).map((c) => ({ name: c.name, images: counts.get(c.class_id) ?? 0 }));
  return (
    <>
      <Words />
      <SavedSlices counts={new Map(facets.slices.map((s) => [s.name, s.images]))} />
      <Choices title="Tag" search="Find a tag" {...named("tag", facets.tags)} />
      <Choices title="Split" search="Find a split" {...named("split", facets.splits)} />
      <Choices title="Sequence" search="Find a sequence" {...named("sequence", facets.sequences)} />
      <Choices title="Images with" search="Find what images hold" {...named("class", classes)} />
      {facets.licences.length > 1 && facets.licences.length < 20 && <Choices title="Licence" {...named("licence", facets.licences)} />}
      {facets.ranges.map((facet) => (
        <RangePart
          key={facet.key}
          facet={facet}
          value={valueOf(slice, facet.key as SliceKey)}
          change={(value) => set(withPart(withPart(slice, facet.key as SliceKey, ""), facet.key as SliceKey, value))}
          close={() => close(facet.key)}
        />
      ))}
    </>
  );
}

/** Two fields: words anywhere, used as they are typed; a pattern of titles, used on Enter. */
function Words(): ReactElement {
  const { slice } = useView();
  const [words, setWords] = useState(valueOf(slice, "text") ?? "");
  const [title, setTitle] = useState(valueOf(slice, "title") ?? "");
  const text = words.replaceAll(/[,=]+/g, " ").trim();
  useEffect(() => {
    if (text === (valueOf(slice, "text") ?? "")) return;
    const timer = setTimeout(() => setView({ slice: withPart(withPart(slice, "text", ""), "text", text), selected: null }), WAIT);
    return () => clearTimeout(timer);
  }, [text, slice]);
  const use = () => {
    if (title.trim() !== (valueOf(slice, "title") ?? "")) setView({ slice: withPart(slice, "title", title), selected: null });
  };
  return (
    <fieldset className="filter-part">
      <legend>Words</legend>
      <input type="search" autoFocus placeholder="In titles, tags and notes, as night rain" aria-label="Words in titles, tags and notes" value={words} onChange={(e) => setWords(e.target.value)} />
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          use();
        }}
      >
        <input type="search" placeholder="Title, as val*.jpg" aria-label="Pattern of titles" value={title} onChange={(e) => setTitle(e.target.value)} onBlur={use} />
        <button className="btn small">Use</button>
      </form>
    </fieldset>
  );
}
