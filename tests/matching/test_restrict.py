"""Comparisons of fewer rows or classes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable, Facts
from boxscore.matching.policy import Options
from boxscore.matching.restrict import chosen, class_agnostic, only_predicted, restricted
from boxscore.schema.kinds import Task
from tests.matching.test_matching import HEIGHT, WIDTH, scene


def texts(view: Comparable) -> list[bytes]:
    assert view.truth.masks is not None
    counts, offsets, _, _ = view.truth.masks
    flat, ends = counts.tobytes(), offsets.tolist()
    return [flat[a:b] for a, b in pairwise(ends)]


def test_chosen_rows_keep_everything_that_belongs_to_them() -> None:
    view = scene(1, Task.SEGM)
    facts = Facts(group_of=view.crowd > 0, truncation=np.arange(24.0), occlusion=np.arange(24.0))
    rows = np.array([5, 2, 2, 23, 0])
    some = chosen(replace(view, facts=facts), truth=rows)
    assert some.truth.rows.tolist() == rows.tolist()
    assert np.array_equal(some.truth.box, view.truth.box[rows])
    assert np.array_equal(some.crowd, view.crowd[rows])
    assert view.ignored is not None and some.ignored is not None
    assert np.array_equal(some.ignored, view.ignored[rows])
    assert some.facts.truncation is not None
    assert some.facts.truncation.tolist() == rows.tolist()
    assert texts(some) == [texts(view)[k] for k in rows]
    assert all(_core.mask_decode(t, HEIGHT, WIDTH).shape == (HEIGHT, WIDTH) for t in texts(some))
    assert some.predictions is view.predictions
    none = chosen(view, truth=np.empty(0, np.int64), predictions=np.empty(0, np.int64))
    assert texts(none) == [] and none.confidence.size == 0


def test_only_predicted_leaves_out_the_truth_of_other_items() -> None:
    view = scene(2, Task.OBB)
    kept = np.flatnonzero(view.predictions.item != 1)
    view = only_predicted(chosen(view, predictions=kept))
    assert set(view.truth.item.tolist()) == {0, 2}
    assert view.items == 3
    assert view.truth.theta is not None
    assert view.truth.theta.size == view.truth.rows.size == view.crowd.size


def test_class_agnostic_orders_rows_by_class_within_an_item() -> None:
    view = scene(3, Task.BBOX)
    verified = np.array([[0, 1, 2], [1, 0, 0]], np.int32)
    one = class_agnostic(replace(view, facts=Facts(verified=verified, names=("a", "b"))))
    assert one.classes == 1
    assert not one.truth.class_id.any() and not one.predictions.class_id.any()
    for side, whole in ((one.truth, view.truth), (one.predictions, view.predictions)):
        key = [(whole.item[k], whole.class_id[k], k) for k in side.rows]
        assert key == sorted(key)
    assert one.facts.verified is not None
    assert one.facts.verified.tolist() == [[0, 0, 2], [1, 0, 0]]
    assert verified[0, 1] == 1


def test_classes_with_different_sigmas_cannot_become_one() -> None:
    view = scene(1, Task.KEYPOINTS)
    assert class_agnostic(view).facts.sigmas is not None
    sigmas = np.array([[0.1] * 5, [0.1, 0.1, np.nan, np.nan, np.nan]])
    with pytest.raises(RequestError, match="different sigmas"):
        class_agnostic(replace(view, facts=Facts(sigmas=sigmas)))


def test_without_options_it_is_the_same_comparison() -> None:
    view = scene(1, Task.BBOX)
    assert restricted(view, Options()) is view
