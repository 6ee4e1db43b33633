"""What to fix first: the groups of errors of a run by the AP that fixing them would bring.

The effort of a group is how many objects have to be touched: its false positives and misses; of
corrections of labels, the labels that they add, change or remove.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.fix_groups import group_on, groups_by_size, groups_of
from boxscore.evaluation.fixes import Fixer, Gain, Group, gain_document
from boxscore.evaluation.tide import assign
from boxscore.matching.coco import fitting
from boxscore.matching.policy import COCO
from boxscore.project.analysing import clusters_of
from boxscore.project.fixing_labels import label_gain
from boxscore.project.loading import Loaded
from boxscore.project.slices.narrowing import meant, task_of_objects
from boxscore.project.slices.slicing import Where
from boxscore.store.tags import Tags

Document = dict[str, Any]
ORDERS = ("effort", "gain")
LEAST_GAIN = 0.0005
"""AP below which a group is not worth a line."""
LEAST_ERRORS, LEAST_IMAGES = 5, 3
MOST_VALUES = 50
"""Splits or sequences beyond which they are no groups to work on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixQuery:
    """What is asked; see `Project.fix_first`."""

    iou: float = 0.5
    confidence: float | None = None
    order: str = "effort"
    limit: int = 20
    each: int | None = None
    intervals: bool = True


def fix_first(
    state: Loaded, run: str, query: FixQuery, where: Where = None, task: str | None = None
) -> Document:
    """The groups that bring most, by gain or by gain per error."""
    if query.order not in ORDERS:
        raise RequestError(
            f"{query.order!r} is no order", fix=near_misses(query.order, ORDERS), code="E-FIX-ORDER"
        )
    slice_of = meant(state, where)
    view = slice_of.view(state, run, task_of_objects(state, run, task))
    items = slice_of.items
    confidence = view.default_confidence(items) if query.confidence is None else query.confidence
    errors = assign(view.view, view.live.at(query.iou), view.best)
    fixer = Fixer(view.view, errors, confidence, items)
    groups = chain(groups_of(fixer, view.best), _of_images(state, fixer), _sizes(fixer))
    found = fixer.gains(groups, LEAST_ERRORS, LEAST_IMAGES)
    gains = [gain for gain in found if gain.gain >= LEAST_GAIN]
    labels = None
    if not slice_of.parts:  # corrected labels need not fulfil what the slice asks
        labels = label_gain(state, run, fixer, query.iou, items, intervals=query.intervals)
    gains += [labels] if labels else []
    gains.sort(key=lambda g: -(g.per_hundred if query.order == "effort" else g.gain))
    shown = _few_of_each(gains, query.each)[: query.limit]
    if labels and labels not in shown:
        shown[query.limit - 1 :] = [labels]  # what people decided on is never cut off
    if query.intervals:
        others = [gain for gain in shown if gain is not labels]
        bounded = iter(fixer.with_bounds(others, clusters_of(state, items)))
        shown = [gain if gain is labels else next(bounded) for gain in shown]
    names = [row.name for row in state.truth().ontology.classes]
    return {
        "run": run,
        "iou": query.iou,
        "confidence": confidence,
        "ap": None if np.isnan(fixer.ap) else fixer.ap,
        "order": query.order,
        "groups": len(gains),
        "fixes": [gain_document(gain, _name(gain.group, names)) for gain in shown],
    }


def _few_of_each(gains: list[Gain], most: int | None) -> list[Gain]:
    """The first ones of each sort of group, in order; None is all of them."""
    if most is None:
        return gains
    seen: Counter[str] = Counter()
    kept = []
    for gain in gains:
        seen[gain.group.what] += 1
        if seen[gain.group.what] <= most:
            kept.append(gain)
    return kept


def _of_images(state: Loaded, fixer: Fixer) -> Iterator[Group]:
    items = state.truth().items
    for key in ("split", "sequence"):
        values = items[key].astype(str)
        known = sorted(set(values.tolist()) - {""})
        if 1 < len(known) <= MOST_VALUES:
            for value in known:
                link = {"where": f"{key}={value}"}
                yield group_on(fixer, key, value, values == value, link)
    for name in Tags(state.root).slices():
        where = f"slice={name}"
        try:
            slice_of = meant(state, where)
        except RequestError:  # it was saved when its tag or metric still existed
            continue
        if slice_of.items is not None and not slice_of.parts:
            yield group_on(fixer, "slice", name, slice_of.items, {"where": where})


def _sizes(fixer: Fixer) -> Iterator[Group]:
    policy = fitting(COCO, fixer.view)
    ranges = zip(policy.area_names, policy.area_ranges, strict=True)
    named = [(name, low, high) for name, (low, high) in ranges]
    return groups_by_size(fixer, named[1:])


def _name(group: Group, names: list[str]) -> str:
    """As a person reads it; of kinds the words are the views'."""
    words = [names[part] if isinstance(part, int) else part for part in group.key]
    if group.what == "confusion":
        return f"{words[0]} taken for {words[1]}"
    return words[-1]
