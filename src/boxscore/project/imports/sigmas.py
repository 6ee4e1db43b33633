"""Deviations of keypoints that are given beside the ground truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import RequestError, near_misses, shown
from boxscore.matching.keypoints import counts_of
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import Annotations
from boxscore.sources.json_document import read_document, real

Sigmas = Sequence[float] | Mapping[str, Sequence[float]]
MOST_BYTES = 1 << 22


def read_sigmas(given: str | Path) -> Sigmas:
    """Numbers between commas, or a JSON file of a list, or of a list for each class.

    Raises:
        RequestError: It is neither.
        SourceError: The file is no JSON.
    """
    parts = [_number(part) for part in str(given).split(",")]
    if all(part is not None for part in parts):
        return [part for part in parts if part is not None]
    document: Any = read_document(Path(given), MOST_BYTES)
    if isinstance(document, dict):
        return {str(name): document[name] for name in document}
    return [document] if not isinstance(document, list) else document


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def with_sigmas(ontology: Ontology, labels: Annotations, given: Sigmas) -> Ontology:
    """The ontology with these deviations in place of its own.

    Args:
        given: Of every class with as many keypoints, or of each class by name.

    Raises:
        RequestError: One is no number above 0, a class is unknown, or has other keypoints.
    """
    counts = counts_of(labels, np.arange(labels.rows), len(ontology.classes)).tolist()
    names = [row.name for row in ontology.classes[: ontology.object_count]]
    if isinstance(given, Mapping):
        lists = {name: _checked(name, values) for name, values in given.items()}
        for name in lists:
            if name not in names:
                raise _refused(f"class {shown(name)} does not exist", near_misses(name, names))
    else:
        every = _checked("all classes", given)
        lists = {n: every for n, c in zip(names, counts, strict=False) if c == len(every)}
        if not lists:
            had = sorted({c for c in counts if c})
            problem = f"{len(every)} sigmas are given, and no class has so many keypoints"
            raise _refused(problem, f"classes here have {', '.join(map(str, had)) or 'none'}")
    objects = list(ontology.objects)
    for k, name in enumerate(names):
        if name in lists and counts[k] not in (0, len(lists[name])):
            problem = f"{len(lists[name])} sigmas are given for class {shown(name)}"
            raise _refused(problem, f"give {counts[k]}, one for each keypoint")
        objects[k] = replace(objects[k], sigmas=lists.get(name, objects[k].sigmas))
    return replace(ontology, objects=tuple(objects))


def _checked(what: str, given: object) -> tuple[float, ...]:
    values = [real(value) for value in given] if isinstance(given, list | tuple) else []
    good = [value for value in values if value is not None and value > 0]
    if not good or len(good) < len(values):
        problem = f"sigmas of {shown(what)} are {shown(given)}"
        raise _refused(problem, "give numbers above 0, one for each keypoint")
    return tuple(good)


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-SIGMAS")
