"""Groups of images dealt at random give the intervals that single images give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from boxscore.evaluation import metric_performance as module
from boxscore.evaluation.metric_performance import metric_performance
from boxscore.evaluation.units import Units

IMAGES = 6_000


def units(rng: np.random.Generator, size: int) -> Units:
    """Objects on images of which some are hard: those on one image are alike."""
    item = np.sort(rng.integers(0, IMAGES, size))
    chance = rng.beta(2, 2, IMAGES)[item]
    nothing = np.full(size, np.nan)
    return Units(
        good=(rng.random(size) < chance).astype(np.float64),
        item=item,
        class_id=np.zeros(size, np.int64),
        row=np.arange(size),
        source_row=np.arange(size),
        box=np.zeros((size, 4)),
        area=nothing,
        confidence=rng.random(size),
    )


def test_groups_of_images_are_as_good_as_images(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    truth, found = units(rng, 30_000), units(rng, 40_000)
    metric = rng.random(30_000), rng.random(40_000)
    grouped = metric_performance(truth, found, *metric, images=IMAGES, bins=5)
    monkeypatch.setattr(module, "MOST_DRAWN", IMAGES)
    single = metric_performance(truth, found, *metric, images=IMAGES, bins=5)
    assert (grouped.right == single.right).all() and grouped.average == single.average
    for name, ends in single.intervals.items():
        width = ends[1] - ends[0]
        theirs = grouped.intervals[name]
        assert np.allclose(theirs[1] - theirs[0], width, rtol=0.15)  # 1,000 draws: 3 % each
        assert (np.abs(theirs[0] - ends[0]) < 0.15 * width).all()


def test_sums_of_groups_are_those_of_their_images() -> None:
    sums = np.arange(7_000.0 * 3).reshape(7_000, 3)
    groups = module._dealt(sums)
    assert groups.shape == (module.MOST_DRAWN, 3)
    assert groups.sum(axis=0).tolist() == sums.sum(axis=0).tolist()
    few = sums[: module.MOST_DRAWN]
    assert module._dealt(few) is few


def test_one_image_says_nothing_of_how_confidence_varies() -> None:
    rng = np.random.default_rng(6)
    some = replace(units(rng, 90), item=np.repeat(np.arange(9), 10))
    value = (some.item >= 2).astype(np.float64) + (some.item >= 4)
    found = metric_performance(some, some, value, value, images=9, bins=3)
    assert found.objects.tolist() == [20, 70]  # of two images, and of seven
    for name in ("confidence", "gap"):
        assert [np.isnan(ends).tolist() for ends in found.intervals[name]] == [[True, False]] * 2
    assert all(np.isfinite(ends).all() for ends in found.intervals["precision"])
