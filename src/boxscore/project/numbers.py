"""The numbers of a run as documents: evaluation, curves, cards, overview."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from boxscore.errors import RequestError
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.counts import Classes, count
from boxscore.evaluation.curves import on_grid, thinned
from boxscore.evaluation.document import (
    ALL_AS_ONE,
    classification_document,
    defined,
    detection_document,
    numbers_document,
)
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.protocols import ProtocolCard, protocol_for
from boxscore.evaluation.run_view import RunView
from boxscore.matching.policy import Options
from boxscore.project.evaluating import evaluate_answers, evaluate_protocol
from boxscore.project.imports.unseen import unseen_note
from boxscore.project.keypoint_words import NO_JOINTS, deviation_notes, joints
from boxscore.project.loading import Loaded
from boxscore.project.slices.narrowing import Meant, meant
from boxscore.project.slices.object_conditions import object_masks
from boxscore.project.slices.slicing import Where
from boxscore.project.tasks import possible_tasks
from boxscore.project.usual import asked_task, usual_first
from boxscore.schema.kinds import DETECTION, Kind, Task
from boxscore.schema.tables import Table

Document = dict[str, Any]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a run's evaluation.

    Attributes:
        task: What is compared.
        protocol: Name of a protocol; None is the task's own.
        iou, confidence: The operating point of the counts; a confidence of None is the best F1.
        classes: Counts run over these classes only; None is all.
        options: What is changed of the protocol.
        where: The images that count, as `project.slices.slicing` reads it; None is all.
    """

    task: Task
    protocol: str | None = None
    iou: float = 0.5
    confidence: float | None = None
    classes: Classes = None
    options: Options = field(default_factory=Options)
    where: Where = None


def evaluation_document(state: Loaded, run: str, question: Question) -> Document:
    """The document of interface.md, section "JSON documents", for one run."""
    document = _document(state, run, question)
    if question.task is Task.KEYPOINTS:
        told = state.settled("deviations", lambda: deviation_notes(state.truth()))
        document |= {"notes": [*document.get("notes", ()), *told]}
    if question.where is not None or question.options.only_predicted:
        return document
    note = state.record(run).details.get("unseen")
    if note is None:  # imported before this was remembered
        note = state.settled(
            ("unseen", state.record(run).run_id),
            lambda: unseen_note(state.truth().items, state.predictions(run).table["item"]),
        )
    return document | {"notes": [*document.get("notes", ()), note]} if note else document


def _document(state: Loaded, run: str, question: Question) -> Document:
    record, truth, task = state.record(run), state.truth(), question.task
    slice_of = meant(state, question.where)
    items = slice_of.items
    head: Document = {"run": run, "task": task.value}
    sizes = {
        "images": truth.items.rows,
        "ground_truth": objects(state, task, items),
        "predictions": record.rows,
    }
    if not slice_of.everything:
        head["slice"] = question.where if isinstance(question.where, str) else "a list"
    if items is not None:
        found = state.predictions(run).table["item"]
        sizes |= {"images": int(items.sum()), "predictions": int(items[found].sum())}
    if task is Task.CLASSIFICATION:
        head["protocol"] = _no_protocol(question)
        slice_of.only_images(task)
        answers = evaluate_answers(truth, state.predictions(run), items)
        return head | sizes | classification_document(truth.ontology.classes, answers)
    card = protocol_for(task, question.protocol)
    if slice_of.parts:
        _check_protocol(card, slice_of, task)
        sizes |= _sizes_of_objects(state, run, task, slice_of)
    head["protocol"] = card.name
    rows = truth.ontology.classes[: truth.ontology.object_count]
    stored = state.stored(run, task) if _imported(card, question) else None
    if stored is not None:
        numbers, counts = stored
        wanted = check_classes(question.classes, len(rows))
        document = detection_document(rows, numbers, counts, chosen=wanted)
        return head | sizes | document | {"notes": list(numbers.notes)}
    numbers, view = _numbers(state, run, card, question, slice_of)
    if question.options.class_agnostic:
        rows = (replace(rows[0], name=ALL_AS_ONE, feature_hash=""),)
    if view is None:
        table = numbers_document([row.name for row in rows], numbers)
        return head | sizes | {"metrics": table["metrics"], "counts": None} | table
    wanted = check_classes(question.classes, view.view.classes)
    confidence = operating_confidence(view, question.confidence)
    counts = count(view.view, view.live.at(question.iou), confidence)
    document = detection_document(rows[: view.view.classes], numbers, counts, chosen=wanted)
    return head | sizes | document | {"notes": list(numbers.notes)}


def _check_protocol(card: ProtocolCard, slice_of: Meant, task: Task) -> None:
    """Refuse conditions on objects where their meaning is not defined."""
    if task not in DETECTION:
        slice_of.only_images(task)
    if card.name != "coco":
        raise RequestError(
            f"{slice_of.parts[0]!r} names objects, and protocol {card.name} has no rule for "
            "objects that do not count",
            fix="use protocol coco, or slice images",
            code="E-SLICE-PROTOCOL",
        )


def _sizes_of_objects(state: Loaded, run: str, task: Task, slice_of: Meant) -> Document:
    """How many objects fulfil a slice's conditions on either side, crowd regions included."""
    view = state.view(run, task).view
    found, labels = object_masks(state, run, view, slice_of.parts)
    if slice_of.items is not None:
        found &= slice_of.items[view.predictions.item]
        labels &= slice_of.items[view.truth.item]
    return {"ground_truth": int(labels.sum()), "predictions": int(found.sum())}


def _imported(card: ProtocolCard, question: Question) -> bool:
    """Whether the import has answered a question: its numbers need no prediction in memory."""
    plain = Question(task=question.task, protocol=question.protocol, classes=question.classes)
    return card.name == "coco" and question == plain


def _no_protocol(question: Question) -> str:
    """What stands in the place of a protocol where classification has none.

    Raises:
        RequestError: A protocol was asked for.
    """
    own = Task.CLASSIFICATION.value
    if question.protocol not in (None, own):
        raise RequestError(
            f"protocol {question.protocol} does not score task {own}",
            fix="leave the protocol out",
            code="E-PROTOCOL-TASK",
        )
    return own


def _numbers(
    state: Loaded, run: str, card: ProtocolCard, question: Question, slice_of: Meant
) -> tuple[Numbers, RunView | None]:
    """The stored evaluation where it answers the question, else a new one."""
    plain = replace(question.options, max_detections=None) == Options()
    if card.name == "coco" and plain and slice_of.everything:
        view = state.view(run, question.task, question.options.max_detections)
        return view.numbers, view

    def make() -> tuple[Numbers, RunView | None]:
        truth, predictions = state.truth(), state.predictions(run)
        return evaluate_protocol(
            truth,
            predictions,
            question.task,
            card,
            question.options,
            slice_of.items,
            lambda view: slice_of.narrowed(state, run, view),
        )

    key = state.record(run).run_id, question.task, card.name, question.options, slice_of.key
    return state.evaluated(key, make)


def check_classes(classes: Classes, known: int) -> Classes:
    """Refuse class ids that the ontology does not have."""
    unknown = [k for k in classes or () if not 0 <= k < known]
    if unknown:
        raise RequestError(
            f"class_id {unknown[0]} does not exist",
            fix=f"use ids from 0 to {known - 1}",
            code="E-CLASS-UNKNOWN",
        )
    return classes


def objects(state: Loaded, task: Task, items: Items = None) -> int:
    """How many ground truths there are of a task's sort, crowd regions included."""
    table = state.truth().ground_truth.table
    kind = table["kind"] if items is None else table["kind"][items[table["item"]]]
    answers = kind == Kind.CLASSIFICATION
    return int(answers.sum()) if task is Task.CLASSIFICATION else int((~answers).sum())


def operating_confidence(view: RunView, confidence: float | None, items: Items = None) -> float:
    """The confidence asked for, or the default of the run, or of some images of it.

    Raises:
        RequestError: It is not a finite number.
    """
    if confidence is None:
        return view.default_confidence(items)
    if not math.isfinite(confidence):
        raise RequestError(
            f"confidence {confidence} is not a finite number",
            fix="give a number, for example 0.25",
            code="E-CONFIDENCE-RANGE",
        )
    return confidence


def curves_document(view: RunView, iou: float, classes: Classes, items: Items) -> Document:
    """Precision-recall points, curves over a confidence grid, and the best F1."""
    points = view.sweep(iou, check_classes(classes, view.view.classes), items)
    confidence, f1 = points.best()
    grid = {name: [defined(v) for v in values] for name, values in on_grid(points).items()}
    curve = {name: [defined(v) for v in values] for name, values in thinned(points).items()}
    best = {"confidence": defined(confidence), "f1": defined(f1)}
    return {"precision_recall": curve, "confidence": grid, "best": best}


def run_card(state: Loaded, run: str, position: int) -> Document:
    """What a list of runs shows of one."""
    record = state.record(run)
    task = Task(record.task)
    card: Document = {
        "name": run,
        "letter": LETTERS[position % len(LETTERS)],
        "task": task.value,
        "format": record.format,
        "file": record.source,
        "sha256": record.sha256,
        "predictions": record.rows,
        "created": record.created,
        "confidences": state.settled(
            ("ends of confidences", record.run_id), lambda: _ends(state.predictions(run).table)
        ),
    }
    document = evaluation_document(state, run, Question(task=task))
    counts = document["counts"]
    tasks = state.settled(
        ("tasks", record.run_id),
        lambda: possible_tasks(state.truth(), state.predictions(run), task),
    )
    return card | {
        "default_confidence": counts["confidence"] if counts else None,
        "metrics": document["metrics"],
        "counts": counts,
        "usual_task": asked_task(state, run, None).value,
        "tasks": usual_first(state, tasks),
    }


def _ends(table: Table) -> list[float] | None:
    """The least and the greatest confidence; None where nothing has one."""
    confidence = table["confidence"]
    known = confidence[np.isfinite(confidence)]
    return [float(known.min()), float(known.max())] if known.size else None


def overview_document(state: Loaded) -> Document:
    """Counts, classes, splits and runs of the project."""
    known = state.settled("overview", lambda: _counts_of_truth(state))
    runs = [run_card(state, name, k) for k, name in enumerate(state.records)]
    return {"name": state.name} | known | {"runs": runs}


def _counts_of_truth(state: Loaded) -> Document:
    truth = state.truth()
    table, size = truth.ground_truth.table, len(truth.ontology.classes)
    crowd = table["crowd"]
    per_class = np.bincount(table["class_id"][~crowd], minlength=size)
    place = table["class_id"].astype(np.int64) * truth.items.rows + table["item"]
    images = np.bincount(np.unique(place) // max(truth.items.rows, 1), minlength=size)
    known = joints(truth)
    return {
        "images": truth.items.rows,
        "images_with_pixels": int((truth.items["file"] != "").sum()),
        "ground_truth": int((~crowd).sum()),
        "crowd": int(crowd.sum()),
        "classes": [
            {
                "class_id": row.class_id,
                "name": row.name,
                "feature_hash": row.feature_hash,
                "color": row.color,
                "kind": row.kind,
                "ground_truth": int(per_class[row.class_id]),
                "images": int(images[row.class_id]),
            }
            | known.get(row.class_id, NO_JOINTS)
            for row in truth.ontology.classes
        ],
        "splits": _sizes(truth.items["split"]),
        "sequences": _sizes(truth.items["sequence"]),
    }


def _sizes(column: Any) -> list[Document]:
    """Images of each split or sequence that has a name."""
    pairs = sorted(Counter(map(str, column.tolist())).items())
    return [{"name": name, "images": size} for name, size in pairs if name]
