"""Counts and pooled curves against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from boxscore.evaluation.counts import count
from boxscore.evaluation.curves import sweep
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.recount import LiveMatching
from tests.matching import brute


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
