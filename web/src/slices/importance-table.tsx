/** Which metric explains the failures, on its own and among objects of one class and size. */
import { useState, type ReactElement } from "react";
import type { ImportanceRow, MetricImportance } from "../api/slices";
import { score } from "../format";
import { Card, Empty } from "../parts/card";
import { Whisker } from "../parts/whisker";
import { setView, useView } from "../state/view";
import { small } from "./weak-table";

const FEW = 12;
const TITLES = { misses: "Which metric explains the misses?", losses: "Which metric explains what was lost?", false_positives: "Which metric explains the false positives?" };
const WORDS = { misses: "a missed object has the higher value than a found one", losses: "a lost object has the higher value than another one", false_positives: "a false positive has the higher value than a right one" };

export function ImportanceCard({ data, stale }: { data: MetricImportance; stale: boolean }): ReactElement {
  const view = useView();
  const [all, setAll] = useState(false);
  const sides = [...new Set(data.rows.map((r) => r.failure))];
  const [side, setSide] = useState<ImportanceRow["failure"] | null>(null);
  const failure = side !== null && sides.includes(side) ? side : sides[0];
  const mine = data.rows.filter((r) => r.failure === failure);
  const rows = all ? mine : mine.slice(0, FEW);
  if (failure === undefined)
    return (
      <Card title={TITLES.misses}>
        <Empty title="Nothing to explain">
          <p>No metric varies between failures and successes here.</p>
        </Empty>
      </Card>
    );
  return (
    <Card
      title={TITLES[failure]}
      className={stale ? "stale" : ""}
      hint={`Chance that ${WORDS[failure]}, scale 0 to 1; .500 means no relation. Adjusted: among objects of one class and size. Bits: mutual information, beside its mean by chance.`}
      aside={
        sides.length > 1 && (
          <div className="segments" role="radiogroup" aria-label="Failures">
            {sides.map((s) => (
              <button key={s} role="radio" aria-checked={s === failure} onClick={() => setSide(s)}>
                {s === "misses" ? "Misses" : "False positives"}
              </button>
            ))}
          </div>
        )
      }
    >
      <table className="table importance">
        <thead>
          <tr>
            <th>Metric</th>
            <th>Higher</th>
            <th className="num" aria-label="Chance of the higher value" />
            <th>Adjusted</th>
            <th className="num" aria-label="Adjusted chance" />
            <th className="num">Bits</th>
            <th className="num">Chance</th>
            <th className="num">q</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.metric} className={view.metric === row.metric ? "click current" : "click"} onClick={() => setView({ metric: row.metric })}>
              <td className="wraps"><button className="plain" aria-pressed={view.metric === row.metric}>{row.title}</button></td>
              <td className="whisker-cell"><Relation of={row.higher} /></td>
              <td className="num"><b>{score(row.higher.estimate)}</b></td>
              <td className="whisker-cell" title={`Adjusted for ${row.adjusted_for.join(" and ")}`}><Relation of={row.adjusted} /></td>
              <td className="num">{score(row.adjusted.estimate)}</td>
              <td className="num">{score(row.information)}</td>
              <td className="num">{score(row.by_chance)}</td>
              <td className="num">{small(row.q)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {mine.length > FEW && (
        <button className="btn small" onClick={() => setAll(!all)}>
          {all ? `First ${FEW}` : `All ${mine.length}`}
        </button>
      )}
    </Card>
  );
}

/** Blue where the interval leaves out one half. */
function Relation({ of }: { of: ImportanceRow["higher"] }): ReactElement {
  const apart = (of.low ?? 0) > 0.5 || (of.high ?? 1) < 0.5;
  return (
    <div className={apart ? "relation apart" : "relation"}>
      <Whisker of={{ estimate: shifted(of.estimate), low: shifted(of.low), high: shifted(of.high), reason: null }} from={-0.5} to={0.5} zero tone={apart ? undefined : "unsure"} />
    </div>
  );
}

function shifted(value: number | null): number | null {
  return value === null ? null : value - 0.5;
}
