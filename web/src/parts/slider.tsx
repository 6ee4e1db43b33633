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
}

export function Slider({ name, value, low, high, step = 0.01, change }: SliderProps): ReactElement {
  const filled = `${(100 * (value - low)) / (high - low || 1)}%`;
  return (
    <label className="slider">
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
      />
      <output>{score(value, 2)}</output>
    </label>
  );
}
