/** The class chooser and the list of keys; native dialogs trap the focus and give it back. */
import { useEffect, useMemo, useRef, useState, type ReactElement, type ReactNode } from "react";
import type { Overview } from "../api/client";
import { whole } from "../format";
import { setView, useView } from "../state/view";
import { KEYS } from "./key-list";

export function Dialog({ title, className, close, children }: { title: string; className?: string; close: () => void; children: ReactNode }): ReactElement {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-label={title}
      className={className}
      onClose={close}
      onClick={(event) => {
        if (event.target === ref.current) ref.current?.close();
      }}
    >
      <header>
        <b>{title}</b>
        <button className="btn small" onClick={() => ref.current?.close()}>
          Done <kbd>Esc</kbd>
        </button>
      </header>
      {children}
    </dialog>
  );
}

export function ClassDialog({ project, close }: { project: Overview; close: () => void }): ReactElement {
  const { classes } = useView();
  const [search, setSearch] = useState("");
  const chosen = new Set(classes);
  const rows = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    const kind = project.classes.some((c) => c.kind === "object") ? "object" : "classification";
    return project.classes
      .filter((c) => c.kind === kind && c.name.toLowerCase().includes(wanted))
      .sort((a, b) => b.ground_truth - a.ground_truth);
  }, [project, search]);
  function toggle(id: number): void {
    const next = chosen.has(id) ? classes.filter((k) => k !== id) : [...classes, id];
    setView({ classes: next, selected: null });
  }
  return (
    <Dialog title="Classes" close={close}>
      <div className="row">
        <input
          type="search"
          placeholder="Find a class"
          aria-label="Find a class"
          autoFocus
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <button className="btn small" disabled={!classes.length} onClick={() => setView({ classes: [] })}>
          All classes
        </button>
      </div>
      <div className="class-list">
        {rows.map((c) => (
          <label key={c.class_id} className={c.ground_truth ? "" : "dim"}>
            <input type="checkbox" checked={chosen.has(c.class_id)} onChange={() => toggle(c.class_id)} />
            <bdi>{c.name}</bdi>
            <span>{whole(c.ground_truth)}</span>
          </label>
        ))}
        {!rows.length && <p className="muted">No class has this in its name.</p>}
      </div>
    </Dialog>
  );
}

export function KeyDialog({ close }: { close: () => void }): ReactElement {
  return (
    <Dialog title="Keyboard" close={close}>
      <div className="key-groups">
        {KEYS.map(([where, keys]) => (
          <section key={where} aria-label={where}>
            <h3>{where}</h3>
            <dl className="keys">
              {keys.map(([names, does]) => (
                <div key={names}>
                  <dt>
                    {names.split(" ").map((key, k) => (
                      <kbd key={k}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
