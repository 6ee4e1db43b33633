/** A number, or a dash that says why there is none. */
import type { ReactElement } from "react";
import { DASH } from "../format";

export function Value({ text, why, unit }: { text: string; why: string; unit?: string }): ReactElement {
  if (text === DASH)
    return (
      <abbr className="undefined" title={why} aria-label={`undefined: ${why}`}>
        {DASH}
      </abbr>
    );
  return (
    <>
      {text}
      {unit && <i>{unit}</i>}
    </>
  );
}
