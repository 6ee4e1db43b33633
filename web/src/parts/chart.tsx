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
  pick?: (value: number) => void;
  /** Its marks are buttons. */
  acts?: boolean;
  children: ReactNode;
}

export function Chart({ label, across, up, low = 0, high = 1, pick, acts = false, children }: ChartProps): ReactElement {
  const { x, y } = axes(low, high);
  function picked(event: PointerEvent<SVGSVGElement>): void {
    if (!pick || event.buttons !== 1) return;
    const box = event.currentTarget.getBoundingClientRect();
    const value = x.invert(((event.clientX - box.left) / box.width) * WIDTH);
    pick(Math.round(Math.min(high, Math.max(low, value)) * 100) / 100);
  }
  const ticks = low === 0 && high === 1 ? TICKS : x.ticks(5);
  return (
    <svg
      className={pick ? "chart picks" : "chart"}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role={acts ? "group" : "img"}
      aria-label={label}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        picked(event);
      }}
      onPointerMove={picked}
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
