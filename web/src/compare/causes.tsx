/** What changed by size and by reason; every count shows its objects in the gallery. */
import type { ReactElement, ReactNode } from "react";
import type { ComparedPair } from "../api/client";
import { KIND_NAMES, MISS_NAMES, whole } from "../format";
import { Card } from "../parts/card";
import type { Flip, View } from "../state/url";
import { useView } from "../state/view";
import { showObjects } from "./show";

type Narrow = Pick<View, "flip" | "size" | "why">;

export function CausesCard({ pair }: { pair: ComparedPair }): ReactElement {
  const { sizes, kinds, misses } = pair;
  return (
    <Card title="Causes" hint="What changed by size, and why it is wrong in the run where it is. A count shows its objects.">
      <Rows head="Size" columns={["Broken", "Fixed", "New FP", "FP gone"]}>
        {sizes.map((row) => (
          <tr key={row.name}>
            <td>{row.name.charAt(0).toUpperCase() + row.name.slice(1)}</td>
            {(["broken", "fixed", "new", "removed"] as const).map((flip) => (
              <Count key={flip} count={row[flip]} to={{ flip, size: row.name, why: null }} />
            ))}
          </tr>
        ))}
      </Rows>
      <Rows head="Why an object is missed" columns={["Broken", "Fixed"]}>
        {misses.filter((row) => row.broken + row.fixed > 0).map((row) => (
          <tr key={row.why}>
            <td>{MISS_NAMES[row.why] ?? row.why}</td>
            {(["broken", "fixed"] as const).map((flip) => (
              <Count key={flip} count={row[flip]} to={{ flip, size: null, why: row.why }} />
            ))}
          </tr>
        ))}
      </Rows>
      <Rows head="Why a prediction is false" columns={["New FP", "FP gone"]}>
        {kinds.filter((row) => row.new + row.removed > 0).map((row) => (
          <tr key={row.kind}>
            <td>{KIND_NAMES[row.kind] ?? row.kind}</td>
            {(["new", "removed"] as const).map((flip) => (
              <Count key={flip} count={row[flip]} to={{ flip, size: null, why: row.kind }} />
            ))}
          </tr>
        ))}
      </Rows>
    </Card>
  );
}

function Rows({ head, columns, children }: { head: string; columns: string[]; children: ReactNode[] }): ReactElement | null {
  if (!children.length) return null;
  return (
    <table className="table causes">
      <thead>
        <tr>
          <th>{head}</th>
          {columns.map((name) => (
            <th key={name} className="num">{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

const WORDS: Record<Flip, string> = { broken: "broken", fixed: "fixed", new: "new false positives", removed: "false positives gone", right_in_both: "", wrong_in_both: "" };

function Count({ count, to }: { count: number; to: Narrow }): ReactElement {
  const view = useView();
  const on = view.flip === to.flip && view.size === to.size && view.why === to.why;
  if (!count) return <td className="num muted">0</td>;
  return (
    <td className="num">
      <button className="count" aria-pressed={on} aria-label={`${whole(count)} ${WORDS[to.flip]}`} onClick={() => showObjects({ ...to, classes: [] })}>
        {whole(count)}
      </button>
    </td>
  );
}
