/** How much better or worse: the leading differences, large, each with its interval. */
import type { CSSProperties, ReactElement } from "react";
import type { ComparedPair } from "../api/client";
import type { ComparedRates } from "../api/doubt";
import { percent, score, signed } from "../format";
import { metric } from "../metrics";
import { Change, reach, TONES, type Difference } from "./forest";

interface Props {
  pair: ComparedPair;
  task: string;
  /** Precision, recall and F1; undefined: they are on their way. */
  rates: ComparedRates["rates"] | undefined;
  /** They belong to thresholds that were left. */
  stale: boolean;
  /** Where both runs are compared. */
  at: string;
}

const RATES = ["precision", "recall", "f1"] as const;
const NAMES = { precision: "Precision", recall: "Recall", f1: "F1" };

export function DifferenceTiles({ pair, task, rates, stale, at }: Props): ReactElement {
  const leading = ["AP", "AP50", pair.headline].filter((key, k, all) => key in pair.metrics && all.indexOf(key) === k);
  const objects = pair.followed === "objects";
  const shown = [...leading.map((key) => pair.metrics[key]), ...Object.values(rates ?? {})].filter((d) => d !== undefined);
  const scale = reach(shown);
  return (
    <section className="kpis differences" aria-label="Differences in short" style={{ "--tiles": leading.length + (objects ? 3 : 0) } as CSSProperties}>
      {leading.map((key) => (
        <Tile key={key} name={key === "AP" ? "AP .50:.95" : metric(key, task, undefined).name} of={pair.metrics[key]} scale={scale} percents={metric(key, task, undefined).unit === "percent"} />
      ))}
      {objects &&
        RATES.map((key) => <Tile key={key} name={NAMES[key]} of={rates?.[key]} scale={scale} percents={key !== "f1"} note={at} stale={stale} />)}
    </section>
  );
}

interface TileProps {
  name: string;
  of: Difference | undefined;
  scale: number;
  /** Written in points of a hundred. */
  percents: boolean;
  note?: string;
  stale?: boolean;
}

function Tile({ name, of, scale, percents, note, stale = false }: TileProps): ReactElement {
  const written = percents ? percent : score;
  const unit = percents ? " pt" : "";
  return (
    <div className={stale ? "kpi stale" : "kpi"} title={of && `${written(of.first)} before, ${written(of.second)} after`}>
      <span>{name}</span>
      <b className={of && TONES[of.verdict]}>{of ? signed(of.difference, written) + (of.difference === null ? "" : unit) : "\u00a0"}</b>
      {of && of.difference !== null ? <Change of={of} scale={scale} /> : <span className="whisker-place" />}
      <small>{of ? sure(of, written, unit) : "\u00a0"}</small>
      {note && <small>{note}</small>}
    </div>
  );
}

function sure(d: Difference, written: (value: number) => string, unit: string): string {
  if (d.low === null || d.high === null) return d.reason ?? "";
  const none = d.low <= 0 && d.high >= 0 ? ", contains zero" : "";
  return `95 % ${signed(d.low, written)} to ${signed(d.high, written)}${unit}${none}`;
}
