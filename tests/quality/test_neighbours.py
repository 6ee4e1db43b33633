"""Neighbours, components and groups against brute force, NumPy and scikit-learn."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.quality import neighbours as nb
from boxscore.quality.layout import groups, main_components, neighbour_map
from boxscore.quality.neighbours import nearest, unit


def points(count: int, dimensions: int = 24, seed: int = 0) -> NDArray[np.float32]:
    """Some clusters, so that cosines differ."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(7, dimensions))
    return unit(centres[random.integers(7, size=count)] + random.normal(size=(count, dimensions)))


def brute(
    some: NDArray[np.float32], k: int, asked: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    cosines = (some if asked is None else asked) @ some.T
    if asked is None:
        np.fill_diagonal(cosines, -np.inf)
    return -np.sort(-cosines, axis=1)[:, :k]


@pytest.mark.parametrize("block", [16, 64, 1000])
@pytest.mark.parametrize("k", [1, 5, 20])
def test_neighbours_equal_brute_force_whatever_the_blocks(
    monkeypatch: pytest.MonkeyPatch, block: int, k: int
) -> None:
    monkeypatch.setattr(nb, "BLOCK", block)
    some = points(301)
    found = nearest(some, k)
    assert np.abs(found.cosine - brute(some, k)).max() < 1e-6
    assert (found.row != np.arange(301)[:, None]).all()
    asked = points(40, seed=1)
    other = nearest(some, k, asked)
    assert np.abs(other.cosine - brute(some, k, asked)).max() < 1e-6
    for side in (found.row, other.row):
        assert all(len(set(row)) == k for row in side.tolist())


def test_neighbours_equal_those_of_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.neighbors")
    some = points(400, 64)
    model = sklearn.NearestNeighbors(n_neighbors=11, metric="cosine", algorithm="brute").fit(some)
    apart, rows = model.kneighbors()
    found = nearest(some, 11)
    assert found.row.tolist() == rows.tolist()
    assert np.abs((1 - found.cosine) - apart).max() < 1e-6


def test_fewer_points_than_neighbours_and_undefined_ones() -> None:
    some = points(4)
    some[2] = np.nan
    found = nearest(some, 5)
    assert (found.row[:, 2:] == -1).all() and np.isnan(found.cosine[:, 2:]).all()
    assert (found.row[2] == -1).all() and 2 not in found.row
    assert nearest(np.empty((0, 3), np.float32), 2).row.shape == (0, 2)
    assert np.isnan(unit(np.zeros((1, 3)))).all()


def test_equal_points_are_told_in_the_order_of_their_rows() -> None:
    some = np.repeat(points(1), 6, axis=0)
    assert nearest(some, 3).row.tolist()[:2] == [[1, 2, 3], [0, 2, 3]]


def test_beyond_the_exact_limit_an_index_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("usearch.index")
    monkeypatch.setattr(nb, "MOST_EXACT", 100)
    monkeypatch.setattr(nb, "BLOCK", 64)
    some = points(1500)
    found, truth = nearest(some, 10), nearest(some, 10, exact=True)
    assert (found.row != np.arange(1500)[:, None]).all()
    shared = [len({*a} & {*b}) for a, b in zip(found.row.tolist(), truth.row.tolist(), strict=True)]
    assert np.mean(shared) > 9.5
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with pytest.raises(RequestError, match="E-EMBED-USEARCH"):
        nearest(some, 10)


@pytest.mark.parametrize("shape", [(12, 40), (200, 10)])
def test_components_equal_those_of_a_singular_value_decomposition(shape: tuple[int, int]) -> None:
    some = points(*shape)
    found = main_components(some, 3)
    centred = some.astype(np.float64) - some.astype(np.float64).mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    expected = left[:, :3] * sizes[:3]
    assert np.abs(np.abs(found) - np.abs(expected)).max() < 1e-5
    assert np.array_equal(found, main_components(some.copy(), 3))
    assert main_components(some[:1], 2).tolist() == [[0, 0]]


def test_groups_find_what_was_planted_the_largest_first() -> None:
    random = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], [50, 30, 20])
    centres = np.eye(3, 16) * 5
    some = unit(centres[truth] + random.normal(size=(100, 16)) * 0.2)
    assert groups(some, 3).tolist() == truth.tolist()
    assert groups(some, 3).tolist() == groups(some, 3).tolist()
    assert set(groups(some[:5], 99).tolist()) == set(range(5))
    assert groups(some[:1].repeat(4, axis=0), 3).tolist() == [0] * 4


def test_a_map_keeps_groups_together_or_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "openTSNE", None)
    with pytest.raises(RequestError, match="E-EMBED-TSNE"):
        neighbour_map(points(20))
    with pytest.raises(RequestError, match="E-EMBED-FEW"):
        neighbour_map(points(3))


def test_a_map_of_equal_points_is_one_point() -> None:
    pytest.importorskip("openTSNE")
    assert (neighbour_map(np.ones((20, 6), np.float32)) == 0).all()
