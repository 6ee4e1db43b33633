/** How a metric is spread, where its outliers start; a bin is a filter where the metric is one of images. */
import { scaleLinear } from "d3-scale";
import type { ReactElement } from "react";
import type { MetricValues, Outliers } from "../api/client";
import { plural, short } from "../format";

const WIDTH = 640;
const HEIGHT = 230;
const BOTTOM = 40;
const TOP = 16;

interface HistogramProps {
  values: MetricValues;
  fences: Outliers | undefined;
  /** The range that the images are filtered by. */
  chosen: { low: number; high: number } | null;
  /** Absent: bins are no filter. */
  choose?: (low: number, high: number) => void;
}

export function Histogram({ values, fences, chosen, choose }: HistogramProps): ReactElement {
  const { edges, counts } = values.histogram;
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const x = scaleLinear([first, last === first ? first + 1 : last], [8, WIDTH - 8]);
  const most = Math.max(...counts, 1);
  // A root: of thousands of values in one bin, a single one elsewhere must still be seen.
  const tall = (count: number) => (count ? Math.max(2, Math.sqrt(count / most) * (HEIGHT - BOTTOM - TOP)) : 0);
  const unit = values.metric.unit ? `, ${values.metric.unit}` : "";
  return (
    <svg className="histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={`Distribution of ${values.metric.title}`}>
      {counts.map((count, k) => {
        const low = edges[k]!;
        const high = edges[k + 1]!;
        const left = x(low);
        const height = tall(count);
        const width = Math.max(1, x(high) - left - 1.5);
        const inside = chosen !== null && low >= chosen.low && high <= chosen.high;
        const words = `${short(low)} to ${short(high)}: ${plural(count, "value")}`;
        const bar = <rect className={inside ? "bin inside" : "bin"} x={left} y={HEIGHT - BOTTOM - height} width={width} height={height} />;
        if (!choose || count === 0) return <g key={low}>{bar}<title>{words}</title></g>;
        const pick = () => choose(low, high);
        return (
          <g
            key={low}
            className="picks"
            role="button"
            tabIndex={0}
            aria-label={words}
            aria-pressed={inside}
            onClick={pick}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              pick();
            }}
          >
            <rect className="target" x={left} y={TOP} width={width} height={HEIGHT - BOTTOM - TOP} />
            {bar}
            <title>{words}</title>
          </g>
        );
      })}
      <line className="axis" x1={8} x2={WIDTH - 8} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
      {x.ticks(6).map((t) => (
        <text key={t} x={x(t)} y={HEIGHT - BOTTOM + 16} textAnchor="middle">
          {short(t)}
        </text>
      ))}
      <text className="axis-name" x={WIDTH / 2} y={HEIGHT - 5} textAnchor="middle">
        {values.metric.title}
        {unit}
      </text>
      {fences && <Fences of={fences} at={x} low={first} high={last} />}
    </svg>
  );
}

const SMALL = { width: 160, height: 44 };

/** The same without words, where many stand in a column. */
export function SmallHistogram({ values, fences }: Pick<HistogramProps, "values" | "fences">): ReactElement {
  const { edges, counts } = values.histogram;
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const x = scaleLinear([first, last === first ? first + 1 : last], [1, SMALL.width - 1]);
  const most = Math.max(...counts, 1);
  return (
    <svg className="histogram small" viewBox={`0 0 ${SMALL.width} ${SMALL.height}`} role="img" aria-label={`Distribution of ${values.metric.title}: ${short(first)} to ${short(last)}`}>
      {counts.map((count, k) => {
        const height = count ? Math.max(2, Math.sqrt(count / most) * (SMALL.height - 8)) : 0;
        return (
          <rect key={edges[k]} className="bin" x={x(edges[k]!)} width={Math.max(1, x(edges[k + 1]!) - x(edges[k]!) - 0.7)} y={SMALL.height - height} height={height}>
            <title>{`${short(edges[k])} to ${short(edges[k + 1])}: ${plural(count, "value")}`}</title>
          </rect>
        );
      })}
      <line className="axis" x1={0} x2={SMALL.width} y1={SMALL.height - 0.5} y2={SMALL.height - 0.5} />
      {fences && <Fences of={fences} at={x} low={first} high={last} top={0} bottom={SMALL.height} />}
    </svg>
  );
}

interface FencesProps {
  of: Outliers;
  at: (value: number) => number;
  low: number;
  high: number;
  top?: number;
  bottom?: number;
}

function Fences({ of, at, low, high, top = TOP - 8, bottom = HEIGHT - BOTTOM }: FencesProps): ReactElement {
  const known = [
    [of.moderate_low, "fence"],
    [of.moderate_high, "fence"],
    [of.severe_low, "fence severe"],
    [of.severe_high, "fence severe"],
  ] as const;
  return (
    <>
      {known.map(([value, name], k) =>
        value === null || value < low || value > high ? null : (
          <line key={k} className={name} x1={at(value)} x2={at(value)} y1={top} y2={bottom}>
            <title>{`${name === "fence" ? "Moderate" : "Severe"} outliers from ${short(value)}`}</title>
          </line>
        ),
      )}
    </>
  );
}
