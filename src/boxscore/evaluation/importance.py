"""How much a quality metric has to do with failures, on its own and among objects alike otherwise.

Sources: Shannon 1948, mutual information; Spearman 1904; Mann and Whitney 1947, the chance that a
failure has the higher value; Obuchowski 1997, its variance with whole images as clusters; van
Elteren 1960, the same within strata; Upton and Fingleton 1985, shifts as permutations of values
that depend on their neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.contrasts import student_quantile
from boxscore.evaluation.units import Units

Values = NDArray[np.float64]
BINS = 10
SHIFTS = 999
MOST_UNITS = 50_000
"""Units that are looked at; of more, those of randomly drawn images."""
SIZES = 5
"""Quantile bins of the size that objects are compared within."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """One metric and the failures of N units whose value is defined.

    Attributes:
        failures: How many of them failed.
        information: Bits that the metric's ten quantile bins tell of failing.
        by_chance: Mean of the same when values are shifted to other units.
        p: Share of shifts that tell as much, the true one among them.
        spearman: Rank correlation of value and failing; nan for a constant.
        higher: Chance that a failure has the higher value than a success, halves for ties; .5 is
            no relation; with its 95 % interval.
        adjusted: The same within strata of class and size; nan where no stratum has both.
    """

    units: int
    failures: int
    information: float
    by_chance: float
    p: float
    spearman: float
    higher: tuple[float, float, float]
    adjusted: tuple[float, float, float]


def importance(
    units: Units,
    failed: NDArray[np.bool_],
    values: Values,
    strata: NDArray[np.int64],
    *,
    seed: int = 20,
) -> Importance:
    """Relation of a metric to failing.

    Args:
        failed: (N,) units that failed.
        values: (N,) of the metric, nan where undefined.
        strata: (N,) whole numbers: what is compared only within itself when adjusted.
        seed: Decides the shifts.
    """
    known = np.isfinite(values)
    values, strata, item = values[known], strata[known], units.item[known]
    failed = failed[known]
    code, size = _binned(values)
    order = _images_shuffled(item, np.random.default_rng(seed))
    by_chance, p = _shifted(code[order], failed[order], size, seed)
    higher = higher_value(values, failed, item, np.zeros(item.size, np.int64))
    return Importance(
        units=values.size,
        failures=int(failed.sum()),
        information=_information(code, failed, size),
        by_chance=by_chance,
        p=p,
        spearman=_spearman(values, failed),
        higher=higher,
        adjusted=higher_value(values, failed, item, strata),
    )


def some_images(units: Units, seed: int = 20) -> Units:
    """All units, or those of randomly drawn images that hold about `MOST_UNITS`."""
    if units.size <= MOST_UNITS:
        return units
    counts = np.bincount(units.item)
    order = np.random.default_rng(seed).permutation(counts.size)
    drawn = np.zeros(counts.size, np.bool_)
    drawn[order[np.cumsum(counts[order]) <= MOST_UNITS]] = True
    return units.take(drawn[units.item])


def class_and_size(units: Units, *, size: bool = True) -> NDArray[np.int64]:
    """(N,) number of the class and the quantile of the size that each unit belongs to."""
    if not size or not np.isfinite(units.area).any():
        return units.class_id
    borders = np.nanquantile(units.area, np.linspace(0, 1, SIZES + 1)[1:-1])
    return units.class_id * SIZES + np.searchsorted(borders, units.area, side="right")


# --- mutual information --------------------------------------------------------------------------


def _binned(values: Values) -> tuple[NDArray[np.int64], int]:
    if not values.size:
        return np.zeros(0, np.int64), 1
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))
    return np.searchsorted(edges, values, side="left").astype(np.int64), edges.size + 1


def _information(code: NDArray[np.int64], failed: NDArray[np.bool_], size: int) -> float:
    """Mutual information of bin and failing in bits; nan without units."""
    if not code.size:
        return float("nan")
    failures = np.bincount(code[failed], minlength=size)[:, None].astype(np.float64)
    return float(_of_counts(failures, np.bincount(code, minlength=size)[:, None])[0])


def _images_shuffled(item: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    """Order of units in which images follow each other at random, each still in one piece."""
    place = generator.permutation(int(item.max(initial=-1)) + 1)
    return np.argsort(place[item], kind="stable")


def _shifted(
    code: NDArray[np.int64], failed: NDArray[np.bool_], size: int, seed: int
) -> tuple[float, float]:
    """Mean information when values move on by a random number of units, and the p-value.

    A shift keeps what neighbours on an image have in common, so that many objects on few images
    do not pass for much evidence. Failures by bin are counted for all shifts at once, as a
    circular correlation.
    """
    if code.size < 2:
        return float("nan"), 1.0
    inside = np.fft.rfft(code == np.arange(size)[:, None])
    counts = np.fft.irfft(np.conj(inside) * np.fft.rfft(failed), code.size).round()
    steps = np.random.default_rng(seed + 1).permutation(code.size - 1)[:SHIFTS] + 1
    whole = np.bincount(code, minlength=size)[:, None]
    drawn = _of_counts(counts[:, steps], whole)
    as_much = int((drawn >= _information(code, failed, size) - 1e-12).sum())
    return float(drawn.mean()), (1 + as_much) / (1 + steps.size)


def _of_counts(failures: Values, units: NDArray[np.int64]) -> Values:
    """(K,) information in bits of (B, K) failures among (B, 1) units of each bin."""
    joint = np.stack([failures, units - failures]) / units.sum()
    product = joint.sum(axis=1, keepdims=True) * (units / units.sum())
    some = np.where(joint > 0, joint, 1.0)
    bits = np.where(joint > 0, some * np.log2(some / np.where(product > 0, product, 1.0)), 0.0)
    found: Values = np.maximum(0.0, bits.sum(axis=(0, 1)))
    return found


# --- ranks ---------------------------------------------------------------------------------------


def _spearman(values: Values, failed: NDArray[np.bool_]) -> float:
    if values.size < 2 or failed.all() or not failed.any() or (values == values[0]).all():
        return float("nan")
    ranks = ranks_within(values, np.zeros(values.size, np.int64))
    return float(np.corrcoef(ranks, failed)[0, 1])


def ranks_within(values: Values, strata: NDArray[np.int64]) -> Values:
    """(N,) mean rank of each value in its stratum, from 1."""
    order = np.lexsort((values, strata))
    v, s = values[order], strata[order]
    new = np.ones(v.size, np.bool_)
    new[1:] = (v[1:] != v[:-1]) | (s[1:] != s[:-1])
    group = np.cumsum(new) - 1
    start = np.flatnonzero(new)
    stop = np.append(start[1:], v.size)
    begin = np.searchsorted(s, s, side="left")
    ranks = np.empty(v.size)
    ranks[order] = (start[group] + stop[group] + 1) / 2 - begin
    return ranks


def higher_value(
    values: Values,
    failed: NDArray[np.bool_],
    item: NDArray[np.int64],
    strata: NDArray[np.int64],
) -> tuple[float, float, float]:
    """Chance that of a failure and a success of one stratum the failure has the higher value.

    Strata count by failures x successes / (units + 1). The ends are those of a 95 % interval in
    which whole images vary; nan without two images or without a stratum that has both.
    """
    nothing = (float("nan"),) * 3
    _, stratum = np.unique(strata, return_inverse=True)
    m = np.bincount(stratum, failed)
    n = np.bincount(stratum) - m
    pairs, weight = m * n, 1 / (m + n + 1)
    whole = float((pairs * weight).sum())
    if whole == 0:
        return nothing
    higher = _pairs_with_higher_failure(values, failed, stratum)
    share = float((higher * weight[stratum])[failed].sum()) / whole
    others = np.where(failed, n[stratum], m[stratum])
    influence = weight[stratum] * (higher - share * others) / whole
    by_image = np.bincount(item, influence)
    images = np.unique(item).size
    if images < 2:
        return share, *nothing[:2]
    error = float(np.sqrt(images / (images - 1) * (by_image**2).sum()))
    half = error * student_quantile(images - 1)
    return share, max(0.0, share - half), min(1.0, share + half)


def _pairs_with_higher_failure(
    values: Values, failed: NDArray[np.bool_], stratum: NDArray[np.int64]
) -> Values:
    """(N,) in how many pairs of a failure with a success each unit is, the failure higher."""
    ranks = ranks_within(values, stratum)
    own = ranks_within(values, stratum * 2 + failed)
    others = np.bincount(stratum, failed)[stratum]
    below = ranks - own
    return np.where(failed, below, others - below)
