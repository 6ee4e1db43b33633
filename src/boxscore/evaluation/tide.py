"""TIDE: how many average-precision points each kind of error costs.

Source: Bolya et al. 2020, "TIDE: A General Toolbox for Identifying Object Detection Errors", as
the authors' program (tidecv 1.0) computes it: at most 100 predictions per image, AP at the
foreground threshold from 101 recall points, each kind of error fixed alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.chosen import Items, chosen, class_mask
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.document import defined
from boxscore.evaluation.ranking import Ranking, by_class
from boxscore.evaluation.reasons import BestOverlaps, ErrorKind, error_kinds
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import PAIR_FLOOR
from boxscore.matching.recount import MatchesAt

KINDS = tuple(kind for kind in ErrorKind if kind)
"""The six kinds, in the order of all columns below."""

MOST_PER_IMAGE = 100
RECALLS = np.arange(101) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Every error of a run at one IoU threshold, whatever slice is asked about.

    Attributes:
        iou, background: The two thresholds.
        order: (P,) predictions by falling confidence; equals keep their order.
        point: (P,) predictions that count, right or wrong.
        right: (P,) true positives.
        kind: (P,) ErrorKind of false positives, and of ignored predictions too.
        fixes: (P,) errors of class or location whose mending finds their ground truth; of
            several for one ground truth the most confident.
        fixed_class: (P,) the class each prediction should have had: another for class errors.
        unmatched: (G,) ground truths that count and were not found.
        missed: (G,) those of them that no mended class or location would find.
    """

    iou: float
    background: float
    order: NDArray[np.int64]
    point: NDArray[np.bool_]
    right: NDArray[np.bool_]
    kind: NDArray[np.uint8]
    fixes: NDArray[np.bool_]
    fixed_class: NDArray[np.int32]
    unmatched: NDArray[np.bool_]
    missed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tide:
    """What each kind of error costs. AP is 0 to 1; nan is undefined.

    Attributes:
        iou, background: The two thresholds.
        published: Whether these are the numbers of the authors' program; see `tide`.
        ap: Mean AP of the chosen classes at `iou`.
        counts: (6,) int64 errors by kind, in the order of `KINDS`.
        delta: (6,) AP gained when that kind alone is fixed; never below 0.
        false_positive: AP gained when every false positive goes to the end of the list.
        false_negative: AP gained when every ground truth not found is left out.
        class_ap: (C,) AP of each class; nan for one that has nothing or is not chosen.
        class_counts, class_delta: (C, 6) the same by class: predicted for false positives,
            labelled for misses.
        class_false_positive, class_false_negative: (C,).
    """

    iou: float
    background: float
    published: bool
    ap: float
    counts: NDArray[np.int64]
    delta: NDArray[np.float64]
    false_positive: float
    false_negative: float
    class_ap: NDArray[np.float64]
    class_counts: NDArray[np.int64]
    class_delta: NDArray[np.float64]
    class_false_positive: NDArray[np.float64]
    class_false_negative: NDArray[np.float64]


def assign(
    view: Comparable,
    matches: MatchesAt,
    best: BestOverlaps,
    *,
    background: float = PAIR_FLOOR,
    max_detections: int = MOST_PER_IMAGE,
) -> Errors:
    """Give each error its kind.

    Args:
        matches: At the foreground threshold.
        background: Overlaps up to this one are none.
        max_detections: Most predictions per image, of all classes together.

    Raises:
        RequestError: `background` lies below the floor of candidate pairs or above the foreground
            threshold, or `max_detections` below 1.
    """
    _check(matches.iou, background, max_detections)
    matches = _limited(view, matches, max_detections)
    kind = error_kinds(matches, best, false=matches.wrong | matches.ignored, background=background)
    target = np.select(
        [kind == ErrorKind.LOCATION, kind == ErrorKind.CLASS], [best.same, best.other], default=-1
    )
    unmatched = view.counted & (matches.prediction < 0)
    mendable = np.zeros(target.size, np.bool_)
    mendable[target >= 0] = unmatched[target[target >= 0]]
    mending = matches.order[mendable[matches.order]]
    found, first = np.unique(target[mending], return_index=True)
    fixes = np.zeros(target.size, np.bool_)
    fixes[mending[first]] = True
    missed = unmatched.copy()
    missed[found] = False
    fixed_class = view.predictions.class_id.copy()
    fixed_class[fixes] = view.truth.class_id[target[fixes]]
    return Errors(
        iou=matches.iou,
        background=background,
        order=matches.order,
        point=matches.right | matches.wrong,
        right=matches.right,
        kind=kind,
        fixes=fixes,
        fixed_class=fixed_class,
        unmatched=unmatched,
        missed=missed,
    )


def _check(iou: float, background: float, max_detections: int) -> None:
    if not PAIR_FLOOR <= background <= iou:
        raise RequestError(
            f"background threshold {background} is outside {PAIR_FLOOR} to {iou}",
            fix=f"choose one from {PAIR_FLOOR} to the foreground threshold",
            code="E-IOU-RANGE",
        )
    if max_detections < 1:
        raise RequestError(
            f"at most {max_detections} predictions per image leaves none",
            fix="give at least 1",
            code="E-MAX-DETECTIONS",
        )


def _limited(view: Comparable, matches: MatchesAt, limit: int) -> MatchesAt:
    """The matches without the least confident predictions of crowded images.

    Matching goes by falling confidence, so that leaving out the tail changes nothing above it.
    """
    item = view.predictions.item
    if not item.size or np.bincount(item).max() <= limit:
        return matches
    ranking = by_class(matches.order, item, view.confidence, view.items)
    kept = np.zeros(item.size, np.bool_)
    kept[ranking.rows[ranking.place <= limit]] = True
    ground_truth = np.where(kept, matches.ground_truth, -1).astype(np.int32)
    taker = matches.prediction
    held = taker >= 0
    held[held] = kept[taker[held]]
    return replace(
        matches,
        ground_truth=ground_truth,
        prediction=np.where(held, taker, -1).astype(np.int32),
        ignored=matches.ignored & kept,
        considered=matches.considered & kept,
    )


def tide(
    view: Comparable,
    errors: Errors,
    items: Items = None,
    classes: Classes = None,
    *,
    published: bool = True,
) -> Tide:
    """Counts and costs of the six kinds on the chosen images and classes.

    Args:
        classes: What is counted and averaged; a prediction can still be confused with a label of
            any class.
        published: True gives the numbers of the authors' program, with two peculiarities: a class
            that has predictions but no object has AP 0, and once anything is fixed errors precede
            true positives of equal confidence. False leaves out classes without objects, so that
            `ap` is COCO's AP at this threshold, and keeps equal confidences in their order.
    """
    here, truth = chosen(view, view.predictions, items), chosen(view, view.truth, items)
    wanted = class_mask(view, classes)
    objects = _per_class(view, view.truth.class_id[truth & view.counted])
    missed = _per_class(view, view.truth.class_id[truth & errors.missed])
    unmatched = _per_class(view, view.truth.class_id[truth & errors.unmatched])
    curves = _Curves(view, errors, here, published)
    base = curves.plain(objects)
    fixed = [curves.fixed(kind, objects) for kind in KINDS[:-1]]
    fixed.append(curves.fixed(ErrorKind.MISSED, objects - missed))
    perfect = curves.perfect(objects)
    complete = curves.fixed(ErrorKind.MISSED, objects - unmatched)
    aps = np.where(wanted, [base, *fixed, perfect, complete], np.nan)
    gains = aps[1:] - aps[0]
    means = np.array([_mean(ap) for ap in aps])
    kinds = len(ErrorKind)
    cell = view.predictions.class_id[here].astype(np.int64) * kinds + errors.kind[here]
    counts = np.bincount(cell, minlength=view.classes * kinds).reshape(view.classes, kinds)[:, 1:]
    counts[:, -1] = missed
    counts[~wanted] = 0
    return Tide(
        iou=errors.iou,
        background=errors.background,
        published=published,
        ap=float(means[0]),
        counts=counts.sum(axis=0),
        delta=np.maximum(means[1:-2] - means[0], 0),
        false_positive=float(means[-2] - means[0]),
        false_negative=float(means[-1] - means[0]),
        class_ap=aps[0],
        class_counts=counts,
        class_delta=np.maximum(gains[:-2].T, 0),
        class_false_positive=gains[-2],
        class_false_negative=gains[-1],
    )


def _per_class(view: Comparable, class_id: NDArray[np.int32]) -> NDArray[np.int64]:
    return np.bincount(class_id, minlength=view.classes).astype(np.int64)


def _mean(values: NDArray[np.float64]) -> float:
    defined_ones = values[~np.isnan(values)]
    return float(defined_ones.mean()) if defined_ones.size else float("nan")


class _Curves:
    """The same predictions with one kind of error fixed at a time."""

    def __init__(
        self, view: Comparable, errors: Errors, here: NDArray[np.bool_], published: bool
    ) -> None:
        self.errors, self.classes, self.published = errors, view.classes, published
        rows = errors.order[here[errors.order]]
        class_id, confidence = view.predictions.class_id, view.confidence
        self._base = self._fixed = by_class(rows, class_id, confidence, view.classes)
        if published:
            shown = confidence[rows]
            level = np.cumsum(np.append(False, shown[1:] != shown[:-1])[: rows.size])
            rows = rows[np.argsort(level * 2 + errors.right[rows], kind="stable")]
            self._fixed = by_class(rows, class_id, confidence, view.classes)
        self._moved = by_class(rows, errors.fixed_class, confidence, view.classes)

    def plain(self, objects: NDArray[np.int64]) -> NDArray[np.float64]:
        """(C,) AP as it is."""
        return self._ap(self._base, self.errors.point, self.errors.right, objects)

    def fixed(self, kind: ErrorKind, objects: NDArray[np.int64]) -> NDArray[np.float64]:
        """(C,) AP with one kind fixed: its errors mended where that finds an object, else gone."""
        errors = self.errors
        of_kind = errors.kind == kind
        mended = of_kind & errors.fixes
        ranking = self._moved if kind is ErrorKind.CLASS else self._fixed
        point = (errors.point & ~of_kind) | mended
        return self._ap(ranking, point, errors.right | mended, objects)

    def perfect(self, objects: NDArray[np.int64]) -> NDArray[np.float64]:
        """(C,) AP with every true positive before every false one: those cannot count then."""
        ap = self._ap(self._base, self.errors.right, self.errors.right, objects)
        shown = self._base.class_id[self.errors.point[self._base.rows]]
        return self._absent(ap, np.bincount(shown, minlength=self.classes))

    def _ap(
        self,
        ranking: Ranking,
        point: NDArray[np.bool_],
        right: NDArray[np.bool_],
        objects: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        kept = point[ranking.rows]
        class_id = ranking.class_id[kept]
        ap = average_precision(class_id, right[ranking.rows[kept]], objects)
        return self._absent(ap, np.bincount(class_id, minlength=self.classes))

    def _absent(self, ap: NDArray[np.float64], shown: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.where(self.published & np.isnan(ap) & (shown > 0), 0.0, ap)


def average_precision(
    class_id: NDArray[np.int64], right: NDArray[np.bool_], objects: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(C,) mean of the highest precision at or beyond each of 101 recalls.

    Args:
        class_id: (N,) ascending; in each class by falling confidence.
        right: (N,) true positives.
        objects: (C,) ground truths; a class without any has no AP, nan.
    """
    shown = np.bincount(class_id, minlength=objects.size)
    place = np.arange(1, class_id.size + 1) - (np.cumsum(shown) - shown)[class_id]
    hit = np.flatnonzero(right)
    of_class = class_id[hit]
    hits = np.bincount(of_class, minlength=objects.size)
    found = np.arange(1, hit.size + 1) - (np.cumsum(hits) - hits)[of_class]
    column = np.searchsorted(RECALLS, found / objects[of_class], side="right") - 1
    cell = of_class * RECALLS.size + column
    table = np.zeros((objects.size, RECALLS.size))
    if hit.size:
        start = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
        table.flat[cell[start]] = np.maximum.reduceat(found / place[hit], start)
    envelope = np.maximum.accumulate(table[:, ::-1], axis=1)
    return np.where(objects > 0, envelope.sum(axis=1) / RECALLS.size, np.nan)


def tide_document(found: Tide) -> dict[str, Any]:
    """The errors of a run for JSON: overall, and each class that has any."""
    present = np.flatnonzero(~np.isnan(found.class_ap) | (found.class_counts.sum(axis=1) > 0))
    return {
        "iou": found.iou,
        "background": found.background,
        "published": found.published,
        "ap": defined(found.ap),
        "kinds": _kinds(found.counts, found.delta),
        "false_positive": defined(found.false_positive),
        "false_negative": defined(found.false_negative),
        "per_class": [
            {
                "class_id": k,
                "ap": defined(found.class_ap[k]),
                "kinds": _kinds(found.class_counts[k], found.class_delta[k]),
                "false_positive": defined(found.class_false_positive[k]),
                "false_negative": defined(found.class_false_negative[k]),
            }
            for k in present.tolist()
        ],
    }


def _kinds(counts: NDArray[np.int64], delta: NDArray[np.float64]) -> dict[str, Any]:
    return {
        kind.name.lower(): {"count": int(count), "delta_ap": defined(gain)}
        for kind, count, gain in zip(KINDS, counts, delta, strict=True)
    }
