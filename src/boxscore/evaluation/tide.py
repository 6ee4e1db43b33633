"""TIDE: how many average-precision points each kind of error costs.

Source: Bolya et al. 2020, "TIDE: A General Toolbox for Identifying Object Detection Errors", as
the authors' program (tidecv 1.0) computes it: at most 100 predictions per image, AP at the
foreground threshold from 101 recall points, each kind of error fixed alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.chosen import Items, chosen, class_mask, objects_of_classes
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.document import defined
from boxscore.evaluation.reasons import BestOverlaps, ErrorKind, error_kinds
from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import PAIR_FLOOR
from boxscore.matching.recount import MatchesAt, Ranked

KINDS = tuple(kind for kind in ErrorKind if kind)
"""The six kinds, in the order of all columns below."""

MOST_PER_IMAGE = 100
RECALLS = np.arange(101) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Every error of a run at one IoU threshold, whatever slice is asked about.

    Attributes:
        iou, background: The two thresholds.
        ranked: The predictions by falling confidence.
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
    ranked: Ranked
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
    unmatched = view.counted & (matches.prediction < 0)
    fixes, missed = (
        flags.view(np.bool_)
        for flags in _core.mending(
            kind, best.same, best.other, view.confidence, unmatched.view(np.uint8)
        )
    )
    mended = np.flatnonzero(fixes)
    found = np.where(kind[mended] == ErrorKind.CLASS, best.other[mended], best.same[mended])
    fixed_class = view.predictions.class_id.copy()
    fixed_class[mended] = view.truth.class_id[found]
    return Errors(
        iou=matches.iou,
        background=background,
        ranked=matches.ranked,
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
    if matches.ranked.most_on_an_image <= limit:
        return matches
    kept = _core.first_of_groups(matches.order, item, view.items, limit).view(np.bool_)
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
    truth, wanted = chosen(view, view.truth, items), class_mask(view, classes)
    objects = objects_of_classes(view, items)
    missed = _per_class(view, view.truth.class_id[truth & errors.missed])
    unmatched = _per_class(view, view.truth.class_id[truth & errors.unmatched])
    code = codes(errors, None if items is None else chosen(view, view.predictions, items))
    aps, counts = _readings(errors, code, objects, missed, unmatched, published)
    aps = np.where(wanted, aps, np.nan)
    gains = aps[1:] - aps[0]
    means = np.array([_mean(ap) for ap in aps])
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


Codes = NDArray[np.uint8]
_EVERY = np.arange(64)
_POINT, _RIGHT, _FIXES, _KIND = _EVERY & 1 > 0, _EVERY & 2 > 0, _EVERY & 4 > 0, _EVERY >> 3
"""What a code says: it counts; it is right; mending it finds an object; and which error it is."""


def codes(errors: Errors, here: NDArray[np.bool_] | None) -> Codes:
    """(P,) by falling confidence: everything that AP asks of a prediction; 0 elsewhere."""
    code: Codes = np.left_shift(errors.kind, 3, dtype=np.uint8)
    for bit, flags in enumerate((errors.point, errors.right, errors.fixes)):
        code |= flags.view(np.uint8) << bit
    if here is not None:
        code *= here
    ranked: Codes = code[errors.ranked.rows]
    return ranked


def _verdict(shown: NDArray[np.bool_], right: NDArray[np.bool_]) -> Codes:
    """(64,) by code: 2 a true positive, 1 a false one, 0 not there."""
    return (shown * (1 + right)).astype(np.uint8)


def _fixed(kind: ErrorKind) -> Codes:
    """With one kind fixed: its errors mended where that finds an object, else gone."""
    of_kind = np.asarray(kind == _KIND)
    mended = of_kind & _FIXES
    return _verdict((_POINT & ~of_kind) | mended, _RIGHT | mended)


_PLAIN, _PERFECT = _verdict(_POINT, _RIGHT), _verdict(_RIGHT, _RIGHT)
_IN_PLACE = tuple(_fixed(kind) for kind in (*KINDS[1:], ErrorKind.MISSED))
"""Every kind but the class, where predictions go to another; the last is for all of the missed."""


def _readings(
    errors: Errors,
    code: Codes,
    objects: NDArray[np.int64],
    missed: NDArray[np.int64],
    unmatched: NDArray[np.int64],
    published: bool,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(9, C) AP as it is, with each kind fixed, perfect and complete; (C, 6) errors by kind.

    Perfect is every true positive before every false one: those cannot count then.
    """
    ranked = errors.ranked
    rows, class_id = ranked.rows, ranked.class_id
    (base, perfect), cells = _aps(class_id, code, [_PLAIN, _PERFECT], [objects] * 2, published)
    perfect = np.where(np.isnan(perfect), base, perfect)
    if published:
        order = _errors_first(ranked.confidence, code)
        rows, class_id, code = rows[order], class_id[order], code[order]
    totals = [objects] * 4 + [objects - missed, objects - unmatched]
    in_place, _ = _aps(class_id, code, _IN_PLACE, totals, published)
    moved, mended = class_id.copy(), np.flatnonzero(code & 4)
    moved[mended] = errors.fixed_class[rows[mended]]
    elsewhere, _ = _aps(moved, code, [_fixed(ErrorKind.CLASS)], [objects], published)
    counts = cells.reshape(objects.size, 8, 8).sum(axis=2)[:, 1 : len(ErrorKind)]
    return np.stack([base, *elsewhere, *in_place[:-1], perfect, in_place[-1]]), counts


def _errors_first(confidence: NDArray[np.float64], code: Codes) -> NDArray[np.int64]:
    """(P,) the same order, but true positives after the errors of equal confidence."""
    level = np.cumsum(np.append(False, confidence[1:] != confidence[:-1])[: code.size])
    return np.argsort(level * 2 + (code & 2 > 0), kind="stable")


def _aps(
    class_id: NDArray[np.int32],
    code: Codes,
    verdicts: Sequence[Codes],
    objects: Sequence[NDArray[np.int64]],
    published: bool,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(L, C) AP of several readings of one ranking, and (C, 64) predictions by code."""
    verdict, totals = np.stack(verdicts), np.stack(objects)
    table, cells = _core.read_ranking(class_id, code, verdict, totals, RECALLS)
    ap = _area(table, totals)
    if published:
        ap[np.isnan(ap) & ((verdict > 0) @ cells.T > 0)] = 0
    return ap, cells


def _area(table: NDArray[np.float64], objects: NDArray[np.int64]) -> NDArray[np.float64]:
    """(L, C) mean of the highest precision at or beyond each recall (L, C, 101)."""
    envelope = np.maximum.accumulate(table[:, :, ::-1], axis=2)
    return np.where(objects > 0, envelope.sum(axis=2) / RECALLS.size, np.nan)


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
