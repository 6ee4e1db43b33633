/** What can be done with everything picked in the grid; number keys give the tags of the settings. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactElement } from "react";
import { useSettings } from "../api/settings";
import { changeTag, exportZip, makeSubset, undoLast, useTags, writeNote, type Selection } from "../api/tags";
import { plural } from "../format";
import { useKeys } from "../state/keys";
import { pickNothing, picks, usePicked } from "../state/picked";
import { tagKeys } from "../state/tag-keys";

const FORMATS = ["coco", "yolo", "voc", "cvat", "csv", "jsonl", "parquet"];
const MOST_KEYS = 9;

interface Props {
  run: string;
  noun: "object" | "image";
  selection: Selection;
  /** The tags of everything that is picked and on a loaded page; a tag all of them have is taken off. */
  tagged: string[][];
}

export function BulkBar({ run, noun, selection, tagged }: Props): ReactElement {
  const picked = usePicked();
  const cache = useQueryClient();
  const labels = useTags().data;
  const [form, setForm] = useState<"tag" | "note" | "export" | "subset" | null>(null);
  const [said, setSaid] = useState("");
  const act = useMutation({
    mutationFn: async (what: () => Promise<string>) => what(),
    onSuccess: async (words) => {
      setSaid(words);
      setForm(null);
      await cache.invalidateQueries();
    },
    onError: (error) => setSaid(error.message),
  });
  const count = picks(picked);
  const all = (tag: string) => tagged.length > 0 && tagged.every((own) => own.includes(tag));
  const toggleTag = (tag: string) =>
    act.mutate(async () => {
      const off = all(tag);
      const { changed } = await changeTag(tag, selection, off);
      return off ? `${tag} taken off ${changed}` : `${changed} tagged ${tag}`;
    });
  const undo = () =>
    act.mutate(async () => {
      const { undone } = await undoLast();
      return undone === null ? "Nothing to undo" : `Undone: ${undone}`;
    });
  const settings = useSettings().data;
  const tags = [...tagKeys(settings, (labels?.tags ?? []).map(({ tag }) => tag), MOST_KEYS)];
  useKeys({
    ...(count ? Object.fromEntries(tags.map(([key, tag]) => [key, () => toggleTag(tag)])) : {}),
    ...(count ? { g: () => setForm("tag") } : {}),
    u: undo,
  });

  return (
    <div className="bulk" role="toolbar" aria-label="Selection">
      <b data-testid="picked">{count ? `${plural(count, noun)} picked` : "Nothing picked"}</b>
      {count > 0 && (
        <>
          {tags.map(([key, tag]) => (
            <button key={key} className="btn small" aria-pressed={all(tag)} disabled={act.isPending} onClick={() => toggleTag(tag)}>
              <kbd>{key}</kbd> <bdi>{tag}</bdi>
            </button>
          ))}
          {form === null ? (
            <>
              <button className="btn small" onClick={() => setForm("tag")}>
                Tag… <kbd>G</kbd>
              </button>
              <button className="btn small" onClick={() => setForm("note")}>Note…</button>
              <button className="btn small" onClick={() => setForm("export")}>Export…</button>
              <button className="btn small" onClick={() => setForm("subset")}>Subset…</button>
            </>
          ) : form === "export" ? (
            <ExportForm
              run={run}
              close={() => setForm(null)}
              go={(what, format) => act.mutate(async () => exportZip(what, format, selection).then((name) => `Saved ${name}`))}
            />
          ) : (
            <WordForm
              key={form}
              name={{ tag: "Name of the tag", note: "Note", subset: "Name of the new project" }[form]}
              close={() => setForm(null)}
              go={(words) => (form === "tag" ? toggleTag(words) : act.mutate(() => told(form, words, selection)))}
            />
          )}
          <button className="btn small" onClick={pickNothing}>None <kbd>Esc</kbd></button>
        </>
      )}
      <button className="btn small" disabled={act.isPending} onClick={undo}>
        Undo <kbd>U</kbd>
      </button>
      <span className="muted" role="status" data-testid="done">
        {act.isPending ? "Working…" : said}
      </span>
    </div>
  );
}

/** Does it and says so. */
async function told(form: "note" | "subset", words: string, selection: Selection): Promise<string> {
  if (form === "note") return `Note on ${(await writeNote(words, selection)).changed}`;
  const made = await makeSubset(words, selection);
  return `Project ${made.project}: ${plural(made.images, "image")}`;
}

function WordForm({ name, go, close }: { name: string; go: (words: string) => void; close: () => void }): ReactElement {
  const [words, setWords] = useState("");
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (words.trim()) go(words.trim());
  }
  return (
    <form className="row" onSubmit={submit} onKeyDown={(e) => e.key === "Escape" && close()}>
      <input type="text" autoFocus maxLength={name === "Note" ? 2000 : 100} aria-label={name} placeholder={name} value={words} onChange={(e) => setWords(e.target.value)} />
      <button className="btn small">Do it</button>
      <button type="button" className="btn small" onClick={close}>Cancel</button>
    </form>
  );
}

interface ExportProps {
  run: string;
  go: (what: string, format: string) => void;
  close: () => void;
}

function ExportForm({ run, go, close }: ExportProps): ReactElement {
  const [what, setWhat] = useState(run);
  const [format, setFormat] = useState("coco");
  return (
    <form
      className="row"
      onKeyDown={(e) => e.key === "Escape" && close()}
      onSubmit={(event) => {
        event.preventDefault();
        go(what, format);
      }}
    >
      <select className="btn small" autoFocus aria-label="What" value={what} onChange={(e) => setWhat(e.target.value)}>
        <option value={run}>{run}</option>
        <option value="ground-truth">Labels</option>
      </select>
      <select className="btn small" aria-label="Format" value={format} onChange={(e) => setFormat(e.target.value)}>
        {FORMATS.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button className="btn small">Download</button>
      <button type="button" className="btn small" onClick={close}>Cancel</button>
    </form>
  );
}
