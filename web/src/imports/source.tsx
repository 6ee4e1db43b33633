/** What is imported: files of this computer, or a folder below the one that the server may show. */
import { useState, type ReactElement } from "react";
import { upload, useFolder, type Asked } from "../api/jobs";
import { plural } from "../format";
import { Failure, Skeleton } from "../parts/card";

export type Source = Pick<Asked, "upload" | "place"> & { title: string };

export function SourceChoice({ browse, choose }: { browse: boolean; choose: (source: Source) => void }): ReactElement {
  const [sent, setSent] = useState<[number, number] | null>(null);
  const [error, setError] = useState<unknown>(null);
  function send(list: FileList | null): void {
    const files = [...(list ?? [])].filter((file) => !(file.webkitRelativePath || file.name).split("/").some((part) => part.startsWith(".")));
    if (!files.length) return;
    setError(null);
    setSent([0, files.length]);
    const title = files[0]!.webkitRelativePath.split("/")[0] || files[0]!.name;
    upload(files, (count) => setSent([count, files.length]))
      .then((id) => choose({ upload: id, title }))
      .catch((problem: unknown) => {
        setSent(null);
        setError(problem);
      });
  }
  return (
    <div className="import-source">
      {sent ? (
        <p role="status">
          <progress value={sent[0]} max={sent[1]} /> {plural(sent[0], "file")} of {sent[1]} sent
        </p>
      ) : (
        <div className="row">
          <label className="btn">
            Choose files
            <input type="file" multiple className="away" aria-label="Choose files" onChange={(e) => send(e.target.files)} />
          </label>
          <label className="btn">
            Choose a folder
            <input type="file" className="away" aria-label="Choose a folder" ref={(node) => node?.setAttribute("webkitdirectory", "")} onChange={(e) => send(e.target.files)} />
          </label>
          <span className="muted">Sent to this server only, and removed after the import.</span>
        </div>
      )}
      {error !== null && <Failure error={error} />}
      {browse && !sent && <Folders choose={choose} />}
    </div>
  );
}

function Folders({ choose }: { choose: (source: Source) => void }): ReactElement {
  const [path, setPath] = useState("");
  const found = useFolder(path);
  const join = (name: string) => (path ? `${path}/${name}` : name);
  return (
    <section aria-label="Folders of the server">
      <div className="row">
        <button className="btn small" disabled={!path} onClick={() => setPath(path.split("/").slice(0, -1).join("/"))}>
          Up
        </button>
        <b>
          <bdi>{path || "Folders of the server"}</bdi>
        </b>
        <button className="btn small" disabled={!path} onClick={() => choose({ place: path, title: path.split("/").at(-1) ?? path })}>
          Use this folder
        </button>
      </div>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={160} />
      ) : (
        <ul className="entries">
          {found.data.entries.map((entry) => (
            <li key={entry.name}>
              <button className="plain" onClick={() => (entry.folder ? setPath(join(entry.name)) : choose({ place: join(entry.name), title: entry.name }))}>
                <bdi>{entry.name}</bdi>
                {entry.folder && "/"}
              </button>
            </li>
          ))}
          {!found.data.entries.length && <li className="muted">Nothing here.</li>}
        </ul>
      )}
    </section>
  );
}
