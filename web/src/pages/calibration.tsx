/** Can a confidence be read as a probability? */
import type { ReactElement } from "react";
import { useCalibration, type Run } from "../api/client";
import { plural, score } from "../format";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { axes, Chart, path } from "../parts/chart";
import type { Choice } from "../state/choice";
import { useView } from "../state/view";

export function CalibrationCard({ run, choice }: { run: Run; choice: Choice }): ReactElement {
  const { iou } = useView();
  const found = useCalibration(run.name, iou, choice.under);
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={330} />;
  const { bins, notes, brier } = found.data;
  const filled = bins.filter((bin) => bin.count > 0);
  const right = choice.matched ? "precision" : "accuracy";
  const error = choice.matched ? `D-ECE ${score(found.data.d_ece)} (${score(found.data.d_ece_place)} with place and size)` : `ECE ${score(found.data.ece)}`;
  if (!filled.length)
    return (
      <Card title="Calibration" hint="Can a confidence be read as a probability?">
        <Empty title="Calibration is undefined">
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </Empty>
      </Card>
    );
  const { x, y } = axes();
  const most = Math.max(...filled.map((bin) => bin.count));
  return (
    <Card
      title="Calibration"
      hint={`${error}, Brier ${score(brier)}. 0 is perfect; larger dots are more predictions.`}
    >
      <Chart label={`${right} against confidence; ${error}`} across="Mean confidence of a bin" up={`Share right (${right})`}>
        <path className="curve dashed" d={path([0, 1], [0, 1])} />
        <path className="curve current" d={path(filled.map((b) => b.confidence), filled.map((b) => b.precision))} />
        {filled.map((bin) => (
          <circle key={bin.low} className="dot" cx={x(bin.confidence ?? 0)} cy={y(bin.precision ?? 0)} r={2.5 + 5 * Math.sqrt(bin.count / most)}>
            <title>{`${score(bin.low, 2)} to ${score(bin.high, 2)}: ${plural(bin.count, "prediction")}, ${right} ${score(bin.precision, 2)}, mean confidence ${score(bin.confidence, 2)}`}</title>
          </circle>
        ))}
      </Chart>
    </Card>
  );
}
