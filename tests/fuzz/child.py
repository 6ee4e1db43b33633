"""The process that runs cases: it may crash or hang, and is started anew then.

python -m tests.fuzz.child SUBJECT SEED FIRST SECONDS WORK

Every line it writes is one JSON document: {"at": case, "asked": ...} before a case, {"find": ...}
after a bad one, {"done": cases} at the end.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.running import Find, Runner
from tests.fuzz.shake import shaken
from tests.fuzz.shrink import shrunk
from tests.fuzz.subjects import SUBJECTS
from tests.fuzz.trees import Case, to_json

LONGEST = 10.0
"""Seconds by the clock after which a case hangs: it waits for something."""
ROOM = 3 << 30
"""Bytes that may be asked for beyond what the process has from its start."""


def address_space() -> int:
    """The limit to set: no limit where the system does not tell what is in use."""
    told = Path("/proc/self/statm")
    if not told.exists():
        return resource.RLIM_INFINITY
    return int(told.read_text().split()[0]) * resource.getpagesize() + ROOM


def say(**words: Any) -> None:
    """One line to the parent."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def run(subject: str, seed: int, first: int, seconds: float, work: Path) -> None:
    """Run cases of a subject until the time is over."""
    faulthandler.enable()
    warnings.simplefilter("error", RuntimeWarning)  # arithmetic that gave nonsense
    warnings.simplefilter("error", UserWarning)
    warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
    runner = Runner(work)
    seeds = SUBJECTS[subject](runner.project)
    say(at=first - 1)
    for case in known_good(seeds) if not first else ():
        tell(runner, case, good=True)
    resource.setrlimit(resource.RLIMIT_AS, (address_space(),) * 2)
    end, number, met = time.monotonic() + seconds, first, set[str]()
    while time.monotonic() < end:
        rng = Random(f"{seed} {number}")
        case = shaken(rng, rng.choice(seeds), seeds)
        say(at=number, asked=to_json(replace(case, tree={})))
        faulthandler.dump_traceback_later(LONGEST, exit=True)
        tell(runner, case, number=number, met=met)
        number += 1
    faulthandler.cancel_dump_traceback_later()
    say(done=number)


def known_good(seeds: list[Case]) -> Iterator[Case]:
    """The seeds as they are: with their format named, and recognised."""
    for case in seeds:
        yield case
        yield replace(case, publish=True)


def tell(
    runner: Runner, case: Case, *, good: bool = False, number: int = -1, met: set[str] | None = None
) -> None:
    """Run a case, and report it if it is bad: the first of each kind, made small."""
    try:
        runner.attempt(case, good=good)
    except Find as find:
        met = set() if met is None else met
        if find.signature in met:
            return
        met.add(find.signature)
        faulthandler.cancel_dump_traceback_later()
        small = case if good else shrunk(runner, case, find.signature)
        say(find=find.signature, words=str(find), number=number, case=to_json(small))


if __name__ == "__main__":
    name, seed_text, first_text, seconds_text, folder = sys.argv[1:]
    run(name, int(seed_text), int(first_text), float(seconds_text), Path(folder))
