/** The share of every class on both sides, the most different first. */
import { useState, type ReactElement } from "react";
import type { Drift } from "../api/drift";
import { DASH, percent, whole } from "../format";
import { Card, Empty } from "../parts/card";

const FEW = 12;

export function ClassBalance({ data, stale }: { data: Drift; stale: boolean }): ReactElement {
  const [all, setAll] = useState(false);
  const rows = all ? data.classes : data.classes.slice(0, FEW);
  const top = Math.max(0.01, ...data.classes.flatMap((c) => c.shares.map((s) => s ?? 0)));
  const hint =
    data.class_distance === null
      ? "Share of the labelled objects, %."
      : `Share of the labelled objects, %. ${percent(data.class_distance)} % of them would have to change class for both sides to be alike.`;
  return (
    <Card title="Class balance" className={stale ? "stale" : ""} hint={hint}>
      {rows.length === 0 ? (
        <Empty title="No object is labelled on either side" />
      ) : (
        <table className="table class-balance">
          <thead>
            <tr>
              <th>Class</th>
              <th className="num"><i className="side-mark side-a" title="The first side" /> Share</th>
              <th className="num"><i className="side-mark side-b" title="The second side" /> Share</th>
              <th aria-label="Shares as bars" />
              <th className="num"><i className="side-mark side-a" title="The first side" /> Objects</th>
              <th className="num"><i className="side-mark side-b" title="The second side" /> Objects</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.class_name}>
                <td><bdi>{row.class_name}</bdi></td>
                <td className="num side-a">{row.shares[0] == null ? DASH : percent(row.shares[0])}</td>
                <td className="num side-b">{row.shares[1] == null ? DASH : percent(row.shares[1])}</td>
                <td className="bar-cell two">
                  {row.shares.map((share, k) => (
                    <span key={k} className={k === 0 ? "bar-of side-a" : "bar-of side-b"} style={{ width: `${((share ?? 0) / top) * 100}%` }} />
                  ))}
                </td>
                <td className="num">{whole(row.counts[0])}</td>
                <td className="num">{whole(row.counts[1])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data.classes.length > FEW && (
        <button className="btn small" onClick={() => setAll(!all)}>
          {all ? `First ${FEW}` : `All ${data.classes.length}`}
        </button>
      )}
    </Card>
  );
}
