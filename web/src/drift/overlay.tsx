/** Two distributions over the same bins: shares of the first side filled, of the second outlined; a bin is a button. */
import type { KeyboardEvent, ReactElement } from "react";
import type { DriftedMetric } from "../api/drift";
import { percent, short, whole } from "../format";
import { sideName } from "./sides";

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 38;
const BOTTOM = 40;
const TOP = 10;
const MOST_LABELS = 9;

interface Props {
  data: DriftedMetric;
  bin: number | null;
  choose: (bin: number) => void;
}

export function Overlay({ data, bin, choose }: Props): ReactElement {
  const { edges, counts } = data;
  const bins = edges.length - 1;
  const shares = counts.map((side) => side.map((n) => n / Math.max(1, side.reduce((a, b) => a + b, 0))));
  const [a, b] = [shares[0]!, shares[1]!];
  const top = nice(Math.max(...a, ...b));
  const step = (WIDTH - LEFT - 8) / bins;
  const x = (k: number) => LEFT + step * k;
  const y = (share: number) => TOP + (HEIGHT - BOTTOM - TOP) * (1 - share / top);
  const every = Math.ceil((bins + 1) / MOST_LABELS);
  const { title, unit } = data.metric;
  return (
    <svg className="overlay-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={`Distributions of ${title}`}>
      {[0, 0.5, 1].map((t) => (
        <g key={t}>
          <line className={t === 0 ? "axis" : "grid"} x1={LEFT} x2={WIDTH - 8} y1={y(t * top)} y2={y(t * top)} />
          <text x={LEFT - 6} y={y(t * top) + 4} textAnchor="end">{percent(t * top)}</text>
        </g>
      ))}
      {a.map((share, k) => {
        const pick = () => choose(k);
        const words = wordsOf(data, k, shares);
        return (
          <g
            key={k}
            className={k === bin ? "picks inside" : "picks"}
            role="button"
            tabIndex={0}
            aria-label={words}
            aria-pressed={k === bin}
            onClick={pick}
            onKeyDown={(event: KeyboardEvent) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              pick();
            }}
          >
            <rect className="target" x={x(k)} y={TOP} width={step} height={HEIGHT - BOTTOM - TOP} />
            <rect className="side-a" x={x(k) + 1} width={Math.max(1, step - 2)} y={y(share)} height={y(0) - y(share)} />
            <title>{words}</title>
          </g>
        );
      })}
      <path className="side-b" d={outline(b, x, y)} />
      {edges.map((edge, k) =>
        k % every === 0 || k === bins ? (
          k !== bins && bins - k < every ? null : (
            <text key={k} x={x(k)} y={HEIGHT - BOTTOM + 16} textAnchor={k === bins ? "end" : k === 0 ? "start" : "middle"}>{short(edge)}</text>
          )
        ) : null,
      )}
      <text className="axis-name" x={(WIDTH + LEFT) / 2} y={HEIGHT - 5} textAnchor="middle">
        {title}{unit ? `, ${unit}` : ""}; heights: % of each side
      </text>
    </svg>
  );
}

/** The upper edge of the second side's bars. */
function outline(shares: number[], x: (k: number) => number, y: (share: number) => number): string {
  return `M${x(0)} ${y(0)}${shares.map((share, k) => `V${y(share)}H${x(k + 1)}`).join("")}V${y(0)}`;
}

function nice(most: number): number {
  return [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8].find((t) => most <= t) ?? 1;
}

export function binName(edges: number[], k: number): string {
  const [low, high] = [edges[k]!, edges[k + 1]!];
  return low === high ? short(low) : `${short(low)} to ${short(high)}`;
}

function wordsOf({ edges, counts, first, second }: DriftedMetric, k: number, shares: number[][]): string {
  const side = (name: string, j: number) => `${name} ${percent(shares[j]![k]!)} % (${whole(counts[j]![k]!)})`;
  return `${binName(edges, k)}: ${side(sideName(first.name), 0)}, ${side(sideName(second.name), 1)}`;
}
