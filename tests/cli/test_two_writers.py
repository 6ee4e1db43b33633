"""Two programs at one project: one waits, or gives up saying who holds it; damage is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from boxscore.store.write import Writer
from tests.cli.program import run
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    annotations = DEMO / "annotations.json"
    done = run("import", "project", "--coco", "-a", annotations, "-n", "p", cwd=tmp_path)
    assert done.code == 0, done.err
    return tmp_path / "p"


def test_two_imports_at_once_are_both_stored(project: Path) -> None:
    program = Path(sys.executable).with_name("boxscore")
    command = [str(program), "import", "predictions", str(DEMO / "predictions_int8.json"), "-n"]
    started = [
        subprocess.Popen([*command, name], cwd=project, stderr=subprocess.PIPE, text=True)
        for name in ("a", "b")
    ]
    ended = [(process.communicate(timeout=60), process.returncode) for process in started]
    assert [code for _, code in ended] == [0, 0], ended
    names = [r["name"] for r in run("runs", "--json", cwd=project).json]
    assert sorted(names) == ["a", "b"]
    assert run("verify", cwd=project).code == 0


def test_a_held_project_is_refused_with_its_holder(project: Path) -> None:
    with Writer(project, purpose="a long import"):
        done = run("import", "predictions", DEMO / "predictions_int8.json", "-n", "a", cwd=project)
    assert done.code == 4
    assert "E-STORE-BUSY" in done.err and "a long import" in done.err


def test_one_flipped_bit_is_found(project: Path) -> None:
    part = max((project / "parts").iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.chmod(0o644)
    part.write_bytes(content)
    done = run("verify", cwd=project)
    assert done.code == 2 and part.name in done.err + done.out
