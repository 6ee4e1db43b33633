"""How two projects, or two parts of one, differ: every metric's distribution, and the classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError
from boxscore.evaluation.document import defined
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import (
    Known,
    find_metric,
    known_metrics,
    place_of,
    values_at,
)
from boxscore.project.slices.remaining import remaining
from boxscore.project.slices.slicing import Where
from boxscore.quality.cards import PREDICTION, Card, On
from boxscore.quality.drifting import (
    benjamini_hochberg,
    cliffs_delta,
    ks_probability,
    ks_statistic,
)

Document = dict[str, Any]
Values = NDArray[np.float64]
LEVEL, NEGLIGIBLE = 0.05, 0.147
"""Corrected probability below which, and Cliff's delta from which, a metric has drifted
(the delta below which Romano et al. 2006 call a difference negligible)."""


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Some images of a project, and the labels on them that count.

    Attributes:
        items: (items,) bool.
        objects: (N,) bool of the ground truths.
    """

    name: str
    state: Loaded
    items: NDArray[np.bool_]
    objects: NDArray[np.bool_]


def side(state: Loaded, where: Where) -> Side:
    """Images of a project, all or those of a slice, whose conditions on objects choose labels.

    Raises:
        RequestError: A key or a value is unknown, or no image is meant.
    """
    truth, chosen = state.truth(), remaining(state, where)
    name = state.name if not where else where if isinstance(where, str) else "a list"
    items, objects = chosen.items, chosen.annotations()
    return Side(
        name,
        state,
        np.ones(truth.items.rows, np.bool_) if items is None else items,
        np.ones(truth.ground_truth.rows, np.bool_) if objects is None else objects,
    )


def rest_of(first: Side, where: Where) -> Side:
    """The images of a project that a side leaves out, narrowed by a slice.

    Raises:
        RequestError: It leaves none out.
    """
    whole = side(first.state, where)
    items = whole.items & ~first.items
    if not items.any():
        raise RequestError(
            f"{first.name} leaves no image out",
            fix="name some of the images, as --slice split=val --rest",
            code="E-SLICE-EMPTY",
        )
    table = first.state.truth().ground_truth.table
    return Side("the rest", first.state, items, whole.objects & items[table["item"]])


def drift_document(
    first: Side, second: Side, pixels: bool = True, progress: Progress = silent
) -> Document:
    """Every metric in both, the most different first; class shares; what is not comparable.

    Raises:
        RequestError: Both are the same images.
    """
    if _same(first, second):
        raise RequestError(
            "both sides are the same images",
            fix="name another project, or two slices: --slice split=train --against split=val",
            code="E-DRIFT-SAME",
        )
    pairs = _comparable(first, second)
    # Computed before the answer is remembered: others who ask must not wait for it.
    sides = [
        values_at(side.state, known, place_of(side.state, None), pixels, progress)
        for side, known in ((first, [a for a, _ in pairs]), (second, [b for _, b in pairs]))
    ]
    ready = tuple(a and b for (_, a), (_, b) in zip(*sides, strict=True))
    key = (
        "drift", ready, *((s.root, s.generation) for s in (first.state, second.state)),
        *((side.name, side.items.tobytes(), side.objects.tobytes()) for side in (first, second)),
    )  # fmt: skip
    known = [(one, a, b) for (one, _), (a, _), (b, _) in zip(pairs, *sides, strict=True)]
    return first.state.evaluated(key, lambda: _compared(first, second, known, ready))


def _same(first: Side, second: Side) -> bool:
    if first.state is not second.state:
        return False
    pairs = ((first.items, second.items), (first.objects, second.objects))
    return all(np.array_equal(a, b) for a, b in pairs)


def _compared(
    first: Side,
    second: Side,
    known: Sequence[tuple[Known, Values, Values]],
    ready: Sequence[bool],
) -> Document:
    rows, missing = [], []
    for (one, a, b), here in zip(known, ready, strict=True):
        if not here:
            missing.append(one.card.title)
            continue
        mine, theirs = _some(one, first, a), _some(one, second, b)
        if mine.size and theirs.size:
            rows.append(drift_row(one.card, mine, theirs))
    corrected = benjamini_hochberg(np.array([row["p"] for row in rows], np.float64))
    for row, q in zip(rows, corrected.tolist(), strict=True):
        row["q"] = q
        row["drifted"] = bool(q < LEVEL and abs(row["delta"]) >= NEGLIGIBLE)
    rows.sort(key=lambda row: (not row["drifted"], -abs(row["delta"])))
    classes = _classes(first, second)
    return {
        "first": told(first),
        "second": told(second),
        "metrics": rows,
        "classes": classes,
        "class_distance": _distance(classes),
        "not_computed": missing,
    }


def _comparable(first: Side, second: Side) -> list[tuple[Known, Known]]:
    """The same measures of images or ground truth in both, random numbers left out."""
    others = known_metrics(second.state)
    pairs = []
    for name, known in known_metrics(first.state).items():
        card, other = known.card, others.get(name)
        if other is None or card.id.startswith("random") or card.roles == (PREDICTION,):
            continue
        if (card.version, card.on) == (other.card.version, other.card.on):
            pairs.append((known, other))
    return pairs


def comparable_metric(first: Side, second: Side, name: str) -> tuple[Known, Known]:
    """A metric as both sides measure it, by id or title.

    Raises:
        RequestError: It is unknown, or not the same measure in both.
    """
    wanted = find_metric(first.state, name)
    for known, other in _comparable(first, second):
        if known.card.id == wanted.card.id:
            return known, other
    raise RequestError(
        f"metric {wanted.card.title!r} is not compared",
        fix="choose one of images or labels that both projects have in the same version",
        code="E-DRIFT-METRIC",
    )


def _some(known: Known, side: Side, values: Values) -> Values:
    """Defined values of a side."""
    some = values[side.items if known.card.on is On.IMAGE else side.objects]
    return some[np.isfinite(some)]


def drift_row(card: Card, a: Values, b: Values) -> Document:
    """How far one metric's defined values on both sides are apart."""
    statistic = ks_statistic(a, b)
    return {
        "id": card.id,
        "title": card.title,
        "unit": card.unit,
        "on": card.on.value,
        "values": [a.size, b.size],
        "medians": [float(np.median(a)), float(np.median(b))],
        "ks": statistic,
        "p": ks_probability(statistic, a.size, b.size),
        "delta": cliffs_delta(a, b),
    }


def _classes(first: Side, second: Side) -> list[Document]:
    """One row for each class by name: its objects and their share on both sides."""
    names: dict[str, list[int]] = {}
    for k, one in enumerate((first, second)):
        truth = one.state.truth()
        counts = np.bincount(
            truth.ground_truth.table["class_id"][one.objects],
            minlength=len(truth.ontology.classes),
        )
        for row, count in zip(truth.ontology.classes, counts.tolist(), strict=True):
            names.setdefault(row.name, [0, 0])[k] += count
    totals = [sum(pair[k] for pair in names.values()) for k in (0, 1)]
    rows = [
        {
            "class_name": name,
            "counts": pair,
            "shares": [n / total if total else None for n, total in zip(pair, totals, strict=True)],
        }
        for name, pair in names.items()
        if any(pair)
    ]
    return sorted(rows, key=lambda row: -_apart(row))


def _apart(row: Document) -> float:
    a, b = row["shares"]
    return 0.0 if a is None or b is None else abs(a - b)


def _distance(classes: list[Document]) -> float | None:
    """Total variation of the class shares: what part of the objects would have to change class."""
    if not classes or any(None in row["shares"] for row in classes):
        return None
    return defined(sum(map(_apart, classes)) / 2)


def told(side: Side) -> Document:
    """The name of a side, and how much there is of it."""
    return {
        "name": side.name,
        "images": int(side.items.sum()),
        "ground_truth": int(side.objects.sum()),
    }
