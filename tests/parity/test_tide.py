"""TIDE's counts and costs against tidecv: counts with ==, AP within 1e-12.

The tolerance is the order of summing 101 precisions.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.evaluation.reasons import best_overlaps
from boxscore.evaluation.tide import Tide, assign, tide
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching
from tests.conftest import ROOT
from tests.matching import brute
from tests.parity import ours, pycoco, tide_oracle
from tests.parity.test_real_sets import COCO_IDS, yolact_files

DEMO = ROOT / "src" / "boxscore" / "demo"
NEAR = 1e-12
ALIASES = {
    "motorbike": "motorcycle",
    "aeroplane": "airplane",
    "sofa": "couch",
    "tvmonitor": "tv",
}
"""Names of the text file that the detector calls otherwise."""


def evaluate(
    view: Comparable,
    iou: float = 0.5,
    background: float = 0.1,
    items: NDArray[np.bool_] | None = None,
) -> Tide:
    pairs = candidate_pairs(view)
    matches = LiveMatching(view, pairs).at(iou)
    errors = assign(view, matches, best_overlaps(view, pairs), background=background)
    return tide(view, errors, items)


def assert_equal(
    view: Comparable,
    iou: float = 0.5,
    background: float = 0.1,
    items: NDArray[np.bool_] | None = None,
) -> None:
    mine, oracle = (
        evaluate(view, iou, background, items),
        tide_oracle.evaluate(view, iou, background, items),
    )
    assert mine.counts.tolist() == tide_oracle.counts(oracle)
    main, positive, negative = tide_oracle.deltas(oracle)
    assert mine.ap == pytest.approx(oracle.ap / 100, abs=NEAR)
    assert mine.delta == pytest.approx(main, abs=NEAR)
    assert mine.false_positive == pytest.approx(positive, abs=NEAR)
    assert mine.false_negative == pytest.approx(negative, abs=NEAR)
    table = tide_oracle.class_aps(oracle, view.classes)
    gain = np.maximum(table[:, 1:] - table[:, :1], 0)
    assert mine.class_ap == pytest.approx(table[:, 0], abs=NEAR, nan_ok=True)
    assert mine.class_delta == pytest.approx(gain, abs=NEAR, nan_ok=True)


@pytest.fixture(params=["float32", "int8"])
def demo(request: pytest.FixtureRequest) -> Comparable:
    return ours.view(DEMO / "annotations.json", DEMO / f"predictions_{request.param}.json", "bbox")


@pytest.mark.parametrize("iou, background", [(0.5, 0.1), (0.75, 0.1), (0.5, 0.3)])
def test_demo(demo: Comparable, iou: float, background: float) -> None:
    assert_equal(demo, iou, background)


def test_slices_of_the_demo(demo: Comparable) -> None:
    for k in range(3):
        assert_equal(demo, items=np.arange(demo.items) % 3 == k)


@pytest.mark.parametrize("task", ["bbox", "segm"])
def test_coco_sample(task: str, shared_data: Path) -> None:
    folder = shared_data / "coco_fake100"
    results = folder / f"instances_val2014_fake{task}100_results.json"
    assert_equal(ours.view(folder / "instances_val2014_100.json", results, task))


@pytest.mark.parametrize("model", ["yolact_base", "yolact_resnet50"])
def test_yolact_on_all_boxes_of_its_images(model: str, shared_data: Path, tmp_path: Path) -> None:
    assert_equal(ours.view(*full_boxes(shared_data, model, tmp_path), "bbox"))


def test_yolact_masks(shared_data: Path, tmp_path: Path) -> None:
    assert_equal(ours.view(*yolact_files(shared_data, "yolact_resnet50", tmp_path), "segm"))


@pytest.mark.parametrize("seed", range(20))
def test_small_scenes(seed: int) -> None:
    view = brute.scene(seed)
    if view.confidence.size or view.crowd.size:
        assert_equal(view)


@pytest.mark.parametrize("seed", range(3))
def test_images_of_more_than_a_hundred_predictions(seed: int) -> None:
    """The limit is per image, of all classes together."""
    view = brute.scene(seed)
    rng = np.random.default_rng(seed)
    near = rng.integers(0, view.crowd.size, 700)
    shift = rng.normal(0, 4, (700, 4)) * [1, 1, 0.5, 0.5]
    order = np.argsort(view.truth.item[near], kind="stable")
    box = np.maximum(view.truth.box[near] + shift, 1)
    class_id = np.where(
        rng.random(700) < 0.8, view.truth.class_id[near], rng.integers(0, view.classes, 700)
    )
    found = brute.side(view.truth.item[near][order], class_id[order], box[order])
    crowded = replace(view, predictions=found, confidence=rng.random(700))
    assert np.bincount(found.item).max() > 100
    assert_equal(crowded)


def full_boxes(shared_data: Path, model: str, folder: Path) -> tuple[Path, Path]:
    """COCO files from the boxes of val2017 as text, on the images that the model has seen."""
    source = shared_data / "coco_val2017_full_boxes"
    names = [ALIASES.get(n, n) for n in (source / "coco.names").read_text().split("\n")]
    found = json.loads((shared_data / "yolact_dets" / f"{model}.json").read_text())["images"]
    seen = {image["image_id"] for image in found}
    annotations: list[dict[str, Any]] = []
    for line in (source / "val2017.txt").read_text().splitlines():
        path, *boxes = line.split()
        image = int(Path(path).stem)
        for left, top, right, bottom, k in (map(int, b.split(",")) for b in boxes):
            box = [left, top, right - left, bottom - top]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image,
                    "category_id": COCO_IDS[k],
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": 0,
                }
            )
    truth = {
        "images": [
            {"id": k, "width": 640, "height": 640, "file_name": f"{k}.jpg"} for k in sorted(seen)
        ],
        "annotations": [a for a in annotations if a["image_id"] in seen],
        "categories": [{"id": k, "name": n} for k, n in zip(COCO_IDS, names, strict=False)],
    }
    results = [
        {
            "image_id": image["image_id"],
            "category_id": COCO_IDS[names.index(d["category"])],
            "bbox": d["bbox"],
            "score": d["score"],
        }
        for image in found
        for d in image["dets"]
    ]
    return pycoco.write(folder, model, truth, results)
