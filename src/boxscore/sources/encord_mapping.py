"""Encord Active's mapping files: feature hash -> predicted class, image id -> data hash."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from boxscore.errors import MappingError, MappingFileError, SourceError, near_misses, shown
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import ClassRow, Ontology
from boxscore.sources.text_lines import read_bytes

ONTOLOGY_FILES = ("ontology_mapping.json", "ontology_label_map.json")
"""Beside the predictions; the second is what older versions called it."""
IMAGE_FILE = "image_mapping.json"
LARGEST = 1 << 26

BOXES = (Shape.BOUNDING_BOX, Shape.ROTATABLE_BOUNDING_BOX)
COVERING = (Shape.POLYGON, Shape.BITMASK)

Given = Mapping[Any, Any] | None


def ontology_file(folder: Path) -> Path | None:
    """The ontology mapping of a folder, if there is one."""
    return next((folder / name for name in ONTOLOGY_FILES if (folder / name).is_file()), None)


def given_or_read(given: Given, path: Path | None, missing: Path) -> dict[str, Any]:
    """A mapping as it was passed, or the one in a file; its keys as text.

    Args:
        path: The file, None where there is none.
        missing: Where it should have been.

    Raises:
        MappingFileError: Neither is there.
        SourceError: The file holds no JSON object.
    """
    if given is not None:
        return {str(key): value for key, value in given.items()}
    if path is None or not path.is_file():
        raise MappingFileError(
            f'JSON file with expected path "{missing}" was not found',
            fix="write it, or pass the mapping",
            code="E-MAPPING-FILE",
        )
    return read_object(path)


def read_object(path: Path) -> dict[str, Any]:
    """One JSON object of a file of bounded size.

    Raises:
        SourceError: It is none, or names a key twice.
    """
    try:
        document = json.loads(
            read_bytes(path, LARGEST).decode("utf-8-sig"), object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as bad:
        raise _no_object(path, f"is no JSON: {shown(str(bad))}") from None
    if not isinstance(document, dict):
        raise _no_object(path, "holds no object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"key {shown(twice)!r} stands there twice")
    return found


def _no_object(path: Path, problem: str) -> SourceError:
    fix = 'write one JSON object, {"featureNodeHash": class, ...}'
    return SourceError(path, "", problem, fix=fix, code="E-MAPPING-JSON")


def mapped_classes(
    mapping: Mapping[str, Any], ontology: Ontology, shapes: Collection[Shape]
) -> dict[str, list[ClassRow]]:
    """Class of the predictions, as text -> the project's classes that it stands for.

    The documentation writes {feature hash: class}; files the other way round, which older pages
    show, are read as well.

    Raises:
        MappingError: A hash is no object class of the project, or its shape does not fit.
    """
    known = {c.feature_hash: c for c in ontology.classes[: ontology.object_count]}
    fitting = {h: c for h, c in known.items() if c.shape in shapes}
    values = [v for v in mapping.values() if isinstance(v, str)]
    if values and not set(mapping) & set(known) and set(values) <= set(known):
        mapping = {value: key for key, value in mapping.items()}
    wrong = [h for h in mapping if h not in fitting]
    if wrong:
        listed = ", ".join(f"{h}: {c.name!r}" for h, c in list(fitting.items())[:20])
        raise MappingError(
            f"feature hashes {', '.join(map(shown, wrong[:20]))} are no classes of this project "
            "with a shape that fits",
            fix=f"valid are {listed}" if listed else "the project has no such class",
            code="E-MAPPING-HASH",
        )
    out: dict[str, list[ClassRow]] = {}
    for feature_hash, value in mapping.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            problem = f"{feature_hash}: {shown(value)} is no class name and no number"
            raise MappingError(problem, fix="give a text or a number", code="E-MAPPING-VALUE")
        out.setdefault(str(value).strip(), []).append(fitting[feature_hash])
    return out


def numbered(classes: Mapping[str, list[ClassRow]]) -> dict[int, list[ClassRow]]:
    """The same where predictions name classes by whole numbers.

    Raises:
        MappingError: A class is no number.
    """
    out: dict[int, list[ClassRow]] = {}
    for word, rows in classes.items():
        if not word.removeprefix("-").isdecimal() or len(word) > 18:
            problem = f"{rows[0].feature_hash}: {shown(word)} is no whole number"
            fix = "predictions of this format name classes by number"
            raise MappingError(problem, fix=fix, code="E-MAPPING-VALUE")
        out[int(word)] = rows
    return out


def single(classes: Mapping[Any, list[ClassRow]]) -> dict[Any, int]:
    """Class of the predictions -> class_id, where each stands for one.

    Raises:
        MappingError: Two classes of the project share one.
    """
    for word, rows in classes.items():
        if len(rows) > 1:
            names = " and ".join(row.name for row in rows)
            problem = f"{shown(str(word))} stands for {names}"
            raise MappingError(problem, fix="give each its own", code="E-MAPPING-TWICE")
    return {word: rows[0].class_id for word, rows in classes.items()}


def unknown_class(word: object, known: Mapping[Any, int]) -> tuple[str, str]:
    """What is wrong with a class that no mapping names, and what to do."""
    problem = f"class {shown(str(word))} is not in the ontology mapping"
    return problem, near_misses(str(word), [str(name) for name in known])
