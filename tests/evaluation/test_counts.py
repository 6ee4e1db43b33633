"""Counts, reasons and lists against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from boxscore.evaluation.counts import count
from boxscore.evaluation.curves import sweep
from boxscore.evaluation.reasons import ErrorKind, best_overlaps, error_kinds
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.matching.recount import LiveMatching
from tests.matching import brute


def reason(view: Comparable, judge: brute.Outcome, k: int, threshold: float) -> ErrorKind:
    """Why prediction k is false, from its overlaps with everything on its image."""
    iou = brute.overlaps(view)[k]
    here = [
        g
        for g in range(view.crowd.size)
        if view.truth.item[g] == view.predictions.item[k] and not view.crowd[g] and iou[g] >= 0.1
    ]
    own = [g for g in here if view.truth.class_id[g] == view.predictions.class_id[k]]
    other = [g for g in here if g not in own]
    best = max(own, key=lambda g: iou[g], default=None)
    most = max((iou[g] for g in other), default=0.0)
    if best is not None and iou[best] >= threshold and best in judge.ground_truth:
        return ErrorKind.DUPLICATE
    if best is not None and iou[best] < threshold:
        return ErrorKind.LOCATION
    if most >= threshold:
        return ErrorKind.CLASS
    return ErrorKind.BOTH if most > 0 else ErrorKind.BACKGROUND


@pytest.mark.parametrize("seed", range(12))
def test_every_false_positive_has_its_reason(seed: int) -> None:
    view = brute.scene(seed)
    pairs = candidate_pairs(view)
    live, best = LiveMatching(view, pairs), best_overlaps(view, pairs)
    for threshold in (0.3, 0.5, 0.75):
        judge = brute.match(view, threshold)
        kinds = error_kinds(live.at(threshold), best)
        expected = [
            ErrorKind.NONE if judge.ground_truth[k] >= 0 else reason(view, judge, k, threshold)
            for k in range(view.confidence.size)
        ]
        assert kinds.tolist() == expected


@pytest.mark.parametrize("seed", range(12))
def test_counts(seed: int) -> None:
    view = brute.scene(seed, ties=seed % 2 == 0)
    live = LiveMatching(view, candidate_pairs(view))
    for iou, confidence in [(0.5, 0.0), (0.3, 0.5), (0.75, 0.8), (0.5, 2.0)]:
        judge = brute.match(view, iou)
        counts = count(view, live.at(iou), confidence)
        for class_id in range(view.classes):
            rows = [
                k
                for k in range(view.confidence.size)
                if view.predictions.class_id[k] == class_id and view.confidence[k] >= confidence
            ]
            tp = sum(judge.ground_truth[k] >= 0 and not judge.ignored[k] for k in rows)
            objects = int(((view.truth.class_id == class_id) & (view.crowd == 0)).sum())
            assert counts.tp[class_id] == tp
            assert counts.fp[class_id] == sum(judge.ground_truth[k] < 0 for k in rows)
            assert counts.ignored[class_id] == sum(judge.ignored[k] for k in rows)
            assert counts.fn[class_id] == objects - tp


@pytest.mark.parametrize("seed", range(12))
def test_curves_are_counts_at_every_confidence(seed: int) -> None:
    view = brute.scene(seed, ties=True)
    live = LiveMatching(view, candidate_pairs(view)).at(0.5)
    points = sweep(view, live)
    best = (0.0, float("nan"))
    for k, confidence in enumerate(points.confidence):
        counts = count(view, live, confidence)
        tp, fp, fn = (int(v.sum()) for v in (counts.tp, counts.fp, counts.fn))
        assert points.precision[k] == tp / (tp + fp)
        if tp + fn:
            assert points.recall[k] == tp / (tp + fn)
            f1 = 2 * tp / (2 * tp + fp + fn)
            assert points.f1[k] == f1
            best = max(best, (f1, confidence)) if best[0] != f1 else best
    if points.objects and points.confidence.size:
        assert points.best() == (best[1], best[0]) or np.isclose(points.best()[1], best[0])
