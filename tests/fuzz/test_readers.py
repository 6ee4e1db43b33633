"""Every reader for some seconds on damaged input, and all that was ever found once more.

BOXSCORE_FUZZ_SECONDS sets how long each search lasts, BOXSCORE_FUZZ_SEED where it starts.
"""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from boxscore.sources import project_formats, run_formats
from tests.fuzz.child import address_space
from tests.fuzz.engine import search
from tests.fuzz.running import Runner
from tests.fuzz.subjects import SUBJECTS
from tests.fuzz.trees import from_json

SECONDS = float(os.environ.get("BOXSCORE_FUZZ_SECONDS", "30"))
SEED = int(os.environ.get("BOXSCORE_FUZZ_SEED", "0"))
FOUND = sorted((Path(__file__).parent / "found").glob("*.json"))


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_reader_refuses_in_its_own_words(subject: str) -> None:
    outcome = search(subject, SEED, SECONDS)
    assert not outcome.finds, outcome.words(subject, SEED)
    assert outcome.cases >= 20, "hardly anything was tried"


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(tmp_path_factory.mktemp("fuzz"))


@pytest.fixture
def limits() -> Iterator[None]:
    """Ten seconds and three gigabytes: what was found may have waited, or read, for ever."""

    def over(*_: object) -> None:
        raise TimeoutError

    old = signal.signal(signal.SIGALRM, over)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (address_space(), hard))
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, old)
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.mark.usefixtures("limits")
@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_was_found_stays_fixed(path: Path, runner: Runner) -> None:
    runner.attempt(from_json(json.loads(path.read_text(encoding="utf-8"))))


def test_every_format_has_good_inputs_to_damage(runner: Runner) -> None:
    cases = [case for subject in SUBJECTS.values() for case in subject(runner.project)]
    for role, formats in (("truth", project_formats()), ("predictions", run_formats())):
        assert set(formats) <= {case.form for case in cases if case.role == role}
