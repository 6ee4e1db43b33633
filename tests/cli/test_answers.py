"""Runs of answers on the command line: compared by split, counted by hand, refused where boxes."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from boxscore.errors import RequestError
from boxscore.project import Project
from boxscore.report import write_report
from tests.cli.program import run

COLOURS = ("red", "green", "blue")
WRONG = {"old": {"train": {0}, "val": {1}}, "new": {"train": {0, 3, 6}, "val": set(range(8))}}
"""Pictures of each split that a run calls red; of the red ones that is right."""


def _named(k: int) -> str:
    return COLOURS[k % 3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 pictures in two splits, and the runs `old` and `new`."""
    at = tmp_path_factory.mktemp("answers")
    for split in ("train", "val"):
        for k in range(12):
            place = at / "data" / split / _named(k)
            place.mkdir(parents=True, exist_ok=True)
            shade = (k, 100 if split == "val" else 0, 0)
            Image.new("RGB", (8, 8), shade).save(place / f"{split}{k:02}.png")
    made = Project.import_project(at / "data", format="folders", target=at, name="colours")
    project = Project.open(made["path"])
    for name, wrong in WRONG.items():
        with (at / f"{name}.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["image", "class", "confidence"])
            for split, some in wrong.items():
                for k in range(12):
                    guess = "red" if k in some else _named(k)
                    rows.writerow([f"{split}{k:02}.png", guess, 0.9])
        project.import_predictions(at / f"{name}.csv", name=name)
    return at / "colours"


def _right(name: str, split: str) -> set[int]:
    return {k for k in range(12) if k not in WRONG[name][split] or _named(k) == "red"}


def test_splits_as_counted_by_hand(folder: Path) -> None:
    project = Project.open(folder)
    document = project.compare("old", "new", by="split")
    (pair,) = document["pairs"]
    groups = {group["name"]: group for group in pair["groups"]}
    assert set(groups) == {"train", "val"}
    for split, group in groups.items():
        old, new = _right("old", split), _right("new", split)
        assert group["objects"] == 12
        assert (group["broken"], group["fixed"]) == (len(old - new), len(new - old))
        assert group["right_in_both"] == len(old & new)
        part = f"split={split}"
        each = [
            project.evaluate(name, where=part)["metrics"]["accuracy"] for name in ("old", "new")
        ]
        assert group["change"]["difference"] == pytest.approx(each[1] - each[0], abs=1e-12)
    assert sum(group["broken"] for group in groups.values()) == pair["flips"]["broken"]
    assert document["by"] == "split" and document["iou"] is None


def test_the_table_of_splits_has_no_false_positives(folder: Path) -> None:
    shown = run("compare", "old", "new", "--by", "split", cwd=folder)
    assert shown.code == 0
    (head,) = [line for line in shown.out.splitlines() if line.startswith("split ")]
    assert head.split()[:4] == ["split", "objects", "broken", "fixed"]
    assert "new" not in head.split() and "removed" not in head.split()
    (row,) = [line for line in shown.out.splitlines() if line.startswith("val ")]
    broken = len(_right("old", "val") - _right("new", "val"))
    assert row.split()[1:4] == ["12", str(broken), "0"]


def test_the_pairs_of_a_split(folder: Path) -> None:
    found = Project.open(folder).confusion("new", where="split=val")
    pairs = {(p["labelled_name"], p["predicted_name"]): p["count"] for p in found["pairs"]}
    wrong = [_named(k) for k in WRONG["new"]["val"] if _named(k) != "red"]
    assert pairs == {(name, "red"): wrong.count(name) for name in ("green", "blue")}


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda p: p.compare("old", "new", by="size"), "E-COMPARE-BY"),
        (lambda p: p.compare("old", "new", by="sequence"), "E-COMPARE-BY"),
        (lambda p: p.error_budget("new"), "E-TASK-OBJECTS"),
        (lambda p: p.fix_first("new"), "E-TASK-OBJECTS"),
        (lambda p: p.thresholds("new"), "E-TASK-OBJECTS"),
    ],
)
def test_what_answers_do_not_have(folder: Path, ask: Callable[[Project], Any], code: str) -> None:
    with pytest.raises(RequestError) as refused:
        ask(Project.open(folder))
    assert refused.value.code == code and refused.value.fix


def test_errors_of_answers_are_refused_on_the_command_line(folder: Path) -> None:
    refused = run("errors", "new", cwd=folder)
    assert refused.code == 2
    assert "E-TASK-OBJECTS" in refused.err and "boxscore answers" in refused.err


def test_a_report_of_answers(folder: Path, tmp_path: Path) -> None:
    write_report(Project.open(folder), ["old", "new"], tmp_path / "r.md")
    said = (tmp_path / "r.md").read_text()
    assert "new is worse than old: accuracy" in said or "Cannot tell whether new" in said
    assert "What to fix first" not in said
    assert "| class | objects | broken | fixed | verdict |" in said
