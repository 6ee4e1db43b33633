"""Classes against a metric: shares, drops and correlations of all classes in one pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.evaluation.class_performance import BINS, LEAST, class_documents, class_side
from boxscore.evaluation.units import Units

Array = NDArray[Any]


def units(class_id: Array, good: Array) -> Units:
    n = class_id.size
    nothing = np.full(n, np.nan)
    rows = np.arange(n)
    return Units(
        good=good.astype(np.float64), item=rows, class_id=class_id, row=rows, source_row=rows,
        box=np.full((n, 4), np.nan), area=nothing, confidence=nothing,
    )  # fmt: skip


def test_a_planted_drop_is_found() -> None:
    """40 objects in order of the metric: the last quarter is missed."""
    value = np.arange(40.0)
    found = class_side(units(np.ones(40, np.int64), value < 30), value, 3)
    assert found.units.tolist() == [0, 40, 0]
    assert (found.share[1], found.best[1], found.worst[1], found.drop[1]) == (0.75, 1.0, 0.0, 1.0)
    assert found.correlation[1] < -0.7 and found.p[1] < 1e-4
    for column in (found.share, found.best, found.drop, found.correlation, found.p):
        assert np.isnan(column[[0, 2]]).all()


def test_equal_values_share_a_bin() -> None:
    value = np.repeat([1.0, 2.0], [35, 5])
    found = class_side(units(np.zeros(40, np.int64), np.arange(40) % 2 == 0), value, 1)
    assert np.isnan(found.drop[0])  # one bin of 35, and one of 5, which is too few


def test_few_objects_have_fewer_bins() -> None:
    value = np.arange(2.0 * LEAST)
    found = class_side(units(np.zeros(value.size, np.int64), value >= LEAST), value, 1)
    assert found.drop[0] == 1.0
    alone = class_side(units(np.zeros(19, np.int64), np.ones(19)), np.arange(19.0), 1)
    assert np.isnan(alone.drop[0]) and alone.share[0] == 1.0
    assert np.isnan(alone.correlation[0])  # none is missed


def test_every_class_equals_itself_alone() -> None:
    """Against the plain definition, class by class, with ties, undefined values and scipy's rho."""
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(7)
    n, classes = 3000, 12
    class_id = rng.integers(0, classes - 1, n)
    value = np.where(rng.random(n) < 0.05, np.nan, rng.integers(0, 30, n).astype(np.float64))
    good = (rng.random(n) < 0.3 + 0.02 * np.nan_to_num(value)).astype(np.float64)
    found = class_side(units(class_id, good), value, classes)
    for k in range(classes - 1):
        mine = (class_id == k) & np.isfinite(value)
        v, right = value[mine], good[mine]
        assert found.units[k] == mine.sum() and found.share[k] == right.mean()
        rho, _ = stats.spearmanr(v, right)
        assert found.correlation[k] == pytest.approx(rho, abs=1e-12)
        order = np.sort(v)
        places = np.searchsorted(order, v) * BINS // v.size
        shares = [right[places == b].mean() for b in range(BINS) if (places == b).sum() >= LEAST]
        assert (found.best[k], found.worst[k]) == (max(shares), min(shares))
    assert found.units[-1] == 0


def test_rows_are_sorted_by_drop_and_have_no_empty_class() -> None:
    class_id = np.repeat([0, 2], [20, 40])
    value = np.concatenate([np.arange(20.0), np.arange(40.0)])
    good = np.concatenate([np.ones(20), np.arange(40) < 30])
    side = class_side(units(class_id, good), value, 3)
    nothing = class_side(units(np.zeros(0, np.int64), np.zeros(0)), None, 3)
    rows = class_documents(["a", "b", "c"], side, nothing)
    assert [row["class_name"] for row in rows] == ["c", "a"]
    assert rows[0]["recall"]["drop"] == 1.0 and rows[0]["precision"]["value"] is None
    assert rows[1]["recall"]["correlation"] is None and rows[1]["recall"]["q"] is None
