/** How good is the model, and what should be fixed first? */
import type { ReactElement } from "react";
import { pointOf, useCurves, useIntervals, useRateIntervals, useLrp, useSummary, type Overview, type Run, type Summary } from "../api/client";
import { Failure, Skeleton } from "../parts/card";
import { choiceOf, type Choice } from "../state/choice";
import { useView } from "../state/view";
import { CalibrationCard } from "./calibration";
import { ClassCurvesCard } from "./class-curves";
import { ClassTable } from "./class-table";
import { ConfidenceCard } from "./confidence-card";
import { ErrorBudgetCard } from "./error-budget";
import { FixFirst } from "./fix-first";
import { PageHead } from "./page-head";
import { PrecisionRecallCard } from "./precision-recall";
import { ScoresCard, Tiles } from "./scores";
import { TaskChoice } from "./task-choice";

export function OverviewPage({ project, run }: { project: Overview; run: Run }): ReactElement {
  const view = useView();
  const choice = choiceOf(view, run);
  const coco = choice.matched && choice.protocol?.name === "coco";
  const summary = useSummary(pointOf(view, run.name), choice.under);
  const sure = coco || choice.task === "classification";
  const doubt = useIntervals(run.name, choice.under, sure);
  const intervals = doubt.data;
  const rates = useRateIntervals(pointOf(view, run.name), choice.under, choice.matched).data?.intervals;
  const lrp = useLrp(run.name, view.iou, choice.under, choice.matched);
  const found = summary.data?.task === choice.task ? summary.data : undefined;
  const shown = { choice, intervals: sure ? intervals?.intervals : undefined, rates };
  const classes = found && <ClassTable summary={found} choice={choice} lrp={choice.matched ? lrp.data : undefined} intervals={sure ? intervals?.per_class : undefined} />;
  return (
    <>
      <PageHead title="Overview" question="How good is the model, and what should be fixed first?">
        <TaskChoice run={run} choice={choice} />
      </PageHead>
      {summary.error ? (
        <Failure error={summary.error} retry={() => void summary.refetch()} />
      ) : !found ? (
        <Skeleton height={400} />
      ) : (
        <>
          {found.notes.map((note) => (
            <p key={note} className="note warn above" role="note">
              {note}
            </p>
          ))}
          <Tiles summary={found} {...shown} awaited={sure && doubt.isPending} stale={summary.isPlaceholderData} />
          {choice.matched && <Curves project={project} run={run} choice={choice} summary={found} />}
          {choice.matched && (
            <div className="columns three">
              <ErrorBudgetCard run={run} choice={choice} />
              <CalibrationCard run={run} choice={choice} />
              <ClassCurvesCard run={run} choice={choice} />
            </div>
          )}
          {choice.matched && classes}
          <div className={choice.task === "classification" ? "columns scores-columns" : "columns"}>
            <ScoresCard summary={found} {...shown} />
            {choice.task === "classification" && <CalibrationCard run={run} choice={choice} />}
          </div>
          {!choice.matched && classes}
        </>
      )}
    </>
  );
}

/** What belongs to matched objects: curves beside other runs, and kinds of errors. */
function Curves({ project, run, choice, summary }: { project: Overview; run: Run; choice: Choice; summary: Summary }): ReactElement | null {
  const point = pointOf(useView(), run.name);
  const curves = useCurves(point, choice.under);
  const { counts } = summary;
  if (!counts) return null;
  const failed = curves.error && <Failure error={curves.error} retry={() => void curves.refetch()} />;
  return (
    <div className="columns three">
      <PrecisionRecallCard project={project} run={run} choice={choice} counts={counts} curves={curves.data} failed={failed} />
      <ConfidenceCard curves={curves.data} confidence={counts.confidence} failed={failed} />
      <FixFirst run={run} choice={choice} point={point} counts={counts} curves={curves.data} />
    </div>
  );
}
