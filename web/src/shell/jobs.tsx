/** What this server is working on, on every page: how far it is, and a way to stop it. */
import type { ReactElement } from "react";
import { cancelJob, useJobs, type Job } from "../api/jobs";

const WORDS: Record<Job["kind"], string> = {
  "rehearse-run": "Reading",
  "import-run": "Importing",
  "rehearse-project": "Reading",
  "import-project": "Making",
  measure: "Measuring",
  embed: "Embedding",
  verify: "Checking",
};

export function Jobs(): ReactElement | null {
  const running = useJobs().data?.jobs.filter((job) => job.state === "running") ?? [];
  if (!running.length) return null;
  return (
    <ul className="nav-jobs" aria-label="Jobs">
      {running.map((job) => (
        <li key={job.id}>
          <span className="nav-job-name" title={`${WORDS[job.kind]} ${job.title}`}>
            {WORDS[job.kind]} <bdi>{job.title}</bdi>
          </span>
          <progress aria-label={`${WORDS[job.kind]} ${job.title}`} />
          <small role="status">{job.progress ?? job.steps.at(-1) ?? "starting"}</small>
          <button className="btn small" aria-label={`Cancel ${WORDS[job.kind].toLowerCase()} ${job.title}`} onClick={() => void cancelJob(job.id)}>
            Cancel
          </button>
        </li>
      ))}
    </ul>
  );
}
