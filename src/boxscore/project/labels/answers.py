"""Suspects among labels of whole images: answers that the runs contradict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.suspects.answers import Answers, contradictions
from boxscore.evaluation.suspects.issues import Issue
from boxscore.project.evaluating import Truth, questions
from boxscore.project.labels.fixes import Fix, class_key, label_names
from boxscore.project.labels.suspects import Suspect, Suspected, key_of, weaknesses
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Kind, Task

Rows = NDArray[np.int64]
LEAST = 0.5
"""Score from which a label is suspected: another answer is at least as sure."""


def suspected_answers(state: Loaded, names: Sequence[str]) -> Suspected:
    """Labels of every question with one right answer that the runs' mean confidences contradict."""
    truth = state.truth()
    question = questions(truth.ontology)
    labels = label_names(truth)
    found = [
        suspect
        for number in range(int(question.max(initial=-1)) + 1)
        for suspect in _of_question(state, truth, names, question == number, labels)
    ]
    return Suspected(
        task=Task.CLASSIFICATION,
        runs=list(names),
        notes=weaknesses(names, None),
        suspects=sorted(found, key=lambda one: (-one.score, one.row)),
    )


def _of_question(
    state: Loaded,
    truth: Truth,
    names: Sequence[str],
    mine: NDArray[np.bool_],
    labels: list[str],
) -> list[Suspect]:
    table = truth.ground_truth.table
    rows = np.flatnonzero((table["kind"] == Kind.CLASSIFICATION) & mine[table["class_id"]])
    item = table["item"][rows].astype(np.int64)
    if np.unique(item).size < item.size or not rows.size:
        return []  # several right answers on one image: a margin says nothing
    class_id = table["class_id"][rows].astype(np.int64)
    classes = np.flatnonzero(mine)
    answers = [_answers(state, name, mine) for name in names]
    each = [contradictions(item, class_id, one, classes) for one in answers]
    whole = contradictions(item, class_id, _mean(answers), classes)
    return [
        _suspect(truth, int(rows[k]), int(whole.other[k]), labels, len(names), {
            "score": float(whole.score[k]),
            "trust": float(whole.rival[k]),
            "own": float(whole.own[k]),
            "agreeing": sum(bool(one.other[k] == whole.other[k]) for one in each),
        })
        for k in np.flatnonzero(whole.score >= LEAST).tolist()
    ]  # fmt: skip


def _answers(state: Loaded, name: str, mine: NDArray[np.bool_]) -> Answers:
    table = state.predictions(name).table
    rows = np.flatnonzero((table["kind"] == Kind.CLASSIFICATION) & mine[table["class_id"]])
    return Answers(
        item=table["item"][rows].astype(np.int64),
        class_id=table["class_id"][rows].astype(np.int64),
        confidence=table["confidence"][rows],
    )


def _mean(answers: Sequence[Answers]) -> Answers:
    """Each run's confidences, weighed alike; what a run does not name counts 0."""
    item = np.concatenate([one.item for one in answers])
    class_id = np.concatenate([one.class_id for one in answers])
    confidence = np.concatenate([one.confidence for one in answers]) / max(len(answers), 1)
    size = int(class_id.max(initial=0)) + 1
    cells, place = np.unique(item * size + class_id, return_inverse=True)
    total = np.zeros(cells.size)
    np.add.at(total, place, confidence)
    return Answers(item=cells // size, class_id=cells % size, confidence=total)


def _suspect(
    truth: Truth, row: int, other: int, labels: list[str], asked: int, said: dict[str, float]
) -> Suspect:
    item = int(truth.ground_truth.table["item"][row])
    fix = Fix(
        data_hash=str(truth.items["data_hash"][item]),
        frame=int(truth.items["frame"][item]),
        label=labels[row],
        class_hash=class_key(truth.ontology.classes[other]),
    )
    return Suspect(
        key=key_of(Issue.SWAPPED, fix),
        issue=Issue.SWAPPED,
        score=said["score"],
        item=item,
        row=row,
        other=-1,
        asked=asked,
        run="",
        prediction=-1,
        iou=None,
        expected=None,
        trust=said["trust"],
        own=said["own"],
        agreeing=int(said["agreeing"]),
        fix=fix,
    )
