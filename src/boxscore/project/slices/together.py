"""Images that are not independent: frames of one sequence, or of a stretch where there are few."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.units import Units
from boxscore.schema.tables import Table

Rows = NDArray[np.int64]
LEAST = 10
"""Sequences (and images without one) from which they are drawn whole: five in each half."""
STRETCHES = 10
"""Stretches that a sequence is cut into, at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What each image varies together with; (items,), -1 of images that take no part.

    Attributes:
        sequence: Number of its sequence; an image without one is on its own.
        stretch: Number of its stretch of consecutive frames.
        sequences: How many of the former there are.
    """

    sequence: Rows
    stretch: Rows
    sequences: int

    @property
    def few(self) -> bool:
        """Whether there are too few sequences to tell them from each other."""
        return self.sequences < LEAST

    @property
    def group(self) -> Rows:
        """(items,) what is drawn: sequences, or stretches where those are few."""
        return self.stretch if self.few else self.sequence


def together(items: Table, some: Rows) -> Together | None:
    """How images hang together; None where no image belongs to a sequence.

    Args:
        some: Items that take part, in any order, repeated or not.
    """
    if not _has_sequences(items):
        return None
    present = np.flatnonzero(np.bincount(some, minlength=items.rows))
    names = items["sequence"][present].astype(np.str_)
    alone = names == ""
    if alone.all():
        return None
    _, sequence = np.unique(names, return_inverse=True)
    sequence[alone] = np.arange(alone.sum()) + sequence.max() + 1
    _, sequence = np.unique(sequence, return_inverse=True)
    count = int(sequence.max()) + 1
    stretch = _stretches(
        sequence, items["position"][present], max(STRETCHES, -(-2 * LEAST // count))
    )
    return Together(
        sequence=_of_items(items.rows, present, sequence),
        stretch=_of_items(items.rows, present, stretch),
        sequences=count,
    )


def drawn_together(items: Table, *sides: Units) -> list[Units]:
    """The same units, for intervals: `item` is what is drawn as a whole, a sequence or an image."""
    if not _has_sequences(items):  # millions of units need not be looked at
        return list(sides)
    tied = together(items, np.concatenate([side.item for side in sides]))
    if tied is None:
        return list(sides)
    return [replace(side, item=tied.group[side.item]) for side in sides]


def _has_sequences(items: Table) -> bool:
    return bool((items["sequence"] != "").any())


def _stretches(sequence: Rows, position: NDArray[np.int32], cuts: int) -> Rows:
    """(N,) each sequence cut into so many stretches of equal length."""
    order = np.lexsort((position, sequence))
    ordered = sequence[order]
    start = np.searchsorted(ordered, ordered)
    length = np.searchsorted(ordered, ordered, side="right") - start
    number = np.empty(sequence.size, np.int64)
    number[order] = ordered * cuts + (np.arange(order.size) - start) * cuts // length
    return np.unique(number, return_inverse=True)[1]


def _of_items(size: int, present: Rows, number: Rows) -> Rows:
    whole = np.full(size, -1, np.int64)
    whole[present] = number
    return whole
