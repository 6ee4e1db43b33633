"""What AP would be if one group of errors were fixed: a class, a kind, a confusion, a slice.

An error is fixed as TIDE does it (Bolya et al. 2020): a prediction of the wrong class or place
becomes the true positive it nearly was, or goes where another one already is; every other false
positive goes; a missed object no longer counts. With every error fixed AP is 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.leaving import checkpoint
from boxscore.evaluation.bounds import Plan, Support, bounds
from boxscore.evaluation.chosen import Items, chosen
from boxscore.evaluation.clusters import Clusters, Weights
from boxscore.evaluation.document import defined
from boxscore.evaluation.tide import RECALLS, Errors, codes
from boxscore.evaluation.written_rankings import WrittenRankings
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable

Rows = NDArray[np.int64]
MOST_FOR_INTERVALS = 100_000
"""Predictions up to which the gains of any groups are resampled: a second or two."""
MOST_GROUPS, MOST_ROWS = 512, 1 << 20
"""Groups, and rows of them, that are fixed at a stretch."""
PLAN = Plan(replicates=1000)


@dataclass(frozen=True, slots=True)
class Group:
    """Errors that belong together.

    Attributes:
        what: "kind", "class", "confusion", "size", "split", "sequence", ...
        key: Which of them: names, and numbers of classes.
        predictions: Rows of the false predictions that belong to it.
        truth: Rows of the missed objects that belong to it.
        link: How a list of errors is filtered to it.
    """

    what: str
    key: tuple[str | int, ...]
    predictions: Rows
    truth: Rows
    link: dict[str, Any]

    @property
    def of_classes(self) -> bool:
        """Whether it belongs to single classes: their numbers are in its key."""
        return any(isinstance(part, int) for part in self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What fixing a group would bring.

    Attributes:
        ap: Mean AP with it fixed; `gain` is that less the AP as it is.
        low, high: Bounds of the gain; nan where it was not resampled.
        errors: False positives at the operating confidence or above, and missed objects.
        images: How many images have one of them.
    """

    group: Group
    ap: float
    gain: float
    errors: int
    images: int
    low: float = float("nan")
    high: float = float("nan")

    @property
    def per_hundred(self) -> float:
        """AP gained for each hundred errors that have to be fixed."""
        return self.gain / self.errors * 100 if self.errors else float("nan")


class Fixer:
    """The errors of one run at one IoU threshold, ready to be fixed group by group.

    Args:
        errors: From `tide.assign`.
        confidence: The operating point: false positives below it cost AP, but nobody sees them.

    Attributes:
        wrong: Rows of the false predictions on the chosen images, ignored ones too.
        missed: Rows of the missed objects there.
        ap: Mean AP of the classes that have objects.
    """

    def __init__(
        self, view: Comparable, errors: Errors, confidence: float, items: Items = None
    ) -> None:
        self.view, self.errors = view, errors
        self._here = here = chosen(view, view.predictions, items)
        self._truth = chosen(view, view.truth, items) & view.counted
        self._shown = errors.point & (view.confidence >= confidence)
        self.wrong = np.flatnonzero((errors.kind > 0) & here)
        self.missed = np.flatnonzero(errors.missed & self._truth)
        self._rankings = _core.FixedRankings(
            errors.ranked.rows,
            errors.ranked.class_id,
            codes(errors, here),
            errors.fixed_class,
            np.bincount(view.truth.class_id[self._truth], minlength=view.classes),
            RECALLS,
        )
        self.ap = _mean(self._rankings.class_ap())

    def gain(self, group: Group) -> Gain:
        """AP with the errors of a group fixed."""
        return next(self.gains([group]))

    def gains(self, groups: Iterable[Group], errors: int = 0, images: int = 0) -> Iterator[Gain]:
        """What each group would bring, in order.

        Args:
            groups: Of this fixer's `wrong` and `missed`.
            errors, images: Groups of fewer are left out, before their AP is known.
        """
        for some in _portions(groups):
            checkpoint()
            efforts = zip(some, *(column.tolist() for column in self._effort(some)), strict=True)
            kept = [one for one in efforts if one[1] >= errors and one[2] >= images]
            mean_ap = self._mean_ap([group for group, _, _ in kept]).tolist()
            for ap, (group, wrong, on) in zip(mean_ap, kept, strict=True):
                yield Gain(group=group, ap=ap, gain=ap - self.ap, errors=wrong, images=on)

    def _effort(self, groups: Sequence[Group]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(N,) errors that people see, and on how many images."""
        return _core.effort(
            *_joined([group.predictions for group in groups]),
            *_joined([group.truth for group in groups]),
            self._shown.view(np.uint8),
            self.view.predictions.item,
            self.view.truth.item,
            self.view.items,
        )

    def _mean_ap(self, groups: Sequence[Group]) -> NDArray[np.float64]:
        """(N,) with each group fixed."""
        start, lost = _joined([group.truth for group in groups])
        lost_class = self.view.truth.class_id[lost].astype(np.int64)
        wrong = _joined([group.predictions for group in groups])
        return self._rankings.mean_ap(*wrong, start, lost_class)

    # --- doubt ---------------------------------------------------------------------------------

    def with_bounds(
        self,
        gains: Sequence[Gain],
        clusters: Clusters,
        plan: Plan = PLAN,
        most: int = MOST_FOR_INTERVALS,
    ) -> list[Gain]:
        """The gains with bounds from resampled images; as they are with `doubt`.

        Bias-corrected as everywhere, but plain percentiles of what belongs to single classes: one
        that a draw lacks drops out of the mean, which lifts the gain of every other one, and the
        correction would then leave out the gain itself.
        """
        if self.doubt(clusters, most) is not None or not gains:
            return list(gains)
        change = self.drawn_gains([one.group for one in gains], clusters, plan)
        bounded = []
        for one, drawn in zip(gains, change.T, strict=True):
            if one.group.of_classes:
                low, high = _percentiles(drawn, plan)
            else:
                low, high = self._corrected(one.gain, drawn, clusters, plan)
            bounded.append(replace(one, low=low, high=high))
        return bounded

    def bounds_against(
        self, other: Fixer, clusters: Clusters, plan: Plan = PLAN
    ) -> tuple[float, float]:
        """Bounds of how much more AP another one has, on the same drawn images.

        Args:
            other: Of the same images, with other labels; nan with `doubt`.
        """
        if self.doubt(clusters) is not None:
            return float("nan"), float("nan")
        weights = _drawn(clusters, plan)
        ap, base = (_mean_rows(one._written.drawn_ap(weights)) for one in (other, self))
        return self._corrected(other.ap - self.ap, ap - base, clusters, plan)

    def drawn_gains(
        self, groups: Sequence[Group], clusters: Clusters, plan: Plan = PLAN
    ) -> NDArray[np.float64]:
        """(B, N) what fixing each group gains in each drawn set of images: both AP are of that set.

        Matches and kinds of errors are found within an image, so a copy of an image has those of
        the image: nothing has to be matched again.
        """
        weights = _drawn(clusters, plan)
        own = self._written.drawn_ap(weights)
        base = _mean_rows(own)
        change = np.empty((len(weights), len(groups)))
        for k, group in enumerate(groups):
            checkpoint()
            fixed = self._written.fixed(group.predictions, group.truth)
            ap = np.where(fixed.classes, self._written.drawn_ap(weights, fixed), own)
            change[:, k] = _mean_rows(ap) - base
        return change

    def doubt(self, clusters: Clusters, most: int = MOST_FOR_INTERVALS) -> str | None:
        """Why gains have no bounds; None where they have.

        Args:
            most: Predictions up to which gains are resampled.
        """
        if np.count_nonzero(self._here) > most:
            return f"more than {most} predictions are not resampled here"
        return str(self._support(clusters).reasons()[0]) or None

    def _corrected(
        self, gain: float, drawn: NDArray[np.float64], clusters: Clusters, plan: Plan
    ) -> tuple[float, float]:
        rest = self._support(clusters)
        found = bounds(("gain",), np.array([gain]), drawn[:, None], plan.confidence, rest)
        return float(found.low[0]), float(found.high[0])

    def _support(self, clusters: Clusters) -> Support:
        """Every gain rests on all ground truths."""
        item = self.view.truth.item[self._truth]
        return Support(
            objects=np.array([item.size]),
            holders=np.array([clusters.holding(item)]),
            drawn=clusters.count,
            unit=clusters.unit,
        )

    @cached_property
    def _written(self) -> WrittenRankings:
        return WrittenRankings(self.view, self.errors, self._here, self._truth)


def _drawn(clusters: Clusters, plan: Plan) -> Weights:
    """(B, items) how often each replicate drew each image."""
    return np.concatenate(list(clusters.draw(plan.replicates, plan.seed)))


def _percentiles(drawn: NDArray[np.float64], plan: Plan) -> tuple[float, float]:
    """nan where no replicate knows the change."""
    known = drawn[~np.isnan(drawn)]
    if not known.size:
        return float("nan"), float("nan")
    tail = (1 - plan.confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def _portions(groups: Iterable[Group]) -> Iterator[list[Group]]:
    """Some groups after the other: what is done without looking whether anybody still waits."""
    some: list[Group] = []
    rows = 0
    for group in groups:
        some.append(group)
        rows += group.predictions.size + group.truth.size
        if rows >= MOST_ROWS or len(some) >= MOST_GROUPS:
            yield some
            some, rows = [], 0
    if some:
        yield some


def _joined(parts: Sequence[Rows]) -> tuple[NDArray[np.int64], Rows]:
    """(N + 1,) where each part begins in all of them together, and those."""
    start = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([part.size for part in parts], out=start[1:])
    return start, np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")


def _mean_rows(table: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(table)
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = np.where(known, table, 0.0).sum(axis=1) / known.sum(axis=1)
    return means


def gain_document(gain: Gain, name: str) -> dict[str, Any]:
    """A gain for JSON, under the name that a person reads."""
    return {
        "what": gain.group.what,
        "name": name,
        "ap": defined(gain.ap),
        "gain": defined(gain.gain),
        "low": defined(gain.low),
        "high": defined(gain.high),
        "errors": gain.errors,
        "images": gain.images,
        "per_hundred": defined(gain.per_hundred),
        **gain.group.link,
    }
