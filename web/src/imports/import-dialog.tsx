/** An import from the browser: choose, see how it would be read, mend the mapping, import. */
import { useEffect, useState, type ReactElement } from "react";
import { queries } from "../api/client";
import { startJob, useJob, type Job } from "../api/jobs";
import { whole } from "../format";
import { Failure } from "../parts/card";
import { JobProblem, JobProgress } from "../parts/job";
import { Dialog } from "../shell/dialogs";
import { Findings, SourceClasses, type Finding, type Reading, type SourceClass } from "./findings";
import { withName, withReading, type Part } from "./mapping";
import { SourceChoice, type Source } from "./source";

interface ImportDialogProps {
  what: "run" | "project";
  /** The classes of the project, for a run. */
  names?: string[];
  browse: boolean;
  close: () => void;
  done: (result: Record<string, unknown>) => void;
}

type Facts = Record<string, unknown>;
const facts = (value: unknown): Facts | null => (typeof value === "object" && value !== null ? (value as Facts) : null);
const words = (value: unknown): string => (typeof value === "string" ? value : typeof value === "number" ? whole(value) : "");

export function ImportDialog({ what, names = [], browse, close, done }: ImportDialogProps): ReactElement {
  const [source, setSource] = useState<Source | null>(null);
  const [name, setName] = useState("");
  const [mapping, setMapping] = useState<string | null>(null);
  const [jobId, setJobId] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const job = useJob(jobId).data;

  function start(kind: "rehearse" | "import", from: Source, text: string | null): void {
    setError(null);
    startJob({ kind: `${kind}-${what}`, upload: from.upload, place: from.place, name: name.trim() || from.title.replace(/\.[^.]+$/, ""), mapping: text })
      .then((begun) => setJobId(begun.id))
      .catch(setError);
  }
  const imported = job?.state === "done" && job.kind.startsWith("import");
  useEffect(() => {
    if (!imported) return;
    void queries.invalidateQueries();
    done(job.result ?? {});
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each import
  }, [imported]);
  const found = job?.state === "done" && job.kind.startsWith("rehearse") ? job.result : null;
  // Once a way is settled no other is weighed: those of the first look stay to choose from.
  const [ways, setWays] = useState<Record<string, Reading[]>>({});
  const weighed = findingsOf(found);
  // What was found before stays until the next answer.
  const [shown, setShown] = useState<Facts | null>(null);
  if (found && found !== shown) setShown(found);
  if (weighed.length && mapping === null && !Object.keys(ways).length)
    setWays(Object.fromEntries(weighed.map((f) => [f.question, [f.chosen, ...f.alternatives]])));
  const text = mapping ?? (typeof shown?.mapping === "string" ? shown.mapping : null);
  return (
    <Dialog title={what === "run" ? "Add a run" : "Make a project"} close={close}>
      <label className="row">
        Name
        <input type="text" value={name} maxLength={200} placeholder={source?.title ?? "as the file"} onChange={(e) => setName(e.target.value)} />
      </label>
      {source === null ? (
        <SourceChoice
          browse={browse}
          choose={(chosen) => {
            setSource(chosen);
            start("rehearse", chosen, null);
          }}
        />
      ) : (
        <div className="import-steps">
          <p>
            <b><bdi>{source.title}</bdi></b>{" "}
            <button className="btn small" disabled={job?.state === "running"} onClick={() => { setSource(null); setMapping(null); setJobId(null); setWays({}); setShown(null); }}>
              Choose other
            </button>
          </p>
          {job && <Progress job={job} />}
          {shown && (
            <div className={found ? "import-found" : "import-found stale"}>
              <Rehearsal found={shown} ways={ways} names={names} text={text} mend={setMapping} />
            </div>
          )}
          {text !== null && what === "run" && (
            <details>
              <summary>The same as a mapping file</summary>
              <textarea className="text" aria-label="Mapping" spellCheck={false} rows={12} value={text} onChange={(e) => setMapping(e.target.value)} />
            </details>
          )}
          {error !== null && <Failure error={error} />}
          <div className="row">
            {text !== null && (
              <button className="btn" disabled={job?.state === "running"} onClick={() => start("rehearse", source, text)}>
                Check again
              </button>
            )}
            <button className="btn primary" disabled={job?.state === "running" || !job} onClick={() => start("import", source, text)}>
              Import
            </button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function Progress({ job }: { job: Job }): ReactElement | null {
  if (job.state === "running") return <JobProgress job={job} />;
  if (job.state === "cancelled") return <p role="status">Cancelled; nothing was written.</p>;
  return <JobProblem job={job} />;
}

/** The questions of the doctor that a rehearsal answered. */
function findingsOf(found: Facts | null): Finding[] {
  const list = facts(found?.findings)?.findings;
  return Array.isArray(list) ? (list as Finding[]) : [];
}

interface RehearsalProps {
  found: Facts;
  ways: Record<string, Reading[]>;
  names: string[];
  text: string | null;
  mend: (text: string) => void;
}

/** The doctor's table, and what an import would bring. */
function Rehearsal({ found, ways, names, text, mend }: RehearsalProps): ReactElement {
  const findings = findingsOf(found);
  const classes = facts(found.findings)?.classes;
  const would = facts(found.rehearsal);
  const refused = facts(found.refused);
  return (
    <>
      {findings.length > 0 && (
        <Findings findings={findings} ways={ways} choose={(question, how) => text !== null && mend(withReading(text, question as Part, how))} />
      )}
      {Array.isArray(classes) && classes.length > 0 && (
        <SourceClasses rows={classes as SourceClass[]} names={names} choose={(source, name) => text !== null && mend(withName(text, "classes", source, name))} />
      )}
      {would && (
        <p role="status">
          {would.predictions !== undefined
            ? `Would import ${words(would.predictions)} predictions on ${words(would.images_with_predictions)} images, ${words(would.classes)} classes, ${words(would.rejected)} rejected.`
            : `Would make a project of ${words(would.images)} images with ${words(would.ground_truth)} objects of ${words(would.classes)} classes, ${words(would.rejected)} rejected.`}
        </p>
      )}
      {refused && (
        <p className="note warn" role="alert">
          <b>{words(refused.detail)}</b> {words(refused.fix)}
        </p>
      )}
    </>
  );
}
