"""One pass over the images for all their metrics, and one over annotations; failures are counted.

A metric that raises, or whose value is no number within its card's range, leaves that value
undefined and is named; the others go on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.shards import map_shards
from boxscore.errors import BoxscoreError, shown
from boxscore.quality.cards import Card, Metric
from boxscore.quality.pixels import Pixels

SHARD, BATCH = 16, 256
"""Images of a piece of work, and between two reports."""
SLACK = 1e-9
"""Rounding that a value may lie outside its range."""


@dataclass(slots=True)
class Failures:
    """What went wrong, by metric or "pixels", and how often."""

    count: dict[str, int] = field(default_factory=dict)
    example: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, problem: str, times: int = 1) -> None:
        """One more failure."""
        self.count[name] = self.count.get(name, 0) + times
        self.example.setdefault(name, problem)

    def include(self, other: Failures) -> None:
        """All of another's."""
        for name, times in other.count.items():
            self.add(name, other.example[name], times)

    def document(self) -> list[dict[str, Any]]:
        """One row for each name."""
        return [
            {"metric": name, "count": times, "example": self.example[name]}
            for name, times in self.count.items()
        ]


@dataclass(slots=True)
class Batch:
    """Values of some images: three columns of equal length, and failures."""

    metric: list[int] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    failures: Failures = field(default_factory=Failures)

    def include(self, other: Batch) -> None:
        """All of another's."""
        self.metric += other.metric
        self.row += other.row
        self.value += other.value
        self.failures.include(other.failures)


Todo = Mapping[int, Mapping[int, Metric]]
"""Row of the image -> number of the metric -> the metric."""


def measure_images(
    todo: Todo, decode: Callable[[int], Pixels], *, workers: int | None = None
) -> Iterator[Batch]:
    """Decode every image once for all the metrics that it lacks; a batch at a time.

    Args:
        decode: The picture of a row; it may raise a BoxscoreError.
    """
    rows = sorted(todo)
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        shards = [some[k : k + SHARD] for k in range(0, len(some), SHARD)]
        whole = Batch()
        for part in map_shards(lambda s: _measure(s, todo, decode), shards, workers=workers):
            whole.include(part)
        yield whole


def _measure(rows: Sequence[int], todo: Todo, decode: Callable[[int], Pixels]) -> Batch:
    batch = Batch()
    for row in rows:
        wanted = todo[row]
        try:
            pixels = decode(row)
        except BoxscoreError as broken:
            batch.failures.add("pixels", broken.problem)
            values = [float("nan")] * len(wanted)
        else:
            values = [value_of(one, pixels, batch.failures) for one in wanted.values()]
        batch.metric += list(wanted)
        batch.row += [row] * len(wanted)
        batch.value += values
    return batch


def value_of(metric: Metric, pixels: Pixels, failures: Failures) -> float:
    """One metric of one picture; nan, counted, when it fails."""
    card = metric.card
    try:
        value = float(metric(pixels.at(card.resolution)))
    except Exception as failed:  # a user's code may raise anything, and the others go on
        failures.add(card.title, f"{type(failed).__name__}: {shown(str(failed))}")
        return float("nan")
    # As `_within`, which costs more than most metrics when it is asked for one number.
    if not (card.low - SLACK <= value <= card.high + SLACK or math.isnan(value)) or math.isinf(
        value
    ):
        failures.add(card.title, f"{value!r} is outside {card.low:g} to {card.high:g}")
        return float("nan")
    return value


def values_of(metric: Metric, subject: Any, size: int, failures: Failures) -> NDArray[np.float64]:
    """(size,) values of a metric of items or objects; nan, counted, where it fails."""
    card = metric.card
    undefined = np.full(size, np.nan)
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.asarray(metric(subject), np.float64)
    except Exception as failed:  # a user's code may raise anything, and the others go on
        failures.add(card.title, f"{type(failed).__name__}: {shown(str(failed))}")
        return undefined
    if values.shape != (size,):
        failures.add(card.title, f"shape {values.shape} instead of {(size,)}")
        return undefined
    sound = _within(card, values)
    if not sound.all():
        worst = float(values[~sound][0])
        problem = f"{worst!r} is outside {card.low:g} to {card.high:g}"
        failures.add(card.title, problem, int((~sound).sum()))
    return np.where(sound, values, np.nan)


def _within(card: Card, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Values that the card allows; undefined ones are."""
    inside = (values >= card.low - SLACK) & (values <= card.high + SLACK) & np.isfinite(values)
    allowed: NDArray[np.bool_] = inside | np.isnan(values)
    return allowed
