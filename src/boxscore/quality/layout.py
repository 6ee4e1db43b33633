"""Embeddings laid out: main components, groups of like points, a map in two dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.quality.neighbours import Vectors

LEAST_POINTS = 8
"""Below, a map by t-SNE says nothing that the main components do not."""
ROUNDS = 50
"""Of k-means, at most."""
ROWS = 8192
"""Vectors that are looked at together."""
SPREAD = 50
"""Main components that k-means and t-SNE are given."""


def main_components(vectors: Vectors, count: int) -> Vectors:
    """The coordinates along the directions of most variance.

    Args:
        vectors: (N, D) finite.

    Returns:
        (N, count) float32; zero beyond the rank. The largest entry of each direction is positive,
        so that the same vectors give the same picture.

    Source:
        Singular value decomposition of the centred rows; of their D x D covariance where N > D.
    """
    found = np.zeros((len(vectors), count), np.float32)
    if not vectors.size:
        return found
    mean = vectors.mean(axis=0, dtype=np.float64)
    directions = _directions(vectors, mean)[:count]
    largest = np.abs(directions).argmax(axis=1)
    sign = np.sign(directions[np.arange(len(directions)), largest])
    along = (directions * sign[:, None]).T
    for start, centred in _centred(vectors, mean):
        found[start : start + len(centred), : len(directions)] = centred @ along
    return found


def _centred(
    vectors: Vectors, mean: NDArray[np.float64]
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Some rows at a time: all of them in double precision would fill the memory."""
    for start in range(0, len(vectors), ROWS):
        yield start, vectors[start : start + ROWS].astype(np.float64) - mean


def _directions(vectors: Vectors, mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """(min(N, D), D) orthonormal rows by falling variance; of no variance: none."""
    if len(vectors) > vectors.shape[1]:
        spread = np.zeros((vectors.shape[1],) * 2)
        for _, centred in _centred(vectors, mean):
            spread += centred.T @ centred
        values, columns = np.linalg.eigh(spread)
        order = np.argsort(-values, kind="stable")
        along: NDArray[np.float64] = columns.T[order][values[order] > values.max() * 1e-12]
        return along if values.max() > 0 else along[:0]
    _, sizes, rows = np.linalg.svd(vectors.astype(np.float64) - mean, full_matrices=False)
    some: NDArray[np.float64] = rows[(sizes > sizes.max() * 1e-6) & (sizes > 0)]
    return some


def groups(vectors: Vectors, count: int, seed: int = 0) -> NDArray[np.int64]:
    """(N,) which of `count` groups of like points, the largest first; every group has a point.

    Source:
        k-means: Lloyd 1982 from seeds by Arthur and Vassilvitskii 2007, on the first components.
    """
    points = main_components(vectors, min(SPREAD, vectors.shape[1] if vectors.size else 1))
    count = max(1, min(count, len(np.unique(points, axis=0)) if len(points) else 1))
    centres = _seeds(points, count, np.random.default_rng(seed))
    number = np.full(len(points), -1, np.int64)
    for _ in range(ROUNDS):
        apart = _apart(points, centres)
        chosen = apart.argmin(axis=1)
        _fill_empty(chosen, apart, count)
        if np.array_equal(chosen, number):
            break
        number = chosen
        sums = np.zeros_like(centres)
        np.add.at(sums, number, points)
        sizes = np.bincount(number, minlength=count).astype(np.float32)
        centres = np.asarray(sums / sizes[:, None], np.float32)
    by_count = np.argsort(-np.bincount(number, minlength=count), kind="stable")
    rank = np.empty(count, np.int64)
    rank[by_count] = np.arange(count)
    by_size: NDArray[np.int64] = rank[number]
    return by_size


def _seeds(points: Vectors, count: int, random: np.random.Generator) -> Vectors:
    """Points far from each other, by chance."""
    chosen = [int(random.integers(len(points)))] if len(points) else []
    apart = np.full(len(points), np.inf)
    while 0 < len(chosen) < count:
        apart = np.minimum(apart, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        total = apart.sum()
        chosen.append(int(random.choice(len(points), p=apart / total)) if total > 0 else 0)
    return points[chosen].copy()


def _apart(points: Vectors, centres: Vectors) -> NDArray[np.float32]:
    """(N, count) squared distances, up to a constant for each point."""
    found: NDArray[np.float32] = (centres**2).sum(axis=1) - 2 * (points @ centres.T)
    return found


def _fill_empty(chosen: NDArray[np.int64], apart: NDArray[np.float32], count: int) -> None:
    """Give each empty group the point that its own group fits least."""
    sizes = np.bincount(chosen, minlength=count)
    for empty in np.flatnonzero(sizes == 0).tolist():
        fit = apart[np.arange(len(chosen)), chosen].copy()
        fit[sizes[chosen] < 2] = -np.inf
        moved = int(fit.argmax())
        sizes[chosen[moved]] -= 1
        sizes[empty] += 1
        chosen[moved] = empty


def can_embed_neighbours() -> bool:
    """Whether openTSNE is installed."""
    from importlib.util import find_spec

    return find_spec("openTSNE") is not None


def neighbour_map(vectors: Vectors, seed: int = 0) -> NDArray[np.float64]:
    """(N, 2) places in which near points stay near; distances between groups mean nothing.

    Raises:
        RequestError: openTSNE is not installed, or there are too few points.

    Source:
        van der Maaten and Hinton 2008, "Visualizing Data using t-SNE", through openTSNE.
    """
    if len(vectors) < LEAST_POINTS:
        raise RequestError(
            f"{len(vectors)} points are too few for t-SNE",
            fix="use the map of main components",
            code="E-EMBED-FEW",
        )
    try:
        import openTSNE
    except ImportError:
        raise RequestError(
            "a map by t-SNE needs openTSNE, which is not installed",
            fix="pip install 'boxscore[map]', or use the map of main components",
            code="E-EMBED-TSNE",
        ) from None
    spread = main_components(vectors, min(SPREAD, vectors.shape[1]))
    if not spread.any():  # all points are one, and t-SNE would divide by nothing
        return np.zeros((len(vectors), 2))
    layout: Any = openTSNE.TSNE(
        perplexity=min(30.0, (len(vectors) - 1) / 3),
        initialization="pca",
        random_state=seed,
        negative_gradient_method="fft" if len(vectors) > 10_000 else "bh",
        n_jobs=1,
    )
    return np.asarray(layout.fit(spread), np.float64)
