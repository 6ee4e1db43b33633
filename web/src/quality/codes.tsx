/** Findings by their codes, the most serious first; a row shows them. */
import type { ReactElement } from "react";
import type { FindingCode, Findings } from "../api/client";
import { short, whole } from "../format";
import { Card, Empty } from "../parts/card";

interface CodesProps {
  findings: Findings;
  chosen: string | null;
  choose: (code: FindingCode) => void;
}

export function FindingCodes({ findings, chosen, choose }: CodesProps): ReactElement {
  const order = { severe: 0, moderate: 1 };
  const some = findings.codes.filter((c) => c.count > 0).sort((a, b) => order[a.severity] - order[b.severity] || b.count - a.count);
  const missing = findings.not_computed.length;
  return (
    <Card
      title="Findings"
      hint="Metrics beyond this project's thresholds; boxscore config set CODE VALUE moves one"
      foot={missing > 0 && `${missing} metrics of pixels are not computed: boxscore metric run`}
    >
      {some.length === 0 ? (
        <Empty title="No findings">
          <p>No metric that is computed is beyond its threshold.</p>
        </Empty>
      ) : (
        <div className="scroll finding-codes">
          <table className="table">
            <thead>
              <tr>
                <th>Code</th>
                <th>Finding</th>
                <th className="num">Count</th>
              </tr>
            </thead>
            <tbody>
              {some.map((c) => (
                <tr key={c.code} className={c.code === chosen ? "click current" : "click"} onClick={() => choose(c)}>
                  <td>
                    <code>{c.code}</code>
                  </td>
                  <td>
                    <button aria-pressed={c.code === chosen} title={c.advice}>
                      {c.title}
                    </button>{" "}
                    {c.severity === "severe" && <span className="pill look">severe</span>}
                    <small className="muted">
                      {c.metric_title} {c.side === "low" ? "≤" : "≥"} {short(c.threshold)} {c.unit}
                    </small>
                  </td>
                  <td className="num">{whole(c.count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
