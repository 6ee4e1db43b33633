/** A threshold: name, track, value. */
import type { CSSProperties, ReactElement } from "react";
import { score } from "../format";

interface SliderProps {
  name: string;
  value: number;
  low: number;
  high: number;
  step?: number;
  change: (value: number) => void;
  /** Back to what is usual: a double click, or the Delete key. */
  reset: () => void;
  /** What is usual. */
  usual: string;
}

export function Slider({ name, value, low, high, step = 0.01, change, reset, usual }: SliderProps): ReactElement {
  const filled = `${(100 * (value - low)) / (high - low || 1)}%`;
  return (
    <label className="slider" title={`A double click, or Delete: ${usual}`}>
      <span>{name}</span>
      <input
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        style={{ "--filled": filled } as CSSProperties}
        onChange={(event) => change(Number(Number(event.target.value).toFixed(4)))}
        aria-valuetext={score(value, 2)}
        onDoubleClick={reset}
        onKeyDown={(event) => event.key === "Delete" && reset()}
      />
      <output>{score(value, 2)}</output>
    </label>
  );
}
