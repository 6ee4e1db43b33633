/** All metrics, to search in and to choose from, each with its outliers. */
import { useState, type ReactElement } from "react";
import type { Findings, ListedMetric } from "../api/client";
import { whole } from "../format";
import { Card } from "../parts/card";
import { plain } from "../parts/told";

export function subjectOf(metric: ListedMetric): string {
  if (metric.on === "image") return metric.roles.length === 1 && metric.roles[0] === "prediction" ? "Images by their predictions" : "Images";
  return metric.roles.includes("ground_truth") ? "Labels and predictions" : "Predictions";
}

interface ListProps {
  metrics: ListedMetric[];
  findings: Findings | undefined;
  chosen: string;
  choose: (id: string) => void;
}

export function MetricList({ metrics, findings, chosen, choose }: ListProps): ReactElement {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const fits = (m: ListedMetric) => `${m.title} ${m.meaning}`.toLowerCase().includes(wanted);
  const some = metrics.filter(fits);
  const groups = [...new Set(metrics.map(subjectOf))];
  const outliers = (id: string) =>
    (findings?.outliers ?? []).filter((o) => o.metric === id).reduce((sum, o) => sum + o.moderate + o.severe, 0);
  return (
    <Card title="Metrics" hint="With the number of outliers, where there are any" className="metric-list">
      <input type="search" placeholder="Find a metric" aria-label="Find a metric" value={search} onChange={(e) => setSearch(e.target.value)} />
      {groups.map((group) => {
        const rows = some.filter((m) => subjectOf(m) === group);
        if (!rows.length) return null;
        return (
          <div key={group}>
            <h3>{group}</h3>
            {rows.map((m) => {
              const n = outliers(m.id);
              return (
                <button key={m.id} className="facet" aria-pressed={m.id === chosen} title={plain(m.meaning)} onClick={() => choose(m.id)}>
                  <span>{m.title}</span> <span>{n ? whole(n) : ""}</span>
                </button>
              );
            })}
          </div>
        );
      })}
      {some.length === 0 && <p className="muted">No metric has this in its name or meaning.</p>}
    </Card>
  );
}
