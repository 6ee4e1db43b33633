/** Precision and miss rate over equal-count bins of a metric; a bin opens its objects. */
import type { ReactElement } from "react";
import { pointOf, type Run } from "../api/client";
import { usePerformance, type MetricImportance, type MetricPerformance } from "../api/slices";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import type { Choice } from "../state/choice";
import { objectsOf } from "../state/url";
import { setView, useView } from "../state/view";
import { BinChart, type Bin } from "./bin-chart";
import { plain } from "../parts/told";

const CHIPS = 10;

export function MetricCard({ run, importance, choice }: { run: Run; importance: MetricImportance | undefined; choice: Choice }): ReactElement {
  const view = useView();
  const rows = importance?.rows ?? [];
  const titles = new Map(rows.map((r) => [r.metric, r.title]));
  const metric = (titles.has(view.metric ?? "") ? view.metric : rows[0]?.metric) ?? null;
  const found = usePerformance(pointOf(view, run.name), metric, choice.under);
  const filtered = view.classes.length > 0 || view.slice !== null;
  const point = { ...pointOf(view, run.name), confidence: found.data?.confidence ?? view.confidence };
  const whole = usePerformance({ ...point, classes: undefined }, filtered && found.data ? metric : null, { ...choice.under, slice: undefined });
  const first = [...titles.keys()].slice(0, CHIPS);
  const shown = metric !== null && !first.includes(metric) ? [...first, metric] : first;
  const more = [...titles].filter(([id]) => !shown.includes(id));
  return (
    <Card title="Performance against a metric" hint={hintOf(found.data, choice.matched)} className="metric-card">
      <div className="metric-chips" role="group" aria-label="Metric">
        {shown.map((id) => (
          <button key={id} className="choice-chip" aria-pressed={id === metric} onClick={() => setView({ metric: id })}>
            {titles.get(id)}
          </button>
        ))}
        {more.length > 0 && (
          <select className="btn small" aria-label="Other metrics" value="" onChange={(e) => setView({ metric: e.target.value })}>
            <option value="" disabled>{`${more.length} more`}</option>
            {more.map(([id, title]) => (
              <option key={id} value={id}>{title}</option>
            ))}
          </select>
        )}
      </div>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : importance && metric === null ? (
        <Empty title="No metric is computed yet">
          <p>Quality metrics say what images and objects are like. They are computed once.</p>
          <code>boxscore metric run</code>
        </Empty>
      ) : found.data ? (
        <div className={found.isPlaceholderData ? "stale" : ""}>
          <Charts data={found.data} whole={filtered ? whole.data : undefined} choice={choice} />
        </div>
      ) : (
        <Skeleton height="var(--bin-charts)" />
      )}
    </Card>
  );
}

function hintOf(data: MetricPerformance | undefined, opens: boolean): string {
  if (!data) return "Equal-count bins.";
  const { title, unit, meaning } = data.metric;
  return `${title}${unit ? `, ${unit}` : ""}: ${plain(meaning)} Equal-count bins; whiskers: 95 %, whole images resampled.${opens ? " A bin opens its errors." : ""}`;
}

interface ChartsProps {
  data: MetricPerformance;
  /** The run without any filter, where there is one, at the same thresholds. */
  whole: MetricPerformance | undefined;
  choice: Choice;
}

export function Charts({ data, whole, choice }: ChartsProps): ReactElement {
  const prefix = data.metric.on === "image" ? "metric" : "object";
  const open = (outcome: "fp" | "fn") => (k: number) => {
    const bin = data.bins[k]!;
    setView(objectsOf({ outcome, among: `${prefix}.${data.metric.id}=${bin.low}..${bin.most}` }));
  };
  const missed: Bin[] = data.bins.map((b) => ({ low: b.low, high: b.high, n: b.objects, estimate: rest(b.recall.estimate), from: rest(b.recall.high), to: rest(b.recall.low) }));
  const precision: Bin[] = data.bins.map((b) => ({ low: b.low, high: b.high, n: b.predictions, estimate: b.precision.estimate, from: b.precision.low, to: b.precision.high, mark: b.mean_confidence.estimate }));
  return (
    <div className="bin-charts">
      <BinChart glyph="tp" title="Precision, % of predictions that are right" mark="mean confidence" up="Precision" bins={precision} average={data.precision} whole={whole?.precision} open={choice.matched ? open("fp") : undefined} />
      {data.recall !== null && (
        <BinChart glyph="fn" title="Miss rate, % of labelled objects not found" up="Miss rate" bins={missed} average={rest(data.recall)} whole={rest(whole?.recall ?? null)} open={choice.matched ? open("fn") : undefined} />
      )}
    </div>
  );
}

function rest(share: number | null): number | null {
  return share === null ? null : 1 - share;
}
