"""`boxscore labels` on the demo."""

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


def test_list_accept_scores_export_undo(own_demo: Path) -> None:
    found = run("labels", "list", "--kind", "swapped", "--json", cwd=own_demo).json
    key = found["issues"][0]["key"]
    shown = run("labels", "list", "--kind", "swapped", cwd=own_demo).out
    assert key[:8] in shown and "weak evidence" in shown
    assert "accepted" in run("labels", "accept", key[:8], "--note", "a cup", cwd=own_demo).out
    decided = run("labels", "list", "--state", "accepted", "--json", cwd=own_demo).json
    assert [issue["note"] for issue in decided["issues"]] == ["a cup"]
    scores = run("labels", "scores", "float32", cwd=own_demo).out
    assert "0.29997" in scores and "1 fixes accepted" in scores
    assert run("labels", "export", "-o", "fixes", cwd=own_demo).code == 0
    (record,) = json.loads((own_demo / "fixes" / "patch.json").read_text())["annotations"]
    assert record["change"] == "changed" and list(record["was"]) == ["category_id"]
    assert "no longer accepted" in run("labels", "undo", cwd=own_demo).out
    refused = run("labels", "export", "-o", "more", cwd=own_demo)
    assert refused.code == 2 and "E-LABELS-NONE" in refused.err


def test_unknown_and_ambiguous_keys(own_demo: Path) -> None:
    refused = run("labels", "reject", "nothing", cwd=own_demo)
    assert refused.code == 2 and "E-LABELS-KEY" in refused.err
    assert run("labels", "accept", cwd=own_demo).code == 2
