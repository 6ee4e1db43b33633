"""Cases of one subject until a time is over; what was found is kept as files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.fuzz.trees import Case, cut, to_json

KEPT = ROOT / "build" / "fuzz"
"""Where bad cases go; one that is moved to tests/fuzz/found is tested for ever."""


@dataclass(slots=True)
class Outcome:
    """What a search came to."""

    cases: int = 0
    finds: dict[str, str] = field(default_factory=dict)

    def words(self, subject: str, seed: int) -> str:
        """For the failing test."""
        head = f"{subject}: {len(self.finds)} kinds of bad behaviour in {self.cases} cases; "
        head += f"BOXSCORE_FUZZ_SEED={seed}\n"
        return head + "\n".join(f"--- {name}\n{words}" for name, words in self.finds.items())


def search(subject: str, seed: int, seconds: float) -> Outcome:
    """Run a subject for some seconds, in as many processes as that takes."""
    outcome, end = Outcome(), time.monotonic() + seconds
    first = 0
    while first >= 0 and (left := end - time.monotonic()) > 0:
        work = Path(tempfile.mkdtemp(prefix="boxscore-fuzz-"))
        try:
            first = _one_process(subject, seed, first, left, work, outcome)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return outcome


def _one_process(
    subject: str, seed: int, first: int, seconds: float, work: Path, outcome: Outcome
) -> int:
    """Run until the process ends; the case to go on with, or -1 when the time is over."""
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.child", subject, str(seed),
             str(first), f"{seconds:.3f}", str(work)],
            stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )  # fmt: skip
        assert child.stdout is not None
        at, asked = first - 1, to_json(Case(tree={}))
        with child.stdout:
            for line in child.stdout:
                said = json.loads(line)
                at, asked = said.get("at", at), said.get("asked", asked)
                if "find" in said:
                    _keep(outcome, subject, said)
                if "done" in said:
                    outcome.cases = said["done"]
                    child.wait()
                    return -1
        code = child.wait()
        errors.seek(0)
        words = f"the process ended with {code} in case {at}\n{errors.read()[-6000:]}"
    root = work / "1" / "2" / "3" / "case"
    tree = cut(root) if root.is_dir() else {}
    crash = asked | {"tree": to_json(Case(tree=tree))["tree"]}
    said = {"find": _crash_name(words, code), "words": words, "case": crash, "number": at}
    _keep(outcome, subject, said)
    outcome.cases = at + 1
    return at + 1 if at >= 0 else -1


def _crash_name(words: str, code: int) -> str:
    """A name for the place of a crash: the first of our files in the trace."""
    ours = [line for line in words.splitlines() if "/boxscore/" in line and "line" in line]
    place = ours[0].rsplit("/", 1)[-1].replace('"', "").replace(" ", "") if ours else ""
    return f"ended{code}-{place}"


def _keep(outcome: Outcome, subject: str, said: dict[str, Any]) -> None:
    name = said["find"]
    if name in outcome.finds:
        return
    text = json.dumps(said["case"], indent=1)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    path = KEPT / f"{subject}-{digest}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")
    outcome.finds[name] = f"case {said.get('number', '?')}, kept as {path}\n{said['words']}"
