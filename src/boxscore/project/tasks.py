"""Which tasks and protocols can score a run, by what it and the ground truth hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxscore.evaluation.protocols import PROTOCOLS
from boxscore.project.evaluating import Truth
from boxscore.schema.kinds import MASKED, Kind, Task
from boxscore.schema.tables import Annotations

Document = dict[str, Any]


def possible_tasks(truth: Truth, predictions: Annotations) -> list[Document]:
    """Tasks in their usual order, each with its protocols: name, title, headline."""
    labels, found = (_held(a) for a in (truth.ground_truth, predictions))
    both = labels & found
    fitting = {
        Task.BBOX: bool(labels - {"answer"} and found - {"answer"}),
        Task.OBB: "rotated" in both,
        Task.SEGM: "mask" in both,
        Task.BOUNDARY: "mask" in both,
        Task.KEYPOINTS: "keypoints" in both,
        Task.CLASSIFICATION: "answer" in both,
        Task.SEMANTIC: "mask" in both,
        Task.PANOPTIC: "mask" in both,
        Task.TRACKING: "track" in both and bool((truth.items["sequence"] != "").any()),
    }
    return [
        {
            "task": task.value,
            "protocols": [
                {"name": card.name, "title": card.title, "headline": card.headline}
                for card in PROTOCOLS.values()
                if task in card.tasks
            ],
        }
        for task, fits in fitting.items()
        if fits
    ]


def _held(annotations: Annotations) -> set[str]:
    """What kinds of geometry one side has."""
    table = annotations.table
    kinds = set(np.unique(table["kind"]).tolist())
    held = set()
    if Kind.CLASSIFICATION in kinds:
        held.add("answer")
    if kinds - {Kind.CLASSIFICATION}:
        held.add("box")
    if kinds & set(MASKED) or annotations.masks.rows:
        held.add("mask")
    if Kind.KEYPOINTS in kinds:
        held.add("keypoints")
    if Kind.ROTATED_BOX in kinds:
        held.add("rotated")
    if (table["track"] != "").any():
        held.add("track")
    return held
