"""Runs of answers side by side: every labelled question followed from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.bounds import Plan, Support, bounds
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.classification import RightAnswers, right_answers
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.flips import Followed, mcnemar
from boxscore.project.analysing import clusters_of
from boxscore.project.comparing_objects import (
    Compared,
    Groups,
    adjust_class_differences,
    difference,
    tested,
)
from boxscore.project.evaluating import of_items, questions
from boxscore.project.loading import Loaded

Document = dict[str, Any]


def compared_answers(state: Loaded, runs: Sequence[str], items: Items, groups: Groups) -> Compared:
    """Follow every labelled question from the first run to each other one."""
    truth = state.truth()
    labels, question = of_items(truth.ground_truth, items), questions(truth.ontology)
    answers = [
        right_answers(question, labels, of_items(state.predictions(run), items)) for run in runs
    ]
    one = answers[0]
    followed = Followed(
        found=np.stack([found.right for found in answers]),
        row=np.arange(one.item.size),
        class_id=one.class_id,
        item=one.item,
        area=np.zeros(one.item.size),
    )
    pairs = [
        _document(state, (runs[0], runs[k]), followed, k, (answers[0], answers[k]), items, groups)
        for k in range(1, len(runs))
    ]
    return Compared(confidences=[None] * len(runs), agreement=followed.agreement(), pairs=pairs)


def _document(
    state: Loaded,
    names: tuple[str, str],
    followed: Followed,
    k: int,
    sides: tuple[RightAnswers, RightAnswers],
    items: Items,
    groups: Groups,
) -> Document:
    flips = followed.pair(0, k)
    counts = flips.counts()
    ontology = state.truth().ontology
    clusters = clusters_of(state, items)
    every = np.ones(followed.item.size, np.bool_)
    accuracy = _accuracy(sides, clusters, every)
    per_class: list[Document] = []
    for class_id in np.unique(followed.class_id).tolist():
        rows = followed.class_id == class_id
        known = {"name": ontology.classes[class_id].name, "class_id": class_id}
        found = _accuracy(sides, clusters, rows)
        per_class.append(
            known | {"objects": int(rows.sum())} | flips.counts(rows)
            | {"new": 0, "removed": 0, "change": found}
        )  # fmt: skip
    adjust_class_differences(per_class)
    by_group: list[Document] = []
    for name, mask in groups:
        rows = mask[followed.item]
        known = {"name": name, "images": int(mask.sum()), "objects": int(rows.sum())}
        found = _accuracy(sides, clusters_of(state, mask), rows)
        by_group.append(known | flips.counts(rows) | {"change": found})
    adjust_class_differences(by_group)
    return {
        "first": names[0],
        "second": names[1],
        "headline": "accuracy",
        "verdict": accuracy["verdict"],
        "sentences": [],
        "metrics": {"accuracy": accuracy},
        "followed": "answers",
        "flips": counts | {"p": mcnemar(counts["fixed"], counts["broken"])},
        "false_positives": None,
        "per_class": sorted(
            tested(per_class), key=lambda row: (row["fixed"] - row["broken"], row["class_id"])
        ),
        "sizes": [],
        "kinds": [],
        "misses": [],
        "groups": tested(by_group),
    }


def _accuracy(
    sides: tuple[RightAnswers, RightAnswers], clusters: Clusters, rows: NDArray[np.bool_]
) -> Document:
    """The difference of accuracy over some questions, by resampled images."""
    plan = Plan()
    item = sides[0].item[rows]
    size = clusters.number.size
    total = np.bincount(item, minlength=size).astype(np.float64)
    right = np.stack(
        [np.bincount(item, weights=side.right[rows], minlength=size) for side in sides]
    )
    values = right.sum(axis=1) / total.sum() if total.sum() else np.full(2, np.nan)
    replicates = np.concatenate(
        [_share(weights, right[1] - right[0], total)
         for weights in clusters.draw(plan.replicates, plan.seed)]
    )  # fmt: skip
    support = Support(
        objects=np.array([item.size]),
        holders=np.array([clusters.holding(item)]),
        drawn=clusters.count,
        unit=clusters.unit,
    )
    found = bounds(
        ("accuracy",), np.array([values[1] - values[0]]), replicates[:, None],
        plan.confidence, support,
    )  # fmt: skip
    return difference(found, float(values[0]), float(values[1]), 0)


def _share(
    weights: NDArray[np.uint16], gain: NDArray[np.float64], total: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(B,) weighted difference; nan where no question was drawn."""
    count = weights @ total
    some = count > 0
    share: NDArray[np.float64] = np.divide(
        weights @ gain, count, out=np.full(count.size, np.nan), where=some
    )
    return share
