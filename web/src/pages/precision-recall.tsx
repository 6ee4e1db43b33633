/** Precision and recall of all runs, with a band; each of its points is a confidence, and leads to the errors there. */
import { useState, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
import { pointOf, useCurves, type Curves, type Overview, type Run, type Summary, type Under } from "../api/client";
import { useCurveBand, type CurveBand } from "../api/doubt";
import { percent, plural, score } from "../format";
import { overlapOf } from "../metrics";
import { Card } from "../parts/card";
import { area, axes, Chart, path } from "../parts/chart";
import { Letter } from "../parts/marks";
import { Name } from "../parts/name";
import { choiceOf, type Choice } from "../state/choice";
import { objectsOf, type View } from "../state/url";
import { setView, useView } from "../state/view";

interface Props {
  project: Overview;
  run: Run;
  choice: Choice;
  counts: NonNullable<Summary["counts"]>;
  curves: Curves | undefined;
  /** What is shown where the run's curves cannot be had. */
  failed: ReactNode;
}

type Curve = Curves["precision_recall"];

export function PrecisionRecallCard({ project, run, choice, counts, curves, failed }: Props): ReactElement {
  const view = useView();
  const [over, setOver] = useState<[number, number] | null>(null);
  const band = useCurveBand(pointOf(view, run.name), choice.under);
  const others = project.runs.filter((r) => r !== run && r.tasks.some((t) => t.task === choice.task)).slice(0, 3);
  const points = curves?.precision_recall;
  const near = points && over && nearest(points, over);
  return (
    <Card
      title="Precision and recall"
      hint={
        <>
          Pooled over classes at {overlapOf(choice.task)} {score(view.iou, 2)}. Band: 95 % for <bdi>{run.name}</bdi>. Ring: current confidence.
        </>
      }
      aside={
        <div className="legend">
          {[run, ...others].map((r) => (
            <span key={r.name}>
              <Letter letter={r.letter} /> <Name of={r.name} />
            </span>
          ))}
        </div>
      }
      foot={failed ? undefined : bandWords(band.data, band.isError)}
    >
      {failed || (
        <>
          <Chart
            label={`Precision against recall; now ${score(counts.precision, 2)} and ${score(counts.recall, 2)}`}
            across="Recall"
            up="Precision"
            acts
            over={setOver}
            pick={(recall, precision) => {
              const at = points && nearest(points, [recall, precision]);
              if (at != null) setView({ confidence: points?.confidence[at] ?? view.confidence });
            }}
          >
            {band.data && <path className={`band ${colour(run)}`} d={area(band.data.recall, band.data.low, band.data.high)} />}
            {others.map((r) => (
              <OtherCurve key={r.name} run={r} under={underOf(view, r, choice.task)} />
            ))}
            {points && <path className={`curve ${colour(run)} current`} d={path(points.recall, points.precision)} />}
            {points && near !== null && near !== undefined && <Mark points={points} at={near} />}
            {points && <Ring run={run} counts={counts} points={points} />}
          </Chart>
          <PointWords counts={counts} points={points} at={near ?? null} />
        </>
      )}
    </Card>
  );
}

const colour = (run: Run): string => (run.letter === "A" ? "run-a" : "run-b");

function bandWords(band: CurveBand | null | undefined, failed: boolean): string {
  if (band?.reason) return `No band: ${band.reason}.`;
  if (failed) return "No band: it could not be drawn.";
  const sets = band ? `${plural(band.replicates, "set")} of ${plural(band.clusters, band.unit)}` : "sets of images";
  return `Band: precision at each recall in ${sets} drawn anew. Press the curve to set its confidence.`;
}

/** The point that looks closest to a place. */
function nearest({ recall, precision }: Curve, [r, p]: [number, number]): number | null {
  const { x, y } = axes();
  const away = recall.map((value, k) => (value === null || precision[k] == null ? Infinity : Math.hypot(x(value) - x(r), y(precision[k]) - y(p))));
  const least = Math.min(...away);
  return Number.isFinite(least) ? away.indexOf(least) : null;
}

function Mark({ points, at }: { points: Curve; at: number }): ReactElement {
  const { x, y } = axes();
  return <circle className="mark" cx={x(points.recall[at] ?? 0)} cy={y(points.precision[at] ?? 0)} r="3.5" />;
}

/** The operating point; arrows step along the points that are drawn. */
function Ring({ run, counts, points }: { run: Run; counts: Props["counts"]; points: Curve }): ReactElement | null {
  const { x, y } = axes();
  const { precision, recall, confidence } = counts;
  if (precision === null || recall === null || confidence === null) return null;
  function step(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined || confidence === null) return;
    event.preventDefault();
    event.stopPropagation();
    const thresholds = points.confidence.map((value) => value ?? 0);
    const next = by > 0 ? thresholds.find((value) => value < confidence) : thresholds.findLast((value) => value > confidence);
    if (next !== undefined) setView({ confidence: next });
  }
  return (
    <circle
      className={`ring ${colour(run)}`}
      cx={x(recall)}
      cy={y(precision)}
      r="5"
      role="slider"
      tabIndex={0}
      aria-label="Operating point"
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={confidence}
      aria-valuetext={`Confidence ${score(confidence, 2)}: precision ${percent(precision)} %, recall ${percent(recall)} %`}
      onKeyDown={step}
    />
  );
}

/** What the point under the pointer is, else the operating point; and the way to its errors. */
function PointWords({ counts, points, at }: { counts: Props["counts"]; points: Curve | undefined; at: number | null }): ReactElement {
  const shown = points && at !== null ? { confidence: points.confidence[at], precision: points.precision[at], recall: points.recall[at] } : counts;
  return (
    <p className="point-words">
      <span>
        Confidence <b>{score(shown.confidence, 2)}</b>: precision {percent(shown.precision)} %, recall {percent(shown.recall)} %
      </span>
      <button className="link" onClick={() => setView(objectsOf({ outcome: "error" }))}>
        {plural(counts.fp + counts.fn, "error")}
      </button>
    </p>
  );
}

function underOf(view: View, run: Run, task: string): Under {
  return choiceOf({ ...view, task }, run).under;
}

function OtherCurve({ run, under }: { run: Run; under: Under }): ReactElement | null {
  const view = useView();
  const curves = useCurves(pointOf(view, run.name), under);
  if (!curves.data) return null;
  const { recall, precision } = curves.data.precision_recall;
  return <path className={`curve ${colour(run)}`} d={path(recall, precision)} />;
}
