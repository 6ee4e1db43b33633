"""Keypoints: array equality with pycocotools on real and generated people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation.protocols import coco
from boxscore.matching.policy import COCO_KEYPOINTS, Options
from boxscore.schema.kinds import Task
from tests.parity import pycoco, rows

NAMES = ["AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl"]
CROWDPOSE = [0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089]
CROWDPOSE += [0.079, 0.079]


def assert_equal(
    document: dict[str, Any], results: rows.Records, folder: Path, sigmas: Any = None
) -> dict[str, float]:
    """Every cell and all ten numbers, with ==."""
    view = rows.view_of(document, results, Task.KEYPOINTS, sigmas)
    changes = {} if sigmas is None else {"kpt_oks_sigmas": list(sigmas)}
    paths = pycoco.write(folder, "people", document, results)
    oracle = pycoco.evaluate(*paths, "keypoints", folder, changes=changes)
    ours = rows.arrays_of(view, COCO_KEYPOINTS)
    for name in ("precision", "recall", "scores"):
        assert np.array_equal(ours[name], oracle[name]), name
    numbers = coco.evaluate(view, Options())
    assert list(numbers.overall) == NAMES
    stats = np.nan_to_num(list(numbers.overall.values()), nan=-1.0)
    assert np.array_equal(stats, oracle["stats"])
    assert set(numbers.per_class) == {"ap", "ap50", "ar20"}
    return numbers.overall


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_detector_on_real_people(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "coco_fake100" / "keypoints"
    document, results = read(folder / "gt_dataset.json"), read(folder / "dt_dataset.json")
    assert assert_equal(document, results, tmp_path)["AP"] > 0.3


def test_crowdpose_with_its_own_14_sigmas(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "coco_fake100" / "cases"
    document = read(folder / "example_crowdpose_val.json")
    for person in document["annotations"]:  # CrowdPose gives no areas
        person["area"] = person["bbox"][2] * person["bbox"][3] * 0.53
    results = read(folder / "example_crowdpose_preds.json")
    results = [r for r in results if r["image_id"] in {i["id"] for i in document["images"]}]
    assert assert_equal(document, results, tmp_path, CROWDPOSE)["AP"] > 0.3


def test_the_demo_results_against_a_jitter_of_themselves(shared_data: Path, tmp_path: Path) -> None:
    """Their ground truth is not public in this data: every second one, moved, stands for it."""
    name = "person_keypoints_val2014_fakekeypoints100_results.json"
    results = read(shared_data / "coco_fake100" / name)
    rng = np.random.default_rng(0)
    document = {
        "images": [{"id": i} for i in sorted({r["image_id"] for r in results})],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [person(rng, n + 1, r) for n, r in enumerate(results[::2])],
    }
    assert assert_equal(document, results, tmp_path)["AP"] > 0.1


def person(rng: np.random.Generator, number: int, result: dict[str, Any]) -> dict[str, Any]:
    points = np.array(result["keypoints"], float).reshape(-1, 3)
    points[:, :2] += rng.normal(0, 2, points[:, :2].shape).round()
    points[:, 2] = np.where(rng.random(len(points)) < 0.2, 0, points[:, 2])
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    return {
        "id": number,
        "image_id": result["image_id"],
        "category_id": result["category_id"],
        "keypoints": points.ravel().tolist(),
        "num_keypoints": int((points[:, 2] > 0).sum()),
        "bbox": [*low.tolist(), *(high - low).tolist()],
        "area": float(np.prod(high - low) * 0.6),
        "iscrowd": 0,
    }


@pytest.mark.parametrize("seed", range(14))
def test_generated_people(seed: int, tmp_path: Path) -> None:
    """Crowds, people without a visible point, other skeletons, classes, ties, crowded images."""
    rng = np.random.default_rng(seed)
    points = [17, 17, 5, 1, 26][seed % 5]
    sigmas = None if points == 17 else 0.02 + rng.random(points) / 8
    images, classes = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    n_truth, n_found = int(rng.integers(0, 60)), int(rng.integers(1, 150))
    if seed == 3:
        images, classes, n_truth, n_found = 1, 1, 90, 140
    truth = rng.random((n_truth, points, 3)) * [200, 200, 1]
    if seed % 2:
        truth = np.round(truth / 20) * 20
    truth[:, :, 2] = rng.integers(0, 3, (n_truth, points)) * (rng.random((n_truth, 1)) < 0.85)
    document: dict[str, Any] = {
        "images": [{"id": i + 1} for i in range(images)],
        "categories": [{"id": 3 * c + 1, "name": str(c)} for c in range(classes)],
        "annotations": [],
    }
    for k, shape in enumerate(truth):
        low, high = shape[:, :2].min(0), shape[:, :2].max(0)
        document["annotations"].append(
            {
                "id": k + 1,
                "image_id": int(rng.integers(1, images + 1)),
                "category_id": 3 * int(rng.integers(0, classes)) + 1,
                "keypoints": shape.ravel().tolist(),
                "num_keypoints": int((shape[:, 2] > 0).sum()) if rng.random() < 0.9 else 0,
                "bbox": [*low.tolist(), *(high - low).tolist()],
                "area": float(np.prod(high - low) * rng.random()),
                "iscrowd": int(rng.random() < 0.1),
            }
        )
    results = []
    for _ in range(n_found):
        shape = rng.random((points, 3)) * [200, 200, 1]
        image, class_id = int(rng.integers(1, images + 1)), 3 * int(rng.integers(0, classes)) + 1
        if n_truth and rng.random() < 0.8:
            k = int(rng.integers(0, n_truth))
            shape = truth[k] + (0 if seed % 2 else rng.normal(0, 4, truth[k].shape))
            image = document["annotations"][k]["image_id"]
            class_id = document["annotations"][k]["category_id"]
        results.append(
            {
                "image_id": image,
                "category_id": class_id,
                "keypoints": shape.ravel().tolist(),
                "score": float(np.round(rng.random(), 1 if seed % 3 else 8)),
            }
        )
    assert_equal(document, results, tmp_path, sigmas)
