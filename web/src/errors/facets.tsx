/** Outcome, reason and class, each with the count of what it would show. */
import type { ReactElement, ReactNode } from "react";
import type { ErrorPage, Overview } from "../api/client";
import { useTags } from "../api/tags";
import { KIND_NAMES, whole } from "../format";
import { OutcomeGlyph } from "../parts/marks";
import type { Outcome } from "../state/url";
import { setView, useView } from "../state/view";

const KINDS = ["class", "location", "both", "duplicate", "background"];

interface LineProps {
  name: ReactNode;
  count: number | undefined;
  on: boolean;
  inner?: boolean;
  choose: () => void;
}

export function Line({ name, count, on, inner = false, choose }: LineProps): ReactElement {
  return (
    <button className={inner ? "facet inner" : "facet"} aria-pressed={on} title={typeof name === "string" ? name : undefined} onClick={choose}>
      <span>{name}</span> <span>{whole(count)}</span>
    </button>
  );
}

export function Facets({ project, run, facets }: { project: Overview; run: string; facets: ErrorPage["facets"] | undefined }): ReactElement {
  const view = useView();
  const { outcome } = view;
  const tags = useTags().data?.tags ?? [];
  const o = facets?.outcome;
  const pick = (outcome: Outcome, kind: string | null = null) => {
    const again = view.outcome === outcome && view.kind === kind;
    setView(again ? { outcome: "error", kind: null, selected: null } : { outcome, kind, selected: null });
  };
  const on = (outcome: Outcome) => view.outcome === outcome && view.kind === null;
  const toggleClass = (id: number) =>
    setView({
      classes: view.classes.includes(id) ? view.classes.filter((k) => k !== id) : [...view.classes, id],
      selected: null,
    });
  return (
    <aside className="facets" aria-label="Filters">
      <h3>Outcome</h3>
      <Line name="All errors" count={o && o.fp + o.fn} on={on("error")} choose={() => pick("error")} />
      <Line name={<><OutcomeGlyph of="fp" /> False positives</>} count={o?.fp} on={on("fp")} choose={() => pick("fp")} />
      {KINDS.map((kind) => (
        <Line
          key={kind}
          inner
          name={KIND_NAMES[kind]}
          count={facets?.kind[kind]}
          on={view.kind === kind}
          choose={() => pick("fp", kind)}
        />
      ))}
      <Line name={<><OutcomeGlyph of="fn" /> Misses</>} count={o?.fn} on={on("fn")} choose={() => pick("fn")} />
      <Line name={<><OutcomeGlyph of="tp" /> Correct</>} count={o?.tp} on={on("tp")} choose={() => pick("tp")} />
      <Line name="Everything" count={o && o.tp + o.fp + o.fn} on={on("all")} choose={() => pick("all")} />
      <h3>Class</h3>
      <div className="facet-classes">
        {(facets?.classes ?? []).map(({ class_id, count }) => (
          <Line
            key={class_id}
            name={<bdi>{project.classes[class_id]?.name ?? class_id}</bdi>}
            count={count}
            on={view.classes.includes(class_id)}
            choose={() => toggleClass(class_id)}
          />
        ))}
      </div>
      {outcome !== "fn" && (
        <>
          <h3>Labelled as</h3>
          <div className="facet-classes">
            {(facets?.labelled ?? []).map(({ class_id, count }) => (
              <Line
                key={class_id ?? "none"}
                name={class_id === null ? <i>no match</i> : <bdi>{project.classes[class_id]?.name ?? class_id}</bdi>}
                count={count}
                on={view.labelled === (class_id ?? "none")}
                choose={() => setView({ labelled: view.labelled === (class_id ?? "none") ? null : (class_id ?? "none"), selected: null })}
              />
            ))}
          </div>
        </>
      )}
      {tags.length > 0 && (
        <>
          <h3>Tag</h3>
          <div className="facet-classes">
            {tags.map(({ tag, labels, predictions }) => (
              <Line
                key={tag}
                name={<bdi>{tag}</bdi>}
                count={labels + (predictions[run] ?? 0)}
                on={view.tag === tag}
                choose={() => setView({ tag: view.tag === tag ? null : tag, selected: null })}
              />
            ))}
          </div>
        </>
      )}
    </aside>
  );
}
