/** A range of a number: its histogram to brush, and its two ends to type. */
import { useState, type PointerEvent, type ReactElement } from "react";
import type { RangeFacet } from "../api/facets";
import { plural, short, whole } from "../format";
import { rangeOf, writtenRange, type SliceKey } from "../state/slice";

const WIDTH = 400;
const HEIGHT = 56;

interface RangeProps {
  facet: RangeFacet;
  value: string | null;
  change: (value: string) => void;
  /** Takes the histogram away again; left out: it stays. */
  close?: () => void;
}

export function RangePart({ facet, value, change, close }: RangeProps): ReactElement {
  const chosen = value === null ? null : rangeOf({ key: facet.key as SliceKey, value });
  const edges = facet.edges.map(Number);
  return (
    <fieldset className="filter-part">
      <legend>
        {facet.title}
        {facet.unit && <small> {facet.unit}</small>}
      </legend>
      {edges.length > 1 ? (
        <>
          <Brush facet={facet} edges={edges} low={chosen?.low ?? -Infinity} high={chosen?.high ?? Infinity} change={(low, high) => change(writtenRange(low, high))} />
          <Ends key={value} title={facet.title} edges={edges} low={chosen?.low ?? -Infinity} high={chosen?.high ?? Infinity} change={(low, high) => change(writtenRange(low, high))} />
        </>
      ) : (
        <p className="muted">No value is known. Metrics of pixels: <code>boxscore metric run</code></p>
      )}
      {(value !== null || close) && (
        <button type="button" className="btn small filter-off" onClick={() => (value === null ? close?.() : change(""))} aria-label={value === null ? `Hide ${facet.title}` : `Any ${facet.title}`}>
          {value === null ? "Hide" : "Any"}
        </button>
      )}
    </fieldset>
  );
}

interface BrushProps {
  facet: RangeFacet;
  edges: number[];
  low: number;
  high: number;
  change: (low: number, high: number) => void;
}

/** Dragging takes whole bins; a click takes one. The outermost bins leave their end open. */
function Brush({ facet, edges, low, high, change }: BrushProps): ReactElement {
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const bins = edges.length - 1;
  const first = edges[0]!;
  const span = edges[bins]! - first || 1;
  const x = (v: number) => ((Math.min(Math.max(v, first), edges[bins]!) - first) / span) * WIDTH;
  const most = Math.max(...facet.everything, 1);
  // A root: of thousands in one bin, a single one elsewhere must still be seen.
  const tall = (n: number) => (n ? Math.max(2, Math.sqrt(n / most) * HEIGHT) : 0);
  const at = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(bins - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * bins)));
  };
  const [from, to] = drag ? [Math.min(...drag), Math.max(...drag) + 1] : [null, null];
  const left = from === null ? x(low) : x(edges[from]!);
  const right = to === null ? x(high) : x(edges[to]!);
  const everything = !drag && low === -Infinity && high === Infinity;
  const left_ = facet.counts.reduce((sum, n) => sum + n, 0);
  return (
    <svg
      className="brush"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${facet.title}: ${plural(left_, "value")} from ${short(first)} to ${short(edges[bins])}; drag for a range`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag([at(event), at(event)]);
      }}
      onPointerMove={(event) => drag && setDrag([drag[0], at(event)])}
      onPointerUp={() => {
        if (from !== null && to !== null) change(from === 0 ? -Infinity : rounded(edges[from]!, span), to === bins ? Infinity : rounded(edges[to]!, span));
        setDrag(null);
      }}
      onPointerCancel={() => setDrag(null)}
    >
      {facet.everything.map((n, k) => {
        const place = { x: x(edges[k]!), width: Math.max(1, WIDTH / bins - 1) };
        return (
          <g key={edges[k]}>
            <rect className="all" {...place} y={HEIGHT - tall(n)} height={tall(n)} />
            <rect className="left" {...place} y={HEIGHT - tall(facet.counts[k]!)} height={tall(facet.counts[k]!)} />
            <title>{`${short(edges[k])} to ${short(edges[k + 1])}: ${whole(facet.counts[k])} of ${whole(n)}`}</title>
          </g>
        );
      })}
      {!everything && <rect className="chosen" x={left} width={Math.max(2, right - left)} y={0} height={HEIGHT} />}
    </svg>
  );
}

/** An edge with no more digits than the range needs, so that chips and addresses stay short. */
export function rounded(value: number, span: number): number {
  const digits = Math.max(0, 4 - Math.floor(Math.log10(span)));
  return Number(value.toFixed(Math.min(12, digits)));
}

function Ends({ title, edges, low, high, change }: Omit<BrushProps, "facet"> & { title: string }): ReactElement {
  const [from, setFrom] = useState(Number.isFinite(low) ? String(low) : "");
  const [to, setTo] = useState(Number.isFinite(high) ? String(high) : "");
  const use = () => {
    const next: [number, number] = [from.trim() === "" ? -Infinity : Number(from), to.trim() === "" ? Infinity : Number(to)];
    if (next.some(Number.isNaN) || next[0] > next[1]) return;
    if (next[0] !== low || next[1] !== high) change(...next);
  };
  const field = (name: string, value: string, set: (text: string) => void, hint: number | undefined) => (
    <input
      type="number"
      step="any"
      aria-label={`${title}, ${name}`}
      placeholder={short(hint)}
      value={value}
      onChange={(e) => set(e.target.value)}
      onBlur={use}
      onKeyDown={(e) => e.key === "Enter" && use()}
    />
  );
  const wrong = from.trim() !== "" && to.trim() !== "" && Number(from) > Number(to);
  return (
    <div className="filter-ends">
      {field("from", from, setFrom, edges[0])}
      <span>to</span>
      {field("to", to, setTo, edges.at(-1))}
      {wrong && <span className="warn" role="alert">from is beyond to</span>}
    </div>
  );
}
