"""Array equality with pycocotools under changed parameters: thresholds, ranges, limits, classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation.protocols import protocol_of
from boxscore.matching.policy import Options
from boxscore.matching.policy import coco as coco_policy
from boxscore.matching.restrict import restricted
from tests.parity import pycoco, rows
from tests.parity.test_generated import dataset

RANGES = (("all", 0.0, 1e10), ("tiny", 0.0, 150.0), ("rest", 150.0, 9000.0))
CASES: dict[str, tuple[Options, dict[str, Any]]] = {
    "one threshold": (Options(iou_thresholds=(0.5,)), {"iouThrs": [0.5]}),
    "low and high thresholds": (
        Options(iou_thresholds=(0.05, 0.3, 0.75, 1.0)),
        {"iouThrs": [0.05, 0.3, 0.75, 1.0]},
    ),
    "sixteen thresholds": (
        Options(iou_thresholds=tuple(np.linspace(0.2, 0.95, 16).tolist())),
        {"iouThrs": np.linspace(0.2, 0.95, 16).tolist()},
    ),
    "own area ranges": (
        Options(area_ranges=RANGES),
        {"areaRng": [list(r[1:]) for r in RANGES], "areaRngLbl": [r[0] for r in RANGES]},
    ),
    "eight area ranges": (
        Options(
            iou_thresholds=(0.3, 0.5, 0.7),
            area_ranges=tuple((str(a), 500.0 * a, 500.0 * a + 700) for a in range(1, 8)),
        ),
        {
            "iouThrs": [0.3, 0.5, 0.7],
            "areaRng": [[0.0, 1e10], *([500.0 * a, 500.0 * a + 700] for a in range(1, 8))],
            "areaRngLbl": ["all", *map(str, range(1, 8))],
        },
    ),
    "limits": (
        Options(max_detections=30, recall_limits=(2, 3, 7)),
        {"maxDets": [2, 3, 7, 30]},
    ),
    "one limit": (Options(max_detections=1), {"maxDets": [1]}),
    "more than a hundred": (Options(max_detections=1000), {"maxDets": [1, 10, 1000]}),
    "class-agnostic": (Options(class_agnostic=True), {"useCats": 0}),
    "everything at once": (
        Options(
            iou_thresholds=(0.35, 0.6),
            area_ranges=RANGES,
            max_detections=15,
            recall_limits=(5,),
            class_agnostic=True,
        ),
        {
            "iouThrs": [0.35, 0.6],
            "areaRng": [list(r[1:]) for r in RANGES],
            "areaRngLbl": [r[0] for r in RANGES],
            "maxDets": [5, 15],
            "useCats": 0,
        },
    ),
}


@pytest.mark.parametrize("seed", [1, 4, 8, 17])
@pytest.mark.parametrize("case", CASES)
def test_changed_parameters(case: str, seed: int, tmp_path: Path) -> None:
    options, changes = CASES[case]
    document, results = dataset(seed, masks=False)
    paths = pycoco.write(tmp_path, "set", document, results)
    oracle = pycoco.evaluate(*paths, "bbox", tmp_path, changes=changes)
    view = restricted(rows.view_of(document, results), options)
    ours = rows.arrays_of(view, coco_policy(options))
    for name in ("precision", "recall", "scores"):
        assert np.array_equal(ours[name], oracle[name]), name
    numbers = protocol_of("coco").evaluate(rows.view_of(document, results), options)
    assert_means(numbers.overall, oracle, options)


def assert_means(overall: dict[str, float], oracle: dict[str, Any], options: Options) -> None:
    """The named numbers are numpy's means over the oracle's arrays at the last limit."""
    policy = coco_policy(options)
    precision, recall = oracle["precision"][..., -1], oracle["recall"]
    thresholds = np.array(policy.iou_thresholds)
    suffixes = [
        {"small": "s", "medium": "m", "large": "l"}.get(n, f"-{n}") for n in policy.area_names
    ]
    expected = {
        "AP": mean(precision[:, :, :, 0]),
        "AP50": mean(precision[thresholds == 0.5][:, :, :, 0]),
        "AP75": mean(precision[thresholds == 0.75][:, :, :, 0]),
        **{f"AP{s}": mean(precision[..., a]) for a, s in enumerate(suffixes) if a},
        **{f"AR{n}": mean(recall[:, :, 0, m]) for m, n in enumerate(policy.max_detections)},
        **{f"AR{s}": mean(recall[:, :, a, -1]) for a, s in enumerate(suffixes) if a},
    }
    assert list(overall) == list(expected)
    assert np.array_equal(list(overall.values()), list(expected.values()), equal_nan=True)


def mean(values: Any) -> float:
    defined = values[values > -1]
    return float(np.mean(defined)) if defined.size else float("nan")


@pytest.mark.parametrize("seed", [2, 5, 9])
def test_only_items_with_predictions(seed: int, tmp_path: Path) -> None:
    document, results = dataset(seed, masks=False)
    empty = document["annotations"][0]["image_id"] if document["annotations"] else None
    results = [r for r in results if r["image_id"] != empty]
    paths = pycoco.write(tmp_path, "set", document, results)
    predicted = sorted({r["image_id"] for r in results})
    oracle = pycoco.evaluate(*paths, "bbox", tmp_path, changes={"imgIds": predicted})
    options = Options(only_predicted=True)
    ours = rows.arrays_of(
        restricted(rows.view_of(document, results), options), coco_policy(options)
    )
    for name in ("precision", "recall", "scores"):
        assert np.array_equal(ours[name], oracle[name]), name
