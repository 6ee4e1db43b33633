"""Reports as texts that are compared: few lines change when few numbers do."""

from __future__ import annotations

import json
import shutil
from difflib import unified_diff
from pathlib import Path

import pytest

from boxscore.project import Project
from boxscore.report import write_report
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"


@pytest.fixture(scope="module")
def reports(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Lines of the Markdown of float32, of it without its least sure person, and of int8."""
    folder = tmp_path_factory.mktemp("stable")
    project = Project.open(shutil.copytree(demo_folder, folder / "demo"))
    rows = json.loads((DEMO / "predictions_float32.json").read_text())
    persons = [row for row in rows if row["category_id"] == 1]
    rows.remove(min(persons, key=lambda row: row["score"]))
    (folder / "less.json").write_text(json.dumps(rows))
    project.import_predictions(folder / "less.json", name="less")
    lines = {}
    for run in ("float32", "less", "int8"):
        write_report(project, [run], folder / "r.md")
        lines[run] = (folder / "r.md").read_text().splitlines()
    return lines


def _changed(first: list[str], second: list[str]) -> list[str]:
    marked = unified_diff(first, second, lineterm="", n=0)
    return [line for line in marked if line[0] == "+" and not line.startswith("+++")]


def test_one_prediction_less_changes_its_lines_only(reports: dict[str, list[str]]) -> None:
    changed = _changed(reports["float32"], reports["less"])
    named = [line for line in changed if "less" in line]
    assert len(changed) - len(named) <= 6
    assert any(line.startswith("+| person |") for line in changed)


def test_rows_keep_their_places(reports: dict[str, list[str]]) -> None:
    def heads(lines: list[str]) -> list[str]:
        start, end = lines.index("### Classes"), lines.index("## Weak slices")
        return [line.split("|")[1] for line in lines[start:end] if line.startswith("|")]

    assert heads(reports["float32"]) == heads(reports["int8"])
    same = set(reports["float32"]) & set(reports["int8"])
    assert "| metric | value | 95 % |" in same
