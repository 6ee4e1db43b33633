"""Labels in shares of pictures that are not there: nothing is said that needs their sizes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxscore import Project
from boxscore.errors import RequestError
from boxscore.evaluation.flips import size_of
from boxscore.matching.policy import COCO

BOXES = ["0 .3 .3 .2 .4", "1 .6 .6 .5 .5"]
OUTLINES = ["0 .2 .1 .4 .1 .4 .5 .2 .5 .2 .3", "1 .35 .35 .85 .35 .85 .85 .35 .85 .35 .5"]
SIZES = ("APs", "APm", "APl", "ARs", "ARm", "ARl")


def data_set(root: Path, lines: list[str], *, pictures: bool) -> Project:
    (root / "labels").mkdir(parents=True)
    (root / "images").mkdir()
    (root / "found").mkdir()
    for k in range(3):
        (root / f"labels/{k}.txt").write_text("\n".join(lines) + "\n")
        (root / f"found/{k}.txt").write_text("".join(f"{line} .9\n" for line in lines))
        if pictures:
            Image.new("RGB", (200, 100)).save(root / f"images/{k}.png")
    (root / "data.yaml").write_text("train: images\nnames: [cat, dog]\n")
    made = Project.import_project(root, target=root / "made")
    project = Project.open(made["path"])
    project.import_predictions(root / "found", name="run")
    return project


def test_ranges_of_sizes_are_undefined_without_sizes(tmp_path: Path) -> None:
    known = data_set(tmp_path / "known", BOXES, pictures=True).evaluate("run")
    project = data_set(tmp_path / "bare", BOXES, pictures=False)
    bare = project.evaluate("run")
    assert known["metrics"]["AP"] == bare["metrics"]["AP"] == 1
    assert known["metrics"]["APm"] == 1 and not known["notes"]
    assert [bare["metrics"][name] for name in SIZES] == [None] * 6
    assert "sizes of images are not known" in bare["notes"][0]
    assert project.evaluate("run", where="class=cat")["metrics"]["APs"] is None
    with pytest.raises(RequestError, match="heights of objects"):
        project.evaluate("run", protocol="kitti")


def test_no_label_is_small_without_sizes(tmp_path: Path) -> None:
    project = data_set(tmp_path, BOXES, pictures=False)
    checks = {one["title"]: one["count"] for one in project.import_report("run")["checks"]}
    assert checks["Labels smaller than 64 px² (8 × 8)"] == 0


def test_outlines_without_sizes_are_the_boxes_around_them(tmp_path: Path) -> None:
    project = data_set(tmp_path, OUTLINES, pictures=False)
    assert project.evaluate("run")["metrics"]["AP"] == 1
    with pytest.raises(RequestError, match="mask"):
        project.evaluate("run", task="segm")


def test_no_area_has_a_place_without_sizes() -> None:
    area = np.array([0.0, 0.5, 2000.0, 1e6])
    assert size_of(area, COCO.area_ranges[1:]).tolist() == [0, 0, 1, 2]
    assert size_of(area, COCO.without_sizes().area_ranges[1:]).tolist() == [-1] * 4
