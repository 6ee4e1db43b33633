/** A value with its interval on a fixed scale: dot, line, caps; a hollow dot has no interval. */
import type { ReactElement } from "react";
import type { Interval } from "../api/client";
import { score } from "../format";

const WIDTH = 120;
const MIDDLE = 6;

interface WhiskerProps {
  of: Pick<Interval, "estimate" | "low" | "high" | "reason">;
  /** The scale; an interval that leaves it is clipped. */
  from?: number;
  to?: number;
  /** Of a difference: where nothing changed. */
  zero?: boolean;
  /** What it is compared with: a line across. */
  line?: number | null;
  tone?: "better" | "worse" | "unsure";
}

export function Whisker({ of, from = 0, to = 1, zero = false, line = null, tone }: WhiskerProps): ReactElement | null {
  const { estimate, low, high, reason } = of;
  if (estimate === null) return null;
  const x = (value: number) => 4 + ((WIDTH - 8) * (Math.min(to, Math.max(from, value)) - from)) / (to - from);
  const sure = low !== null && high !== null;
  const words = sure ? `${score(estimate)}, 95 % ${score(low)} to ${score(high)}` : `${score(estimate)}, ${reason ?? "no interval"}`;
  return (
    <svg className={`whisker ${tone ?? ""}`} viewBox={`0 0 ${WIDTH} 12`} preserveAspectRatio="xMinYMid meet" role="img" aria-label={words}>
      <title>{words}</title>
      <path className="scale" d={`M4 ${MIDDLE}H${WIDTH - 4}${zero ? `M${x(0)} 0V12` : ""}`} />
      {line !== null && <path className="line" d={`M${x(line)} 0V12`} />}
      {sure && <path className="range" d={`M${x(low)} 2.5V9.5M${x(high)} 2.5V9.5M${x(low)} ${MIDDLE}H${x(high)}`} />}
      <circle className={sure ? "estimate" : "estimate hollow"} cx={x(estimate)} cy={MIDDLE} r="3" />
    </svg>
  );
}
