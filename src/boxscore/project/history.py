"""Runs over time, and what two of them differ in: model, data, labels or protocol."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.project.fingerprint import fingerprint, protocol_hash
from boxscore.project.loading import Loaded
from boxscore.project.numbers import Question, evaluation_document
from boxscore.schema.kinds import Task
from boxscore.schema.tables import boxes_of

Document = dict[str, Any]
WORDS = {
    "model": "the predictions", "images": "the images", "classes": "the classes",
    "labels": "the labels", "protocol": "the protocol",
}  # fmt: skip


def history(state: Loaded) -> Document:
    """Every run in order of import, with its headline and the hashes of what it rests on."""
    return {"project": state.name, "runs": [_entry(state, run) for run in state.records]}


def _entry(state: Loaded, run: str) -> Document:
    record = state.record(run)
    task = Task(record.task)
    metrics = evaluation_document(state, run, Question(task=task))["metrics"]
    headline = next(iter(metrics), None)
    return {
        "run": run,
        "created": record.created,
        "file": record.source,
        "format": record.format,
        "task": task.value,
        "predictions": record.rows,
        "headline": headline,
        "value": metrics[headline] if headline else None,
        "metrics": metrics,
        "hashes": {"model": record.sha256} | fingerprint(state) | {"protocol": protocol_hash(task)},
    }


def what_changed(first: Loaded, run: str, second: Loaded, other: str) -> Document:
    """What differs between two runs, also of two projects, and the numbers they both have.

    Returns:
        "changed": some of model, images, classes, labels, protocol; "images" and "labels" say
        how many.
    """
    a, b = _entry(first, run), _entry(second, other)
    changed = [name for name in WORDS if a["hashes"][name] != b["hashes"][name]]
    data = _images(first, second)
    if {"images", "classes"} & set(changed) and not data.labels:
        changed = [name for name in changed if name != "labels"]  # rows moved, labels did not
    numbers = {
        name: {"first": value, "second": b["metrics"][name]}
        for name, value in a["metrics"].items()
        if name in b["metrics"]
    }
    return {
        "first": a,
        "second": b,
        "changed": changed,
        "sentence": _sentence(changed),
        "images": {"only_first": data.only_first, "only_second": data.only_second,
                   "shared": data.shared},
        "labels": {"images_changed": data.labels},
        "metrics": numbers,
    }  # fmt: skip


def _sentence(changed: list[str]) -> str:
    if not changed:
        return "Nothing changed: predictions, images, classes, labels and protocol are the same."
    words = [WORDS[name] for name in changed]
    listed = " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
    if changed == ["model"]:
        return "Only the predictions changed: a change of the numbers is the model's."
    if "model" not in changed:
        return f"The predictions are the same; {listed} changed."
    return f"{listed[0].upper()}{listed[1:]} changed: no one of them explains the numbers alone."


@dataclass(frozen=True, slots=True)
class _Images:
    """How many images two projects share, and on how many of these the labels differ."""

    only_first: int
    only_second: int
    shared: int
    labels: int


def _images(first: Loaded, second: Loaded) -> _Images:
    if first.root == second.root:
        return _Images(0, 0, first.truth().items.rows, 0)
    a, b = _labels_of(first), _labels_of(second)
    shared = a.keys() & b.keys()
    return _Images(
        only_first=len(a) - len(shared),
        only_second=len(b) - len(shared),
        shared=len(shared),
        labels=sum(a[key] != b[key] for key in shared),
    )


def _labels_of(state: Loaded) -> dict[tuple[str, int], str]:
    """Image -> hash of its labels: class, kind, box and crowd flag, in any order."""
    truth = state.truth()
    table, items = truth.ground_truth.table, truth.items
    names = np.array([row.name for row in truth.ontology.classes] or [""], dtype=object)
    rows: list[list[str]] = [[] for _ in range(items.rows)]
    columns: list[NDArray[Any]] = [
        table["item"], names[table["class_id"]], table["kind"], boxes_of(table), table["crowd"]
    ]  # fmt: skip
    for item, name, kind, box, crowd in zip(*(c.tolist() for c in columns), strict=True):
        rows[item].append(f"{name}\0{kind}\0{box}\0{crowd}")
    keys = zip(items["data_hash"].tolist(), items["frame"].tolist(), strict=True)
    return {
        (str(data_hash), int(frame)): hashlib.sha256("\n".join(sorted(labels)).encode()).hexdigest()
        for (data_hash, frame), labels in zip(keys, rows, strict=True)
    }
