/** Precision and recall of all runs, and the choice of a confidence. */
import type { ReactElement, ReactNode } from "react";
import { pointOf, useCurves, type Curves, type Overview, type Run, type Summary, type Under } from "../api/client";
import { score } from "../format";
import { overlapOf } from "../metrics";
import { Card, Skeleton } from "../parts/card";
import { axes, Chart, path } from "../parts/chart";
import { Letter } from "../parts/marks";
import { Name } from "../parts/name";
import { choiceOf, type Choice } from "../state/choice";
import type { View } from "../state/url";
import { setView, useView } from "../state/view";

interface PrecisionRecallProps {
  project: Overview;
  run: Run;
  choice: Choice;
  counts: NonNullable<Summary["counts"]>;
  /** What is shown where the run's curves cannot be had. */
  failed: ReactNode;
}

export function PrecisionRecallCard({ project, run, choice, counts, failed }: PrecisionRecallProps): ReactElement {
  const view = useView();
  const others = project.runs.filter((r) => r !== run && r.tasks.some((t) => t.task === choice.task)).slice(0, 3);
  const { x, y } = axes();
  const { precision, recall } = counts;
  return (
    <Card
      title="Precision and recall"
      hint={`Pooled over classes at ${overlapOf(choice.task)} ${score(view.iou, 2)}. Ring: current confidence.`}
      aside={
        <div className="legend">
          {[run, ...others].map((r) => (
            <span key={r.name}>
              <Letter letter={r.letter} /> <Name of={r.name} />
            </span>
          ))}
        </div>
      }
    >
      {failed || (
        <Chart label={`Precision against recall; now ${score(precision, 2)} and ${score(recall, 2)}`} across="Recall" up="Precision">
          {others.map((r) => (
            <RunCurve key={r.name} run={r} under={underOf(view, r, choice.task)} current={false} />
          ))}
          <RunCurve run={run} under={choice.under} current />
          {precision !== null && recall !== null && (
            <circle className={run.letter === "A" ? "ring run-a" : "ring run-b"} cx={x(recall)} cy={y(precision)} r="5" />
          )}
        </Chart>
      )}
    </Card>
  );
}

function underOf(view: View, run: Run, task: string): Under {
  return choiceOf({ ...view, task }, run).under;
}

function RunCurve({ run, under, current }: { run: Run; under: Under; current: boolean }): ReactElement | null {
  const view = useView();
  const curves = useCurves(pointOf(view, run.name), under);
  if (!curves.data) return null;
  const { recall, precision } = curves.data.precision_recall;
  const color = run.letter === "A" ? "run-a" : "run-b";
  return <path className={`curve ${color} ${current ? "current" : ""}`} d={path(recall, precision)} />;
}

interface ConfidenceProps {
  curves: Curves | undefined;
  confidence: number | null;
  failed: ReactNode;
}

export function ConfidenceCard({ curves, confidence, failed }: ConfidenceProps): ReactElement {
  if (failed || !curves) return <Card title="Choose a confidence">{failed || <Skeleton height={260} />}</Card>;
  const { at, precision, recall, f1 } = curves.confidence;
  const low = at[0] ?? 0;
  const high = at.at(-1) ?? 1;
  const { x, y } = axes(low, high);
  const { best } = curves;
  const now = confidence ?? 0;
  return (
    <Card
      title="Choose a confidence"
      hint={best.f1 === null ? (recall.some((value) => value !== null) ? "Nothing is predicted of these classes." : "No object of these classes is labelled.") : `Drag the line. F1 peaks at ${score(best.confidence, 2)} with ${score(best.f1)}.`}
      aside={
        <div className="legend">
          <span><i className="line solid" /> F1</span>
          <span><i className="line dashed" /> recall</span>
          <span><i className="line dotted" /> precision</span>
        </div>
      }
    >
      <Chart
        label={`F1, recall and precision against confidence, now ${score(now, 2)}`}
        across="Confidence threshold"
        low={low}
        high={high}
        pick={(value) => setView({ confidence: value })}
      >
        <path className="curve dotted" d={path(at, precision, low, high)} />
        <path className="curve dashed" d={path(at, recall, low, high)} />
        <path className="curve current" d={path(at, f1, low, high)} />
        {best.confidence !== null && best.f1 !== null && <circle className="ring run-a" cx={x(best.confidence)} cy={y(best.f1)} r="4.5" />}
        <line className="handle" x1={x(now)} x2={x(now)} y1={y(1)} y2={y(0)} />
        <path className="handle-grip" d={`M${x(now) - 4} ${y(1) - 4}h8v7l-4 4-4-4Z`} />
      </Chart>
    </Card>
  );
}
