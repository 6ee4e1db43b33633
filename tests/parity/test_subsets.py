"""Subsets and repeated images, equal to pycocotools on the same images to the last bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.cli.plain_score import MEANING as NAMES
from boxscore.evaluation.slices import Slices
from boxscore.kernels import _core
from boxscore.matching.coco import Matching, counted
from tests.parity import ours, pycoco
from tests.parity.test_generated import dataset
from tests.parity.test_real_sets import DEMO


def curves(matching: Matching, weights: NDArray[np.uint16]) -> _core.Curves:
    truth, counts = matching.view.truth, counted(matching.view)
    return _core.Resampling(
        matching.matches,
        truth.item[counts],
        truth.class_id[counts],
        truth.area[counts],
        matching.policy.kernel(),
        matching.view.items,
        copies=int(weights.max(initial=1)),
    ).curves(weights)


def assert_equal(
    matching: Matching, weights: NDArray[np.uint16], oracle: dict[str, NDArray[Any]]
) -> None:
    """Arrays and the twelve numbers; precision is kept at the last limit only."""
    found = curves(matching, weights)
    assert np.array_equal(np.asarray(found.precision)[..., -1], oracle["precision"][..., -1])
    assert np.array_equal(np.asarray(found.recall), oracle["recall"])
    numbers = Slices(matching).weighted(weights)
    values = np.array([numbers.overall[name] for name in NAMES])
    assert np.array_equal(np.nan_to_num(values, nan=-1.0), oracle["stats"])
    precision = np.where(oracle["precision"] > -1, oracle["precision"], np.nan)[..., 0, -1]
    for k, ap in enumerate(numbers.per_class["ap"]):
        expected = precision[:, :, k].mean()
        assert np.isclose(ap, expected, rtol=1e-14, atol=0, equal_nan=True)


def image_ids(truth: Path) -> list[int]:
    return sorted(image["id"] for image in json.loads(truth.read_text())["images"])


@pytest.mark.parametrize("seed", range(12))
def test_some_images_of_generated_sets(seed: int, tmp_path: Path) -> None:
    paths = pycoco.write(tmp_path, f"s{seed}", *dataset(seed, masks=False))
    ids = image_ids(paths[0])
    chosen = np.random.default_rng(seed).random(len(ids)) < 0.5
    chosen[0] = True
    images = [k for k, use in zip(ids, chosen.tolist(), strict=True) if use]
    oracle = pycoco.evaluate(*paths, "bbox", tmp_path, images=images)
    assert_equal(ours.matched(*paths, "bbox"), chosen.astype(np.uint16), oracle)


@pytest.mark.parametrize("run", ["float32", "int8"])
def test_half_of_the_demo(run: str, tmp_path: Path) -> None:
    paths = DEMO / "annotations.json", DEMO / f"predictions_{run}.json"
    ids = image_ids(paths[0])
    chosen = np.arange(len(ids)) % 2 == 0
    oracle = pycoco.evaluate(*paths, "bbox", tmp_path, images=ids[::2])
    assert_equal(ours.matched(*paths, "bbox"), chosen.astype(np.uint16), oracle)


def test_some_masks_of_the_coco_sample(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "coco_fake100"
    truth = folder / "instances_val2014_100.json"
    results = folder / "instances_val2014_fakesegm100_results.json"
    ids = image_ids(truth)
    chosen = np.random.default_rng(1).random(len(ids)) < 0.3
    images = [k for k, use in zip(ids, chosen.tolist(), strict=True) if use]
    oracle = pycoco.evaluate(truth, results, "segm", tmp_path, images=images)
    assert_equal(ours.matched(truth, results, "segm"), chosen.astype(np.uint16), oracle)


def repeated(document: Any, results: Any, times: dict[int, int]) -> tuple[Any, Any]:
    """Every image as often as `times` says, its copies next to each other in order of id."""
    most = max([*times.values(), 1])
    rank = {image: k for k, image in enumerate(sorted(times))}
    copies = {image: [rank[image] * most + k + 1 for k in range(n)] for image, n in times.items()}
    images = [i | {"id": c} for i in document["images"] for c in copies[i["id"]]]
    annotations = [
        a | {"image_id": c} for a in document["annotations"] for c in copies[a["image_id"]]
    ]
    annotations = [a | {"id": k + 1} for k, a in enumerate(annotations)]
    found = [r | {"image_id": c} for r in results for c in copies[r["image_id"]]]
    return document | {"images": images, "annotations": annotations}, found


@pytest.mark.parametrize("seed", range(12))
def test_repeated_images_of_generated_sets(seed: int, tmp_path: Path) -> None:
    """With equal confidences on one image, of right and of wrong predictions, in odd seeds."""
    document, results = dataset(seed, masks=False)
    paths = pycoco.write(tmp_path, "once", document, results)
    ids = image_ids(paths[0])
    weights = np.random.default_rng(seed).integers(0, 4, len(ids)).astype(np.uint16)
    weights[0] = 3
    times = dict(zip(ids, weights.tolist(), strict=True))
    more = repeated(document, results, times)
    if not more[1]:
        pytest.skip("no prediction is left")
    again = pycoco.write(tmp_path, "again", *more)
    oracle = pycoco.evaluate(*again, "bbox", tmp_path)
    assert_equal(ours.matched(*paths, "bbox"), weights, oracle)


def test_bootstrap_replicates_of_the_demo(tmp_path: Path) -> None:
    document = json.loads((DEMO / "annotations.json").read_text())
    results = json.loads((DEMO / "predictions_float32.json").read_text())
    matching = ours.matched(DEMO / "annotations.json", DEMO / "predictions_float32.json", "bbox")
    ids = image_ids(DEMO / "annotations.json")
    rng = np.random.default_rng(3)
    for k in range(3):
        weights = np.bincount(rng.integers(0, len(ids), len(ids)), minlength=len(ids))
        times = dict(zip(ids, weights.tolist(), strict=True))
        paths = pycoco.write(tmp_path, f"r{k}", *repeated(document, results, times))
        oracle = pycoco.evaluate(*paths, "bbox", tmp_path)
        assert_equal(matching, weights.astype(np.uint16), oracle)
        overall, _ = Slices(matching).replicate(weights.astype(np.uint16)[None])
        assert np.allclose(overall[0], oracle["stats"], rtol=1e-13, atol=0)


def test_all_images_are_the_whole_run(tmp_path: Path) -> None:
    paths = DEMO / "annotations.json", DEMO / "predictions_float32.json"
    matching, whole = ours.matched(*paths, "bbox"), ours.evaluate(*paths, "bbox")
    numbers = Slices(matching).numbers(np.ones(matching.view.items, np.bool_))
    assert list(numbers.overall.values()) == whole["stats"].tolist()
