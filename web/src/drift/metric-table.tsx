/** Every metric by how far its two distributions are apart; a row chooses it. */
import type { ReactElement } from "react";
import type { Drift } from "../api/drift";
import { score, short } from "../format";
import { Card } from "../parts/card";
import { small } from "../slices/weak-table";
import { setView } from "../state/view";

interface Props {
  data: Drift;
  chosen: string | undefined;
  stale: boolean;
}

export function MetricTable({ data, chosen, stale }: Props): ReactElement {
  const missing = data.not_computed;
  return (
    <Card
      title="Metrics"
      className={stale ? "stale" : ""}
      hint="KS: greatest distance of the two distributions, 0 to 1. q: chance of it without a difference, corrected over all metrics. Delta: how much likelier a value of the second side is greater than smaller."
      foot={missing.length ? `Not computed yet, so not compared: ${missing.join(", ")}. Run boxscore metric run.` : undefined}
    >
      <div className="scroll drift-metrics">
        <table className="table">
          <thead>
            <tr>
              <th>Metric</th>
              <th className="num"><i className="side-mark side-a" title="The first side" /> Median</th>
              <th className="num"><i className="side-mark side-b" title="The second side" /> Median</th>
              <th aria-label="KS as a bar" />
              <th className="num">KS</th>
              <th className="num">Delta</th>
              <th className="num">q</th>
            </tr>
          </thead>
          <tbody>
            {byDistance(data).map((row) => (
              <tr key={row.id} className={row.id === chosen ? "click current" : "click"} onClick={() => setView({ metric: row.id, bin: null })}>
                <td className="wraps">
                  <button className="plain" aria-pressed={row.id === chosen}>{row.title}</button>
                  {row.drifted && <span className="pill look">drifted</span>}
                  <small>{row.on === "image" ? "images" : "labels"}{row.unit ? `, ${row.unit}` : ""}</small>
                </td>
                <td className="num side-a">{short(row.medians[0])}</td>
                <td className="num side-b">{short(row.medians[1])}</td>
                <td className="bar-cell"><span className={row.drifted ? "bar-of drifted" : "bar-of"} style={{ width: `${Math.round(row.ks * 100)}%` }} /></td>
                <td className="num"><b>{score(row.ks)}</b></td>
                <td className="num">{score(row.delta)}</td>
                <td className="num">{small(row.q)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** Farthest apart first. */
export function byDistance(data: Drift): Drift["metrics"] {
  return [...data.metrics].sort((a, b) => b.ks - a.ks || a.title.localeCompare(b.title));
}
