/** Shapes on photographs: labels solid, predictions dashed, colour by outcome, a dark halo below. */
import type { ReactElement } from "react";
import type { Box } from "../api/client";

export type Role = "ground_truth" | "prediction";
export type Paint = "tp" | "fp" | "fn" | "ignored" | "explains";

export function boxShape([x, y, w, h]: Box): string {
  return `M${x} ${y}h${w}v${h}h${-w}Z`;
}

export function outlineShape(outlines: number[][]): string {
  return outlines
    .map((flat) => {
      const points: string[] = [];
      for (let k = 0; k + 1 < flat.length; k += 2) points.push(`${flat[k]} ${flat[k + 1]}`);
      return `M${points.join("L")}Z`;
    })
    .join("");
}

interface ShapeProps {
  d: string;
  role: Role;
  outcome: Paint;
  faint?: boolean;
  filled?: boolean;
}

export function Shape({ d, role, outcome, faint = false, filled = false }: ShapeProps): ReactElement {
  return (
    <g className={`shape ${role} ${outcome} ${faint ? "faint" : ""} ${filled ? "filled" : ""}`}>
      <path className="halo" d={d} />
      <path className="stroke" d={d} />
    </g>
  );
}
