"""The frames of a video or sequence in time, with what a run gets right and wrong on each."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.error_list import FN, FP, TP, objects_at
from boxscore.evaluation.run_view import RunView
from boxscore.evaluation.tracking import switches_by_item
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options
from boxscore.project.evaluating import compare
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes, operating_confidence
from boxscore.project.slices.narrowing import Meant, meant, task_of_objects
from boxscore.project.slices.slicing import Where
from boxscore.project.tasks import task_of
from boxscore.schema.kinds import Task
from boxscore.schema.tables import Table

Document = dict[str, Any]
Classes = tuple[int, ...] | None
UNTRACKED = ("E-TASK-GEOMETRY", "E-TRACK-NONE", "E-SEQUENCE-NONE", "E-TRACK-TWICE", "E-BOX")
"""Why nothing can be said of tracks."""
NAMED = 5
"""Sequences that a message names."""


def sequence_of(items: Table, item: int) -> str:
    """Name of an item's sequence; of a video without a name its data_hash; "" for an image."""
    name = str(items["sequence"][item])
    if name:
        return name
    video = items["data_hash"][item]
    return str(video) if np.count_nonzero(items["data_hash"] == video) > 1 else ""


def frames_of(items: Table, sequence: str | None) -> NDArray[np.int64]:
    """(N,) items of a sequence in time; None is the only one.

    Raises:
        RequestError: There is no such sequence, or several where none is named.
    """
    names, hashes = items["sequence"], items["data_hash"]
    if sequence is None:
        sequence = _only(items)
    rows = np.flatnonzero(names == sequence) if sequence else np.zeros(0, np.int64)
    if rows.size:
        return rows[np.argsort(items["position"][rows], kind="stable")]
    rows = np.flatnonzero((hashes == sequence) & (names == ""))
    if rows.size < 2:
        raise RequestError(
            f"there is no sequence {sequence!r}",
            fix=near_misses(sequence, sequences(items)),
            code="E-SEQUENCE-UNKNOWN",
        )
    return rows[np.argsort(items["frame"][rows], kind="stable")]


def sequences(items: Table) -> list[str]:
    """Names of all sequences, and the data_hash of videos that have none; sorted."""
    names = items["sequence"]
    found, count = np.unique(items["data_hash"][names == ""].astype(np.str_), return_counts=True)
    return sorted({*names[names != ""].tolist(), *found[count > 1].tolist()})


def _only(items: Table) -> str:
    known = sequences(items)
    if len(known) != 1:
        some = ", ".join(known[:NAMED]) + (", ..." if len(known) > NAMED else "")
        raise RequestError(
            f"the project has {len(known)} sequences" if known else "the project has no sequence",
            fix=f"name one of {some}" if known else "import videos, or sequences of images",
            code="E-SEQUENCE-WHICH" if known else "E-SEQUENCE-NONE",
        )
    return known[0]


def frames_document(
    state: Loaded,
    run: str,
    sequence: str | None,
    iou: float,
    confidence: float | None,
    classes: Classes,
    task: str | None,
    where: Where = None,
) -> Document:
    """Every frame of a sequence with its counts at one operating point, as columns.

    A slice decides the default confidence, which frames and which objects count; every frame is
    there, so that a player goes on, and has no counts outside the slice.
    """
    slice_of, items = meant(state, where), state.truth().items
    view = slice_of.view(state, run, task_of_objects(state, run, task))
    rows = frames_of(items, sequence)
    check_classes(classes or (), view.view.classes)
    shown = operating_confidence(view, confidence, slice_of.items)
    key = state.record(run).run_id, task_of(state, run, task), iou, shown, classes
    counts = state.evaluated(
        ("frames", slice_of.key, *key), lambda: _counts(view, iou, shown, classes)
    )
    # Tracks go on through objects that do not count, so that theirs is no switch of a slice; and
    # through frames outside of it: a switch is told of where it is seen.
    switches = (
        None
        if slice_of.parts
        else state.evaluated(
            ("switches", *key, rows.tobytes()),
            lambda: _switches(state, run, rows, iou, shown, classes),
        )
    )
    return {
        "run": run,
        "sequence": sequence_of(items, int(rows[0])),
        "iou": iou,
        "confidence": shown,
        "data_hash": items["data_hash"][rows].tolist(),
        "frame": items["frame"][rows].tolist(),
        "title": items["title"][rows].tolist(),
        **{name: _inside(slice_of, rows, counts[name][rows].tolist()) for name in counts},
        "switches": None if switches is None else _inside(slice_of, rows, switches),
    }


def _inside(slice_of: Meant, rows: NDArray[np.int64], values: list[int]) -> list[int | None]:
    """Values of frames, None where they are outside the slice."""
    if slice_of.items is None:
        return list(values)
    inside = slice_of.items[rows].tolist()
    return [value if here else None for value, here in zip(values, inside, strict=True)]


def _counts(
    view: RunView, iou: float, confidence: float, classes: Classes
) -> dict[str, NDArray[np.int64]]:
    """(items,) objects of each outcome."""
    objects = objects_at(view, iou, confidence)
    if classes is not None:
        objects = objects.take(np.isin(objects.class_id, classes))
    return {
        name: np.bincount(objects.item[objects.outcome == code], minlength=view.view.items)
        for name, code in (("tp", TP), ("fp", FP), ("fn", FN))
    }


def _switches(
    state: Loaded,
    run: str,
    rows: NDArray[np.int64],
    iou: float,
    confidence: float,
    classes: Classes,
) -> list[int] | None:
    """Identity switches on each frame of a sequence; None where a side has no tracks."""
    view = state.evaluated(("tracks", state.record(run).run_id), lambda: _tracks(state, run))
    if view is None:
        return None
    items = np.zeros(view.items, np.bool_)
    items[rows] = True
    try:
        found = switches_by_item(view, Options(iou_thresholds=(iou,)), confidence, classes, items)
    except RequestError as why:
        if why.code not in UNTRACKED:
            raise
        return None
    counts: list[int] = found[rows].tolist()
    return counts


def _tracks(state: Loaded, run: str) -> Comparable | None:
    try:
        return compare(state.truth(), state.predictions(run), Task.TRACKING)
    except RequestError as why:
        if why.code not in UNTRACKED:
            raise
        return None
