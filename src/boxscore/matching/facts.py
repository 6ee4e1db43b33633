"""What only some protocols read of a comparison: filled where the data says it, else None."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.matching.comparable import Facts
from boxscore.schema.kinds import Mark, Task
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import Annotations, Table


def facts_of(
    task: Task,
    items: Table,
    ontology: Ontology,
    ground_truth: Annotations,
    rows: NDArray[np.int64],
    verdicts: Table,
) -> Facts:
    """The facts of the ground truth's rows that take part.

    Args:
        rows: (G,) ascending.
    """
    names = tuple(row.name for row in ontology.classes)
    objects = task is not Task.CLASSIFICATION
    sequence, position = _sequences(items, one=task is Task.TRACKING)
    return Facts(
        group_of=_group_of(ground_truth.table["marks"], rows),
        truncation=_trait(ground_truth.traits, "truncation", rows),
        occlusion=_trait(ground_truth.traits, "occlusion", rows),
        verified=_verified(verdicts, ontology.object_count),
        frequency=_frequency(ontology),
        parent=_parents(ontology),
        sequence=sequence,
        position=position,
        names=names[: ontology.object_count] if objects else names,
        thing=_things(ontology),
    )


def _group_of(marks: NDArray[np.uint16], rows: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    group_of: NDArray[np.bool_] = marks[rows] & np.uint16(Mark.GROUP_OF) != 0
    return group_of if group_of.any() else None


def _trait(traits: Table, name: str, rows: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """(G,) values of one trait, nan where a row has none."""
    if not traits.rows:
        return None
    mine = traits.take(traits["name"] == name)
    place = np.searchsorted(rows, mine["row"])
    inside = place < rows.size
    inside[inside] = rows[place[inside]] == mine["row"][inside]
    if not inside.any():
        return None
    values = np.full(rows.size, np.nan)
    values[place[inside]] = mine["value"][inside]
    return values


def _verified(verdicts: Table, classes: int) -> NDArray[np.int32] | None:
    if not verdicts.rows:
        return None
    columns = [verdicts[name].astype(np.int32) for name in ("item", "class_id", "verdict")]
    rows: NDArray[np.int32] = np.stack(columns, axis=1)
    return rows[rows[:, 1] < classes]


def _frequency(ontology: Ontology) -> NDArray[np.str_] | None:
    given = [known.frequency for known in ontology.objects]
    return np.array(given, np.str_) if any(given) else None


def _things(ontology: Ontology) -> NDArray[np.bool_] | None:
    """(C,) countable classes; one of which nothing is said is, where others are told apart."""
    given = [known.thing for known in ontology.objects]
    if all(thing is None for thing in given):
        return None
    return np.array([thing is not False for thing in given], np.bool_)


def _parents(ontology: Ontology) -> NDArray[np.int32] | None:
    """(C,) the class above each; a class that is above itself stands at the top."""
    if not any(known.parent for known in ontology.objects):
        return None
    place: dict[str, int] = {}
    for c, known in enumerate(ontology.objects):
        place.setdefault(known.name, c)
    above = [place.get(known.parent, -1) if known.parent else -1 for known in ontology.objects]
    circling = [c for c in range(len(above)) if _returns(c, above)]
    parents = np.array(above, np.int32)
    parents[circling] = -1
    return parents


def _returns(c: int, above: list[int]) -> bool:
    at = above[c]
    for _ in above:
        if at < 0 or at == c:
            break
        at = above[at]
    return at == c


def _sequences(
    items: Table, *, one: bool
) -> tuple[NDArray[np.int32] | None, NDArray[np.int32] | None]:
    """(items,) number of each item's sequence and its place there.

    Frames of one video share its data_hash. Where nothing tells of sequences and `one` is asked
    for, all items are one, in their order.
    """
    names, position = items["sequence"], items["position"]
    filmed = _frames(items, names)
    if filmed.any():
        names = np.where(filmed, items["data_hash"], names)
        position = np.where(filmed, items["frame"], position)
    told = names != ""
    if told.any():
        return _numbered(names, told), position.astype(np.int32)
    if not one:
        return None, None
    return np.zeros(items.rows, np.int32), np.arange(items.rows, dtype=np.int32)


def _frames(items: Table, names: NDArray[Any]) -> NDArray[np.bool_]:
    """(items,) those without a named sequence that share their data_hash with another frame."""
    if not items["frame"].any():
        return np.zeros(items.rows, np.bool_)
    _, inverse, count = np.unique(
        items["data_hash"].astype(np.str_), return_inverse=True, return_counts=True
    )
    shared: NDArray[np.bool_] = (count[inverse] > 1) & (names == "")
    return shared


def _numbered(names: NDArray[Any], told: NDArray[np.bool_]) -> NDArray[np.int32]:
    numbers = np.full(names.size, -1, np.int32)
    numbers[told] = np.unique(names[told].astype(np.str_), return_inverse=True)[1]
    return numbers
