/** How the confidences of a run are spread; a bar opens its predictions. */
import type { ReactElement } from "react";
import type { WholeReport } from "../api/imports";
import { plural, score, short, whole } from "../format";
import { Card } from "../parts/card";
import { objectsOf } from "../state/url";
import { setView } from "../state/view";

const WIDTH = 360;
const HEIGHT = 150;
const BOTTOM = 20;

export function ConfidencesCard({ report, run }: { report: WholeReport; run: string }): ReactElement | null {
  const { confidences: spread, per_image: each } = report;
  if (!spread) return null;
  const { edges, counts } = spread;
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const most = Math.max(...counts, 1);
  const x = (value: number) => ((value - first) / (last - first || 1)) * WIDTH;
  const tall = (count: number) => (count ? Math.max(2, Math.sqrt(count / most) * (HEIGHT - BOTTOM - 6)) : 0);
  return (
    <Card title="Scores" hint="Square-root height; a bar opens its predictions">
      <svg className="histogram narrow" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label="Distribution of confidences">
        {counts.map((count, k) => {
          const [low, high] = [edges[k]!, edges[k + 1]!];
          const words = `${short(low)} to ${short(high)}: ${plural(count, "prediction")}`;
          const bar = { x: x(low), width: Math.max(1, x(high) - x(low) - 1) };
          const shown = <rect className="bin" {...bar} y={HEIGHT - BOTTOM - tall(count)} height={tall(count)} />;
          if (!count) return <g key={low}>{shown}</g>;
          const open = () => setView({ ...objectsOf({ outcome: "all", among: `object.confidence=${low}..${high}` }), run, confidence: low });
          return (
            <g
              key={low}
              className="picks"
              role="button"
              tabIndex={0}
              aria-label={words}
              onClick={open}
              onKeyDown={(event) => {
                if (event.key !== "Enter" && event.key !== " ") return;
                event.preventDefault();
                open();
              }}
            >
              <rect className="target" {...bar} y={0} height={HEIGHT - BOTTOM} />
              {shown}
              <title>{words}</title>
            </g>
          );
        })}
        <line className="axis" x1={0} x2={WIDTH} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <text key={part} x={part * WIDTH} y={HEIGHT - 5} textAnchor={part === 0 ? "start" : part === 1 ? "end" : "middle"}>
            {last === 1 && first === 0 ? score(part, 2) : short(first + part * (last - first))}
          </text>
        ))}
      </svg>
      <dl className="facts">
        <dt>Range</dt>
        <dd>
          {score(spread.least)} to {score(spread.most)}
        </dd>
        <dt>Mean</dt>
        <dd>{score(spread.mean)}</dd>
        <dt>Distinct</dt>
        <dd>
          {whole(spread.distinct)} of {whole(spread.total)}
        </dd>
        {each && (
          <>
            <dt>Per image</dt>
            <dd>
              {whole(each.least)} to {whole(each.most)}
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}
