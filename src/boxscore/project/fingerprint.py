"""A hash of what every run of a project is compared with, so that a change of it is noticed."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.project.loading import Loaded
from boxscore.schema.tables import Table

IDENTITY = ("data_hash", "frame", "width", "height")
"""Columns of items that say which picture it is."""


def ground_truth_hash(state: Loaded) -> str:
    """SHA-256 of the images, the classes and the labels; not of where they lie or came from."""

    def digest() -> str:
        truth = state.truth()
        whole = hashlib.sha256()
        for name in IDENTITY:
            _column(whole, name, truth.items[name])
        names = [[row.name, row.feature_hash] for row in truth.ontology.classes]
        whole.update(json.dumps(names, ensure_ascii=False).encode())
        labels = truth.ground_truth
        for table in (labels.table, labels.masks, labels.points, labels.traits, truth.verdicts):
            _table(whole, table)
        return whole.hexdigest()

    return state.remembered(("ground truth hash",), digest)


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
