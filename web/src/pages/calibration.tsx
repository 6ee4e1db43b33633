/** Can a confidence be read as a probability? */
import type { KeyboardEvent, ReactElement } from "react";
import { useCalibration, type CalibrationBin, type Run } from "../api/client";
import { plural, score } from "../format";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { axes, Chart, path } from "../parts/chart";
import type { Choice } from "../state/choice";
import { objectsOf } from "../state/url";
import { setView, useView } from "../state/view";

interface BinProps {
  bin: CalibrationBin;
  right: string;
  most: number;
  last: boolean;
  opens: boolean;
}

/** A dot; where objects are matched it opens the false positives of its confidences. */
function Bin({ bin, right, most, last, opens }: BinProps): ReactElement {
  const { x, y } = axes();
  const words = `${score(bin.low, 2)} to ${score(bin.high, 2)}: ${plural(bin.count, "prediction")}, ${right} ${score(bin.precision, 2)}, mean confidence ${score(bin.confidence, 2)}`;
  const show = () => setView(objectsOf({ outcome: "fp", confidence: bin.low, below: last ? null : bin.high }));
  const acts = opens && {
    role: "button",
    tabIndex: 0,
    "aria-label": words,
    onClick: show,
    onKeyDown: (event: KeyboardEvent) => event.key === "Enter" && show(),
  };
  return (
    <circle className={opens ? "dot click" : "dot"} cx={x(bin.confidence ?? 0)} cy={y(bin.precision ?? 0)} r={2.5 + 5 * Math.sqrt(bin.count / most)} {...acts}>
      <title>{words}</title>
    </circle>
  );
}

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
        <Empty title={notes[0] ?? "Calibration is undefined"}>
          {notes.slice(1).map((note) => (
            <p key={note}>{note}</p>
          ))}
        </Empty>
      </Card>
    );
  const most = Math.max(...filled.map((bin) => bin.count));
  return (
    <Card
      title="Calibration"
      hint={`${error}, Brier ${score(brier)}. 0 is perfect; larger dots are more predictions.${choice.matched ? " A dot opens its false positives." : ""}`}
    >
      <Chart label={`${right} against confidence; ${error}`} across="Mean confidence of a bin" up={`Share right (${right})`} acts={choice.matched}>
        <path className="curve dashed" d={path([0, 1], [0, 1])} />
        <path className="curve current" d={path(filled.map((b) => b.confidence), filled.map((b) => b.precision))} />
        {filled.map((bin) => (
          <Bin key={bin.low} bin={bin} right={right} most={most} last={bin === bins.at(-1)} opens={choice.matched} />
        ))}
      </Chart>
    </Card>
  );
}
