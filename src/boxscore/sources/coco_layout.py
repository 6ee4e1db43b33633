"""Which JSON file of a path is COCO's: annotations of a ground truth, or the results of a model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError, shown
from boxscore.sources.coco_panoptic import is_panoptic
from boxscore.sources.formats import NO, Guess, Role
from boxscore.sources.json_head import head_of

SUFFIXES = (".json", ".json.gz")
MEMBERS = ("images", "annotations", "categories")
RESULT = {"image_id", "category_id"}
FOLDERS = ("", "annotations")
"""Where a folder keeps its annotation files."""
MOST_FILES = 50
SPLIT = re.compile(r"(train|val|valid|validation|test|dev)\d*", re.I)
"""Name of a split, of a folder or at the end of a file's name; the year may follow."""


def recognise(path: Path, role: Role) -> Guess:
    """By the members of the object, or the keys of the first result; also in a folder."""
    if path.is_file():
        return _of_file(path, role)
    if role == "truth" and (splits := split_files(path)):
        return Guess(share=0.85, why=f"COCO annotations of the splits {' and '.join(splits)}")
    found = _files_in(path, role)
    if not found:
        return NO
    names = " and ".join(shown(file.name) for file in found[:3])
    what = "annotations" if role == "truth" else "results"
    return Guess(share=0.8, why=f"COCO {what} in the folder: {names}")


def _of_file(path: Path, role: Role) -> Guess:
    head = head_of(path)
    if role == "predictions":
        fits = isinstance(head, list) and bool(head) and _has(head[0], RESULT)
        why = "a list of results with image_id and category_id"
        return Guess(share=0.95, why=why) if fits else NO
    if not isinstance(head, dict) or is_panoptic(path):
        return NO
    members = [key for key in MEMBERS if isinstance(head.get(key), list)]
    if len(members) > 1:
        return Guess(share=0.95, why=f"an object with {', '.join(members)}")
    first = head[members[0]][:1] if members else []
    # A long list may fill all that was looked at.
    if first and (_has(first[0], RESULT) or _has(first[0], {"id", "file_name"})):
        return Guess(share=0.9, why=f"an object that begins with COCO's {members[0]}")
    return NO


def _has(value: Any, keys: set[str]) -> bool:
    return isinstance(value, dict) and keys <= value.keys()


def _files_in(folder: Path, role: Role) -> list[Path]:
    """The COCO files of a folder: those beside its pictures, or in `annotations`."""
    for inner in FOLDERS:
        place = folder / inner
        names = sorted(place.iterdir()) if place.is_dir() else []
        files = [p for p in names if p.name.lower().endswith(SUFFIXES) and p.is_file()]
        if found := [file for file in files[:MOST_FILES] if _of_file(file, role).share]:
            return found
    return []


def file_of(path: Path, role: Role) -> Path:
    """The file to read: the path itself, or the only one of a folder.

    Raises:
        SourceError: The folder holds none, or several: one of them must be named.
    """
    if not path.is_dir():
        return path
    found = _files_in(path, role)
    what = "annotation file" if role == "truth" else "results file"
    if not found:
        raise SourceError(path, "", f"holds no COCO {what}", fix="name one", code="E-COCO-FOLDER")
    if len(found) > 1:
        names = ", ".join(shown(file.relative_to(path).as_posix()) for file in found)
        problem = f"holds {len(found)} COCO {what}s: {names}"
        raise SourceError(path, "", problem, fix="name one of them", code="E-COCO-FOLDER")
    return found[0]


def split_files(folder: Path) -> dict[str, Path]:
    """Split -> annotation file, of a folder that keeps one file for each of two or more splits.

    Either each split has a folder with its file and pictures (Roboflow), or the files lie together
    and end in the split's name, as instances_val2017.json. Of several kinds of files, as
    instances and person_keypoints, none is chosen: {}.
    """
    if not folder.is_dir():
        return {}
    inner = sorted(p for p in folder.iterdir() if SPLIT.fullmatch(p.name) and p.is_dir())
    beside = {p.name: _files_in(p, "truth") for p in inner}
    if len(beside) > 1 and all(len(files) == 1 for files in beside.values()):
        return {name: files[0] for name, files in beside.items()}
    together = _files_in(folder, "truth")
    parts = [split_of(file) for file in together]
    kinds, names = {kind for kind, _ in parts}, [split for _, split in parts]
    if len(together) < 2 or len(kinds) > 1 or "" in names or len(set(names)) < len(names):
        return {}
    return dict(zip(names, together, strict=True))


def split_of(file: Path) -> tuple[str, str]:
    """What comes before the split in a file's name, and the split: ("instances", "val2017")."""
    stem = file.name.removesuffix(".gz").removesuffix(".json")
    kind, _, last = stem.rpartition("_")
    return (kind, last) if SPLIT.fullmatch(last) else (stem, "")
