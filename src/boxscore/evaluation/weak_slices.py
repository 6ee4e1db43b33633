"""Subsets on which a run does worse, searched on half of the images and tested on the other.

Every condition and every pair of conditions of two facets is looked at on one half. What stands out
there, the simplest of what is nearly the same, and only as far as it is not explained by what was
chosen before, is tested on the other half; then the halves change places. So the tests are few, and
no number that confirms a slice had a part in finding it.

Sources: Chung et al. 2019, Slice Finder, and Sagadeeva and Boehm 2021, SliceLine, the search;
Benjamini and Hochberg 1995, the false discovery rate; see also `evaluation.contrasts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.leaving import checkpoint
from boxscore.evaluation.contrasts import Contrast, Mask, Rows, Sums, halves
from boxscore.evaluation.flips import adjusted
from boxscore.evaluation.searched_facets import Condition, Facet
from boxscore.evaluation.units import Units

LEAST_UNITS, LEAST_IMAGES = 12, 3
"""Of a slice, on all images; half as many units on each half."""
LEAST_DROP = 0.05
STANDS_OUT = 2.0
"""Standard errors by which a slice must fall behind on the searched half to be tested."""
PAIRS_STAND_OUT = 3.5
"""The same for two conditions, of which there are a hundred times as many to choose from."""
GAIN = 1.0
"""Standard errors by which two conditions must stand out more than either of them."""
WITHIN = 2.5
"""Standard errors by which two conditions must fall behind the rest of a weak one of them."""
MOST_TESTED = 20
MOST_PAIRS = 300
"""Pairs of conditions that are looked at with the images they lie in."""
SAME = 0.5
"""Two slices are nearly the same when they share this much of what either holds (Jaccard)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakSlice:
    """A subset and what is known of it.

    Attributes:
        conditions: One or two, all of which hold.
        whole, searched, held_out: The slice on all images, on the half it was found on, and on
            the half it was tested on.
        q: Smallest false discovery rate at which it passes, over everything tested.
    """

    conditions: tuple[Condition, ...]
    whole: Contrast
    searched: Contrast
    held_out: Contrast
    q: float

    @property
    def at_stake(self) -> float:
        """Units that would be better if the slice were like the rest."""
        return self.whole.units * self.whole.drop


@dataclass(frozen=True, slots=True)
class Search:
    """What was looked at on searched halves, and what is to be tested on the other ones.

    Attributes:
        looked_at: Conditions and pairs of conditions that held enough units, of both halves.
        found: Slices to test, the clearest of each half first.
    """

    looked_at: int
    found: tuple[WeakSlice, ...]

    def with_one(self, other: Search, facet: int) -> Search:
        """This and a search of a single facet, which has that place among all."""
        moved = tuple(
            replace(one, conditions=tuple(replace(c, facet=facet) for c in one.conditions))
            for one in other.found
        )
        return Search(self.looked_at + other.looked_at, self.found + moved)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Conditions by facet and place, and what they do on the searched half."""

    keys: tuple[tuple[int, int], ...]
    contrast: Contrast


def search(
    units: Units,
    facets: Sequence[Facet],
    *,
    seed: int,
    pairs: bool = True,
    group: Rows | None = None,
) -> Search:
    """The slices that fall behind on one half of the images, each with its numbers on the other.

    Args:
        facets: Of the same units.
        seed: Decides the halves.
        pairs: Also two conditions at once.
        group: (N,) whole numbers from 0: units that share one are in the same half, and vary
            together; None: those of one image.
    """
    group = units.item if group is None else group
    first, everything = halves(group, seed), Sums(units, group=group)
    found: list[WeakSlice] = []
    looked_at = 0
    for half in (first, ~first):
        if half.any() and not half.all():
            mine = [replace(facet, code=facet.code[half]) for facet in facets]
            chosen, count = _chosen(units.take(half), group[half], mine, pairs)
            looked_at += count
            other = Sums(units, ~half, group)
            found += [_tested(one, facets, everything, other) for one in chosen]
    return Search(looked_at, tuple(one for one in found if _large(one)))


def _chosen(
    half: Units, group: Rows, facets: Sequence[Facet], pairs: bool
) -> tuple[list[_Candidate], int]:
    """What is worth a test on the other half, and how much was looked at."""
    sums = Sums(half, group=group)
    singles = _singles(sums, facets)
    candidates = [one for one in singles.values() if _stands_out(one.contrast)]
    looked_at = len(singles)
    if pairs:
        more, tried = _pairs(half, sums, facets, singles)
        candidates += more
        looked_at += tried
    candidates.sort(key=lambda one: (GAIN * len(one.keys) - one.contrast.score, one.keys))
    return _unexplained(half, group, sums, facets, candidates), looked_at


def with_q(searches: Sequence[Search]) -> list[list[WeakSlice]]:
    """The slices of every search with q over all of them together."""
    q = iter(adjusted([one.held_out.p for search in searches for one in search.found]))
    return [[replace(one, q=next(q) or 0.0) for one in search.found] for search in searches]


def confirmed(found: Sequence[WeakSlice], facets: Sequence[Facet], level: float) -> list[WeakSlice]:
    """Those that pass the test and fall behind by enough on the held-out half too, surest first;
    of those that are nearly the same the surest."""
    passed = [
        one
        for one in found
        if one.q <= level and min(one.held_out.drop, one.whole.drop) >= LEAST_DROP
    ]
    kept: list[WeakSlice] = []
    masks: list[Mask] = []
    ends: list[object] = []
    for one in sorted(passed, key=lambda one: (one.held_out.p, len(one.conditions))):
        mask, end = fulfilling(facets, one.conditions), _ends(one.conditions)
        if end not in ends and not any(_same(mask, other) for other in masks):
            kept.append(one)
            masks.append(mask)
            ends.append(end)
    return kept


def fulfilling(facets: Sequence[Facet], conditions: Sequence[Condition]) -> Mask:
    """(N,) units that fulfil all conditions."""
    mask = np.ones(facets[0].code.size, np.bool_)
    for condition in conditions:
        facet = facets[condition.facet]
        mask &= facet.inside(facet.conditions.index(replace(condition, facet=-1)))
    return mask


def _large(one: WeakSlice) -> bool:
    return one.whole.units >= LEAST_UNITS and one.whole.images >= LEAST_IMAGES


def _stands_out(contrast: Contrast) -> bool:
    enough = 2 * contrast.units >= LEAST_UNITS and contrast.images >= 2
    return enough and contrast.drop >= LEAST_DROP and contrast.score >= STANDS_OUT


def _inside(facets: Sequence[Facet], keys: Sequence[tuple[int, int]]) -> Mask:
    mask = facets[keys[0][0]].inside(keys[0][1])
    for facet, condition in keys[1:]:
        mask &= facets[facet].inside(condition)
    return mask


# --- the searched half ---------------------------------------------------------------------------


def _singles(sums: Sums, facets: Sequence[Facet]) -> dict[tuple[int, int], _Candidate]:
    """Every condition on its own that holds enough units."""
    found: dict[tuple[int, int], _Candidate] = {}
    for k, facet in enumerate(facets):
        checkpoint()
        counts = np.bincount(facet.code, minlength=facet.size + 1)[: facet.size]
        enough = 2 * (facet.holds @ counts) >= LEAST_UNITS
        for place in np.flatnonzero(enough).tolist():
            key = (k, place)
            found[key] = _Candidate((key,), sums.contrast(facet.inside(place)))
    return found


def _pairs(
    units: Units,
    sums: Sums,
    facets: Sequence[Facet],
    singles: dict[tuple[int, int], _Candidate],
) -> tuple[list[_Candidate], int]:
    """The clearest pairs of conditions; of two facets the clearest pair only."""
    scores = [_scores(singles, k, facet) for k, facet in enumerate(facets)]
    best: list[tuple[float, tuple[int, int], tuple[int, int]]] = []
    tried = 0
    for a, one in enumerate(facets):
        checkpoint()
        for b in range(a + 1, len(facets)):
            score, count = _joint(sums, one, facets[b])
            tried += count
            clearer = score - np.maximum(scores[a][:, None], scores[b])
            score[clearer <= GAIN] = -np.inf
            if (top := float(score.max())) >= PAIRS_STAND_OUT:
                row, column = np.unravel_index(int(score.argmax()), score.shape)
                best.append((top, (a, int(row)), (b, int(column))))
    best.sort(key=lambda one: (-one[0], one[1:]))
    found = []
    for _, *keys in best[:MOST_PAIRS]:
        mask = _inside(facets, keys)
        contrast = sums.contrast(mask)
        least = max(PAIRS_STAND_OUT, GAIN + max(singles[key].contrast.score for key in keys))
        if _stands_out(contrast) and contrast.score >= least:
            weak = [key for key in keys if _stands_out(singles[key].contrast)]
            if all(_needs_both(units, sums.group, facets, key, mask) for key in weak):
                found.append(_Candidate(tuple(keys), contrast))
    return found, tried


def _needs_both(
    units: Units, group: Rows, facets: Sequence[Facet], key: tuple[int, int], both: Mask
) -> bool:
    """Whether two conditions fall behind the rest of what fulfils one of them alone."""
    alone = np.flatnonzero(_inside(facets, (key,)))
    return Sums(units.take(alone), group=group[alone]).contrast(both[alone]).score >= WITHIN


def _scores(
    singles: dict[tuple[int, int], _Candidate], k: int, facet: Facet
) -> NDArray[np.float64]:
    """(K,) score of each condition; infinite where it is too small, as its pairs are then too."""
    found = np.full(len(facet.conditions), np.inf)
    for place in range(found.size):
        if (k, place) in singles:
            found[place] = singles[k, place].contrast.score
    return found


def _joint(sums: Sums, one: Facet, two: Facet) -> tuple[NDArray[np.float64], int]:
    """(K, L) drops in standard errors of independent units of all pairs of conditions of two
    facets, minus infinity where a pair is too small; and how many are not."""
    width = two.size + 1
    cell = one.code * width + two.code
    shape = (one.size + 1, width)
    n, y = (
        np.bincount(cell, weight, shape[0] * width).reshape(shape)[:-1, :-1]
        for weight in (None, sums.good)
    )
    units, good = (one.holds @ table @ two.holds.T for table in (n.astype(np.float64), y))
    rest = sums.units - units
    enough = (2 * units >= LEAST_UNITS) & (rest > 0)
    inside, outside = units[enough], rest[enough]
    drop = (sums.total - good[enough]) / outside - good[enough] / inside
    error = np.sqrt(sums.variance * (1 / inside + 1 / outside))
    score = np.full(units.shape, -np.inf)
    score[enough] = np.where(error > 0, drop / np.maximum(error, 1e-300), -np.inf)
    return score, int(enough.sum())


def _unexplained(
    half: Units, group: Rows, sums: Sums, facets: Sequence[Facet], candidates: list[_Candidate]
) -> list[_Candidate]:
    """Candidates that are not nearly one chosen before, and fall behind outside of those too, or
    outside and among them alike, each held against its own."""
    chosen: list[_Candidate] = []
    masks: list[Mask] = []
    ends: list[object] = []
    outside = among = sums
    free = np.ones(half.size, np.bool_)
    good = half.good
    for one in candidates:
        if len(chosen) == MOST_TESTED:
            break
        mask, end = _inside(facets, one.keys), _ends(_conditions(facets, one))
        if end in ends or any(_same(mask, other) for other in masks):
            continue
        if masks and not _beyond(outside.contrast(mask), among.contrast(mask)):
            continue
        chosen.append(one)
        masks.append(mask)
        ends.append(end)
        free &= ~mask
        outside = Sums(half, free, group)
        good = good - np.where(mask, good[mask].mean(), good[~mask].mean())
        among = Sums(replace(half, good=good), group=group)
    return chosen


def _beyond(outside: Contrast, among: Contrast) -> bool:
    """Whether a slice falls behind beyond what those chosen before explain.

    Args:
        outside: It against the rest outside of them.
        among: It against the rest, what each of them falls behind taken away.
    """
    if _stands_out(outside):
        return True
    enough = 2 * outside.units >= LEAST_UNITS and outside.images >= 2
    return enough and outside.drop >= LEAST_DROP and _stands_out(among)


def _same(one: Mask, other: Mask) -> bool:
    return bool((one & other).sum() >= SAME * (one | other).sum())


def _ends(conditions: Sequence[Condition]) -> object:
    """Which facets they are about and at which end; a tail is nearly a longer one."""
    return [(one.facet, one.value or one.low is None) for one in conditions]


# --- the other half ------------------------------------------------------------------------------


def _conditions(facets: Sequence[Facet], one: _Candidate) -> tuple[Condition, ...]:
    return tuple(replace(facets[facet].conditions[place], facet=facet) for facet, place in one.keys)


def _tested(one: _Candidate, facets: Sequence[Facet], whole: Sums, other: Sums) -> WeakSlice:
    mask = _inside(facets, one.keys)
    return WeakSlice(
        conditions=_conditions(facets, one),
        whole=whole.contrast(mask),
        searched=one.contrast,
        held_out=other.contrast(mask),
        q=1.0,
    )
