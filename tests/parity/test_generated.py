"""Array equality with pycocotools on generated sets: ties, crowds, crowded groups, many classes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.kernels import _core
from tests.conftest import SHARED
from tests.parity import ours, pycoco


def boxes(rng: np.random.Generator, n: int, grid: float, size: float) -> Any:
    """(n, 4) boxes, on a grid so that overlaps tie, if it is not 0."""
    raw = np.concatenate([rng.random((n, 2)) * 200, rng.random((n, 2)) * size], axis=1)
    snapped = np.round(raw / grid) * grid if grid else raw
    snapped[:, 2:] = np.maximum(snapped[:, 2:], grid or 0.5)
    return snapped


def dataset(seed: int, masks: bool) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A small random data set of the kind that breaks evaluators."""
    rng = np.random.default_rng(seed)
    images, classes = int(rng.integers(1, 8)), int(rng.integers(1, 5))
    image_ids = rng.choice(10**9 if seed % 3 == 0 else 40, images, replace=False)
    class_ids = rng.choice(300, classes, replace=False) + 1
    large = seed % 4 == 0 and not masks
    n_truth, n_found = (
        int(rng.integers(0, 400 if large else 40)),
        int(rng.integers(1, 1500 if large else 120)),
    )
    grid, size = [0, 10, 25][seed % 3], [60, 20, 300][seed % 3 - 1]
    truth, found = boxes(rng, n_truth, grid, size), boxes(rng, n_found, grid, size)
    truth_image, truth_class = rng.integers(0, images, n_truth), rng.integers(0, classes, n_truth)
    image, class_ = rng.integers(0, images, n_found), rng.integers(0, classes, n_found)
    if n_truth:
        near, use = rng.integers(0, n_truth, n_found), rng.random(n_found) < 0.6
        found[use] = truth[near[use]] + (0 if grid else rng.normal(0, 3, (int(use.sum()), 4)))
        found[:, 2:] = np.maximum(found[:, 2:], 0.5)
        image[use], class_[use] = truth_image[near[use]], truth_class[near[use]]
    scores = (
        np.round(rng.random(n_found), int(rng.integers(1, 4))) if seed % 2 else rng.random(n_found)
    )
    document = {
        "images": [
            {"id": int(i), "width": 320, "height": 240, "file_name": f"{i}.jpg"} for i in image_ids
        ],
        "categories": [{"id": int(c), "name": f"c{c}"} for c in class_ids],
        "annotations": [
            {
                "id": k + 1,
                "image_id": int(image_ids[truth_image[k]]),
                "category_id": int(class_ids[truth_class[k]]),
                "bbox": truth[k].tolist(),
                "area": float(truth[k, 2] * truth[k, 3] * rng.uniform(0.4, 1.2)),
                "iscrowd": int(rng.random() < 0.1),
            }
            | ({"segmentation": [polygon(rng, truth[k])]} if masks else {})
            for k in range(n_truth)
        ],
    }
    results = [
        {
            "image_id": int(image_ids[image[k]]),
            "category_id": int(class_ids[class_[k]]),
            "score": float(scores[k]),
        }
        | ({"segmentation": run_lengths(rng, found[k])} if masks else {"bbox": found[k].tolist()})
        for k in range(n_found)
    ]
    return document, results


def polygon(rng: np.random.Generator, box: Any) -> list[float]:
    x, y, w, h = box
    corners = np.array([[x, y], [x + w, y], [x + w, y + h], [x + w / 2, y + h / 2], [x, y + h]])
    return (corners + rng.normal(0, 1, corners.shape)).round(2).ravel().tolist()


def run_lengths(rng: np.random.Generator, box: Any) -> dict[str, Any]:
    from pycocotools import mask

    rle = mask.merge(mask.frPyObjects([polygon(rng, box)], 240, 320))
    return {"size": [240, 320], "counts": rle["counts"].decode()}


@pytest.mark.parametrize("seed", range(24))
def test_boxes(seed: int, tmp_path: Path) -> None:
    paths = pycoco.write(tmp_path, f"b{seed}", *dataset(seed, masks=False))
    ours.assert_equal(ours.evaluate(*paths, "bbox"), pycoco.evaluate(*paths, "bbox", tmp_path))


@pytest.mark.parametrize("seed", range(100, 110))
def test_masks(seed: int, tmp_path: Path) -> None:
    paths = pycoco.write(tmp_path, f"m{seed}", *dataset(seed, masks=True))
    mine, oracle = ours.evaluate(*paths, "segm"), pycoco.evaluate(*paths, "segm", tmp_path)
    ours.assert_equal(mine, oracle)
    mine, oracle = ours.evaluate(*paths, "bbox"), pycoco.evaluate(*paths, "bbox", tmp_path)
    if json.loads(paths[0].read_text())["annotations"]:
        ours.assert_equal(mine, oracle)


def test_a_crowded_group(tmp_path: Path) -> None:
    """More than 64 ground truths and 128 candidates of one class on one image, many ties."""
    rng = np.random.default_rng(7)
    truth, found = boxes(rng, 150, 5, 60), boxes(rng, 400, 5, 60)
    found[:300] = truth[rng.integers(0, 150, 300)]
    head = {"image_id": 3, "category_id": 9}
    document = {
        "images": [
            {"id": k, "width": 320, "height": 240, "file_name": f"{k}.jpg"} for k in (1, 3, 8)
        ],
        "categories": [{"id": 9, "name": "a"}, {"id": 2, "name": "b"}],
        "annotations": [
            {
                **head,
                "id": k + 1,
                "bbox": b.tolist(),
                "area": float(b[2] * b[3]),
                "iscrowd": int(k % 30 == 0),
            }
            for k, b in enumerate(truth)
        ],
    }
    results = [{**head, "bbox": b.tolist(), "score": round(float(rng.random()), 1)} for b in found]
    paths = pycoco.write(tmp_path, "crowded", document, results)
    for limit in (100, 500):
        ours.assert_equal(
            ours.evaluate(*paths, "bbox", limit), pycoco.evaluate(*paths, "bbox", tmp_path, limit)
        )


def test_twelve_hundred_classes(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    n_class, n_image, n_truth, n_found = 1203, 300, 6000, 20000
    truth = boxes(rng, n_truth, 0, 60)
    image, class_ = rng.integers(1, n_image, n_truth), rng.integers(1, n_class + 1, n_truth)
    near = rng.integers(0, n_truth, n_found)
    found = truth[near] + rng.normal(0, 4, (n_found, 4))
    found[:, 2:] = np.maximum(found[:, 2:], 0.5)
    document = {
        "images": [
            {"id": k, "width": 320, "height": 240, "file_name": f"{k}.jpg"} for k in range(n_image)
        ],
        "categories": [{"id": 3 * k, "name": f"c{k}"} for k in range(1, n_class + 1)],
        "annotations": [
            {
                "id": k + 1,
                "image_id": int(image[k]),
                "category_id": 3 * int(class_[k]),
                "bbox": truth[k].tolist(),
                "area": float(truth[k, 2] * truth[k, 3]),
                "iscrowd": int(k % 50 == 0),
            }
            for k in range(n_truth)
        ],
    }
    results = [
        {
            "image_id": int(image[near[k]]),
            "category_id": 3 * int(class_[near[k]]),
            "bbox": found[k].tolist(),
            "score": round(float(rng.random()), 2),
        }
        for k in range(n_found)
    ]
    paths = pycoco.write(tmp_path, "lvis", document, results)
    mine = ours.evaluate(*paths, "bbox")
    ours.assert_equal(mine, pycoco.evaluate(*paths, "bbox", tmp_path))
    fast = _core.score_files(str(paths[0]), str(paths[1]), "bbox").stats
    assert np.array_equal(fast, mine["stats"], equal_nan=True)


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="the development data is not on this machine")
def test_synthetic_coco36k(tmp_path: Path) -> None:
    """5,000 images, 36,000 predictions, 289 crowd regions."""
    generator = SHARED / "synthetic" / "gen_coco.py"
    subprocess.run(
        [sys.executable, str(generator), "coco36k", str(tmp_path)], check=True, capture_output=True
    )
    paths = tmp_path / "coco36k_gt.json", tmp_path / "coco36k_dt.json"
    mine = ours.evaluate(*paths, "bbox")
    ours.assert_equal(mine, pycoco.evaluate(*paths, "bbox", tmp_path))
    assert round(float(mine["stats"][0]), 3) == 0.349
