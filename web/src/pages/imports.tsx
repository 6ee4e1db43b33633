/** Did everything arrive as meant? */
import type { ReactElement } from "react";
import { useImports, type ImportReport } from "../api/client";
import { plural, whole } from "../format";
import { TASK_NAMES } from "../metrics";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { PageHead } from "./page-head";

export function ImportsPage(): ReactElement {
  const found = useImports();
  const rejected = found.data?.reduce((sum, one) => sum + one.rejected, 0);
  return (
    <>
      <PageHead title="Import report" question="Did every image, class and object arrive as meant?">
        {rejected !== undefined && <span className={rejected ? "pill look" : "pill ok"}>{rejected ? `${whole(rejected)} rejected` : "Accepted, nothing dropped"}</span>}
      </PageHead>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={400} />
      ) : found.data.length ? (
        found.data.map((report) => <ReportCard key={report.number} report={report} />)
      ) : (
        <Empty title="This project has no report">
          <p>It was made by a program that wrote none. Every import from now on leaves one here.</p>
        </Empty>
      )}
    </>
  );
}

function ReportCard({ report }: { report: ImportReport }): ReactElement {
  const name = report.kind === "project" ? `Labels of ${report.project ?? "the project"}` : `Predictions: ${report.run ?? ""}`;
  const state = report.rejected ? "look" : report.repaired || report.warnings.length ? "note" : "ok";
  return (
    <Card
      title={name}
      className="below"
      hint={<><bdi>{report.file}</bdi>, kept as {report.report}</>}
      aside={<span className={`pill ${state}`}>{{ ok: "OK", note: "Note", look: "Look" }[state]}</span>}
    >
      <div className="report">
        <dl className="facts">
          {factsOf(report).map(([what, value]) => (
            <div key={what} className="fact">
              <dt>{what}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <Findings report={report} />
      </div>
    </Card>
  );
}

function factsOf(report: ImportReport): [string, string][] {
  const facts: [string, string | number | null | undefined][] = [
    ["Format", report.format],
    ["Task", report.task && (TASK_NAMES[report.task] ?? report.task)],
    ["Images", report.images],
    ["Labels", report.ground_truth],
    ["Predictions", report.predictions],
    ["Images with predictions", report.images_with_predictions],
    ["Classes", report.classes],
    ...Object.entries(report.mapping ?? {}).map(([what, how]): [string, string] => [`${what.charAt(0).toUpperCase()}${what.slice(1)} matched`, how]),
    ["Rejected", report.rejected],
    ["Repaired", report.repaired],
  ];
  return facts.flatMap(([what, value]): [string, string][] => (value == null ? [] : [[what, typeof value === "number" ? whole(value) : value]]));
}

/** Codes with their counts, then the records themselves. */
function Findings({ report }: { report: ImportReport }): ReactElement {
  if (!report.warnings.length)
    return (
      <Empty title="Nothing to report">
        <p>Every record was read as it stands: none rejected, none repaired.</p>
      </Empty>
    );
  return (
    <div>
      <table className="table">
        <thead>
          <tr>
            <th>Code</th>
            <th className="num">Times</th>
            <th>Example</th>
          </tr>
        </thead>
        <tbody>
          {report.warnings.map((w) => (
            <tr key={w.code}>
              <td><code>{w.code}</code></td>
              <td className="num">{whole(w.count)}</td>
              <td className="wraps"><bdi>{w.example.replace(`${w.code} `, "")}</bdi></td>
            </tr>
          ))}
        </tbody>
      </table>
      {report.records.length > 0 && (
        <details>
          <summary>
            {plural(report.listed, "record")}, rejected or repaired{report.listed > report.records.length && `; the first ${whole(report.records.length)} are shown, the file has all`}
          </summary>
          <div className="scroll records">
            <table className="table">
              <thead>
                <tr>
                  <th>Record</th>
                  <th>What was wrong</th>
                  <th>What was done</th>
                </tr>
              </thead>
              <tbody>
                {report.records.map((record, k) => (
                  <tr key={k}>
                    <td><code>{record.place}</code></td>
                    <td className="wraps">
                      <bdi>{record.problem}</bdi>
                      {record.original && <small>the file says {record.original}</small>}
                    </td>
                    <td className="wraps">
                      {record.outcome}
                      {record.fix && <small>{record.fix}</small>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </div>
  );
}
