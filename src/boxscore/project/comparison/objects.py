"""Runs of objects side by side: numbers, followed ground truths, false positives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.document import defined
from boxscore.evaluation.false_alarms import FalseAlarms, false_alarms
from boxscore.evaluation.flips import (
    STATES,
    Flips,
    Followed,
    adjusted,
    follow,
    mcnemar,
    size_of,
)
from boxscore.evaluation.intervals import Paired, draw_paired
from boxscore.evaluation.reasons import ErrorKind, Miss
from boxscore.evaluation.run_view import RunView
from boxscore.matching.coco import fitting, match
from boxscore.matching.policy import Policy, coco
from boxscore.project.analysing import clusters_of
from boxscore.project.comparison.rates import Point, cut_of, difference
from boxscore.project.comparison.words import verdict_of_flips
from boxscore.project.loading import Loaded
from boxscore.project.slices.narrowing import Meant
from boxscore.project.slices.slicing import Mask
from boxscore.schema.kinds import Task

Document = dict[str, Any]
Groups = Sequence[tuple[str, Mask]]
FEWEST = 10
"""Objects that a class, a size or a group needs for its flips to be tested."""
KINDS = [kind for kind in ErrorKind if kind not in (ErrorKind.NONE, ErrorKind.MISSED)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Every other run against the first.

    Attributes:
        confidences: At which each run's objects are followed; None where there is no threshold.
        agreement: (N, N) share of what is followed on which two runs agree.
        pairs: One document for each other run.
    """

    confidences: list[float | None]
    agreement: NDArray[np.float64]
    pairs: list[Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two runs of objects at one operating point each."""

    state: Loaded
    names: tuple[str, str]
    runs: tuple[RunView, RunView]
    confidences: tuple[float, float]
    iou: float
    slice_of: Meant
    followed: Followed
    flips: Flips
    alarms: FalseAlarms
    policy: Policy

    def size_of(self, area: NDArray[np.float64]) -> NDArray[np.int64]:
        return size_of(area, self.policy.area_ranges[1:])


def compared_objects(
    state: Loaded, runs: Sequence[str], task: Task, point: Point, slice_of: Meant, groups: Groups
) -> Compared:
    """Follow every ground truth and every false positive from the first run to each other one."""
    items, iou = slice_of.items, point.iou
    views = [slice_of.view(state, run, task) for run in runs]
    confidences = [cut_of(view, point, items) for view in views]
    followed = follow(views, iou, confidences, items)
    pairs = [
        _Pair(
            state=state,
            names=(runs[0], runs[k]),
            runs=(views[0], views[k]),
            confidences=(confidences[0], confidences[k]),
            iou=iou,
            slice_of=slice_of,
            followed=followed,
            flips=followed.pair(0, k),
            alarms=false_alarms(views[0], views[k], iou, (confidences[0], confidences[k]), items),
            policy=fitting(coco(task=task), views[0].view),
        )
        for k in range(1, len(runs))
    ]
    return Compared(
        confidences=[defined(value) for value in confidences],
        agreement=followed.agreement(),
        pairs=[_document(pair, groups) for pair in pairs],
    )


def drawn(state: Loaded, first: str, second: str, task: Task, slice_of: Meant) -> Paired:
    """The paired replicates of two runs; the last few are remembered."""
    ids = tuple(state.record(run).run_id for run in (first, second))
    key = ("paired", *ids, task, slice_of.key)

    def draw() -> Paired:
        policy = coco(task=task)
        before, after = (
            match(slice_of.view(state, run, task).view, policy) for run in (first, second)
        )
        return draw_paired(before, after, clusters=clusters_of(state, slice_of.items))

    paired: Paired = state.evaluated(key, draw)
    return paired


def _document(pair: _Pair, groups: Groups) -> Document:
    task = pair.runs[0].view.task
    found = drawn(pair.state, *pair.names, task, pair.slice_of)
    counts, alarms = pair.flips.counts(), pair.alarms
    metrics = differences(found)
    sizes = _sizes(pair, metrics)
    return {
        "first": pair.names[0],
        "second": pair.names[1],
        "headline": "AP",
        "verdict": metrics["AP"]["verdict"],
        "sentences": [],
        "metrics": metrics,
        "rates": {},
        "followed": "objects",
        "flips": counts | {"p": mcnemar(counts["fixed"], counts["broken"])},
        "false_positives": {
            "new": int(alarms.new.size), "removed": int(alarms.removed.size), "kept": alarms.kept,
        },
        "per_class": _classes(pair, found),
        "sizes": sizes,
        "kinds": _kinds(pair),
        "misses": _misses(pair),
        "groups": _groups(pair, groups),
    }  # fmt: skip


def differences(found: Paired) -> Document:
    """Name -> both values, the difference, its bounds and what they say."""
    bounds = found.intervals().overall
    sides = zip(found.first.overall[0].tolist(), found.second.overall[0].tolist(), strict=True)
    return {
        name: difference(bounds, one, other, k)
        for k, (name, (one, other)) in enumerate(zip(bounds.names, sides, strict=True))
    }


def tested(rows: list[Document], changes: Sequence[Document]) -> list[Document]:
    """Add McNemar's p where there are enough objects, q adjusted over the rows, and a verdict.

    Objects of one image or sequence change sides together: on too few of these for an interval
    nothing is tested either.

    Args:
        changes: The difference of each row's number.
    """
    for row, change in zip(rows, changes, strict=True):
        enough = row["objects"] >= FEWEST and change["low"] is not None
        row["p"] = mcnemar(row["fixed"], row["broken"]) if enough else None
    for row, q in zip(rows, adjusted([row["p"] for row in rows]), strict=True):
        row["q"], row["verdict"] = q, verdict_of_flips(row, q)
    return rows


def _classes(pair: _Pair, found: Paired) -> list[Document]:
    """Classes with objects or changed false positives, most broken first."""
    view, ontology = pair.runs[0].view, pair.state.truth().ontology
    states = pair.flips.per_class(view.classes)
    new, removed = (
        np.bincount(run.view.predictions.class_id[rows], minlength=view.classes)
        for run, rows in ((pair.runs[1], pair.alarms.new), (pair.runs[0], pair.alarms.removed))
    )
    objects = np.sum([states[name] for name in STATES], axis=0)
    bounds = found.intervals().per_class
    rows: list[Document] = []
    for k in np.flatnonzero(objects + new + removed).tolist():
        one, other = (float(side.per_class[0, k, 0]) for side in (found.first, found.second))
        counts = {name: int(states[name][k]) for name in STATES}
        known = {"name": ontology.classes[k].name, "class_id": k, "objects": int(objects[k])}
        more = {"new": int(new[k]), "removed": int(removed[k])}
        rows.append(known | counts | more | {"change": difference(bounds, one, other, k, 0)})
    adjust_class_differences(rows)
    tested(rows, [row["change"] for row in rows])
    return sorted(rows, key=lambda row: (row["fixed"] - row["broken"], row["class_id"]))


def adjust_class_differences(rows: list[Document]) -> None:
    """Add q, the p of each class's difference adjusted over all classes."""
    for row, q in zip(rows, adjusted([row["change"]["p"] for row in rows]), strict=True):
        row["change"]["q"] = q


def _sizes(pair: _Pair, metrics: Document) -> list[Document]:
    """Objects and false positives by the area ranges of the protocol."""
    objects = pair.size_of(pair.followed.area)
    new, removed = (
        pair.size_of(run.view.predictions.area[rows])
        for run, rows in ((pair.runs[1], pair.alarms.new), (pair.runs[0], pair.alarms.removed))
    )
    rows: list[Document] = [
        {"name": name, "objects": int((objects == k).sum())}
        | pair.flips.counts(objects == k)
        | {"new": int((new == k).sum()), "removed": int((removed == k).sum())}
        for k, name in enumerate(pair.policy.area_names[1:])
    ]
    return tested(rows, [metrics[f"AP{row['name'][0]}"] for row in rows])


def _kinds(pair: _Pair) -> list[Document]:
    """New and removed false positives by why they are false."""
    new, removed = (
        np.bincount(run.kinds(pair.iou, rows), minlength=len(ErrorKind))
        for run, rows in ((pair.runs[1], pair.alarms.new), (pair.runs[0], pair.alarms.removed))
    )
    return [
        {"kind": kind.name.lower(), "new": int(new[kind]), "removed": int(removed[kind])}
        for kind in KINDS
    ]


def _misses(pair: _Pair) -> list[Document]:
    """Why the second run misses what it broke, and why the first missed what was fixed."""
    counts = []
    for side, state in ((1, "broken"), (0, "fixed")):
        rows = pair.followed.row[pair.flips.state(state)]
        why = pair.runs[side].misses(pair.iou, pair.confidences[side], rows).why
        counts.append(np.bincount(why, minlength=len(Miss)))
    return [
        {"why": miss.name.lower(), "broken": int(counts[0][miss]), "fixed": int(counts[1][miss])}
        for miss in Miss
    ]


def _groups(pair: _Pair, groups: Groups) -> list[Document]:
    """Flips of each group of images, and its difference of AP."""
    task = pair.runs[0].view.task
    rows: list[Document] = []
    for name, mask in groups:
        inside = mask[pair.followed.item]
        inner = replace(pair.slice_of, items=mask)
        found = differences(drawn(pair.state, *pair.names, task, inner))["AP"]
        known = {"name": name, "images": int(mask.sum()), "objects": int(inside.sum())}
        alarms = {
            "new": int(mask[pair.runs[1].view.predictions.item[pair.alarms.new]].sum()),
            "removed": int(mask[pair.runs[0].view.predictions.item[pair.alarms.removed]].sum()),
        }
        rows.append(known | pair.flips.counts(inside) | alarms | {"change": found})
    adjust_class_differences(rows)
    return tested(rows, [row["change"] for row in rows])
