"""Five different faults planted in runs on a synthetic project: each is found, named and first."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore import Project

IMAGES, SIDE = 300, 640
CLASSES = ("cat", "dog", "bird", "boat")
Object = dict[str, Any]


def _objects() -> list[Object]:
    rng = np.random.default_rng(11)
    found = []
    for image in range(IMAGES):
        for _ in range(int(rng.integers(4, 9))):
            size = float(np.exp(rng.uniform(np.log(16), np.log(200))))
            x, y = (float(v) for v in rng.uniform(0, SIDE - size, 2))
            found.append(
                {"image_id": image, "category_id": int(rng.integers(1, 5)), "split": _split(image),
                 "bbox": [round(v, 2) for v in (x, y, size, size)]}
            )  # fmt: skip
    return found


def _split(image: int) -> str:
    return ("day", "night", "rain")[image % 3]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("planted")
    truth = {
        "images": [
            {"id": k, "file_name": f"{k}.jpg", "width": SIDE, "height": SIDE, "split": _split(k)}
            for k in range(IMAGES)
        ],
        "annotations": [
            {"id": k, "iscrowd": 0, "area": one["bbox"][2] ** 2}
            | {key: one[key] for key in ("image_id", "category_id", "bbox")}
            for k, one in enumerate(_objects())
        ],
        "categories": [{"id": k + 1, "name": name} for k, name in enumerate(CLASSES)],
    }
    (folder / "truth.json").write_text(json.dumps(truth))
    made = Project.import_project(folder / "truth.json", target=folder, name="planted")
    return Project.open(made["path"])


def _imported(
    project: Project,
    folder: Path,
    name: str,
    missed: Callable[[Object], bool],
    invented: Callable[[Object], bool],
) -> None:
    """A run that finds most objects everywhere, but for the fault."""
    rng = np.random.default_rng(5)
    found = []
    for one in _objects():
        lost = rng.random() < (0.6 if missed(one) else 0.15)
        x, y, w, h = one["bbox"]
        result = {"image_id": one["image_id"], "category_id": one["category_id"]}
        score = float(rng.uniform(0.5, 1))
        if not lost:
            found.append(result | {"bbox": [x + w * 0.03, y, w, h], "score": score})
        if rng.random() < (0.7 if invented(one) else 0.1):
            place = [float(v) for v in rng.uniform(0, SIDE - w, 2)]
            found.append(result | {"bbox": [*place, w, h], "score": score})
    (folder / f"{name}.json").write_text(json.dumps(found))
    project.import_predictions(folder / f"{name}.json", name=name)


def _never(_: Object) -> bool:
    return False


FAULTS: dict[str, tuple[Callable[[Object], bool], Callable[[Object], bool], tuple[str, ...]]] = {
    "class": (lambda o: o["category_id"] == 3, _never, ("recall", "bird")),
    "small": (lambda o: o["bbox"][2] < 32, _never, ("recall", "smaller")),
    "left": (lambda o: o["bbox"][0] + o["bbox"][2] / 2 < 130, _never, ("recall", "left")),
    "split": (lambda o: o["split"] == "night", _never, ("recall", "night")),
    "invented": (_never, lambda o: o["category_id"] == 4, ("precision", "boat")),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_and_named(project: Project, tmp_path: Path, fault: str) -> None:
    missed, invented, words = FAULTS[fault]
    _imported(project, tmp_path, fault, missed, invented)
    found = project.weak_slices(fault)["slices"]
    assert found, "nothing was found"
    first = json.dumps(found[0]).lower()
    assert all(word in first for word in words), found[0]


def test_a_run_without_a_fault_has_no_weak_slice(project: Project, tmp_path: Path) -> None:
    _imported(project, tmp_path, "sound", _never, _never)
    assert project.weak_slices("sound")["slices"] == []
