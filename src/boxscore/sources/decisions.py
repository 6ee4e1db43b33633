"""How a source was read, as a document: every reading that was weighed, and how to repeat it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import storable
from boxscore.schema.ontology import ClassRow
from boxscore.sources.context import ProjectContext
from boxscore.sources.doctor import Diagnosis, Mapping, mapping_text
from boxscore.sources.doctor.classes import BY_NAME, folded_name
from boxscore.sources.doctor.readings import EXCEPTIONS, Finding, Reading
from boxscore.sources.raw import RawSet

Decisions = dict[str, Any]
LEFT_OUT = -2
MOST_CLASSES = 10_000
BY_HAND = "mapping file"


def decisions(
    findings: Iterable[Finding], classes: list[dict[str, Any]], mapping: Mapping, looked_at: int
) -> Decisions:
    """What a run's report keeps.

    Args:
        looked_at: Images whose labels were evidence.

    Returns:
        "findings" with the readings that were weighed, "classes" as `class_rows` has them,
        "images" that were looked at, and "mapping", the text of a file that decides the same.
    """
    return {
        "findings": [finding.document() for finding in findings],
        "classes": classes,
        "images": looked_at,
        "mapping": mapping_text(mapping),
    }


def diagnosed(raw: RawSet, diagnosis: Diagnosis, context: ProjectContext) -> Decisions:
    """What the doctor decided of a raw set."""
    named = [c.number if c.name is None else c.name for c in raw.classes]
    count = np.bincount(raw.columns["class_ref"], minlength=len(named))
    reading = diagnosis.classes.chosen
    assert isinstance(reading, Reading)
    rows = class_rows(
        named, count, reading.place, reading.how, context.ontology.classes, diagnosis.given.classes
    )
    truth = context.ground_truth
    labelled = 0 if truth is None else int(np.unique(truth.table["item"]).size)
    return decisions(diagnosis.findings, rows, diagnosis.mapping(), labelled)


def class_rows(
    named: Sequence[int | str | None],
    count: NDArray[np.int64],
    place: NDArray[np.int32],
    how: str,
    classes: Sequence[ClassRow],
    given: dict[str, str | None] | None = None,
) -> list[dict[str, Any]]:
    """What each class of a source becomes, those of most records first.

    Args:
        named: (K,) names or numbers of the source.
        count: (K,) records of each.
        place: (K,) row of the ontology's classes, -1 not found, -2 left out.
        how: The reading that gave the places.
        given: What a mapping file says of single classes.

    Returns:
        "source", the key that a mapping file's `classes: map:` takes, "records", "class" (None
        where none is found or it is left out), "left_out" and "how" it was found (None likewise).
    """
    rows = []
    for k in np.argsort(-count, kind="stable")[:MOST_CLASSES].tolist():
        key = str(named[k])
        at = int(place[k])
        name = classes[at].name if at >= 0 else None
        told = key in (given or {})
        rows.append(
            {
                "source": storable(key),
                "records": int(count[k]),
                "class": name,
                "left_out": at == LEFT_OUT,
                "how": BY_HAND if told else None if name is None else _strictest(how, key, name),
            }
        )
    return rows


def _strictest(how: str, key: str, name: str) -> str:
    """The strictest way by names that finds the same; numbers have the way of them all."""
    how = how.removesuffix(EXCEPTIONS)
    if how not in BY_NAME[1:]:
        return how
    if key == name:
        return BY_NAME[1]
    return BY_NAME[2] if folded_name(key) == folded_name(name) else how
