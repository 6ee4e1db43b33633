/** How good is the model, and what should be fixed first? */
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { fetchErrors, pointOf, useCurves, useIntervals, useSummary, type Overview, type Run, type Summary } from "../api/client";
import { percent, plural, score, whole } from "../format";
import { Failure, Skeleton } from "../parts/card";
import { OutcomeBar } from "../parts/outcomes";
import { useView } from "../state/view";
import { ClassTable } from "./class-table";
import { ConfidenceCard, PrecisionRecallCard } from "./curve-cards";
import { ErrorBudgetCard } from "./error-budget";
import { FixFirst } from "./fix-first";
import { PageHead } from "./page-head";

export function OverviewPage({ project, run }: { project: Overview; run: Run }): ReactElement {
  const view = useView();
  const point = pointOf(view, run.name);
  const boxes = run.task !== "classification";
  const summary = useSummary(point);
  const curves = useCurves(boxes ? point : null);
  const kinds = useQuery({
    queryKey: ["kinds", point],
    enabled: boxes,
    queryFn: ({ signal }) => fetchErrors(point, { outcome: "fp", kind: null, sort: "severity" }, 0, signal),
    select: (page) => page.facets.kind,
  });
  const labelled = project.classes.filter((c) => c.ground_truth > 0).length;
  if (summary.error) return <Failure error={summary.error} retry={() => void summary.refetch()} />;
  if (!summary.data) return <Skeleton height={400} />;
  const shown = view.classes.length ? plural(view.classes.length, "class", "classes") : `All ${labelled} labelled classes`;
  return (
    <>
      <PageHead title="Overview" question="How good is the model, and what should be fixed first?">
        <span className="muted">{shown}</span>
      </PageHead>
      <Kpis summary={summary.data} run={run} stale={summary.isPlaceholderData} />
      {boxes && (
        <div className="columns three">
          <PrecisionRecallCard project={project} run={run} summary={summary.data} />
          <ConfidenceCard curves={curves.data} confidence={summary.data.counts.confidence} />
          <FixFirst summary={summary.data} curves={curves.data} kinds={kinds.data} />
        </div>
      )}
      {boxes && <ErrorBudgetCard run={run} />}
      <ClassTable summary={summary.data} />
    </>
  );
}

/** The tiles that have an interval, in their order. */
const INTERVALS = ["AP", "AP50"];

function Kpis({ summary, run, stale }: { summary: Summary; run: Run; stale: boolean }): ReactElement {
  const { counts, metrics } = summary;
  const intervals = useIntervals(run.name, run.task === "bbox" || run.task === "segm").data?.intervals;
  const sure = (name: string): string => {
    const found = intervals?.[name];
    if (!found) return "";
    return found.low === null ? (found.reason ?? "") : `95 % ${score(found.low)} to ${score(found.high)}`;
  };
  const tiles: [string, string, string][] =
    run.task === "classification"
      ? [
          ["Accuracy", percent(metrics.accuracy), "%"],
          ["Balanced accuracy", percent(metrics.balanced_accuracy), "%"],
          ["Precision, mean of classes", percent(metrics.precision), "%"],
          ["Recall, mean of classes", percent(metrics.recall), "%"],
          ["F1, mean of classes", score(metrics.f1), ""],
        ]
      : [
          ["AP .50:.95", score(metrics.AP), ""],
          ["AP50", score(metrics.AP50), ""],
          ["Precision", percent(counts.precision), "%"],
          ["Recall", percent(counts.recall), "%"],
          ["F1", score(counts.f1), ""],
        ];
  const operating = counts.iou === null ? "" : `at IoU ${score(counts.iou, 2)}, confidence ${score(counts.confidence, 2)}`;
  return (
    <section className={stale ? "kpis stale" : "kpis"} aria-label="Scores">
      {tiles.map(([name, value, unit], k) => (
        <div key={name} className="kpi">
          <span>{name}</span>
          <b>
            {value}
            {unit && value !== "–" && <i>{unit}</i>}
          </b>
          {INTERVALS[k] && sure(INTERVALS[k]) && <small>{sure(INTERVALS[k])}</small>}
          <small>{run.task === "classification" ? "" : k < 2 ? `COCO, ${run.task === "segm" ? "masks" : "boxes"}, any threshold` : operating}</small>
        </div>
      ))}
      <div className="kpi wide">
        <span>
          {whole(counts.tp + counts.fn)} {run.task === "classification" ? "labels" : "objects"}, {whole(counts.tp + counts.fp)} predictions
          {counts.ignored > 0 && `, ${whole(counts.ignored)} ignored`}
        </span>
        <OutcomeBar counts={counts} />
      </div>
    </section>
  );
}

