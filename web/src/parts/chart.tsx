/** The frame of a line chart from 0 to 1: grid, axes named in words, a place for marks. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { PointerEvent, ReactElement, ReactNode } from "react";
import { score } from "../format";

export const WIDTH = 400;
export const HEIGHT = 290;
const LEFT = 44;
const BOTTOM = 40;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];

export type Numbers = (number | null)[];

export function axes(low = 0, high = 1) {
  return {
    x: scaleLinear([low, high], [LEFT, WIDTH - 8]),
    y: scaleLinear([0, 1], [HEIGHT - BOTTOM, 8]),
  };
}

/** The area between two lines over the same places. */
export function area(xs: number[], low: Numbers, high: Numbers): string {
  const { x, y } = axes();
  const side = (ys: Numbers) => xs.flatMap((at, k) => (ys[k] == null ? [] : [`${x(at).toFixed(1)} ${y(ys[k]).toFixed(1)}`]));
  const [upper, lower] = [side(high), side(low).reverse()];
  return upper.length ? `M${[...upper, ...lower].join("L")}Z` : "";
}

/** A path through the defined points. */
export function path(xs: Numbers, ys: Numbers, low = 0, high = 1): string {
  const { x, y } = axes(low, high);
  const points = xs.map((value, i): [number | null, number | null] => [value, ys[i] ?? null]);
  const draw = line<[number | null, number | null]>()
    .defined(([a, b]) => a !== null && b !== null)
    .x(([a]) => x(a ?? 0))
    .y(([, b]) => y(b ?? 0));
  return draw(points) ?? "";
}

interface ChartProps {
  label: string;
  across: string;
  up?: string;
  low?: number;
  high?: number;
  /** Where it is pressed or dragged: across, and up. */
  pick?: (value: number, up: number) => void;
  /** Where the pointer is; null when it has left. */
  over?: (at: [number, number] | null) => void;
  /** Its marks are buttons. */
  acts?: boolean;
  children: ReactNode;
}

export function Chart({ label, across, up, low = 0, high = 1, pick, over, acts = false, children }: ChartProps): ReactElement {
  const { x, y } = axes(low, high);
  function place(event: PointerEvent<SVGSVGElement>): [number, number] {
    const to = event.currentTarget.getScreenCTM()?.inverse();
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(to);
    return [Math.min(high, Math.max(low, x.invert(at.x))), Math.min(1, Math.max(0, y.invert(at.y)))];
  }
  function picked(event: PointerEvent<SVGSVGElement>): void {
    if (pick && event.buttons === 1) pick(...place(event));
    else if (over && event.buttons === 0) over(place(event));
  }
  const ticks = low === 0 && high === 1 ? TICKS : x.ticks(5);
  return (
    <svg
      className={pick ? (over ? "chart picks points" : "chart picks") : "chart"}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role={acts ? "group" : "img"}
      aria-label={label}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        picked(event);
      }}
      onPointerMove={picked}
      onPointerLeave={over && (() => over(null))}
    >
      {TICKS.map((t) => (
        <g key={t}>
          <line className="grid" x1={LEFT} x2={WIDTH - 8} y1={y(t)} y2={y(t)} />
          <text x={LEFT - 8} y={y(t) + 4} textAnchor="end">
            {score(t, 2)}
          </text>
        </g>
      ))}
      {ticks.map((t) => (
        <text key={t} x={x(t)} y={HEIGHT - BOTTOM + 18} textAnchor="middle">
          {score(t, 2)}
        </text>
      ))}
      <line className="axis" x1={LEFT} x2={WIDTH - 8} y1={y(0)} y2={y(0)} />
      <text className="axis-name" x={(LEFT + WIDTH) / 2} y={HEIGHT - 4} textAnchor="middle">
        {across}
      </text>
      {up && (
        <text className="axis-name" transform={`translate(9 ${(HEIGHT - BOTTOM) / 2}) rotate(-90)`} textAnchor="middle">
          {up}
        </text>
      )}
      {children}
    </svg>
  );
}
