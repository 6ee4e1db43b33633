/** What a metric has to do with each class's misses and false positives; a class opens its chart. */
import { useState, type ReactElement } from "react";
import { pointOf, type ListedMetric, type Run } from "../api/client";
import { useByClass, type ClassAgainstMetric } from "../api/drift";
import { usePerformance } from "../api/slices";
import { DASH, percent, plural, score, whole } from "../format";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { Charts } from "../slices/metric-chart";
import { small } from "../slices/weak-table";
import { choiceOf } from "../state/choice";
import { setView, useView } from "../state/view";

const FEW = 10;
const SURE = 0.05;

type Side = "recall" | "precision";

export function ByClass({ metric, run }: { metric: ListedMetric; run: Run }): ReactElement | null {
  const view = useView();
  const [all, setAll] = useState(false);
  const choice = choiceOf(view, run);
  const found = useByClass(pointOf(view, run.name), metric.id, choice.under);
  if (!choice.confusable) return null;
  const rows = found.data?.classes ?? [];
  const [only] = view.classes;
  const chosen = view.classes.length === 1 ? rows.find((r) => r.class_id === only) : undefined;
  return (
    <div className="by-class-columns">
      <Card
        title={`Classes against ${metric.title}`}
        className={found.isPlaceholderData ? "stale" : ""}
        hint="Each class has up to 4 bins of its own, of equal numbers, at least 10 each. Drop: from the best to the worst, in points. r: rank correlation of the metric with being found, or right; grey unless q is below .05. A class opens its chart."
      >
        {found.error ? (
          <Failure error={found.error} retry={() => void found.refetch()} />
        ) : !found.data ? (
          <Skeleton height={260} />
        ) : rows.length === 0 ? (
          <Empty title="No class has an object or a prediction" />
        ) : (
          <div className="scroll by-class">
            <table className="table">
              <thead>
                <tr>
                  <th>Class</th>
                  <th className="num">Objects</th>
                  <th className="num">Recall %</th>
                  <th className="num">Drop</th>
                  <th className="num">r</th>
                  <th className="num">Predictions</th>
                  <th className="num">Precision %</th>
                  <th className="num">Drop</th>
                  <th className="num">r</th>
                </tr>
              </thead>
              <tbody>
                {(all ? rows : rows.slice(0, FEW)).map((row) => (
                  <Line key={row.class_id} row={row} current={row === chosen} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {rows.length > FEW && (
          <button className="btn small" onClick={() => setAll(!all)}>
            {all ? `First ${FEW}` : `All ${plural(rows.length, "class", "classes")}`}
          </button>
        )}
      </Card>
      <ClassChart metric={metric} run={run} name={chosen?.class_name} />
    </div>
  );
}

function Line({ row, current }: { row: ClassAgainstMetric; current: boolean }): ReactElement {
  const choose = () => setView({ classes: current ? [] : [row.class_id], selected: null });
  const cells = (side: Side) => {
    const { value, drop, best, worst, correlation, q } = row[side];
    const sure = q !== null && q < SURE;
    return (
      <>
        <td className="num"><b>{value === null ? DASH : percent(value)}</b></td>
        <td className="num" title={drop === null ? "Too few for two bins" : `From ${percent(best)} to ${percent(worst)} %`}>{drop === null ? DASH : percent(drop)}</td>
        <td className={sure ? "num" : "num unsure"} title={q === null ? "Undefined: all or none, or one value" : `q ${small(q)}`}>{correlation === null ? DASH : score(correlation, 2)}</td>
      </>
    );
  };
  return (
    <tr className={current ? "click current" : "click"} onClick={choose}>
      <td>
        <button className="plain" aria-pressed={current}><bdi>{row.class_name}</bdi></button>
      </td>
      <td className="num">{whole(row.objects)}</td>
      {cells("recall")}
      <td className="num">{whole(row.predictions)}</td>
      {cells("precision")}
    </tr>
  );
}

/** Precision and miss rate of the chosen class, or of all, beside the whole run. */
function ClassChart({ metric, run, name }: { metric: ListedMetric; run: Run; name: string | undefined }): ReactElement {
  const view = useView();
  const choice = choiceOf(view, run);
  const point = pointOf(view, run.name);
  const found = usePerformance(point, metric.id, choice.under);
  const filtered = view.classes.length > 0;
  const all = usePerformance({ ...point, classes: undefined }, filtered ? metric.id : null, choice.under);
  const subject = name ?? (filtered ? "the chosen classes" : "all classes");
  return (
    <Card title={`${metric.title}: ${subject}`} className={found.isPlaceholderData ? "stale" : ""} hint={`Equal-count bins; whiskers: 95 %, whole images resampled.${choice.matched ? " A bin opens its errors." : ""}`}>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : found.data ? (
        <Charts data={found.data} whole={filtered ? all.data : undefined} choice={choice} />
      ) : (
        <Skeleton height="var(--bin-charts)" />
      )}
    </Card>
  );
}
