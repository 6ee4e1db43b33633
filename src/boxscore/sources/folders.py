"""Class folders: every image lies in a folder that is called as its class.

The folder of a class lies in the folder given, or in one of a split (train/, val/, test/) below
it. Predictions are written the same way: the images, or empty files of their names, in the folder
of the class that they were given. Images of ImageNet may lie in one folder: their names begin with
the number of their class in WordNet, and may go on with its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.folder_labels import QUESTION
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below
from boxscore.sources.yolo_lists import SPLITS

CONVENTION = Convention(corners="xywh", scale="pixels")
SUFFIXES = tuple(sorted(IMAGE_SUFFIXES))
SPLIT_NAMES = {**{s: s for s in SPLITS}, "training": "train", "valid": "val", "validation": "val"}
WORDNET = re.compile(r"(n\d{8})_(.+)", re.ASCII | re.DOTALL)
NO_CLASSES = ("images", "labels", "annotations", "masks", "jpegimages", "imagesets", "data")
"""Folders of other formats."""


def recognise(path: Path, _role: Role) -> Guess:
    """Two folders or more with nothing but images, and no image beside them."""
    if not path.is_dir():
        return NO
    if len(_named_images(path)) > 1:
        return Guess(share=0.6, why="images that are called by the numbers of WordNet")
    folders = list(_class_folders(path))[:50]
    names = {folder.name.lower() for folder, _ in folders}
    if len(names) < 2 or names & {*NO_CLASSES} or any(_is_image(p) for p in path.glob("*")):
        return NO
    some = [_first_names(folder) for folder, _ in folders[:5]]
    if not any(some) or not all(_is_image(p) for names_ in some for p in names_):
        return NO
    if _are_masks(some):
        return NO
    return Guess(share=0.6, why=f"folders of images, as {folders[0][0].name}")


def _are_masks(some: list[list[Path]]) -> bool:
    """Whether a folder has PNGs of the same names as JPEGs of another: pictures and their masks."""
    first = {(p.stem, p.suffix.lower() == ".png") for names in some for p in names}
    masks = {stem for stem, png in first if png}
    pictures = {stem for stem, png in first if not png}
    return len(masks & pictures) * 2 > min(len(masks), len(pictures)) > 0


def _named_images(folder: Path) -> dict[Path, str]:
    """Images right in a folder and their classes, where the names of all of them say these."""
    found: dict[Path, str] = {}
    for file in folder.iterdir():
        if _is_image(file):
            name = _named_class(file)
            if name is None:
                return {}
            if not file.is_symlink():
                found[file] = name
    return dict(sorted(found.items()))


def _named_class(file: Path) -> str | None:
    """The class in a name such as n01440764_tench.jpg or n01440764_10026.jpg; None without."""
    found = WORDNET.fullmatch(file.stem)
    if found is None:
        return None
    return found[1] if found[2].isdecimal() else found[2].replace("_", " ")


def _first_names(folder: Path) -> list[Path]:
    some = sorted(folder.glob("*"))[:20]
    return [p for p in some if not p.name.startswith(".") and not p.is_dir()]


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES


def _class_folders(root: Path) -> Iterator[tuple[Path, str]]:
    """Folders of classes with their split, by name; links are left out."""
    for folder in _inner(root):
        split = SPLIT_NAMES.get(folder.name.lower())
        inner = [] if split is None else _inner(folder)
        if split is not None and inner:
            yield from ((one, split) for one in inner)
        else:
            yield folder, ""


def _inner(folder: Path) -> list[Path]:
    found = (p for p in folder.iterdir() if not p.name.startswith(".") and not p.is_symlink())
    return sorted(p for p in found if p.is_dir())


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Every image as one answer.

    Raises:
        SourceError: There is no folder of a class, or no image in them.
    """
    if not path.is_dir():
        raise _empty(path, "is no folder")
    truth = request.role == "truth"
    builder = RawBuilder("folders", path, report, CONVENTION)
    seen: Counter[str] = Counter()
    named = _named_images(path)
    folders = [] if named else list(_class_folders(path))
    _read_named(builder, named, truth)
    seen.update(file.name for file in named)
    for name in sorted({folder.name for folder, _ in folders}):
        builder.class_ref(name=shown(name), question=QUESTION)
    for folder, split in counted(folders, "folders"):
        ref = builder.class_ref(name=shown(folder.name), question=QUESTION)
        for image in files_below(folder, SUFFIXES):
            relative = image.relative_to(path).as_posix()
            key = relative if truth else image.relative_to(folder).as_posix()
            seen[key] += 1
            number = builder.image(key, path=image if truth else None, title=relative, split=split)
            builder.file(shown(relative))
            confidence = np.nan if truth else 1.0
            builder.add(number, ref, Kind.CLASSIFICATION, confidence=confidence)
    if not seen:
        raise _empty(path, "has no folders with images in them")
    if not truth:
        twice = sum(count - 1 for count in seen.values())
        if twice:
            report.note("W-FOLDERS-TWICE", "images in several folders: several answers", twice)
        report.note("N-FOLDERS-CONFIDENCE", "folders hold no confidence: taken as 1")
    return builder.build()


def _read_named(builder: RawBuilder, named: dict[Path, str], truth: bool) -> None:
    """Images whose names say their classes."""
    for file, name in named.items():
        ref = builder.class_ref(name=shown(name), question=QUESTION)
        image = builder.image(file.name, path=file if truth else None, title=file.name)
        builder.file(shown(file.name))
        confidence = np.nan if truth else 1.0
        builder.add(image, ref, Kind.CLASSIFICATION, confidence=confidence)


def _empty(path: Path, problem: str) -> SourceError:
    fix = "put the images of each class into a folder of its name"
    return SourceError(path, "", problem, fix=fix, code="E-FOLDERS-EMPTY")
