"""One metric on both sides of a drift: its distribution over common bins, and what lies in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.document import defined
from boxscore.project.metrics.answers import subject
from boxscore.project.metrics.drifting import Side, comparable_metric, drift_row, told
from boxscore.project.metrics.measuring import Known, card_document, place_of, stored, values_at
from boxscore.quality.cards import On
from boxscore.quality.drifting import common_edges

Document = dict[str, Any]
MOST_BINS, MOST_ROWS = 100, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftQuery:
    """What is asked of one metric.

    Attributes:
        bins: At most so many.
        bin: Whose values are listed; None is no list.
        limit: Most values of a side that are listed.
        pixels: Whether images may be decoded now for values that are missing.
    """

    metric: str
    bins: int = 20
    bin: int | None = None
    limit: int = 24
    pixels: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.bins <= MOST_BINS or not 0 <= self.limit <= MOST_ROWS:
            raise RequestError(
                f"{self.bins} bins, {self.limit} values",
                fix=f"choose 1 to {MOST_BINS} bins and at most {MOST_ROWS} values",
                code="E-METRIC-BINS",
            )


def drifted_metric(first: Side, second: Side, query: DriftQuery) -> Document:
    """Both distributions over the same bins, the test of their difference, and a bin's values.

    Raises:
        RequestError: The metric is unknown, not the same in both, or not computed; or there is no
            such bin.
    """
    pair = comparable_metric(first, second, query.metric)
    sides = list(zip((first, second), pair, strict=True))
    rows = [_rows(side, known, query.pixels) for side, known in sides]
    values = [stored(s.state, k, place_of(s.state, None))[0] for s, k in sides]
    some = [value[row] for value, row in zip(values, rows, strict=True)]
    if not (some[0].size and some[1].size):
        raise RequestError(
            f"metric {pair[0].card.title!r} is undefined on a whole side",
            fix="choose another metric or wider slices",
            code="E-METRIC-UNDEFINED",
        )
    edges = common_edges(some[0], some[1], query.bins)
    places = [_places(edges, one) for one in some]
    counts = [np.bincount(place, minlength=edges.size - 1) for place in places]
    listed: list[list[Document]] | None = None
    if query.bin is not None:
        if not 0 <= query.bin < edges.size - 1:
            raise RequestError(
                f"there is no bin {query.bin}", fix=f"from 0 to {edges.size - 2}",
                code="E-METRIC-BINS",
            )  # fmt: skip
        listed = [
            _listed(side, known, value, row[place == query.bin], query.limit)
            for (side, known), value, row, place in zip(sides, values, rows, places, strict=True)
        ]
    return {
        "metric": card_document(pair[0].card),
        "first": told(first),
        "second": told(second),
        "drift": drift_row(pair[0].card, *some),
        "edges": edges.tolist(),
        "counts": [one.tolist() for one in counts],
        "bin": query.bin,
        "rows": listed,
    }


def _rows(side: Side, known: Known, pixels: bool) -> NDArray[np.int64]:
    """Images or ground truths of a side whose value is defined."""
    place = place_of(side.state, None)
    ((values, ready),) = values_at(side.state, [known], place, pixels)
    if not ready:
        raise RequestError(
            f"metric {known.card.title!r} is not computed yet for all images",
            fix="run `boxscore metric run`",
            code="E-METRIC-MISSING",
        )
    chosen = side.items if known.card.on is On.IMAGE else side.objects
    return np.flatnonzero(chosen & np.isfinite(values))


def _places(edges: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    place = np.searchsorted(edges[1:-1], values, side="right")
    return place.astype(np.int64)


def _listed(
    side: Side, known: Known, values: NDArray[np.float64], rows: NDArray[np.int64], limit: int
) -> list[Document]:
    place = place_of(side.state, None)
    return [
        {"value": defined(float(values[row]))} | subject(side.state, known, place, row)
        for row in rows[:limit].tolist()
    ]
