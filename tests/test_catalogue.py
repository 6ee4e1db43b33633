"""Every row of the catalogue of bad inputs has a test that exists."""

from __future__ import annotations

import subprocess
import sys

from tests.catalogue import TESTS, WANTED
from tests.conftest import ROOT


def collected() -> set[str]:
    files = sorted({test.partition("::")[0] for test in TESTS.values()})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", *files]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stdout
    return {line for line in done.stdout.splitlines() if "::" in line}


def test_every_row_has_a_test() -> None:
    assert sorted(TESTS) == sorted(WANTED)
    known = collected()
    missing = {
        row: test for row, test in TESTS.items() if not any(_is(test, name) for name in known)
    }
    assert missing == {}


def _is(test: str, name: str) -> bool:
    """`[row-7` is met by `[row-7]` and `[row-7-more]`, not by `[row-71]`."""
    rest = name.removeprefix(test)
    if rest == name:
        return rest == test
    return rest[:1] in ("", "[", "]", "-") or test.endswith("_")
