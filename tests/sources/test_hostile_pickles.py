"""Pickles that want to run code or to eat memory: rows 131 to 137 of the bad inputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.corpus import pickle_child
from tests.corpus.hostile_pickles import EXECUTES, NAMES, hostile_pickles

CONTROL = """
import os, pickle, sys, time
folder, canary = sys.argv[1:3]
for name in sys.argv[3:]:
    try:
        pickle.loads(open(os.path.join(folder, name), "rb").read())
    except BaseException:
        pass
    for _ in range(200):
        if os.path.exists(canary):
            break
        time.sleep(0.01)
    if os.path.isdir(canary):
        os.rmdir(canary)
    elif os.path.exists(canary):
        os.unlink(canary)
    else:
        print(name)
"""

Outcomes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "files").mkdir()
    for name, data in hostile_pickles(folder / "canary").items():
        (folder / "files" / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def outcomes(corpus: Path) -> Outcomes:
    command = [sys.executable, pickle_child.__file__, str(corpus / "files")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, env=environment)
    assert done.returncode == 0, done.stderr
    found: Outcomes = json.loads(done.stdout)
    return found


def test_no_hostile_file_does_anything(corpus: Path, outcomes: Outcomes) -> None:
    """Each is refused, within 400 MB and 4 CPU seconds, and no code of any has run."""
    assert len(outcomes) == len(NAMES) >= 60
    odd = {
        name: found
        for name, found in outcomes.items()
        if not found["outcome"].startswith("refused E-") and name != "bomb-as-format"
    }
    assert odd == {}
    assert max(found["megabytes"] for found in outcomes.values()) < 400
    assert max(found["seconds"] for found in outcomes.values()) < 4
    assert not (corpus / "canary").exists()


def test_what_a_format_says_is_not_needed_for_a_box(outcomes: Outcomes) -> None:
    assert outcomes["bomb-as-format"]["outcome"] == "read 1"


def test_the_corpus_is_alive(tmp_path: Path) -> None:
    """The control: really unpickled, each of these files runs its code."""
    canary = tmp_path / "canary"
    made = hostile_pickles(canary)
    for name in EXECUTES:
        (tmp_path / name).write_bytes(made[name])
    command = [sys.executable, "-c", CONTROL, str(tmp_path), str(canary), *EXECUTES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.stdout.split() == []
