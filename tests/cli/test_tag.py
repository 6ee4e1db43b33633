"""`tag` and `slice` on the demo."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.program import run


@pytest.fixture
def own_demo(demo_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return tmp_path


def test_tags_and_slices_by_commands(own_demo: Path) -> None:
    assert "tagged" in run("tag", "add", "people", "class=person", cwd=own_demo).out
    run("tag", "add", "people", "--object", "P0", "--run", "int8", cwd=own_demo)
    listed = run("tag", "list", "--json", cwd=own_demo).json
    assert listed[0]["predictions"] == {"int8": 1}
    assert "people" in run("tag", "list", cwd=own_demo).out
    assert run("tag", "undo", cwd=own_demo).out == "undone: tag people\n"
    assert "untagged" in run("tag", "remove", "people", "split=val", cwd=own_demo).out
    run("slice", "save", "v", "split=val", cwd=own_demo)
    assert run("slice", "list", "--json", cwd=own_demo).json == {"v": "split=val"}
    named = run("evaluate", "int8", "--slice", "slice=v", "--json", cwd=own_demo).json
    plain = run("evaluate", "int8", "--slice", "split=val", "--json", cwd=own_demo).json
    assert named["metrics"] == plain["metrics"]
    assert run("slice", "delete", "v", cwd=own_demo).code == 0
    assert "No slices" in run("slice", "list", cwd=own_demo).out
    assert run("tag", "add", "people", cwd=own_demo).code == 2
    assert run("slice", "delete", "v", cwd=own_demo).code == 2
