"""SIGKILL at random moments: old state or new state, never between, nothing acknowledged lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.store import small

KILLS = 100

LOOP = """
import sys
from pathlib import Path
from tests.store import small
root, first = Path(sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for seed in range(first, first + 1000, 2):
    print("start", seed, flush=True)
    small.add_run(root, f"r{seed}", seed)
    print("ack", seed, flush=True)
"""


def killed(root: Path, first: int, after: float) -> list[str]:
    """Lines that a writer printed before it was killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", LOOP, str(root), str(first)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    with child.stdout as output:
        assert output.readline() == "ready\n"
        time.sleep(after)
        os.killpg(child.pid, signal.SIGKILL)
        lines = output.read().splitlines()
    child.wait()
    return lines


def seconds_of_an_import(root: Path, seed: int) -> float:
    """How long one import takes now: kills must fall into it however loaded the machine is."""
    code = LOOP.replace("first + 1000", "first + 2")
    command = [sys.executable, "-c", code, str(root), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        start = time.monotonic()
        assert child.stdout.readline() == f"start {seed}\n"
        assert child.stdout.readline() == f"ack {seed}\n"
        return time.monotonic() - start


@pytest.mark.slow
def test_a_hundred_kills(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    sys.stderr.write(f"seed {seed}\n")
    rng = random.Random(seed)
    root = small.make(tmp_path / "p")
    acknowledged: set[int] = set()
    for k in range(KILLS):
        if k % 20 == 0:
            pace = seconds_of_an_import(root, 10_000 * k + 9_998)
            acknowledged.add(10_000 * k + 9_998)
        lines = killed(root, 10_000 * k, rng.random() * 1.3 * pace)
        started = {int(line.split()[1]) for line in lines if line.startswith("start")}
        acknowledged |= {int(line.split()[1]) for line in lines if line.startswith("ack")}
        found = small.content(root)
        present = {int(name[1:]) for name in found}
        assert acknowledged <= present, f"kill {k}: acknowledged runs are gone"
        assert present <= acknowledged | started, f"kill {k}: a run that was never begun"
        acknowledged |= present
        for name, seen in found.items():
            assert seen == small.expected(int(name[1:])), f"kill {k}: {name} is torn"
    from boxscore.store.write import Writer

    with Writer(root, purpose="sweep"):
        pass
    small.assert_clean(root)
    parts = list((root / "parts").iterdir())
    assert len(parts) == 1 + 2 * len(acknowledged)
    assert len(acknowledged) > 10, "too few imports ended between the kills"
