"""Bootstrap intervals of COCO's numbers, of one run or of the difference of two.

A replicate draws as many images (or clusters of images) as there are, with replacement, and is
evaluated as if each image were there as often as it was drawn (Efron 1979). Equal confidences: the
copies of an image follow each other in its place of the order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.ap import SIZES
from boxscore.evaluation.bounds import Bounds, Plan, Support, bounds
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.slices import Slices
from boxscore.matching.coco import Matching, counted
from boxscore.matching.comparable import Comparable


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Bounds of every number, and how they were made.

    Attributes:
        overall: (K,) COCO's twelve numbers, or its ten of keypoints, or the five of answers.
        per_class: (C, 3) "ap", "ap50" and "ar100", or "ar20" of keypoints; of answers
            "precision", "recall" and "f1".
        plan: Replicates, seed, confidence.
        unit, clusters: What was drawn, and of how many.
    """

    overall: Bounds
    per_class: Bounds
    plan: Plan
    unit: str
    clusters: int

    def document(self, names: Sequence[str] = ()) -> dict[str, Any]:
        """One run's bounds for JSON, and how they were made.

        Args:
            names: Of the classes; none leaves the classes out.
        """
        return {
            "replicates": self.plan.replicates,
            "seed": self.plan.seed,
            "confidence": self.plan.confidence,
            "unit": self.unit,
            "clusters": self.clusters,
            "method": "bias-corrected percentile bootstrap",
            "metrics": _of_one_run(self.overall.document()),
            "per_class": [
                {
                    "class_id": k,
                    "class": name,
                    "metrics": _of_one_run(self.per_class.document(k)),
                }
                for k, name in enumerate(names[: len(self.per_class.estimate)])
                if np.isfinite(self.per_class.estimate[k]).any()
            ],
        }


def _of_one_run(numbers: dict[str, Any]) -> dict[str, Any]:
    """Without p: whether one run's number differs from 0 is no question."""
    return {name: {k: v for k, v in one.items() if k != "p"} for name, one in numbers.items()}


@dataclass(frozen=True, slots=True)
class Replicates:
    """The numbers of every replicate: overall (B, K), per class (B, C, 3); nan undefined."""

    names: tuple[str, ...]
    class_names: tuple[str, ...]
    overall: NDArray[np.float64]
    per_class: NDArray[np.float64]

    def minus(self, other: Replicates) -> Replicates:
        """Differences, replicate by replicate."""
        return replace(
            self,
            overall=self.overall - other.overall,
            per_class=self.per_class - other.per_class,
        )


def bootstrap(
    matching: Matching, *, clusters: Clusters | None = None, plan: Plan | None = None
) -> Intervals:
    """Bounds of every number of one run, overall and per class.

    Args:
        clusters: What is drawn; None is every image on its own.

    Raises:
        RequestError: The clusters are not those of the run's images.
    """
    clusters, plan = _complete(matching.view, clusters, plan)
    estimate, replicates = _draw(matching, clusters, plan)
    behind = support(matching, clusters, estimate.names, len(estimate.class_names))
    return _intervals(estimate, replicates, behind, plan, clusters.unit, clusters.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Two runs over the same drawn images, before any level of confidence is chosen.

    Attributes:
        first, second: The numbers of the data itself, as one replicate.
        drawn: The differences of every replicate, second run less first.
        support: What the overall and the class numbers rest on.
    """

    first: Replicates
    second: Replicates
    drawn: Replicates
    support: tuple[Support, Support]
    plan: Plan
    unit: str
    clusters: int

    def intervals(self, confidence: float | None = None, *, corrected: bool = False) -> Intervals:
        """Bounds of every difference.

        Args:
            confidence: Two-sided; None is the plan's.
            corrected: See `bounds`.
        """
        estimate = self.second.minus(self.first)
        plan = self.plan if confidence is None else replace(self.plan, confidence=confidence)
        made = estimate, self.drawn, self.support, plan, self.unit, self.clusters
        return _intervals(*made, corrected=corrected)


def paired(
    first: Matching,
    second: Matching,
    *,
    clusters: Clusters | None = None,
    plan: Plan | None = None,
) -> Intervals:
    """Bounds of every difference, second run less first, over the same drawn images.

    Args:
        clusters: What is drawn; leave images out that only one of the runs has seen.

    Raises:
        RequestError: The runs were not compared with the same ground truth and protocol.
    """
    return draw_paired(first, second, clusters=clusters, plan=plan).intervals()


def draw_paired(
    first: Matching,
    second: Matching,
    *,
    clusters: Clusters | None = None,
    plan: Plan | None = None,
) -> Paired:
    """The numbers of both runs and all drawn differences; see `paired`."""
    clusters, plan = _complete(first.view, clusters, plan)
    _same_truth(first, second, clusters)
    before, drawn_before = _draw(first, clusters, plan)
    after, drawn_after = _draw(second, clusters, plan)
    return Paired(
        first=before,
        second=after,
        drawn=drawn_after.minus(drawn_before),
        support=support(first, clusters, before.names, len(before.class_names)),
        plan=plan,
        unit=clusters.unit,
        clusters=clusters.count,
    )


def _complete(
    view: Comparable, clusters: Clusters | None, plan: Plan | None
) -> tuple[Clusters, Plan]:
    clusters = Clusters.images(view.items) if clusters is None else clusters
    clusters.fit(view.items)
    return clusters, plan or Plan()


def _draw(matching: Matching, clusters: Clusters, plan: Plan) -> tuple[Replicates, Replicates]:
    """The numbers of the data itself (one replicate) and of all drawn ones."""
    slices = Slices(matching)
    estimate = _replicates([slices.numbers(clusters.takes_part)])
    draws = clusters.draw(plan.replicates, plan.seed)
    if not slices.has_replicates:
        return estimate, _replicates([slices.weighted(one) for some in draws for one in some])
    drawn = [slices.replicate(weights) for weights in draws]
    overall, per_class = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    return estimate, replace(estimate, overall=overall, per_class=per_class)


def _replicates(numbers: Sequence[Numbers]) -> Replicates:
    first = numbers[0]
    return Replicates(
        tuple(first.overall),
        tuple(first.per_class),
        np.array([list(one.overall.values()) for one in numbers]),
        np.stack([np.stack(list(one.per_class.values()), axis=-1) for one in numbers]),
    )


def _intervals(
    estimate: Replicates,
    replicates: Replicates,
    behind: tuple[Support, Support],
    plan: Plan,
    unit: str,
    clusters: int,
    *,
    corrected: bool = True,
) -> Intervals:
    overall, per_class = (
        bounds(names, own[0], drawn, plan.confidence, rest, corrected=corrected)
        for names, own, drawn, rest in (
            (estimate.names, estimate.overall, replicates.overall, behind[0]),
            (estimate.class_names, estimate.per_class, replicates.per_class, behind[1]),
        )
    )
    return Intervals(
        overall=overall,
        per_class=per_class,
        plan=plan,
        unit=unit,
        clusters=clusters,
    )


def support(
    matching: Matching, clusters: Clusters, names: Sequence[str], class_numbers: int
) -> tuple[Support, Support]:
    """Objects, and clusters that hold them, behind the overall and the class numbers.

    Args:
        names: (K,) of the overall numbers, which say their area range by their last letter.
        class_numbers: How many numbers a class has.
    """
    view, policy = matching.view, matching.policy
    rows = np.flatnonzero(counted(view) & clusters.takes_part[view.truth.item])
    class_id, area = view.truth.class_id[rows], view.truth.area[rows]
    number = clusters.number[view.truth.item[rows]]
    inside = [(area >= low) & (area <= high) for low, high in policy.area_ranges]
    objects = np.array([int(i.sum()) for i in inside])
    holders = np.array([np.unique(number[i]).size for i in inside])
    suffixes = {SIZES.get(name): a for a, name in enumerate(policy.area_names) if a}
    behind = [suffixes.get(name[-1], 0) for name in names]
    own, drawn = class_id[inside[0]].astype(np.int64), max(clusters.count, 1)
    held = np.unique(own * drawn + number[inside[0]]) // drawn
    per_class = [np.bincount(rows, minlength=view.classes) for rows in (own, held)]
    every_column = [np.repeat(v[:, None], class_numbers, axis=1) for v in per_class]
    unit = clusters.unit
    return (
        Support(objects=objects[behind], holders=holders[behind], drawn=clusters.count, unit=unit),
        Support(objects=every_column[0], holders=every_column[1], drawn=clusters.count, unit=unit),
    )


def _same_truth(first: Matching, second: Matching, clusters: Clusters) -> None:
    a, b = first.view, second.view
    same = a.items == b.items and a.classes == b.classes and first.policy == second.policy
    if same:
        rows_a, rows_b = (clusters.takes_part[v.truth.item] for v in (a, b))
        pairs: list[tuple[NDArray[Any], NDArray[Any]]] = [
            (a.truth.item, b.truth.item),
            (a.truth.class_id, b.truth.class_id),
            (a.truth.box, b.truth.box),
            (a.truth.area, b.truth.area),
            (a.crowd, b.crowd),
        ]
        same = all(np.array_equal(x[rows_a], y[rows_b]) for x, y in pairs)
    if not same:
        raise RequestError(
            "the two runs were not compared with the same ground truth",
            fix="evaluate both against one project state, with the same task and protocol",
            code="E-PAIRED-TRUTH",
        )
