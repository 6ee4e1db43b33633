"""Groups of errors fixed one at a time: against TIDE, against row by row copies, and its ends."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from boxscore.engine.leaving import Abandoned, abandoned_when
from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.drawn_ap import Judged, drawn_ap
from boxscore.evaluation.fix_groups import group_on, groups_by_size, groups_of
from boxscore.evaluation.fixes import MOST_GROUPS, Fixer, Group
from boxscore.evaluation.reasons import BestOverlaps, ErrorKind, best_overlaps
from boxscore.evaluation.tide import KINDS, assign, tide
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching
from tests.evaluation.copies import busy, copied
from tests.evaluation.scenes import ITEMS, scenes, slices, thresholds
from tests.evaluation.slow_fixes import average_precision, fixed_aps, mean


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
            aps = fixed_aps(fixer, group, None)
            ap = aps[int(group.key[0])]
            assert np.isnan(ap) or ap == 1.0
            assert fixer.gain(group).ap == pytest.approx(mean(aps), abs=0, nan_ok=True)


@settings(deadline=None)
@given(scenes, thresholds, st.one_of(st.none(), slices))
def test_gains_are_those_of_rankings_written_out_anew(
    view: Comparable, iou: float, items: np.ndarray | None
) -> None:
    fixer, groups = _fixer(view, iou, items)
    for gain, group in zip(fixer.gains(groups), groups, strict=True):
        ap = mean(fixed_aps(fixer, group, items))
        assert gain.group is group
        assert (repr(gain.ap), repr(gain.gain)) == (repr(ap), repr(ap - fixer.ap))
        shown = [row for row in group.predictions if fixer.errors.point[row]]
        shown = [row for row in shown if view.confidence[row] >= 0.3]
        images = [*view.predictions.item[shown], *view.truth.item[group.truth]]
        assert (gain.errors, gain.images) == (len(images), len(set(images)))


def test_gains_of_many_classes_and_images() -> None:
    view = busy(3, 400, 20)
    fixer, groups = _fixer(view)
    gains = list(fixer.gains(groups))
    expected = [mean(fixed_aps(fixer, group, None)) for group in groups]
    assert [gain.ap for gain in gains] == expected
    assert len(set(expected)) > 100
    few = list(fixer.gains(groups, 5, 4))
    enough = [one.errors >= 5 and one.images >= 4 for one in gains]
    assert few == [one for one, is_enough in zip(gains, enough, strict=True) if is_enough]
    assert 0 < len(few) < len(gains)


def test_gains_that_nobody_waits_for_end() -> None:
    fixer, groups = _fixer(busy(5))
    taken, looks = 0, 0

    def endless() -> Iterator[Group]:
        nonlocal taken
        while True:
            taken += 1
            yield groups[0]

    def gone() -> bool:
        nonlocal looks
        looks += 1
        return looks > 2

    with pytest.raises(Abandoned), abandoned_when(gone):
        list(fixer.gains(endless()))
    assert taken == 3 * MOST_GROUPS


@settings(deadline=None)
@given(scenes, thresholds)
def test_groups_are_what_masks_say(view: Comparable, iou: float) -> None:
    fixer, groups = _fixer(view, iou)
    best = best_overlaps(view, candidate_pairs(view))
    expected = list(_masked(fixer, best))
    found = [(g.what, g.key, g.predictions.tolist(), g.truth.tolist()) for g in groups]
    assert [one for one in found if one[0] != "kind"] == expected


def _masked(fixer: Fixer, best: BestOverlaps) -> Iterator[tuple[object, ...]]:
    errors, wrong, missed = fixer.errors, fixer.wrong, fixer.missed
    own, kind = fixer.view.predictions.class_id[wrong], errors.kind[wrong]
    mended = np.where(errors.fixes, errors.fixed_class, -1)[wrong]
    labels = np.append(fixer.view.truth.class_id, -1)
    every = range(fixer.view.classes)
    for one in KINDS:
        for c in every:
            rows = wrong[(kind == one) & (own == c)].tolist()
            lost = missed[labels[missed] == c].tolist() if one is ErrorKind.MISSED else []
            if rows or lost:
                yield "kind of a class", (one.name.lower(), c), rows, lost
    for c in every:
        lost = missed[labels[missed] == c].tolist()
        if lost or (own == c).any():
            yield "class", (c,), wrong[(own == c) | (mended == c)].tolist(), lost
    for a, b in itertools.product(every, every):
        confused = (kind == ErrorKind.CLASS) & (own == b) & (labels[best.other[wrong]] == a)
        if confused.any():
            yield "confusion", (a, b), wrong[confused].tolist(), []


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
def test_a_drawn_curve_is_that_of_copies(view: Comparable, data: st.DataObject) -> None:
    """Copies of an image follow each other, so that its equal confidences come a, b, a, b."""
    count = view.confidence.size
    assume(count)
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    class_id = np.sort(rng.integers(0, 3, count))
    item = np.sort(rng.integers(0, 4, count)).astype(np.int32)
    confidence = rng.choice([0.3, 0.5, 0.9], count)
    order = np.lexsort((item, -confidence, class_id))
    class_id, item, confidence = class_id[order], item[order], confidence[order]
    right, weights = rng.random(count) < 0.6, rng.integers(0, 4, 4).astype(np.uint16)
    truth_item = rng.integers(0, 4, 60).astype(np.int32)
    truth_class = rng.integers(0, 3, 60).astype(np.int32)
    found = drawn_ap(
        Judged(
            class_id=class_id, item=item, confidence=confidence, right=right,
            truth_class=truth_class, truth_item=truth_item, classes=3,
        ),
        weights[None],
    )  # fmt: skip
    copies = [(row, n) for row in range(count) for n in range(weights[item[row]])]
    copies.sort(key=lambda c: (class_id[c[0]], -confidence[c[0]], item[c[0]], c[1]))
    rows = np.array([row for row, _ in copies], np.int64)
    objects = np.bincount(truth_class, weights[truth_item], 3).astype(np.int64)
    expected = average_precision(class_id[rows].astype(np.int32), right[rows], objects)
    assert found[0] == pytest.approx(expected, abs=1e-12, nan_ok=True)


@settings(deadline=None)
@given(scenes)
def test_one_image_drawn_alone_gains_what_the_whole_does(view: Comparable) -> None:
    """A single cluster is drawn whole every time."""
    fixer, groups = _fixer(view)
    whole = Clusters.groups(np.zeros(ITEMS, np.int64), unit="everything")
    drawn = fixer.drawn_gains(groups, whole, Plan(replicates=20))
    for column, group in zip(drawn.T, groups, strict=True):
        assert column == pytest.approx(fixer.gain(group).gain, abs=1e-12, nan_ok=True)


def test_drawn_costs_are_those_of_images_evaluated_again() -> None:
    """The slow way: the images drawn are copied into a data set, matched and judged from anew."""
    view = busy(5)
    fixer, groups = _fixer(view)
    kinds = [group for group in groups if group.what == "kind"]
    clusters, plan = Clusters.images(view.items), Plan(replicates=20)
    drawn = fixer.drawn_gains(kinds, clusters, plan)
    weights = np.concatenate(list(clusters.draw(plan.replicates, plan.seed)))
    seen = set()
    for row, times in zip(drawn, weights, strict=True):
        again, groups = _fixer(copied(view, times))
        slow = tide(again.view, again.errors, published=False)
        assert np.maximum(row, 0) == pytest.approx(slow.delta, abs=1e-12)
        seen.update(np.flatnonzero(slow.delta > 0).tolist())
    assert len(seen) >= 4  # kinds that cost something in one of the sets


def test_bounds_need_images_enough() -> None:
    view = busy(5)
    fixer, groups = _fixer(view)
    gains = [fixer.gain(group) for group in groups if group.what == "kind"]
    for one in fixer.with_bounds(gains, Clusters.images(view.items)):
        assert one.low <= one.gain <= one.high
    few = Clusters.images(view.items, np.arange(view.items) < 12)
    assert "too few images" in str(fixer.doubt(few))
    assert all(np.isnan(one.low) for one in fixer.with_bounds(gains, few))


@settings(deadline=None)
@given(scenes)
def test_sizes_split_all_errors(view: Comparable) -> None:
    fixer, _ = _fixer(view)
    ranges = [("small", 0.0, 100.0), ("large", 100.0, np.inf)]
    groups = list(groups_by_size(fixer, ranges))
    assert sum(group.predictions.size for group in groups) == fixer.wrong.size
    assert sum(group.truth.size for group in groups) == fixer.missed.size
