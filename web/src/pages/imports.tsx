/** Did everything arrive as meant? One import at a time, the newest of the run first. */
import type { ReactElement } from "react";
import { useImports, type ImportReport, type Overview, type Run } from "../api/client";
import { useImport } from "../api/imports";
import { whole } from "../format";
import { ReconcileCard } from "../imports/checks";
import { ClassesCard } from "../imports/classes";
import { ConfidencesCard } from "../imports/confidences";
import { MappingCard } from "../imports/mapping-card";
import { ReadingsCard } from "../imports/readings";
import { RecordsCard } from "../imports/records";
import { TASK_NAMES } from "../metrics";
import { Card, Empty, Failure, Skeleton } from "../parts/card";
import { setView, useView } from "../state/view";
import { PageHead } from "./page-head";

export function ImportsPage({ project, run }: { project: Overview; run: Run | undefined }): ReactElement {
  const { selected } = useView();
  const found = useImports();
  const chosen = found.data && chosenOf(found.data, selected, run);
  return (
    <>
      <PageHead title="Import report" question="Did every image, class and object arrive as meant?">
        {chosen && <span className={chosen.rejected ? "pill look" : "pill ok"}>{chosen.rejected ? `Accepted, ${whole(chosen.rejected)} rejected` : "Accepted, nothing dropped"}</span>}
      </PageHead>
      {found.error ? (
        <Failure error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton height={400} />
      ) : chosen ? (
        <Chosen key={chosen.number} list={found.data} chosen={chosen} project={project} />
      ) : (
        <Empty title="This project has no report">
          <p>It was made by a program that wrote none. Every import from now on leaves one here.</p>
        </Empty>
      )}
    </>
  );
}

/** The one that is asked for, else the newest of the run. */
function chosenOf(list: ImportReport[], selected: string | null, run: Run | undefined): ImportReport | undefined {
  return list.find((one) => String(one.number) === selected) ?? list.find((one) => one.kind === "predictions" && one.run === run?.name) ?? list[0];
}

interface ChosenProps {
  list: ImportReport[];
  chosen: ImportReport;
  project: Overview;
}

function Chosen({ list, chosen, project }: ChosenProps): ReactElement {
  const found = useImport(chosen.number);
  const report = found.data?.number === chosen.number ? found.data : undefined;
  const run = project.runs.find((one) => one.name === chosen.run)?.name ?? null;
  const stored = report?.confidences && run !== null;
  const predicted = chosen.kind === "predictions";
  return (
      <div className="columns imports-columns" role="region" aria-label={nameOf(chosen)}>
        <div>
          <ListCard list={list} chosen={chosen} project={project} />
          {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : report ? <ReconcileCard report={report} project={project} /> : <Skeleton height={420} />}
          {predicted && !report && !found.error && <Skeleton height={540} />}
          {report?.classes_read && <ClassesCard rows={report.classes_read} classes={project.classes} run={run} />}
        </div>
        <div>
          {predicted && (report ? <ReadingsCard report={report} /> : !found.error && <Skeleton height={420} />)}
          {report && predicted && (
            <div className="imports-pair">
              {stored && <ConfidencesCard report={report} run={run} />}
              <MappingCard report={report} />
            </div>
          )}
          {report && <RecordsCard report={report} />}
        </div>
      </div>
  );
}

function nameOf(one: ImportReport): string {
  return one.kind === "project" ? `Labels of ${one.project ?? "the project"}` : `Predictions: ${one.run ?? ""}`;
}

/** Every import with what it was; a row shows its report. */
function ListCard({ list, chosen, project }: ChosenProps): ReactElement {
  return (
    <Card title="Files" hint="Formats are recognised by content, not by names">
      <div className="scroll import-list">
        <table className="table">
          <tbody>
            {list.map((one) => {
              const current = one.number === chosen.number;
              const state = one.rejected ? "look" : one.repaired ? "note" : "ok";
              return (
                <tr key={one.number} className={current ? "click current" : "click"} onClick={() => show(one, list, project)}>
                  <td className="wraps">
                    <button className="plain" aria-pressed={current}>
                      <b>
                        <bdi>{one.file}</bdi>
                      </b>
                    </button>
                    <small><bdi>{nameOf(one)}</bdi></small>
                  </td>
                  <td>
                    {one.format ?? ""}
                    {one.task && <small>{TASK_NAMES[one.task] ?? one.task}</small>}
                  </td>
                  <td>{one.sha256 && <code title={one.sha256}>{one.sha256.slice(0, 8)}</code>}</td>
                  <td className="num">
                    {whole(one.predictions ?? one.ground_truth)}
                    {one.classes != null && <small>{whole(one.classes)} classes</small>}
                  </td>
                  <td className="num"><span className={`pill ${state}`}>{{ ok: "OK", note: "Note", look: "Look" }[state]}</span></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

/** The report of a run's newest import is that of the run; any other one has its number in the address. */
function show(one: ImportReport, list: ImportReport[], project: Overview): void {
  const newest = list.find((other) => other.kind === "predictions" && other.run === one.run);
  const run = project.runs.find((other) => other.name === one.run);
  if (one.kind === "predictions" && run && newest === one) setView({ run: run.name, confidence: null, selected: null });
  else setView({ selected: String(one.number) });
}
