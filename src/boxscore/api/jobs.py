"""Jobs: work in child processes, so that the server answers meanwhile and each can be stopped."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from boxscore.errors import RequestError

State = Literal["running", "done", "failed", "cancelled"]
MOST_RUNNING = 3
MOST_KEPT = 50
CRASHED = {
    "code": "E-JOB-ENDED",
    "detail": "the process of this job ended without an answer",
    "fix": "the machine may be out of memory; nothing was published",
}


@dataclass(slots=True)
class Job:
    """One piece of work and what is known of it.

    Attributes:
        project: Id of the project it belongs to; None where it makes one.
        steps: What it has begun so far, for people; the last one is going on.
        progress: How far the last step is, where it counts.
        result: What it found or made, once it is done.
        problem: Why it failed: code, detail, fix.
    """

    id: str
    kind: str
    title: str
    project: str | None
    state: State = "running"
    steps: list[str] = field(default_factory=list)
    progress: str | None = None
    result: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
    begun: float = field(default_factory=time.monotonic)
    ended: float | None = None
    child: subprocess.Popen[str] | None = None

    def document(self) -> dict[str, Any]:
        """For JSON."""
        seconds = (self.ended or time.monotonic()) - self.begun
        names = (
            "id",
            "kind",
            "title",
            "project",
            "state",
            "steps",
            "progress",
            "result",
            "problem",
        )
        return {name: getattr(self, name) for name in names} | {"seconds": round(seconds, 1)}


@dataclass(slots=True)
class Jobs:
    """The jobs of a server, the newest last.

    Attributes:
        changes: Grows with every news.
    """

    changes: int = 0
    _jobs: dict[str, Job] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def start(
        self,
        kind: str,
        asked: dict[str, Any],
        *,
        title: str,
        project: str | None,
        after: Callable[[Job], None] | None = None,
    ) -> Job:
        """Start a job.

        Args:
            asked: What the child is told; see `job_child`.
            after: Called when it has ended, however it did.

        Raises:
            RequestError: Too many are running.
        """
        with self._lock:
            if sum(job.state == "running" for job in self._jobs.values()) >= MOST_RUNNING:
                raise RequestError(
                    f"{MOST_RUNNING} jobs are running already",
                    fix="wait for one of them, or cancel it",
                    code="E-JOBS-MANY",
                )
            job = Job(secrets.token_hex(8), kind, title, project)
            self._jobs[job.id] = job
            self._forget()
            self.changes += 1
        threading.Thread(target=self._run, args=(job, asked, after), daemon=True).start()
        return job

    def _forget(self) -> None:
        over = [job.id for job in self._jobs.values() if job.state != "running"]
        for old in over[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[old]

    def _run(self, job: Job, asked: dict[str, Any], after: Callable[[Job], None] | None) -> None:
        with tempfile.TemporaryDirectory(prefix="boxscore-job-") as work:
            try:
                self._listen(job, asked | {"kind": job.kind, "work": work})
            finally:
                if after is not None:
                    after(job)
                with self._lock:
                    self.changes += 1

    def _listen(self, job: Job, asked: dict[str, Any]) -> None:
        """Run the child and take in what it says until it ends."""
        child = subprocess.Popen(
            [sys.executable, "-m", "boxscore.api.job_child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
            start_new_session=True,
        )  # fmt: skip
        with self._lock:
            job.child = child
        assert child.stdin is not None and child.stdout is not None
        if job.state == "cancelled":
            _kill(child)
        with suppress(BrokenPipeError):
            child.stdin.write(json.dumps(asked) + "\n")
            child.stdin.flush()
        for line in child.stdout:
            self._hear(job, json.loads(line))
        child.wait()
        with suppress(BrokenPipeError):
            child.stdin.close()
        child.stdout.close()
        with self._lock:
            if job.state == "running":
                job.state, job.problem = "failed", CRASHED
            job.ended, job.child = time.monotonic(), None

    def _hear(self, job: Job, said: dict[str, Any]) -> None:
        with self._lock:
            self.changes += 1
            if job.state != "running":
                return
            if "step" in said:
                job.steps.append(said["step"])
                job.progress = None
            elif "progress" in said:
                job.progress = said["progress"]
            elif "done" in said:
                job.state, job.result = "done", said["done"]
            else:
                job.state, job.problem = "failed", said["failed"]

    def documents(self) -> list[dict[str, Any]]:
        """All jobs, the newest first."""
        with self._lock:
            return [job.document() for job in reversed(self._jobs.values())]

    def get(self, job_id: str) -> Job:
        """A job by its id."""
        with self._lock:
            if job_id not in self._jobs:
                raise RequestError(
                    "this job is not known any more", fix="start it again", code="E-JOB-UNKNOWN"
                )
            return self._jobs[job_id]

    def cancel(self, job_id: str) -> Job:
        """Stop a job; what it published before stays, what it had begun is not published."""
        with self._lock:
            job = self.get(job_id)
            if job.state == "running":
                job.state = "cancelled"
                self.changes += 1
                if job.child is not None:
                    _kill(job.child)
            return job

    def close(self) -> None:
        """Stop all of them."""
        with self._lock:
            for job_id in list(self._jobs):
                self.cancel(job_id)


def _kill(child: subprocess.Popen[str]) -> None:
    """End a child with the children it may have itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def names_for(places: dict[Path | None, str]) -> dict[str, str]:
    """What an absolute path is called in answers; longer paths first."""
    known = {str(path.absolute()): name for path, name in places.items() if path is not None}
    return dict(sorted(known.items(), key=lambda pair: -len(pair[0])))
