"""Non-inferiority: whether the bounds of a difference speak against a margin.

Source: Piaggio et al. 2012, "Reporting of noninferiority and equivalence randomized trials".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.bounds import NORMAL, Bounds, Support
from boxscore.evaluation.intervals import Intervals, Paired

Judgement = Literal["within", "beyond", "unsure"]


def two_sided(confidence: float, questions: int = 1) -> float:
    """The two-sided level whose bounds are one-sided ones at `confidence`.

    Args:
        questions: Asked at once; each has its share of the error (Bonferroni).
    """
    return 1 - 2 * (1 - confidence) / max(questions, 1)


WIDER = 20
"""Bounds are wider by the square root of 1 + WIDER / images; see `cautious`."""


def cautious(paired: Paired, confidence: float, *, alike: bool = False) -> Intervals:
    """Bounds that are wrong no more often than they say, also on small sets.

    The outermost of the bias-corrected, the plain percentile and the normal bounds, and wider for
    few images. Of two equal models on 60, 120 and 300 images the bias-corrected one-sided 95 %
    bounds alone were wrong 10, 9 and 6 times in 100 (500 data sets each), these 3, 4 and 4 times.
    And no low bound is higher than what images of which none changed leave open; see `hidden`.

    Args:
        confidence: Two-sided.
        alike: The runs have the same predictions, so that nothing can be hidden.
    """
    made = paired.intervals(confidence, corrected=True)
    first, drawn, (rest, of_classes) = paired.first, paired.drawn, paired.support
    return replace(
        made,
        overall=cautious_bounds(
            made.overall, drawn.overall, first.overall[0], rest, confidence, alike=alike
        ),
        per_class=cautious_bounds(
            made.per_class, drawn.per_class, first.per_class[0], of_classes, confidence, alike=alike
        ),
    )


def cautious_bounds(
    made: Bounds,
    drawn: NDArray[np.float64],
    before: NDArray[np.float64],
    rest: Support,
    confidence: float,
    *,
    alike: bool,
) -> Bounds:
    """The same of any numbers.

    Args:
        made: Bias-corrected bounds of the differences, (..., K), at this confidence.
        drawn: (B, ..., K) differences of the replicates.
        before: (..., K) numbers of the first run.
        rest: What the numbers rest on.
    """
    wide = _outermost(made, drawn, confidence, float(np.sqrt(1 + WIDER / max(rest.drawn, 1))))
    return wide if alike else _not_hiding(wide, before, rest, confidence)


def hidden(holders: NDArray[np.int64], confidence: float) -> NDArray[np.float64]:
    """Largest share of all images that may change when none of so many did: some 3 / holders.

    Source:
        Hanley and Lippman-Hand 1983, "If nothing goes wrong, is everything all right?", the rule
        of three, here exact.

    Args:
        holders: Images that hold such an object.
        confidence: Two-sided.
    """
    tail = (1 - confidence) / 2
    share: NDArray[np.float64] = 1 - tail ** (1 / np.maximum(holders, 1))
    return share


def _not_hiding(
    bounds: Bounds, before: NDArray[np.float64], rest: Support, confidence: float
) -> Bounds:
    """Low bounds that leave room for images that get worse but were not among these.

    Such an image loses at most what the first run has there. A loss that is seen needs no such
    room: high bounds stay.
    """
    low = np.minimum(bounds.low, bounds.estimate - hidden(rest.holders, confidence) * before)
    return replace(bounds, low=low)


def _outermost(
    bounds: Bounds, drawn: NDArray[np.float64], confidence: float, factor: float
) -> Bounds:
    told = np.flatnonzero(np.isfinite(bounds.low))
    if not told.size:
        return bounds
    center = bounds.estimate.ravel()[told]
    columns = drawn.reshape(len(drawn), -1)[:, told]
    tail = (1 - confidence) / 2
    reach = -NORMAL.inv_cdf(tail) * np.nanstd(columns, axis=0)
    least, most = np.nanquantile(columns, [tail, 1 - tail], axis=0)
    low, high = bounds.low.ravel().copy(), bounds.high.ravel().copy()
    outer_low = np.minimum.reduce([low[told], least, center - reach])
    outer_high = np.maximum.reduce([high[told], most, center + reach])
    low[told] = center + (outer_low - center) * factor
    high[told] = center + (outer_high - center) * factor
    shape = bounds.low.shape
    return replace(bounds, low=low.reshape(shape), high=high.reshape(shape))


def judge(low: float, high: float, margin: float) -> Judgement:
    """Whether the loss is within a margin.

    Args:
        low, high: One-sided bounds of the difference, new less old; a loss is negative.

    Returns:
        "within" when even the low bound loses no more than the margin; "beyond" when even the
        high bound loses more; else "unsure".
    """
    if low >= -margin:
        return "within"
    return "beyond" if high < -margin else "unsure"
