"""What a project says of its objects and images, in words that do not depend on ids or order."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import numpy as np

import boxscore as bs
from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.tables import KEYPOINT_PART, Annotations

Facts = dict[str, Any]
IMAGE = ("size", "split", "sequence", "position", "frame")


def image_names(project: bs.Project, by_sequence: bool = False) -> list[str]:
    """Stem of each image; frames of films with their number; or sequence and position."""
    items = project.items
    if by_sequence:
        places = zip(items["sequence"].tolist(), items["position"].tolist(), strict=True)
        return [f"{sequence}/{position}" for sequence, position in places]
    columns = (items[name].tolist() for name in ("title", "frame", "file"))
    return [
        f"{PurePosixPath(t).stem}__{f}" if f or file.endswith(".mp4") else PurePosixPath(t).stem
        for t, f, file in zip(*columns, strict=True)
    ]


def images_of(project: bs.Project, by_sequence: bool = False) -> dict[str, Facts]:
    """Name of an image -> its facts."""
    items = project.items
    return {
        name: {
            "size": (int(items["width"][k]), int(items["height"][k])),
            **{fact: items[fact][k] for fact in IMAGE if fact != "size"},
        }
        for k, name in enumerate(image_names(project, by_sequence))
    }


def objects_of(
    annotations: Annotations, project: bs.Project, by_sequence: bool = False
) -> list[Facts]:
    """Facts of every object and answer, sorted."""
    table, names = annotations.table, image_names(project, by_sequence)
    masks = dict(zip(annotations.masks["row"].tolist(), annotations.masks["counts"], strict=True))
    points = _points(annotations)
    traits: dict[int, dict[str, float]] = {}
    for row, name, value in zip(
        *(annotations.traits[n].tolist() for n in ("row", "name", "value")), strict=True
    ):
        traits.setdefault(row, {})[name] = value
    questions = {
        a.feature_hash: a.name for c in project.ontology.classifications for a in c.attributes
    }
    found = []
    for row in range(table.rows):
        class_row = project.ontology.classes[int(table["class_id"][row])]
        kind, marks = Kind(int(table["kind"][row])), Mark(int(table["marks"][row]))
        parts, keypoints = points.get(row, ((), None))
        if kind is Kind.KEYPOINTS and keypoints is None and parts:
            keypoints, parts = parts[0], ()
        own = dict(traits.get(row, {}))
        found.append(
            {
                "image": names[int(table["item"][row])],
                "class": class_row.name,
                "question": questions.get(class_row.attribute_hash or "", ""),
                "kind": kind.name,
                "box": tuple(float(table[n][row]) for n in ("x", "y", "width", "height")),
                "theta": float(table["theta"][row]),
                "area": float(table["area"][row]),
                "crowd": bool(table["crowd"][row]) if "crowd" in table else False,
                "ignored": Mark.IGNORED in marks,
                "group_of": Mark.GROUP_OF in marks,
                "track": table["track"][row],
                "confidence": float(table["confidence"][row]) if "confidence" in table else 1.0,
                "parts": tuple(tuple(p[:2] for p in part) for part in parts),
                "keypoints": keypoints,
                "mask": masks.get(row, b""),
                "truncation": own.pop("truncation", None),
                "occlusion": own.pop("occlusion", None),
                "traits": own,
            }
        )
    return sorted(found, key=_place)


def _points(annotations: Annotations) -> dict[int, tuple[Any, Any]]:
    """Row -> parts of its outline, and its keypoints."""
    table = annotations.points
    columns = (table[name].tolist() for name in ("row", "part", "x", "y", "visibility"))
    lists: dict[int, dict[int, list[tuple[float, float, int]]]] = {}
    for row, part, *point in zip(*columns, strict=True):
        lists.setdefault(row, {}).setdefault(part, []).append(tuple(point))
    return {
        row: (
            tuple(tuple(p) for n, p in sorted(parts.items()) if n != KEYPOINT_PART),
            tuple(parts[KEYPOINT_PART]) if KEYPOINT_PART in parts else None,
        )
        for row, parts in lists.items()
    }


def _place(facts: Facts) -> tuple[Any, ...]:
    corner = [0.0 if np.isnan(v) else round(v, 3) for v in facts["box"]]
    confidence = round(facts["confidence"], 6)
    return facts["image"], facts["class"], facts["question"], *corner, confidence, facts["track"]


def differing(
    mine: Iterable[Facts], theirs: Iterable[Facts], within: float = 0.0
) -> dict[str, int]:
    """How often each fact differs between two lists of the same length."""
    counts: dict[str, int] = {}
    for a, b in zip(mine, theirs, strict=True):
        for name in a:
            if not _alike(a[name], b[name], within):
                counts[name] = counts.get(name, 0) + 1
    return counts


def _alike(a: Any, b: Any, within: float) -> bool:
    if isinstance(a, tuple) and isinstance(b, tuple):
        pairs = zip(a, b, strict=False)
        return len(a) == len(b) and all(_alike(x, y, within) for x, y in pairs)
    if isinstance(a, float) and isinstance(b, float):
        return a == b or abs(a - b) <= within or (a != a and b != b)
    return bool(a == b)
