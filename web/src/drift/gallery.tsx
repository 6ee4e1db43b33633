/** What lies in one bin, on both sides. */
import type { ReactElement } from "react";
import type { DriftedMetric, MetricRow } from "../api/drift";
import { plural } from "../format";
import { Card } from "../parts/card";
import { ValueTile } from "../quality/tiles";
import { withPart } from "../state/slice";
import { DEFAULTS, formatView, objectsOf, unfiltered } from "../state/url";
import { setView } from "../state/view";
import { binName } from "./overlay";
import { sideName } from "./sides";

interface Props {
  data: DriftedMetric;
  /** Id of the second side's project; null: this one. */
  other: string | null;
  /** Whether there is a run whose errors can be shown. */
  opens: boolean;
}

export function Gallery({ data, other, opens }: Props): ReactElement | null {
  if (data.bin === null || data.rows === null) return null;
  const { bin, rows, counts, edges, metric } = data;
  const sides = [data.first, data.second];
  return (
    <Card title={`${metric.title} ${binName(edges, bin)}`} hint={opens ? "A picture opens on Errors." : undefined} className="drift-gallery">
      {sides.map((side, k) => (
        <section key={k} aria-label={`${sideName(side.name)}, in the bin`}>
          <h3>
            <i className={k === 0 ? "side-mark side-a" : "side-mark side-b"} /> <bdi>{sideName(side.name)}</bdi> <span className="muted">{plural(counts[k]![bin]!, metric.on === "image" ? "image" : "object")}{counts[k]![bin]! > rows[k]!.length ? `, first ${rows[k]!.length}` : ""}</span>
          </h3>
          {rows[k]!.length === 0 ? (
            <p className="muted">Nothing of this side.</p>
          ) : (
            <div className="value-tiles">
              {rows[k]!.map((row) => (
                <ValueTile key={row.row} of={row} value={row.value} predicted={false} project={k === 1 ? other : null} open={() => open(row, k === 1 ? other : null, opens)} />
              ))}
            </div>
          )}
        </section>
      ))}
    </Card>
  );
}

function open(row: MetricRow, other: string | null, opens: boolean): void {
  const there = { ...unfiltered(), ...objectsOf({ mode: "images" }), slice: withPart(null, "title", row.title) };
  if (other !== null) window.location.assign(`/p/${other}/${formatView({ ...DEFAULTS, ...there })}`);
  else if (opens) setView(there);
}
