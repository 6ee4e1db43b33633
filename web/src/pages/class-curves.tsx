/** F1 of every class against confidence; one class drawn strongly, with its optimum. */
import { useState, type ReactElement } from "react";
import { useClassCurves, type Run } from "../api/client";
import { hundredth, score } from "../format";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { axes, Chart, path } from "../parts/chart";
import type { Choice } from "../state/choice";
import { setView, useView } from "../state/view";

/** Fewer objects make stairs, not a curve. */
const FEW = 10;

export function ClassCurvesCard({ run, choice }: { run: Run; choice: Choice }): ReactElement {
  const view = useView();
  const [picked, setPicked] = useState<number | null>(null);
  const found = useClassCurves(run.name, view.iou, choice.under);
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={330} />;
  const { at, pooled, per_class, best } = found.data;
  if (!per_class.length) return <Card title="F1 per class"><Empty title="No object is labelled" /></Card>;
  const low = at[0] ?? 0;
  const high = at.at(-1) ?? 1;
  const wanted = view.classes.length === 1 ? view.classes[0] : picked;
  const shown = per_class.find((c) => c.class_id === wanted);
  const optimum = shown ? best.find((b) => b.class_id === shown.class_id) : pooled.best;
  const name = shown?.class_name ?? "All classes together";
  const { x, y } = axes(low, high);
  return (
    <Card
      title="F1 per class"
      hint={
        optimum?.f1 == null
          ? `${name}: nothing is predicted, so there is no best confidence.`
          : `${name}: best at confidence ${score(optimum.confidence, 2)} with F1 ${score(optimum.f1)}. Grey: each class of ${FEW} objects or more.`
      }
      aside={
        <select className="btn small" aria-label="Class of the curve" value={shown?.class_id ?? ""} onChange={(e) => setPicked(e.target.value === "" ? null : Number(e.target.value))}>
          <option value="">All classes</option>
          {per_class.map((c) => (
            <option key={c.class_id} value={c.class_id}>
              {c.class_name}
            </option>
          ))}
        </select>
      }
    >
      <Chart label={`F1 against confidence, ${name}`} across="Confidence threshold" up="F1" low={low} high={high} pick={(value) => setView({ confidence: hundredth(value) })}>
        {per_class.filter((c) => c.objects >= FEW).map((c) => (
          <path key={c.class_id} className="curve faint click" d={path(at, c.f1, low, high)} onPointerDown={(event) => { event.stopPropagation(); setPicked(c.class_id); }}>
            <title>{c.class_name}</title>
          </path>
        ))}
        <path className="curve current" d={path(at, (shown ?? pooled).f1, low, high)} />
        {optimum?.confidence != null && optimum.f1 !== null && <circle className="ring run-a" cx={x(optimum.confidence)} cy={y(optimum.f1)} r="4.5" />}
      </Chart>
    </Card>
  );
}
