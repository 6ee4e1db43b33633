"""How far some units fall behind the rest, when units of one image are not independent.

Sources: Efron and Stein 1981, the jackknife, here of whole images; Kish 1965, effective size of a
sample of unequal clusters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.counts import ratio
from boxscore.evaluation.units import Units

Mask = NDArray[np.bool_]
Rows = NDArray[np.int64]
NORMAL_FROM = 500.0
"""Degrees of freedom from which Student's law is taken as the normal one."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Some units against the rest.

    Attributes:
        units, images: How many units are inside, and in how many images.
        inside, rest: Mean of `good` inside and in the rest; nan where there is none.
        error: Standard error of `rest - inside`: the larger of the jackknife of whole groups and
            the one that independent units would have; nan below two groups or without a rest.
        freedom: Degrees of freedom: the effective number of groups inside, less one.
    """

    units: int
    images: int
    inside: float
    rest: float
    error: float
    freedom: float

    @property
    def drop(self) -> float:
        """How much worse it is inside than in the rest."""
        return self.rest - self.inside

    @property
    def score(self) -> float:
        """The drop in standard errors; 0 where there is no telling."""
        return self.drop / self.error if self.error > 0 else 0.0

    @property
    def p(self) -> float:
        """One-sided: chance of such a drop, or a larger one, where there is no difference."""
        return student_tail(self.score, self.freedom) if self.error > 0 else 1.0

    def interval(self) -> tuple[float, float]:
        """95 % interval of the drop; nan where it has no error."""
        half = self.error * student_quantile(self.freedom) if self.error > 0 else math.nan
        return self.drop - half, self.drop + half


class Sums:
    """Units with what every contrast among them needs, added up once.

    Args:
        some: Units that take part; None is all.
        group: (N,) whole numbers from 0: what is not independent shares one; None: units of one
            image.
    """

    def __init__(self, units: Units, some: Mask | None = None, group: Rows | None = None) -> None:
        weight = None if some is None else some.astype(np.float64)
        self.good = units.good if weight is None else units.good * weight
        self.item, self.some = units.item, some
        self.group = units.item if group is None else group
        self.groups = int(self.group.max(initial=-1)) + 1
        self.n = np.bincount(self.group, weight, self.groups).astype(np.float64)
        self.y = np.bincount(self.group, self.good, self.groups).astype(np.float64)
        self.units, self.total = float(self.n.sum()), float(self.y.sum())
        square = float((self.good * units.good).sum())
        self.variance = ratio(square, self.units) - ratio(self.total, self.units) ** 2

    def contrast(self, inside: Mask) -> Contrast:
        """The units inside against all others that take part."""
        rows = np.flatnonzero(inside if self.some is None else inside & self.some)
        group = self.group[rows]
        n = np.bincount(group, minlength=self.groups).astype(np.float64)
        y = np.bincount(group, self.good[rows], self.groups).astype(np.float64)
        size, good = float(rows.size), float(y.sum())
        held = np.flatnonzero(n)
        error, freedom = math.nan, 0.0
        if held.size >= 2 and size < self.units:
            error = self._error(n, y, size, good)
            freedom = size**2 / float((n[held] ** 2).sum()) - 1
        return Contrast(
            units=rows.size,
            images=int(np.count_nonzero(np.bincount(self.item[rows]))),
            inside=ratio(good, size),
            rest=ratio(self.total - good, self.units - size),
            error=error,
            freedom=freedom,
        )

    def _error(
        self, n: NDArray[np.float64], y: NDArray[np.float64], size: float, good: float
    ) -> float:
        """The larger of the jackknife's error and that of independent units; nan if a group
        holds all of either side."""
        other, rest = self.units - size, self.total - good
        drawn = np.flatnonzero(self.n)
        n, y, whole, all_y = n[drawn], y[drawn], self.n[drawn], self.y[drawn]
        left_in, left_out = size - n, other - (whole - n)
        if (left_in <= 0).any() or (left_out <= 0).any():
            return math.nan
        without = (rest - (all_y - y)) / left_out - (good - y) / left_in
        groups = drawn.size
        jackknife = (groups - 1) / groups * float(((without - without.mean()) ** 2).sum())
        independent = self.variance * (1 / size + 1 / other)
        return math.sqrt(max(jackknife, independent, 0.0))


def halves(group: Rows, seed: int) -> Mask:
    """(N,) units whose group (an image, a sequence) is among the first half in random order."""
    groups = np.unique(group)
    order = np.random.default_rng(seed).permutation(groups.size)
    first = np.zeros(int(group.max(initial=-1)) + 1, np.bool_)
    first[groups[order[: (groups.size + 1) // 2]]] = True
    return first[group]


def student_tail(t: float, freedom: float) -> float:
    """P(T > t) of Student's law, for t of either sign.

    With tan a = t / sqrt(freedom) it is the share of cos(a)^(freedom - 1) beyond a, summed over
    u = pi / 2 - a by Gauss and Legendre's rule, to 1e-6. Below one degree of freedom u is a power
    of the summed variable, which takes the pole at u = 0 away.
    """
    if t < 0:
        return 1 - student_tail(-t, freedom)
    if freedom <= 0:
        return 0.5
    if freedom >= NORMAL_FROM:
        return math.erfc(t / math.sqrt(2)) / 2
    start = math.atan(t / math.sqrt(freedom))
    whole = math.exp(
        math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(math.pi) / 2
    )
    end: float = math.pi / 2 - start
    power: float = min(freedom, 1.0)
    u = (end**power * (_NODES + 1) / 2) ** (1 / power)
    density = np.sin(u) ** (freedom - 1) * u ** (1 - power) / power
    share: float = float((_WEIGHTS * density).sum()) / 2 * end**power
    return min(0.5, whole * share)


def student_quantile(freedom: float, tail: float = 0.025) -> float:
    """The t with that much beyond it, by halving; infinite without freedom."""
    if freedom <= 0:
        return math.inf
    low, high = 0.0, 1e7
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student_tail(middle, freedom) > tail else (low, middle)
    return high
