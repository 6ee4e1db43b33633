"""Hashes of what a run's numbers rest on besides the model, so that a change of it is noticed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.protocols import protocol_for
from boxscore.matching.policy import coco
from boxscore.project.loading import Loaded
from boxscore.project.stored_numbers import FORM
from boxscore.schema.kinds import DETECTION, Task
from boxscore.schema.tables import Table

IDENTITY = ("data_hash", "frame", "width", "height")
"""Columns of items that say which picture it is."""
PARTS = ("images", "classes", "labels")


def fingerprint(state: Loaded) -> dict[str, str]:
    """SHA-256 of the images, the classes and the labels; not of where they lie or came from."""

    def digests() -> dict[str, str]:
        truth = state.truth()
        images, labels = hashlib.sha256(), hashlib.sha256()
        for name in IDENTITY:
            _column(images, name, truth.items[name])
        names = [[row.name, row.kind] for row in truth.ontology.classes]
        own = truth.ground_truth
        for table in (own.table, own.masks, own.points, own.traits, truth.verdicts):
            _table(labels, table)
        return {
            "images": images.hexdigest(),
            "classes": hashlib.sha256(json.dumps(names).encode()).hexdigest(),
            "labels": labels.hexdigest(),
        }

    return state.remembered(("fingerprint",), digests)


def ground_truth_hash(state: Loaded) -> str:
    """One SHA-256 of images, classes and labels together."""
    parts = fingerprint(state)
    return hashlib.sha256("".join(parts[name] for name in PARTS).encode()).hexdigest()


def protocol_hash(task: Task) -> str:
    """SHA-256 of the default protocol of a task, its parameters and the form of its numbers."""
    name = "answers" if task is Task.CLASSIFICATION else protocol_for(task, None).name
    parameters = asdict(coco(task=task)) if task in DETECTION else None
    text = json.dumps([task.value, name, FORM, parameters], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _table(whole: Any, table: Table) -> None:
    for name in table:
        _column(whole, name, table[name])


def _column(whole: Any, name: str, values: NDArray[Any]) -> None:
    whole.update(f"\0{name}\0{values.shape}\0".encode())
    if values.dtype.kind in "OUS":
        texts = [v.hex() if isinstance(v, bytes) else str(v) for v in values.ravel().tolist()]
        whole.update("\0".join(texts).encode("utf-8", "surrogatepass"))
    else:
        whole.update(np.ascontiguousarray(values).tobytes())
