"""Groups of errors fixed one at a time: against TIDE, against row by row copies, and its ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.fixes import (
    Fixer,
    Group,
    _weighted_ap,
    group_on,
    groups_by_size,
    groups_of,
)
from boxscore.evaluation.reasons import best_overlaps
from boxscore.evaluation.tide import KINDS, assign, average_precision, tide
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching
from tests.evaluation.scenes import ITEMS, scenes, slices, thresholds


def _fixer(
    view: Comparable, iou: float = 0.5, items: np.ndarray | None = None
) -> tuple[Fixer, list[Group]]:
    pairs = candidate_pairs(view)
    best = best_overlaps(view, pairs)
    errors = assign(view, LiveMatching(view, pairs).at(iou), best)
    fixer = Fixer(view, errors, 0.3, items)
    return fixer, list(groups_of(fixer, best))


@settings(deadline=None)
@given(scenes, thresholds, st.one_of(st.none(), slices))
def test_a_kind_alone_gains_what_tide_says(
    view: Comparable, iou: float, items: np.ndarray | None
) -> None:
    fixer, groups = _fixer(view, iou, items)
    costs = tide(view, fixer.errors, items, published=False)
    assert fixer.ap == pytest.approx(costs.ap, abs=0, nan_ok=True)
    gains = [fixer.gain(group).gain for group in groups if group.what == "kind"]
    assert np.maximum(gains, 0) == pytest.approx(costs.delta, abs=1e-15, nan_ok=True)
    assert len(gains) == len(KINDS)


@settings(deadline=None)
@given(scenes, thresholds)
def test_with_everything_fixed_ap_is_one(view: Comparable, iou: float) -> None:
    fixer, _ = _fixer(view, iou)
    whole = group_on(fixer, "split", "all", np.ones(ITEMS, np.bool_), {})
    gain = fixer.gain(whole)
    left = np.setdiff1d(np.flatnonzero(view.counted), fixer.missed)
    assert gain.ap == 1.0 if left.size else np.isnan(gain.ap)


@settings(deadline=None)
@given(scenes)
def test_a_fixed_class_is_perfect(view: Comparable) -> None:
    fixer, groups = _fixer(view)
    for group in groups:
        if group.what == "class":
            fixed = fixer._fixed(group)
            ap = fixer._ap(fixed)[int(group.key[0])]
            assert np.isnan(ap) or ap == 1.0


@settings(deadline=None)
@given(scenes)
def test_groups_count_each_error_once(view: Comparable) -> None:
    fixer, groups = _fixer(view)
    kinds = [group for group in groups if group.what == "kind"]
    within = [group for group in groups if group.what == "kind of a class"]
    for some in (kinds, within):
        rows = [row for group in some for row in group.predictions.tolist()]
        assert sorted(rows) == fixer.wrong.tolist()
        lost = [row for group in some for row in group.truth.tolist()]
        assert sorted(lost) == fixer.missed.tolist()


@settings(deadline=None)
@given(scenes, st.data())
def test_a_weighted_curve_is_that_of_copies(view: Comparable, data: st.DataObject) -> None:
    count = view.confidence.size
    assume(count)
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    class_id = np.sort(rng.integers(0, 3, count))
    right, weights = rng.random(count) < 0.6, rng.integers(0, 4, count)
    objects = np.array([np.sum(weights[right & (class_id == c)]) + c for c in range(3)])
    copies = np.repeat(np.arange(count), weights)
    expected = average_precision(class_id[copies].astype(np.int32), right[copies], objects)
    found = _weighted_ap(
        class_id, right, weights[None].astype(np.float64), objects[None].astype(np.float64)
    )
    assert found[0] == pytest.approx(expected, abs=1e-12, nan_ok=True)


@settings(deadline=None)
@given(scenes)
def test_bounds_of_one_image_drawn_alone_are_the_gain(view: Comparable) -> None:
    """A single cluster is drawn whole every time: both bounds are the gain itself."""
    fixer, groups = _fixer(view)
    whole = Clusters.groups(np.zeros(ITEMS, np.int64), unit="everything")
    gains = [fixer.gain(group) for group in groups]
    for bounded in fixer.with_bounds(gains, whole):
        assert bounded.low == pytest.approx(bounded.gain, abs=1e-12, nan_ok=True)
        assert bounded.high == pytest.approx(bounded.gain, abs=1e-12, nan_ok=True)


@settings(deadline=None)
@given(scenes)
def test_sizes_split_all_errors(view: Comparable) -> None:
    fixer, _ = _fixer(view)
    ranges = [("small", 0.0, 100.0), ("large", 100.0, np.inf)]
    groups = list(groups_by_size(fixer, ranges))
    assert sum(group.predictions.size for group in groups) == fixer.wrong.size
    assert sum(group.truth.size for group in groups) == fixer.missed.size
