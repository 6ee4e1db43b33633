"""The band of a precision-recall curve against curves of images that are written out again."""

from __future__ import annotations

import numpy as np
import pytest

from boxscore.evaluation.bounds import Plan
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.curve_band import (
    RECALLS,
    band_document,
    curve_band,
    precision_above,
    threshold_tally,
)
from boxscore.evaluation.curves import kept_points, sweep
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching, MatchesAt
from tests.evaluation.copies import busy, copied


def _matches(view: Comparable) -> MatchesAt:
    return LiveMatching(view, candidate_pairs(view)).at(0.5)


def _slow(
    view: Comparable, thresholds: list[float], classes: tuple[int, ...] | None
) -> list[float]:
    """Counts at every threshold, then the line between two points that spans each recall."""
    matches = _matches(view)
    wanted = range(view.classes) if classes is None else classes
    own = np.isin(view.predictions.class_id, list(wanted))
    objects = int(np.isin(view.truth.class_id, list(wanted)).sum())
    points = []
    for least in thresholds:
        shown = own & (view.confidence >= least)
        right, wrong = int((matches.right & shown).sum()), int((matches.wrong & shown).sum())
        if right + wrong:
            points.append((right / objects, right / (right + wrong)))
    heights = []
    for recall in RECALLS.tolist():
        height = float("nan")
        for k, (r, p) in enumerate(points):
            if r >= recall:
                before = points[k - 1] if k else (r, p)
                part = (recall - before[0]) / (r - before[0]) if r > before[0] else 1.0
                height = before[1] + part * (p - before[1])
                break
        heights.append(height)
    return heights


@pytest.mark.parametrize("classes", [None, (0, 2)])
def test_drawn_curves_are_those_of_images_evaluated_again(classes: tuple[int, ...] | None) -> None:
    view = busy(3)
    matches = _matches(view)
    points = sweep(view, matches, classes)
    thresholds = points.confidence[kept_points(points, 25)]
    tally = threshold_tally(view, matches, thresholds, classes)
    clusters, plan = Clusters.images(view.items), Plan(replicates=20)
    weights = np.concatenate(list(clusters.draw(plan.replicates, plan.seed)))
    heights = precision_above(tally.sums(weights), thresholds.size)
    for row, times in zip(heights, weights, strict=True):
        slow = _slow(copied(view, times), thresholds.tolist(), classes)
        assert row == pytest.approx(slow, abs=1e-12, nan_ok=True)
    assert np.isnan(heights).any() and np.isfinite(heights[:, :30]).all()


def test_the_band_holds_the_curve_and_ends_where_draws_do() -> None:
    view = busy(3, items=60)
    matches = _matches(view)
    points = sweep(view, matches)
    band = curve_band(view, matches, points, clusters=Clusters.images(view.items))
    known = band_document(band)
    own = precision_above(
        threshold_tally(view, matches, points.confidence[kept_points(points)]).sums(
            np.ones((1, view.items), np.uint16)
        ),
        points.confidence[kept_points(points)].size,
    )[0]
    at = {round(r, 2): k for k, r in enumerate(RECALLS.tolist())}
    inside = [
        low <= own[at[round(recall, 2)]] <= high
        for recall, low, high in zip(known["recall"], known["low"], known["high"], strict=True)
    ]
    assert all(inside) and len(inside) > 30
    assert known["recall"][-1] < points.recall[-1]
    assert known["reason"] is None and known["clusters"] == 60


def test_images_that_take_no_part_change_nothing() -> None:
    view = busy(4, items=60)
    matches, items = _matches(view), np.arange(60) % 2 == 0
    some = sweep(view, matches, None, items)
    band = curve_band(view, matches, some, clusters=Clusters.images(60, items))
    alone = copied(view, items.astype(int))
    again = _matches(alone)
    whole = curve_band(
        alone, again, sweep(alone, again), clusters=Clusters.images(alone.items)
    )  # fmt: skip
    assert band_document(band) == band_document(whole)


@pytest.mark.parametrize("items", [0, 12])
def test_too_little_has_no_band(items: int) -> None:
    view = busy(4)
    matches, chosen = _matches(view), np.arange(view.items) < items
    points = sweep(view, matches, None, chosen)
    band = curve_band(view, matches, points, clusters=Clusters.images(view.items, chosen))
    known = band_document(band)
    assert known["recall"] == known["low"] == known["high"] == []
    assert "too few images" in known["reason"] or "undefined" in known["reason"]
