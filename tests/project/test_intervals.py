"""Intervals of a project: keypoints, classes, slices; made once, and never on too little."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.project import Project
from tests.api.asking import answers

JOINTS = 17


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """40 images of two people each, every third of the first ones is a child; a jittered run."""
    rng = np.random.default_rng(2)
    folder = tmp_path_factory.mktemp("people")
    labels: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for n in range(80):
        left, child = 150 * (n % 2), n % 6 == 0
        joints = rng.uniform((left + 10, 10), (left + 90, 90), (JOINTS, 2))
        one = {
            "image_id": n // 2 + 1,
            "category_id": 2 if child else 1,
            "bbox": [left, 0, 100, 100],
        }
        known = {"id": n + 1, "area": 10_000, "iscrowd": 0, "num_keypoints": JOINTS}
        labels.append(one | known | {"keypoints": flat(joints)})
        moved = joints + rng.normal(0, rng.uniform(2, 16), joints.shape)
        found.append(one | {"keypoints": flat(moved), "score": float(rng.uniform(0.3, 1))})
    names = [f"joint {k}" for k in range(JOINTS)]
    truth = {
        "images": [
            {"id": k, "file_name": f"{k}.png", "width": 300, "height": 100} for k in range(1, 41)
        ],
        "categories": [
            {"id": k, "name": name, "keypoints": names, "skeleton": []}
            for k, name in ((1, "adult"), (2, "child"))
        ],
        "annotations": labels,
    }
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "found.json").write_text(json.dumps(found))
    Project.import_project(folder / "truth.json", target=folder, name="people")
    project = Project.open(folder / "people")
    project.import_predictions(folder / "found.json", name="found")
    return project


def flat(joints: Any) -> list[float]:
    return [float(v) for x, y in joints for v in (x, y, 2)]


def test_keypoints_have_intervals(people: Project) -> None:
    found = people.intervals("found", task="keypoints")
    numbers = people.evaluate("found", task="keypoints")["metrics"]
    assert list(found["metrics"]) == [
        "AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl",
    ]  # fmt: skip
    for name, one in found["metrics"].items():
        assert one["estimate"] == pytest.approx(numbers[name], nan_ok=True)
        if name not in ("APm", "ARm"):
            assert one["low"] < one["estimate"] < one["high"]
    assert found["metrics"]["APm"]["reason"].startswith("undefined")
    assert (found["unit"], found["clusters"], found["replicates"]) == ("image", 40, 1000)


def test_classes_have_their_own(people: Project) -> None:
    adult, child = people.intervals("found", task="keypoints")["per_class"]
    rows = people.evaluate("found", task="keypoints")["per_class"]
    for one, row in zip((adult, child), rows, strict=True):
        assert one["class"] == row["class"]
        assert list(one["metrics"]) == ["ap", "ap50", "ar20"]
        assert one["metrics"]["ap"]["estimate"] == pytest.approx(row["ap"])
        assert one["metrics"]["ap"]["low"] < row["ap"] < one["metrics"]["ap"]["high"]


def test_a_slice_too_small_says_so(people: Project) -> None:
    few = people.intervals("found", task="keypoints", where="title=1*.png")
    assert few["clusters"] == 11
    reason = few["metrics"]["AP"]["reason"]
    assert reason == "too few images to tell: 11, at least 20 are needed"
    assert few["metrics"]["AP"]["low"] is None
    some = people.intervals("found", task="keypoints", where="title=[123]*.png")
    adult, child = some["per_class"]
    assert adult["metrics"]["ap"]["low"] is not None
    assert some["clusters"] == 33 and child["metrics"]["ap"]["low"] is not None


def test_they_are_made_once(people: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The route gets what the SDK was given."""
    first = people.intervals("found", task="keypoints")

    def never(*_: Any) -> Any:
        pytest.fail("drawn again")

    monkeypatch.setattr("boxscore.project.analysing.bootstrap", never)
    (route,) = answers(people, ["/api/v1/runs/found/intervals?task=keypoints"])
    assert route["intervals"] == first["metrics"]
    assert [row["metrics"] for row in route["per_class"]] == [
        row["metrics"] for row in first["per_class"]
    ]
    assert people.intervals("found", task="keypoints") is first


def test_rates_at_a_point_have_bounds(demo_folder: Path) -> None:
    project = Project.open(demo_folder)
    counts = project.summary("float32", iou=0.6, confidence=0.3)["counts"]
    found = project.rate_intervals("float32", iou=0.6, confidence=0.3)
    assert (found["clusters"], found["unit"], found["replicates"]) == (41, "image", 1000)
    for name in ("precision", "recall", "f1"):
        one = found["intervals"][name]
        assert one["low"] < one["estimate"] == counts[name] < one["high"]
    own = project.rate_intervals("float32")
    assert own["confidence"] == project.summary("float32")["counts"]["confidence"]
    some = project.rate_intervals("float32", classes=(0,), where="split=val")
    alone = project.summary("float32", classes=(0,), where="split=val")["counts"]
    assert some["intervals"]["recall"]["estimate"] == alone["recall"]
    rare = project.rate_intervals("float32", classes=(4,))["intervals"]["recall"]
    assert rare["low"] is None and "few" in rare["reason"]
