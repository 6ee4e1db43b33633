"""Confusion, calibration, oLRP and curves of a project: by hand, and against scikit-learn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.project import Project
from tests.api.asking import answers
from tests.project.answered import COLOURS, Guess, project_of_answers

CAT, DOG, BIRD = 1, 2, 3
BOX, FAR = [10, 10, 20, 20], [60, 60, 20, 20]


def animals(folder: Path, results: list[tuple[int, int, list[int], float]]) -> Project:
    """Two images of 100 x 100: a cat and, far from it, a dog on the first; a bird on the second.

    Args:
        results: (image, category, box, confidence).
    """
    truth = {
        "images": [{"id": k, "file_name": f"{k}.png", "width": 100, "height": 100} for k in (1, 2)],
        "categories": [
            {"id": k, "name": name} for k, name in ((CAT, "cat"), (DOG, "dog"), (BIRD, "bird"))
        ],
        "annotations": [
            {"id": n, "image_id": image, "category_id": k, "bbox": box, "area": 400, "iscrowd": 0}
            for n, (image, k, box) in enumerate(((1, CAT, BOX), (1, DOG, FAR), (2, BIRD, BOX)), 1)
        ],
    }
    (folder / "truth.json").write_text(json.dumps(truth))
    Project.import_project(folder / "truth.json", target=folder, name="animals")
    rows = [
        {"image_id": image, "category_id": k, "bbox": box, "score": score}
        for image, k, box, score in results
    ]
    (folder / "found.json").write_text(json.dumps(rows))
    project = Project.open(folder / "animals")
    project.import_predictions(folder / "found.json", name="found")
    return project


FOUND = [
    (1, CAT, BOX, 0.9),  # right
    (1, CAT, FAR, 0.8),  # the dog, taken for a cat
    (2, DOG, FAR, 0.7),  # nothing there
]


def test_confusion_by_hand(tmp_path: Path) -> None:
    project = animals(tmp_path, FOUND)
    found = project.confusion("found", confidence=0.5)
    assert (found["iou"], found["confidence"]) == (0.5, 0.5)
    assert [row["name"] for row in found["classes"]] == ["cat", "dog", "bird"]
    assert found["matrix"] == [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0]]
    named = [(p["labelled_name"], p["predicted_name"], p["count"]) for p in found["pairs"]]
    assert named == [("dog", "cat", 1), ("bird", "background", 1), ("background", "dog", 1)]
    assert [p["labelled"] for p in found["pairs"]] == [1, 2, None]
    some = project.confusion("found", confidence=0.5, classes=(2,))
    assert (some["classes"], some["matrix"]) == (
        [{"class_id": 2, "name": "bird"}],
        [[0, 1], [0, 0]],
    )
    (route,) = answers(project, ["/api/v1/runs/found/confusion?confidence=0.5"])
    assert route == found


def test_a_slice_has_its_own_default_confidence(tmp_path: Path) -> None:
    project = animals(tmp_path, [(1, CAT, BOX, 0.9), (2, BIRD, BOX, 0.3), (2, DOG, BOX, 0.2)])
    part = project.confusion("found", where="title=1.png")
    assert part["confidence"] == 0.9
    counts = project.evaluate("found", where="title=1.png")["counts"]
    assert part["confidence"] == counts["confidence"]
    assert project.confusion("found")["confidence"] == 0.3


def test_calibration_by_hand(tmp_path: Path) -> None:
    project = animals(tmp_path, FOUND)
    found = project.calibration("found")
    filled = {one["low"]: one for one in found["bins"] if one["count"]}
    assert len(found["bins"]) == 15
    assert [one["count"] for one in filled.values()] == [1, 1, 1]
    assert [one["precision"] for one in filled.values()] == [0, 0, 1]
    assert found["d_ece"] == pytest.approx((0.7 + 0.8 + 0.1) / 3)
    assert found["mce"] == pytest.approx(0.8)
    assert found["brier"] == pytest.approx((0.7**2 + 0.8**2 + 0.1**2) / 3)
    assert found["ece"] is None
    (route,) = answers(project, ["/api/v1/runs/found/calibration"])
    assert route == found


@pytest.mark.parametrize(("confidence", "why"), [(3.5, "0 to 1"), (-0.1, "0 to 1")])
def test_confidences_that_are_no_probabilities(tmp_path: Path, confidence: float, why: str) -> None:
    project = animals(tmp_path, [(1, CAT, BOX, confidence)])
    found = project.calibration("found")
    assert found["bins"] == []
    assert {found[k] for k in ("ece", "mce", "brier", "d_ece", "d_ece_place")} == {None}
    assert why in found["notes"][0]
    assert answers(project, ["/api/v1/runs/found/calibration"]) == [found]


def test_lrp_by_hand(tmp_path: Path) -> None:
    shifted = [12, 10, 20, 20]  # IoU 18 / 22 with the cat
    project = animals(tmp_path, [(1, CAT, shifted, 0.9), (1, CAT, FAR, 0.8)])
    found = project.lrp("found")
    cat = next(row for row in found["per_class"] if row["class"] == "cat")
    assert cat["value"] == pytest.approx((1 - 18 / 22) / 0.5)
    assert cat["confidence"] == 0.9
    assert [row["value"] for row in found["per_class"]][1:] == [1, 1]
    assert found["mean"]["value"] == pytest.approx((cat["value"] + 2) / 3)
    with pytest.raises(RequestError, match="E-IOU-RANGE"):
        project.lrp("found", iou=1)


def test_curves_by_hand(tmp_path: Path) -> None:
    project = animals(tmp_path, FOUND)
    found = project.class_curves("found", classes=(0,))
    assert {row["class"]: (row["f1"], row["confidence"]) for row in found["best"]} == {
        "cat": (1.0, 0.9),
        "dog": (0.0, 0.7),
        "bird": (None, None),
    }
    assert found["pooled"]["best"] == {"confidence": 0.9, "f1": 0.5}
    (cat,) = found["per_class"]
    at = dict(zip(found["at"], cat["precision"], strict=True))
    assert (at[0.85], at[0.5], at[1.0]) == (1.0, 0.5, None)


def test_answers_against_scikit_learn(tmp_path: Path) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 3, 60)
    guess = np.where(rng.random(60) < 0.6, truth, rng.integers(0, 3, 60))
    sure = rng.random(60).round(3)
    guesses: list[Guess | None] = [
        (COLOURS[k], float(c)) for k, c in zip(guess.tolist(), sure.tolist(), strict=True)
    ]
    letters = "".join(COLOURS[k][0] for k in truth)
    project = project_of_answers(tmp_path, letters, guesses)
    found = project.confusion("guesses")
    names = [row["name"] for row in found["classes"]]
    labels: Any = [[COLOURS[k] for k in side.tolist()] for side in (truth, guess)]
    oracle = metrics.confusion_matrix(*labels, labels=names)
    assert np.array_equal(np.array(found["matrix"])[:3, :3], oracle)
    assert not np.array(found["matrix"])[3].any() and not np.array(found["matrix"])[:, 3].any()
    assert found["iou"] is None
    calibrated = project.calibration("guesses")
    assert calibrated["brier"] == pytest.approx(metrics.brier_score_loss(truth == guess, sure))
    assert calibrated["ece"] == project.evaluate("guesses")["metrics"]["ece"]
    assert sum(one["count"] for one in calibrated["bins"]) == 60
    routes = [f"/api/v1/runs/guesses/{name}" for name in ("confusion", "calibration")]
    assert answers(project, routes) == [found, calibrated]


def test_an_unanswered_image_has_no_answer(tmp_path: Path) -> None:
    project = project_of_answers(tmp_path, "rg", [("green", 0.5), None])
    found = project.confusion("guesses")
    pairs = {(p["labelled_name"], p["predicted_name"]): p["count"] for p in found["pairs"]}
    assert pairs == {("red", "green"): 1, ("green", "no answer"): 1}


@pytest.mark.parametrize("asked", ["error_budget", "lrp", "class_curves", "rate_intervals"])
def test_answers_have_no_boxes_to_match(tmp_path: Path, asked: str) -> None:
    project = project_of_answers(tmp_path, "rg", [("red", 0.5), None])
    with pytest.raises(RequestError, match="E-TASK-OBJECTS"):
        getattr(project, asked)("guesses")
