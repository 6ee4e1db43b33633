/** Shares over bins of equal counts: tick, whisker, average line, and n below; a bin is a button. */
import type { KeyboardEvent, ReactElement } from "react";
import { minus, percent, whole } from "../format";
import { OutcomeGlyph } from "../parts/marks";

export interface Bin {
  low: number;
  high: number;
  n: number;
  estimate: number | null;
  from: number | null;
  to: number | null;
  /** A second value, drawn as a diamond. */
  mark?: number | null;
}

interface Props {
  glyph: "tp" | "fn";
  title: string;
  up: string;
  mark?: string;
  bins: Bin[];
  /** Of everything in the bins, and of the run without any filter; the latter null where that is the same. */
  average: number | null;
  whole?: number | null;
  open?: (bin: number) => void;
}

const WIDTH = 560;
const HEIGHT = 178;
const LEFT = 40;
const BOTTOM = 44;
const FEW = 8;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

export function BinChart({ glyph, title, up, mark, bins, average, whole: unfiltered = null, open }: Props): ReactElement {
  const step = (WIDTH - LEFT - 6) / bins.length;
  const x = (k: number) => LEFT + step * k;
  const y = (share: number) => 8 + (HEIGHT - BOTTOM - 8) * (1 - share);
  const most = Math.max(1, ...bins.map((b) => b.n));
  return (
    <figure className={`bin-chart ${glyph}`}>
      <figcaption>
        <OutcomeGlyph of={glyph} /> <b>{title}</b>
        <span className="muted baselines">
          {average !== null && <span className="key average">{unfiltered === null ? "all" : "chosen"} {percent(average)} %</span>}
          {unfiltered !== null && <span className="key whole-run">whole run {percent(unfiltered)} %</span>}
          {mark && <span>◇ {mark}</span>}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={title}>
        {TICKS.map((t) => (
          <g key={t}>
            <line className={t === 0 ? "axis" : "grid"} x1={LEFT} x2={WIDTH - 6} y1={y(t)} y2={y(t)} />
            <text x={LEFT - 6} y={y(t) + 4} textAnchor="end">{t * 100}</text>
          </g>
        ))}
        <text className="axis-name" transform={`translate(9 ${(HEIGHT - BOTTOM) / 2}) rotate(-90)`} textAnchor="middle">{up}</text>
        {unfiltered !== null && <Baseline name="whole-run" words={`Whole run ${percent(unfiltered)} %`} y={y(unfiltered)} />}
        {average !== null && <Baseline name="average" words={`${unfiltered === null ? "All" : "Chosen"} ${percent(average)} %`} y={y(average)} />}
        {[...bins.map((b) => b.low), bins[bins.length - 1]!.high].map((edge, k) => (
          <text key={k} x={x(k)} y={HEIGHT - BOTTOM + 15} textAnchor={k === bins.length ? "end" : "middle"}>{short(edge)}</text>
        ))}
        {bins.map((bin, k) => (
          <g
            key={k}
            className={bin.n < FEW ? "bin few" : "bin"}
            role={open ? "button" : "img"}
            tabIndex={open ? 0 : undefined}
            aria-label={`${short(bin.low)} to ${short(bin.high)}: ${percent(bin.estimate)} %, ${whole(bin.n)} items`}
            onClick={() => open?.(k)}
            onKeyDown={(event: KeyboardEvent) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              open?.(k);
            }}
          >
            <title>{wordsOf(bin, mark)}</title>
            <rect className="hit" x={x(k)} y={4} width={step} height={HEIGHT - 8} />
            {bin.estimate !== null && (
              <>
                {bin.n >= FEW && bin.from !== null && bin.to !== null && <path className="range" d={rangeOf(x(k) + step / 2, y(bin.from), y(bin.to))} />}
                <line className="tick" x1={x(k) + step * 0.15} x2={x(k) + step * 0.85} y1={y(bin.estimate)} y2={y(bin.estimate)} />
              </>
            )}
            {bin.mark != null && bin.mark >= 0 && bin.mark <= 1 && <path className="mark" d={`M${x(k) + step / 2} ${y(bin.mark) - 4}l4 4-4 4-4-4Z`} />}
            <rect className="support" x={x(k) + step * 0.15} width={step * 0.7} y={HEIGHT - 14 - 8 * (bin.n / most)} height={8 * (bin.n / most)} />
            <text x={x(k) + step / 2} y={HEIGHT - 2} textAnchor="middle">{whole(bin.n)}</text>
          </g>
        ))}
        <text x={LEFT - 6} y={HEIGHT - 2} textAnchor="end">n</text>
      </svg>
    </figure>
  );
}

/** A line across all bins; its value is told when pointed at, and to screen readers. */
function Baseline({ name, words, y }: { name: string; words: string; y: number }): ReactElement {
  return (
    <g role="img" aria-label={words}>
      <title>{words}</title>
      <line className={name} x1={LEFT} x2={WIDTH - 6} y1={y} y2={y} />
    </g>
  );
}

function rangeOf(x: number, from: number, to: number): string {
  return `M${x} ${from}V${to}M${x - 4} ${from}H${x + 4}M${x - 4} ${to}H${x + 4}`;
}

function wordsOf(bin: Bin, mark: string | undefined): string {
  const interval = bin.from === null || bin.to === null ? "" : `, 95 % ${percent(bin.from)} to ${percent(bin.to)}`;
  const second = mark && bin.mark != null ? `; ${mark} ${percent(bin.mark)}` : "";
  return `${short(bin.low)} to ${short(bin.high)}: ${percent(bin.estimate)} %${interval}${second}; n = ${whole(bin.n)}`;
}

/** Three digits that count; large and tiny numbers with a power of ten. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e5) return minus(`${Number((value / 1000).toPrecision(3))}k`);
  if (size !== 0 && size < 1e-3) return value.toExponential(0).replaceAll("-", "−");
  return minus(String(Number(value.toPrecision(3))).replace(/^(-?)0\./, "$1."));
}
