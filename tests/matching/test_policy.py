"""Options into policies: what fits one matching, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.matching.policy import COCO, Options, Policy, coco
from boxscore.schema.kinds import Task


def test_without_options_it_is_cocos_own() -> None:
    assert coco() == coco(Options()) == COCO
    assert COCO.kernel().iou == np.linspace(0.5, 0.95, 10).tolist()
    assert COCO.kernel().max_dets == [1, 10, 100]
    people = coco(task=Task.KEYPOINTS)
    assert (people.area_names, people.max_detections) == (("all", "medium", "large"), (20,))


@pytest.mark.parametrize(
    ("most", "limits"), [(300, (1, 10, 300)), (10, (1, 10)), (5, (1, 5)), (1, (1,))]
)
def test_lesser_limits_stay_where_they_fit(most: int, limits: tuple[int, ...]) -> None:
    assert coco(Options(max_detections=most)).max_detections == limits


def test_everything_is_put_before_ranges_that_lack_it() -> None:
    policy = coco(Options(area_ranges=(("tiny", 0.0, 64.0),)))
    assert policy.area_names == ("all", "tiny")
    assert policy.area_ranges == ((0.0, 1e10), (0.0, 64.0))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"iou_thresholds": ()}, "IoU thresholds"),
        ({"iou_thresholds": (0.0,)}, "IoU thresholds"),
        ({"iou_thresholds": (0.5, 1.01)}, "IoU thresholds"),
        ({"iou_thresholds": (0.7, 0.5)}, "IoU thresholds"),
        ({"iou_thresholds": (float("nan"),)}, "IoU thresholds"),
        ({"iou_thresholds": tuple(np.linspace(0.1, 0.9, 17))}, "too many at once"),
        ({"area_ranges": tuple((str(a), 0.0, 1.0) for a in range(6))}, "too many at once"),
        (
            {"iou_thresholds": (0.5,), "area_ranges": tuple((str(a), 0.0, 1.0) for a in range(8))},
            "too many at once",
        ),
        ({"area_ranges": (("tiny", 5.0, 4.0),)}, "area range 'tiny'"),
        ({"area_ranges": (("tiny", float("nan"), 4.0),)}, "area range 'tiny'"),
        ({"area_ranges": (("a", 0.0, 4.0), ("a", 4.0, 8.0))}, "repeat a name"),
        ({"max_detections": 0}, "limits of predictions"),
        ({"max_detections": 70_000}, "limits of predictions"),
        ({"recall_limits": (10, 5)}, "limits of predictions"),
        ({"recall_limits": (100,)}, "limits of predictions"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(RequestError, match=problem):
        coco(Options(**options))


def test_a_policy_says_what_it_counts() -> None:
    document = coco(Options(iou_thresholds=(0.5,), max_detections=50)).document()
    assert document["iou_thresholds"] == [0.5]
    assert document["area_ranges"]["small"] == [0.0, 1024.0]
    assert document["max_detections"] == [1, 10, 50]


def test_the_kernels_refuse_what_a_policy_would_not_say() -> None:
    protocol = Policy("own", ((0.0, 1.0),), (1,), (0.5,), ("all",)).kernel()
    protocol.area = [[2.0, 1.0]]
    from boxscore.kernels import _core
    from tests.matching import brute

    view = brute.scene(1)
    with pytest.raises(ValueError, match="ends before it begins"):
        _core.match(
            view.truth.item, view.truth.class_id, view.truth.box, view.truth.area, view.crowd,
            view.predictions.item, view.predictions.class_id, view.predictions.box, None,
            view.confidence, view.items, view.classes, protocol,
        )  # fmt: skip
