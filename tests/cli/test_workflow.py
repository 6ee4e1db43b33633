"""The examples by their commands: a workflow and hooks pass a model against itself, not a worse."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from boxscore.project import Project
from tests.cli.program import run

WORKFLOW = Path(__file__).parents[2] / "examples" / "model-gate.yml"
HOOKS = WORKFLOW.with_name("pre-commit-config.yaml")
DEMO = Path(__file__).parents[2] / "src" / "boxscore" / "demo"


def _steps() -> list[dict[str, Any]]:
    """What the workflow runs, but for the installation, which is this checkout."""
    job = yaml.safe_load(WORKFLOW.read_text())["jobs"]["gate"]
    return [step for step in job["steps"] if "run" in step and step["name"] != "Install"]


@pytest.mark.parametrize(("candidate", "code"), [("float32", 0), ("int8", 5)])
def test_the_example_by_its_commands(
    demo_folder: Path, tmp_path: Path, candidate: str, code: int
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copytree(DEMO / "images", data / "images")
    shutil.copy(DEMO / "annotations.json", data)
    shutil.copy(DEMO / "predictions_float32.json", data / "baseline.json")
    shutil.copy(DEMO / f"predictions_{candidate}.json", data / "candidate.json")
    run("gate", "--init", tmp_path / "gate.yaml", "--baseline", "float32", cwd=demo_folder)
    environment = os.environ | {
        "DATA": "data",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    codes = [
        subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=tmp_path, env=environment, capture_output=True, check=False,
        ).returncode
        for step in _steps()
    ]  # fmt: skip
    assert codes == [0, code, 0]
    said = (tmp_path / "summary.md").read_text()
    assert ("does not pass" in said) == bool(code)
    assert (tmp_path / "gate.xml").is_file()


@pytest.mark.parametrize(("candidate", "code"), [("float32", 0), ("int8", 5)])
def test_the_hooks_by_their_commands(
    demo_folder: Path, tmp_path: Path, candidate: str, code: int
) -> None:
    shutil.copytree(demo_folder, tmp_path / "gate")
    Project.open(tmp_path / "gate").write_gate_rules(tmp_path / "gate.yaml", baseline="float32")
    (tmp_path / "data").mkdir()
    shutil.copy(DEMO / f"predictions_{candidate}.json", tmp_path / "data" / "candidate.json")
    (repository,) = yaml.safe_load(HOOKS.read_text())["repos"]
    commands = [shlex.split(hook["entry"]) for hook in repository["hooks"]]
    assert [program for program, *_ in commands] == ["boxscore", "boxscore"]
    assert [run(*rest, cwd=tmp_path).code for _, *rest in commands] == [0, code]
