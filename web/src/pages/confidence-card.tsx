/** The choice of a confidence. */
import type { ReactElement, ReactNode } from "react";
import type { Curves } from "../api/client";
import { hundredth, score } from "../format";
import { Card, Skeleton } from "../parts/card";
import { axes, Chart, path } from "../parts/chart";
import { setView } from "../state/view";

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
        pick={(value) => setView({ confidence: hundredth(value) })}
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
