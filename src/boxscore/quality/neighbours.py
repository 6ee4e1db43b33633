"""The nearest neighbours of embeddings by cosine: exact, a block of products at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError

Vectors = NDArray[np.float32]
BLOCK = 4096
"""Rows of one product: 64 MB of cosines."""
MOST_EXACT = 100_000
"""Points up to which all neighbours of all are found exactly; above, by an index."""
POOL = 6
"""Candidates that are kept of a block before the worst are dropped, in times k."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The neighbours of Q queries, nearest first; equally near ones by row.

    Attributes:
        row: (Q, k) rows of points; -1 where there are fewer.
        cosine: (Q, k) float32, nan where there are fewer.
    """

    row: NDArray[np.int64]
    cosine: Vectors


def unit(vectors: NDArray[Any]) -> Vectors:
    """(N, D) float32 of length 1; undefined where the length is 0 or not finite."""
    values = np.asarray(vectors, np.float32)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Vectors = np.where(np.isfinite(length) & (length > 0), values / length, np.nan)
    return found


def nearest(
    points: Vectors, k: int, queries: Vectors | None = None, *, exact: bool | None = None
) -> Nearest:
    """The k points of largest cosine for each query.

    Args:
        points: (N, D) float32 of length 1; undefined rows are nobody's neighbour.
        queries: (Q, D), likewise; default: the points, none of which is its own neighbour.
        exact: Default: by the number of points, see MOST_EXACT.

    Raises:
        RequestError: An index is needed and usearch is not installed.
    """
    asked = points if queries is None else queries
    found = Nearest(
        np.full((len(asked), k), -1, np.int64), np.full((len(asked), k), np.nan, np.float32)
    )
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    wanted = known if queries is None else np.flatnonzero(np.isfinite(asked).all(axis=1))
    if not known.size or not wanted.size or k < 1:
        return found
    some = points if known.size == len(points) else points[known]
    own = queries is None
    theirs = some if own else np.ascontiguousarray(asked[wanted])
    if exact or (exact is None and (known.size <= MOST_EXACT or wanted.size <= BLOCK)):
        local = _exact(some, k, None if own else theirs)
    else:
        local = _indexed(some, k, theirs, own)
    width = local.row.shape[1]
    found.row[wanted, :width] = np.where(local.row >= 0, known[local.row], -1)
    found.cosine[wanted, :width] = local.cosine
    return found


@dataclass(slots=True)
class _Best:
    """The best candidates of one block of queries.

    Attributes:
        least: (rows, 1) the cosine that a candidate needs.
    """

    rows: int
    k: int
    least: Vectors = field(init=False)
    parts: list[tuple[Any, Any, Any]] = field(default_factory=list)
    waiting: int = 0

    def __post_init__(self) -> None:
        self.least = np.full((self.rows, 1), -np.inf, np.float32)

    def offer(self, cosines: Vectors, first: int) -> None:
        """(rows, n) cosines with the points from `first` on."""
        if np.isneginf(self.least[0, 0]):
            self.least = _certain(cosines, self.k)
        row, column = np.divmod(np.flatnonzero(cosines >= self.least), cosines.shape[1])
        self._take(row, column + first, cosines[row, column])

    def offer_across(self, cosines: Vectors, first: int) -> None:
        """(n, rows) cosines of the points from `first` on; turning them would copy them."""
        point, row = np.divmod(np.flatnonzero(cosines >= self.least.T), cosines.shape[1])
        self._take(row, point + first, cosines[point, row])

    def _take(self, row: Any, point: Any, cosine: Any) -> None:
        self.parts.append((row, point, cosine))
        self.waiting += row.size
        if self.waiting > POOL * self.rows * self.k:
            self._drop()

    def _drop(self) -> None:
        row, point, cosine = (np.concatenate(columns) for columns in zip(*self.parts, strict=True))
        order = np.lexsort((point, -cosine, row))
        row, point, cosine = row[order], point[order], cosine[order]
        start = np.searchsorted(row, np.arange(self.rows))
        place = np.arange(row.size) - start[row]
        last = place == self.k - 1
        self.least[row[last], 0] = cosine[last]
        kept = place < self.k
        self.parts = [(row[kept], point[kept], cosine[kept])]
        self.waiting = int(kept.sum())

    def result(self) -> Nearest:
        """The k best."""
        self._drop()
        row, point, cosine = self.parts[0]
        place = np.arange(row.size) - np.searchsorted(row, np.arange(self.rows))[row]
        found = Nearest(
            np.full((self.rows, self.k), -1, np.int64),
            np.full((self.rows, self.k), np.nan, np.float32),
        )
        found.row[row, place], found.cosine[row, place] = point, cosine
        return found


def _certain(cosines: Vectors, k: int) -> Vectors:
    """(rows, 1): a bound that k of the row's cosines reach, or -inf where there are too few.

    The k-th largest of the maxima of groups is no more than the k-th largest of all.
    """
    groups = min(cosines.shape[1], max(4 * k, 128))
    if groups < k:
        return np.full((len(cosines), 1), -np.inf, np.float32)
    edges = np.arange(groups) * cosines.shape[1] // groups
    maxima = np.maximum.reduceat(cosines, edges, axis=1)
    bound: Vectors = np.partition(maxima, groups - k, axis=1)[:, groups - k, None]
    return bound.copy()


def _exact(points: Vectors, k: int, queries: Vectors | None) -> Nearest:
    """All by products; among the points themselves each block serves both of its sides."""
    asked = points if queries is None else queries
    starts = range(0, len(asked), BLOCK)
    best = {a: _Best(min(BLOCK, len(asked) - a), k) for a in starts}
    for a in starts:
        if queries is None:
            own = points[a : a + BLOCK] @ points[a : a + BLOCK].T
            np.fill_diagonal(own, -np.inf)
            best[a].offer(own, a)
    for a in starts:
        mine = asked[a : a + BLOCK]
        for b in range(a + BLOCK if queries is None else 0, len(points), BLOCK):
            cosines = mine @ points[b : b + BLOCK].T
            best[a].offer(cosines, b)
            if queries is None:
                best[b].offer_across(cosines, a)
    found = [_without_self(best[a].result()) for a in starts]
    return Nearest(
        np.concatenate([one.row for one in found]), np.concatenate([one.cosine for one in found])
    )


def _without_self(found: Nearest) -> Nearest:
    """Where there are fewer than k others, the point itself was left with -inf."""
    absent = np.isneginf(found.cosine)
    found.row[absent], found.cosine[absent] = -1, np.nan
    return found


def _indexed(points: Vectors, k: int, queries: Vectors, own: bool) -> Nearest:
    """Approximately, through a graph of neighbours (HNSW)."""
    try:
        from usearch.index import Index
    except ImportError:
        raise RequestError(
            f"neighbours of {len(points):,} points need an index, and usearch is not installed",
            fix="pip install 'boxscore[index]'",
            code="E-EMBED-USEARCH",
        ) from None
    index = Index(ndim=points.shape[1], metric="ip", dtype="f16")
    index.add(np.arange(len(points)), points)
    found = index.search(queries, k + own)
    row = np.asarray(found.keys, np.int64).reshape(len(queries), -1)
    if own:  # each without itself: moved to the end and cut off
        self_last = np.argsort(row == np.arange(len(queries))[:, None], axis=1, kind="stable")
        row = np.take_along_axis(row, self_last, axis=1)[:, :k]
    cosine = np.stack([(points[row[:, j]] * queries).sum(axis=1) for j in range(row.shape[1])], 1)
    order = np.argsort(-cosine, axis=1, kind="stable")
    return Nearest(np.take_along_axis(row, order, 1), np.take_along_axis(cosine, order, 1))
