/** Which images count: a split, a sequence, a pattern of titles, a class that must be there. */
import { useMemo, useState, type ReactElement } from "react";
import type { Overview } from "../api/client";
import { useTags } from "../api/tags";
import { whole } from "../format";
import { parseSlice, withPart, type SliceKey } from "../state/slice";
import { setView, useView } from "../state/view";
import { Dialog } from "./dialogs";
import { SavedSlices } from "./saved-slices";

const MOST = 200;

export function SliceDialog({ project, close }: { project: Overview; close: () => void }): ReactElement {
  const { slice } = useView();
  const [search, setSearch] = useState("");
  const chosen = new Map(parseSlice(slice).filter(({ not }) => !not).map(({ key, value }) => [key, value]));
  const [title, setTitle] = useState(chosen.get("title") ?? "");
  const choose = (key: SliceKey, value: string) => setView({ slice: withPart(slice, key, value), selected: null });
  const labels = useTags().data;
  const tags = (labels?.tags ?? []).map(({ tag, holding }) => ({ name: tag, images: holding }));
  const wanted = search.trim().toLowerCase();
  const fits = (name: string) => name.toLowerCase().includes(wanted);
  const classes = useMemo(
    () => project.classes.filter((c) => c.images > 0).sort((a, b) => b.images - a.images),
    [project],
  );
  return (
    <Dialog title="Images" close={close}>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() !== (chosen.get("title") ?? "")) choose("title", title);
        }}
      >
        <input type="search" autoFocus placeholder="Title, as val*.jpg" aria-label="Pattern of titles" value={title} onChange={(e) => setTitle(e.target.value)} />
        <button className="btn small">Use</button>
        <button type="button" className="btn small" disabled={slice === null} onClick={() => setView({ slice: null, selected: null })}>
          All images
        </button>
      </form>
      <div className="class-list">
        <SavedSlices />
        <Choices name="Tag" of="tag" rows={tags} chosen={chosen} choose={choose} />
        <Choices name="Split" of="split" rows={project.splits} chosen={chosen} choose={choose} />
        <Choices name="Sequence" of="sequence" rows={project.sequences} chosen={chosen} choose={choose} />
        <h3>Images with</h3>
        <input type="search" placeholder="Find a class" aria-label="Find a class that images hold" value={search} onChange={(e) => setSearch(e.target.value)} />
        <Choices of="class" rows={classes.filter((c) => fits(c.name))} chosen={chosen} choose={choose} />
      </div>
    </Dialog>
  );
}

interface ChoicesProps {
  name?: string;
  of: SliceKey;
  rows: { name: string; images: number }[];
  chosen: Map<SliceKey, string>;
  choose: (key: SliceKey, value: string) => void;
}

function Choices({ name, of, rows, chosen, choose }: ChoicesProps): ReactElement | null {
  if (!rows.length) return name ? null : <p className="muted">No class has this in its name.</p>;
  return (
    <>
      {name && <h3>{name}</h3>}
      {rows.slice(0, MOST).map((row) => (
        <label key={row.name}>
          <input type="checkbox" checked={chosen.get(of) === row.name} onChange={() => choose(of, row.name)} />
          <bdi>{row.name}</bdi>
          <span>{whole(row.images)}</span>
        </label>
      ))}
      {rows.length > MOST && <p className="muted">{MOST} of {whole(rows.length)} are listed.</p>}
    </>
  );
}
