/** Everything on the picture as a list: one stop of the Tab key, arrows go on; marks and lines light up together. */
import { useEffect, useRef, type KeyboardEvent, type ReactElement } from "react";
import { score } from "../format";
import { OutcomeGlyph } from "../parts/marks";
import { listed, type Mark } from "./marks";
import { wordOf } from "./object-card";

interface Props {
  marks: Mark[];
  hot: string | null;
  strong: ReadonlySet<string>;
  point: (key: string | null) => void;
  choose: (key: string | null) => void;
}

export function ObjectList({ marks, hot, strong, point, choose }: Props): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const rows = listed(marks);
  const at = Math.max(0, rows.findIndex((mark) => mark.key === hot));
  useEffect(() => {
    if (hot !== null) list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [hot]);
  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = rows[Math.min(rows.length - 1, Math.max(0, to))];
    if (!next) return;
    point(next.key);
    list.current?.querySelectorAll<HTMLElement>('[role="option"]')[rows.indexOf(next)]?.focus();
  }
  return (
    <section className="object-list" aria-label="Objects of this image">
      <h3>
        Objects <span className="muted">{rows.length}</span>
      </h3>
      <div ref={list} hidden={!rows.length} role="listbox" aria-label="Objects" onKeyDown={onKey} onPointerLeave={() => point(null)}>
        {rows.map((mark, k) => (
          <button
            key={mark.key}
            role="option"
            aria-selected={mark.key === hot}
            tabIndex={k === at ? 0 : -1}
            className={strong.has(mark.key) ? "linked" : ""}
            title={mark.object.reason}
            onFocus={(event) => event.currentTarget.matches(":focus-visible") && point(mark.key)}
            onBlur={() => point(null)}
            onPointerMove={() => mark.key !== hot && point(mark.key)}
            onClick={() => choose(mark.key)}
          >
            <OutcomeGlyph of={mark.object.outcome} />
            <i className={mark.role === "prediction" ? "line dashed" : "line solid"} />
            <bdi>{mark.object.class_name}</bdi>
            <span>{wordOf(mark)}</span>
            <span>{mark.object.confidence === null ? "" : score(mark.object.confidence, 2)}</span>
          </button>
        ))}
      </div>
      {!rows.length && <p className="muted">Nothing is labelled or predicted here.</p>}
    </section>
  );
}
