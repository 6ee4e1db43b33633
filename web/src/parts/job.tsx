/** A button that begins a long job of the project, then how far it is, and how it ended. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import { queries } from "../api/client";
import { cancelJob, startJob, useJobOf, type Job } from "../api/jobs";
import { Failure } from "./card";

interface JobButtonProps {
  kind: "measure" | "embed";
  label: string;
}

export function JobButton({ kind, label }: JobButtonProps): ReactElement {
  const job = useJobOf(kind);
  const [error, setError] = useState<unknown>(null);
  const running = job?.state === "running";
  const wasRunning = useRef(false);
  useEffect(() => {
    if (wasRunning.current && !running) void queries.invalidateQueries();
    wasRunning.current = running;
  }, [running]);

  function start(): void {
    setError(null);
    startJob({ kind })
      .then(() => queries.invalidateQueries({ queryKey: ["jobs"] }))
      .catch(setError);
  }
  return (
    <div className="job">
      {running ? <JobProgress job={job} /> : <button className="btn primary" onClick={start}>{label}</button>}
      {job?.problem && <JobProblem job={job} />}
      {error !== null && <Failure error={error} />}
    </div>
  );
}

export function JobProgress({ job }: { job: Job }): ReactElement {
  return (
    <p role="status">
      <progress /> {job.progress ?? job.steps.at(-1) ?? "starting"} <button className="btn small" onClick={() => void cancelJob(job.id)}>Cancel</button>
    </p>
  );
}

export function JobProblem({ job }: { job: Job }): ReactElement | null {
  if (!job.problem) return null;
  return (
    <p className="note warn" role="alert">
      <b>{job.problem.detail}</b> {job.problem.fix} <code>{job.problem.code}</code>
    </p>
  );
}
