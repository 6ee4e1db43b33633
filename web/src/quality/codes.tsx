/** Findings by their codes, the most serious first; a row shows them. */
import type { ReactElement } from "react";
import type { FindingCode, Findings } from "../api/client";
import { useEmbeddings } from "../api/embeddings";
import { useMetrics } from "../api/quality";
import { short, whole } from "../format";
import { Card, Empty } from "../parts/card";
import { JobButton } from "../parts/job";
import { plain } from "../parts/told";

const MOST_NAMED = 3;

interface CodesProps {
  findings: Findings;
  chosen: string | null;
  choose: (code: FindingCode) => void;
}

export function FindingCodes({ findings, chosen, choose }: CodesProps): ReactElement {
  const order = { severe: 0, moderate: 1 };
  const some = findings.codes.filter((c) => c.count > 0).sort((a, b) => order[a.severity] - order[b.severity] || b.count - a.count);
  return (
    <Card
      title="Findings"
      hint="Metrics beyond this project's thresholds; boxscore config set CODE VALUE moves one"
      foot={findings.not_computed.length > 0 && <NotComputed titles={findings.not_computed} run={findings.run} />}
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
                    <button aria-pressed={c.code === chosen} title={plain(c.advice)}>
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

/** Which metrics the findings lack, and what makes them. */
function NotComputed({ titles, run }: { titles: string[]; run: string | null }): ReactElement {
  const metrics = useMetrics();
  const embeddings = useEmbeddings().data;
  const reads = (title: string): string | undefined => metrics.data?.find((m) => m.title === title)?.reads;
  const embed = titles.every((title) => reads(title) === "embeddings");
  const embedded = embeddings?.parts.every((part) => part.run !== null || part.embedded > 0);
  return (
    <>
      <p>
        Not computed: {titles.slice(0, MOST_NAMED).join(", ")}
        {titles.length > MOST_NAMED && ` and ${titles.length - MOST_NAMED} more`}
      </p>
      {embeddings?.images_with_pixels === 0 ? (
        <p>The project has no pixels: import it with its images.</p>
      ) : !embed ? (
        <JobButton kind="measure" label="Compute them" />
      ) : embedded && run !== null ? (
        <p>They need its predictions embedded: <code>boxscore embed --run {run}</code></p>
      ) : (
        embeddings?.can_embed && <JobButton kind="embed" label="Embed images and objects" />
      )}
    </>
  );
}
