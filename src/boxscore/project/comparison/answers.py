"""Runs of answers side by side: every labelled question followed from run to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.bounds import Bounds, Plan, Support, bounds
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.classification import RightAnswers, right_answers
from boxscore.evaluation.clusters import Clusters
from boxscore.evaluation.flips import STATES, Followed, mcnemar
from boxscore.evaluation.margins import cautious_bounds
from boxscore.kernels import _core
from boxscore.project.analysing import clusters_of
from boxscore.project.comparison.objects import (
    Compared,
    Groups,
    adjust_class_differences,
    tested,
)
from boxscore.project.comparison.rates import difference
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
    together = np.zeros(followed.item.size, np.int32)
    accuracy = _accuracies(sides, clusters, together, 1)[0]
    present, cell = np.unique(followed.class_id, return_inverse=True)
    changes = _accuracies(sides, clusters, cell.astype(np.int32), present.size)
    states = flips.per_class(len(ontology.classes))
    per_class: list[Document] = [
        {"name": ontology.classes[class_id].name, "class_id": class_id}
        | {"objects": sum(int(states[state][class_id]) for state in STATES)}
        | {state: int(states[state][class_id]) for state in STATES}
        | {"new": 0, "removed": 0, "change": found}
        for class_id, found in zip(present.tolist(), changes, strict=True)
    ]
    adjust_class_differences(per_class)
    by_group: list[Document] = []
    for name, mask in groups:
        rows = mask[followed.item]
        known = {"name": name, "images": int(mask.sum()), "objects": int(rows.sum())}
        found = _accuracies(sides, clusters_of(state, mask), together, 1, rows)[0]
        alarms = {"new": 0, "removed": 0}
        by_group.append(known | flips.counts(rows) | alarms | {"change": found})
    adjust_class_differences(by_group)
    return {
        "first": names[0],
        "second": names[1],
        "headline": "accuracy",
        "verdict": accuracy["verdict"],
        "sentences": [],
        "metrics": {"accuracy": accuracy},
        "rates": {},
        "followed": "answers",
        "flips": counts | {"p": mcnemar(counts["fixed"], counts["broken"])},
        "false_positives": None,
        "per_class": sorted(
            tested(per_class, [row["change"] for row in per_class]),
            key=lambda row: (row["fixed"] - row["broken"], row["class_id"]),
        ),
        "sizes": [],
        "kinds": [],
        "misses": [],
        "groups": tested(by_group, [row["change"] for row in by_group]),
    }


def cautious_accuracy(
    state: Loaded, runs: tuple[str, str], items: Items, confidence: float, *, alike: bool
) -> Bounds:
    """Bounds for a margin of the difference of accuracy, (1,); see `margins.cautious`.

    Args:
        confidence: Two-sided.
        alike: The runs have the same predictions.
    """
    truth = state.truth()
    labels, question = of_items(truth.ground_truth, items), questions(truth.ontology)
    first, second = (
        right_answers(question, labels, of_items(state.predictions(run), items)) for run in runs
    )
    together = np.zeros(first.item.size, np.int32)
    found = _drawn((first, second), clusters_of(state, items), together, 1)
    made = bounds(("accuracy",), found.change, found.replicates, confidence, found.support)
    return cautious_bounds(
        made, found.replicates, found.values[0], found.support, confidence, alike=alike
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Accuracies over N groups of questions: of both runs, and the differences of replicates.

    Attributes:
        values: (2, N).
        change: (N,) second run less first, added up as the replicates are: ties count.
        replicates: (B, N).
    """

    values: NDArray[np.float64]
    change: NDArray[np.float64]
    replicates: NDArray[np.float64]
    support: Support


def _accuracies(
    sides: tuple[RightAnswers, RightAnswers],
    clusters: Clusters,
    cell: NDArray[np.int32],
    cells: int,
    rows: NDArray[np.bool_] | None = None,
) -> list[Document]:
    """The differences of accuracy over groups of questions; see `_drawn`."""
    drawn, names = _drawn(sides, clusters, cell, cells, rows), tuple(map(str, range(cells)))
    level = Plan().confidence
    found = bounds(names, drawn.change, drawn.replicates, level, drawn.support, corrected=False)
    return [
        difference(found, one, other, k)
        for k, (one, other) in enumerate(zip(*drawn.values.tolist(), strict=True))
    ]


def _drawn(
    sides: tuple[RightAnswers, RightAnswers],
    clusters: Clusters,
    cell: NDArray[np.int32],
    cells: int,
    rows: NDArray[np.bool_] | None = None,
) -> _Drawn:
    """Resample images.

    Args:
        cell: (N,) group of each question, 0 to cells - 1.
        rows: (N,) questions that count; None is all.
    """
    plan = Plan()
    chosen = np.ones(cell.size, np.bool_) if rows is None else rows
    item, cell = sides[0].item[chosen], cell[chosen]
    right = np.stack([side.right[chosen] for side in sides]).astype(np.float64)
    total = np.bincount(cell, minlength=cells).astype(np.float64)
    values = [
        _ratio(np.bincount(cell, side, minlength=cells).astype(np.float64), total) for side in right
    ]
    drawn = np.concatenate(
        [
            _ratio(
                _core.weigh(weights, item, cell, cells, right[1] - right[0]),
                _core.weigh(weights, item, cell, cells),
            )
            for weights in clusters.draw(plan.replicates, plan.seed)
        ]
    )
    held = np.unique(cell * np.int64(clusters.count + 1) + clusters.number[item])
    holders = np.bincount(held // (clusters.count + 1), minlength=cells)
    support = Support(
        objects=total.astype(np.int64), holders=holders, drawn=clusters.count, unit=clusters.unit
    )
    change = np.bincount(cell, right[1] - right[0], minlength=cells).astype(np.float64)
    return _Drawn(np.stack(values), _ratio(change, total), drawn, support)


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Element by element; nan where the whole is 0."""
    share: NDArray[np.float64] = np.divide(
        part, whole, out=np.full(whole.shape, np.nan), where=whole > 0
    )
    return share
