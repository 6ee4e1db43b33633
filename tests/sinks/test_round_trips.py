"""What is written comes back: the same project, run and numbers, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import boxscore as bs
from boxscore.errors import RequestError
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import boxes_of
from tests.cli.program import run
from tests.conftest import ROOT

TRUTH = {"coco": 0.0, "yolo": 1e-9}
"""Formats of ground truth, and how far a coordinate may move: 0 is not at all."""
RUNS = {"coco": 0.0, "yolo": 1e-9, "pickle": 1e-9}


def objects(annotations: Any, project: bs.Project) -> list[tuple[Any, ...]]:
    """(image, class, box, confidence), sorted, whatever the order and the ids."""
    table = annotations.table
    titles = [Path(t).stem for t in project.items["title"].tolist()]
    names = [row.name for row in project.ontology.classes]
    found = table["confidence"] if "confidence" in table else np.zeros(table.rows)
    rows = zip(
        table["item"].tolist(), table["class_id"].tolist(), boxes_of(table).tolist(),
        found.tolist(), strict=True,
    )  # fmt: skip
    found_rows = [(titles[i], names[c], *box, conf) for i, c, box, conf in rows]
    return sorted(found_rows, key=lambda one: (*one[:2], *(round(v, 6) for v in one[2:])))


def same(a: list[tuple[Any, ...]], b: list[tuple[Any, ...]], within: float) -> None:
    assert [one[:2] for one in a] == [one[:2] for one in b]
    far = np.abs(np.array([x[2:] for x in a]) - np.array([x[2:] for x in b]))
    assert far.max(initial=0) <= within


@pytest.mark.parametrize("form", TRUTH)
def test_ground_truth_comes_back(demo_folder: Path, tmp_path: Path, form: str) -> None:
    project = bs.Project.open(demo_folder)
    written = project.export("ground-truth", format=form, output=tmp_path / "out")
    assert written["annotations"] == 421 and written["left_out"] == {}
    source = tmp_path / "out"
    if form == "coco":
        source /= "annotations.json"
    done = bs.Project.import_project(source, target=tmp_path, name="again")
    again = bs.Project.open(done["path"])
    assert done["format"] == form and done["rejected"] == 0
    assert again.items.rows == 41
    if form == "yolo":  # masks have no box of their own there: theirs is around the pixels
        mine, theirs = (sorted(x[:2] for x in objects(p.ground_truth, p)) for p in (project, again))
        assert mine == theirs
        return
    same(objects(project.ground_truth, project), objects(again.ground_truth, again), TRUTH[form])


@pytest.mark.parametrize("form", RUNS)
def test_a_run_comes_back_with_its_numbers(demo_folder: Path, tmp_path: Path, form: str) -> None:
    project, _ = bs.Project.demo(tmp_path)
    written = project.export("int8", format=form, output=tmp_path / "out")
    source = tmp_path / "out"
    if form in ("coco", "pickle"):
        source /= {"coco": "results.json", "pickle": "predictions.pkl"}[form]
    done = project.import_predictions(source, name="again")
    assert done["format"] == form and done["predictions"] == written["annotations"] == 3811
    if form == "pickle":  # holds what lies inside the image only
        before = project.evaluate("int8")["metrics"]["AP"]
        assert done["evaluation"]["metrics"]["AP"] == pytest.approx(before, abs=2e-3)
        return
    same(
        objects(project.predictions("int8"), project),
        objects(project.predictions("again"), project),
        RUNS[form],
    )
    before = project.evaluate("int8")["metrics"]
    assert done["evaluation"]["metrics"] == pytest.approx(before, abs=1e-12)


def test_masks_polygons_and_crowds_survive_coco(demo_folder: Path, tmp_path: Path) -> None:
    project = bs.Project.open(demo_folder)
    project.export("ground-truth", format="coco", output=tmp_path / "out")
    mine = json.loads((ROOT / "src/boxscore/demo/annotations.json").read_text())
    theirs = json.loads((tmp_path / "out" / "annotations.json").read_text())
    by_id = {one["id"]: one for one in theirs["annotations"]}
    assert len(by_id) == len(mine["annotations"])
    for one in mine["annotations"]:
        other = by_id[one["id"]]
        for key in ("image_id", "category_id", "bbox", "area", "iscrowd"):
            assert other[key] == one[key]
        if isinstance(one["segmentation"], list):
            assert other["segmentation"] == one["segmentation"]


def test_only_some_images_and_outcomes(demo_folder: Path, tmp_path: Path) -> None:
    project = bs.Project.open(demo_folder)
    counts = project.evaluate("float32", where="class=person")["counts"]
    for what, outcome, name in (
        ("float32", "tp", "tp"), ("float32", "fp", "fp"), ("ground-truth", "fn", "fn"),
    ):  # fmt: skip
        done = run(
            "export", what, "--format", "jsonl", "--outcome", outcome, "--run", "float32",
            "--slice", "class=person", "-o", tmp_path / name, "-t", demo_folder, "--json",
            "--confidence", counts["confidence"], cwd=tmp_path,
        )  # fmt: skip
        assert done.json["annotations"] == counts[outcome]
        lines = next((tmp_path / name).glob("*.jsonl")).read_text().splitlines()
        assert len(lines) == counts[outcome]


def test_refusals_write_nothing(demo_folder: Path, tmp_path: Path) -> None:
    project = bs.Project.open(demo_folder)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep me")
    for what, form, folder, words in (
        ("ground-truth", "coco", "full", "not empty"),
        ("ground-truth", "pickle", "new", "predictions only"),
        ("float32", "xlsx", "new", "cannot be written"),
        ("float64", "coco", "new", "float64"),
    ):
        with pytest.raises(bs.BoxscoreError, match=words):
            project.export(what, format=form, output=tmp_path / folder)
    with pytest.raises(RequestError, match="does not fit"):
        project.export("float32", format="coco", output=tmp_path / "new", outcome="fn")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["full"]


def test_formulas_of_spreadsheets_are_disarmed(tmp_path: Path) -> None:
    truth = {
        "images": [{"id": 1, "width": 9, "height": 9, "file_name": "=cmd()|a.jpg"}],
        "categories": [{"id": 1, "name": "@SUM(1)"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [-1.5, 0, 5, 5], "area": 25}
        ],
    }
    (tmp_path / "t.json").write_text(json.dumps(truth))
    done = bs.Project.import_project(tmp_path / "t.json", target=tmp_path, name="p")
    project = bs.Project.open(done["path"])
    project.export("ground-truth", format="csv", output=tmp_path / "out")
    text = (tmp_path / "out" / "ground_truth.csv").read_text()
    assert "'=cmd()|a.jpg" in text and "'@SUM(1)" in text
    assert ",-1.5," in text, "a number is no formula"
    assert project.ground_truth.table["kind"].tolist() == [Kind.BOX]
