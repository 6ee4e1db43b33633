"""`runs fuse` and `runs cut` on the demo."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.program import run


@pytest.fixture
def own_demo(demo_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return tmp_path


def test_a_fused_run_is_evaluated_at_once(own_demo: Path) -> None:
    asked = ("runs", "fuse", "float32", "int8", "--weight", "3", "--weight", "1", "-n", "both")
    made = run(*asked, "--json", cwd=own_demo).json
    assert made["format"] == "fusion"
    again = run("evaluate", "both", "--json", cwd=own_demo).json
    assert made["evaluation"]["metrics"] == again["metrics"]
    alone = run("evaluate", "int8", "--json", cwd=own_demo).json
    assert again["metrics"]["AP"] > alone["metrics"]["AP"]
    taken = run(*asked, cwd=own_demo)
    assert taken.code == 2
    assert "E-RUN-EXISTS" in taken.err
    assert "both" in run(*asked, "--replace", cwd=own_demo).out


def test_a_cut_run_holds_what_the_thresholds_show(own_demo: Path) -> None:
    run("thresholds", "float32", "--goal", "precision", "-o", "t.json", cwd=own_demo)
    expected = json.loads((own_demo / "t.json").read_text())["with_class_thresholds"]
    asked = ("runs", "cut", "float32", "--thresholds", "t.json", "-n", "final")
    assert run(*asked, cwd=own_demo).code == 0
    counts = run("evaluate", "final", "--confidence", "0", "--json", cwd=own_demo).json["counts"]
    assert [counts[k] for k in ("tp", "fp", "fn")] == [expected[k] for k in ("tp", "fp", "fn")]


def test_a_cut_at_one_confidence_and_what_is_refused(own_demo: Path) -> None:
    made = run("runs", "cut", "int8", "--confidence", "0.5", "--json", cwd=own_demo).json
    assert made["run"] == "int8 cut"
    assert 0 < made["predictions"] < 3811
    assert run("runs", "cut", "int8", cwd=own_demo).code == 2
    (own_demo / "bad.json").write_text("[]")
    refused = run("runs", "cut", "int8", "--thresholds", "bad.json", "-n", "x", cwd=own_demo)
    assert refused.code == 2
    assert "E-THRESHOLDS-FILE" in refused.err
