/** How much the labels distort the scores: now, with accepted fixes, and at most. */
import type { ReactElement } from "react";
import type { Run } from "../api/client";
import { useCorrectedScores, type CorrectedRuns } from "../api/labels";
import { plural, score } from "../format";
import { metric } from "../metrics";
import { Failure, Skeleton } from "../parts/card";
import { Letter } from "../parts/marks";

type Step = "now" | "accepted" | "upper";

/** `filtered`: the rest of the page follows a filter, which these numbers do not. */
export function CorrectedScores({ runs, filtered }: { runs: Run[]; filtered: boolean }): ReactElement {
  const found = useCorrectedScores(true);
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={92} />;
  const keys = new Set(found.data.runs.map((row) => Object.keys(row.now)[0] ?? "AP"));
  const [key = "AP"] = keys;
  const name = keys.size === 1 ? metric(key, runs[0]?.task ?? "bbox", undefined).name : "Score";
  const fixes = found.data.accepted_fixes;
  const of = filtered ? ", whole project" : "";
  return (
    <section className="kpis label-scores" aria-label="Scores with corrections">
      <Tile title={`${name} now${of}`} step="now" data={found.data} runs={runs} words="labels as imported" />
      <Tile title={`${name} with accepted fixes${of}`} step="accepted" data={found.data} runs={runs} words={fixes ? `${plural(fixes, "label")} changed` : "none accepted yet"} />
      <Tile title={`${name} if every suspect not kept were fixed${of}`} step="upper" data={found.data} runs={runs} words="upper end: suggestions come from the runs they judge" />
    </section>
  );
}

function Tile({ title, step, data, runs, words }: { title: string; step: Step; data: CorrectedRuns; runs: Run[]; words: string }): ReactElement {
  return (
    <div className="kpi" data-testid={`scores-${step}`}>
      <span>{title}</span>
      <div className="label-scores-row">
        {data.runs.map((row) => {
          const key = Object.keys(row.now)[0] ?? "";
          const letter = runs.find((r) => r.name === row.run)?.letter ?? "";
          return (
            <span key={row.run} title={row.run}>
              <Letter letter={letter} /> <b>{score(row[step][key])}</b> {step !== "now" && <Change from={row.now[key]} to={row[step][key]} />}
            </span>
          );
        })}
      </div>
      <small>{words}</small>
    </div>
  );
}

function Change({ from, to }: { from: number | null | undefined; to: number | null | undefined }): ReactElement | null {
  if (from == null || to == null) return null;
  const by = to - from;
  const text = Math.abs(by).toFixed(3).replace(/^0/, "");
  if (text === ".000") return <i>±.000</i>;
  return <i className={by > 0 ? "ok" : "bad"}>{`${by > 0 ? "+" : "−"}${text}`}</i>;
}
