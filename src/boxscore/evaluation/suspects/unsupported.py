"""Labels that geometry or silence speaks against: there twice, or found by no run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.suspects.evidence import Evidence, Floats, Frames, among
from boxscore.evaluation.suspects.issues import Issue, Suspects
from boxscore.evaluation.suspects.logistic import chances, logit, ramp
from boxscore.evaluation.suspects.mismatched import backing
from boxscore.schema.tables import Table

OTHER_CLASS = 0.7
"""What a prediction of another class counts as a sign that something is there."""


def label_pairs(run: Evidence) -> Table:
    """Overlaps of labels with each other, each pair once, `ground_truth` < `prediction`."""
    truth = run.view.truth
    pairs = among(run.view, truth, truth, np.ones(truth.rows.size))
    a, b = pairs["ground_truth"], pairs["prediction"]
    plain = (a < b) & (run.view.crowd[a] == 0) & (run.view.crowd[b] == 0)
    return pairs.take(np.flatnonzero(plain))


def duplicate(runs: Sequence[Evidence], pairs: Table) -> Suspects:
    """Pairs of labels that lie on each other and that no run tells apart.

    The one with less of its own to speak for it is the duplicate; of equals the later one.

    Args:
        pairs: As of `label_pairs`.
    """
    a, b, iou = pairs["ground_truth"], pairs["prediction"], pairs["iou"]
    near = np.flatnonzero(iou > 0.4)
    a, b, iou = a[near].astype(np.int64), b[near].astype(np.int64), iou[near]
    apart = np.zeros(near.size)
    own = np.zeros(runs[0].view.truth.rows.size)
    for run in runs:
        held = run.matches.prediction
        trust = np.where(held >= 0, run.trust[np.maximum(held, 0)] if run.trust.size else 0.0, 0.0)
        apart = np.maximum(apart, np.minimum(trust[a], trust[b]))
        own = np.maximum(own, backing(run) + 1e-3 * trust)
    score = ramp(iou, 0.4, 1.0) * (1 - 0.8 * apart)
    second = own[a] >= own[b]
    drop, keep = np.where(second, b, a), np.where(second, a, b)
    order = np.argsort(-score, kind="stable")
    _, first = np.unique(drop[order], return_index=True)
    kept = order[np.sort(first)]
    return Suspects.of(
        Issue.DUPLICATE,
        score[kept],
        truth=drop[kept],
        other=keep[kept],
        iou=iou[kept],
        own=np.minimum(own[drop[kept]], 1.0),
        agreeing=np.full(kept.size, len(runs)),
    )


def spurious(runs: Sequence[Evidence], pairs: Table, frames: Frames) -> Suspects:
    """Labels where no run sees anything, though it finds most that are like them.

    How likely a label is to be found is learned from all labels: by class, size, shape, border,
    crowding, and how much of its image is found.
    """
    view = runs[0].view
    counts = view.crowd == 0
    seen = np.max([_seen(run) for run in runs], axis=0)
    usual = chances(_features(runs[0], pairs, frames, seen), seen, counts.astype(np.float64))
    score = np.maximum(usual - seen, 0)
    rows = np.flatnonzero(counts)
    return Suspects.of(
        Issue.SPURIOUS,
        score[rows],
        truth=rows,
        expected=usual[rows],
        own=seen[rows],
        agreeing=np.full(rows.size, len(runs)),
    )


def _seen(run: Evidence) -> Floats:
    """(G,) how much a run sees of a label, at any confidence and of any class.

    The fourth root lets the faintest prediction count: what is not there draws none at all.
    """
    p, g, iou = run.pairs["prediction"], run.pairs["ground_truth"], run.pairs["iou"]
    same = run.view.predictions.class_id[p] == run.view.truth.class_id[g]
    value = run.trust[p] ** 0.25 * ramp(iou, 0.1, 0.3) * np.where(same, 1.0, OTHER_CLASS)
    most = np.zeros(run.view.truth.rows.size)
    np.maximum.at(most, g, value)
    return most


def _features(run: Evidence, pairs: Table, frames: Frames, seen: Floats) -> Floats:
    """(G, K) what makes a label easy or hard to find."""
    view, truth = run.view, run.view.truth
    counts = view.crowd == 0
    size = frames.size(truth)
    width, height = np.maximum(truth.box[:, 2], 1e-6), np.maximum(truth.box[:, 3], 1e-6)
    most = np.zeros(truth.rows.size)
    for end in ("prediction", "ground_truth"):
        np.maximum.at(most, pairs[end], pairs["iou"])
    crowd = truth.item.astype(np.int64) * view.classes + truth.class_id
    return np.column_stack(
        [
            size,
            size**2,
            np.abs(np.log(width / height)),
            frames.border(truth),
            most,
            np.log(_others(crowd, counts) + 1.0),
            logit(_mean_of_others(truth.class_id, seen, counts, 3.0)),
            logit(_mean_of_others(truth.item, seen, counts, 3.0)),
        ]
    )


def _others(group: NDArray[np.integer], counts: NDArray[np.bool_]) -> Floats:
    """(N,) how many other rows that count are of the same group."""
    _, place = np.unique(group, return_inverse=True)
    total = np.bincount(place, weights=counts.astype(np.float64))
    return np.asarray(total[place] - counts, np.float64)


def _mean_of_others(
    group: NDArray[np.integer], value: Floats, counts: NDArray[np.bool_], pull: float
) -> Floats:
    """(N,) mean over the others of the same group, drawn towards the mean of all.

    Args:
        pull: As many rows of the mean of all are added.
    """
    every = float(value[counts].mean()) if counts.any() else 0.5
    _, place = np.unique(group, return_inverse=True)
    total = np.bincount(place, weights=np.where(counts, value, 0.0))[place] - value * counts
    result: Floats = (total + pull * every) / (_others(group, counts) + pull)
    return result
