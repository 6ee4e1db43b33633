"""What a figure shows, whatever draws it: axes and marks, as plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Numbers = Sequence[float | None]
"""In the order of a document; None is undefined and leaves a gap."""

COLOURS = ("#2f343b", "#973c93", "#0072b2", "#d55e00", "#009e73", "#e69f00")
"""Ink and plum as in the app, then Okabe and Ito's; told apart by all kinds of colour vision."""
COLUMN = 3.35
"""Width of a column of a paper with two, in inches."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        title: Its name with the unit.
        low, high: Its ends; None follows the marks.
        names: Of the places 0, 1, 2, ...; none is an axis of numbers.
    """

    title: str
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A curve; `run` chooses its colour and dash."""

    x: Numbers
    y: Numbers
    name: str
    run: int


@dataclass(frozen=True, slots=True)
class Band:
    """Between two curves over the same x: where a line of the same `run` may lie."""

    x: Numbers
    low: Numbers
    high: Numbers
    run: int


@dataclass(frozen=True, slots=True)
class Dots:
    """Estimates, with intervals where `low` and `high` are.

    Attributes:
        across: The interval lies along x.
        joined: A line leads from one to the next.
    """

    x: Numbers
    y: Numbers
    name: str
    run: int
    low: Numbers = ()
    high: Numbers = ()
    across: bool = False
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars from zero, standing at the places of x, with intervals where `low` and `high` are."""

    at: Numbers
    height: Numbers
    width: Numbers
    name: str
    run: int
    low: Numbers = ()
    high: Numbers = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line to compare with: from one point to another."""

    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Heat:
    """A matrix: its shades, and the counts that are written in its cells; row 0 is on top."""

    shades: tuple[tuple[float | None, ...], ...]
    counts: tuple[tuple[int, ...], ...]


Mark = Line | Band | Dots | Bars | Rule | Heat


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure.

    Attributes:
        height: In inches; the width is that of a column unless it is asked otherwise.
    """

    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    height: float = 2.4
    legend: bool = True
    width: float = COLUMN


def defined(value: float | None) -> float:
    """As a number; nan where it is undefined."""
    return float("nan") if value is None else value
