"""The picture files of a COCO project: where they lie, what they say, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from boxscore.errors import SourceError, shown
from boxscore.sources.coco_layout import split_of
from boxscore.sources.image_files import SIDEWAYS, ImageFacts, read_all_facts
from boxscore.sources.image_names import (
    ELSEWHERE,
    ELSEWHERE_WORDS,
    LOST,
    Found,
    NameIndex,
    last_names,
)
from boxscore.sources.report import ImportReport

SAMPLE = 100
ANNOTATIONS = ("annotations", "annotation", "labels")
"""Names of folders that hold annotations and no pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One image record's file.

    Attributes:
        found: Where its name led.
        facts: What the file says; None when there is no file.
        refused: Code and words when the record must be rejected, else "".
    """

    found: Found
    facts: ImageFacts | None
    refused: tuple[str, str] = ("", "")

    def shown_size(self) -> tuple[int, int]:
        """Width and height as a viewer shows it, turned as EXIF says; 0, 0 without a file."""
        if self.facts is None:
            return 0, 0
        size = self.facts.width, self.facts.height
        return (size[1], size[0]) if self.facts.orientation in SIDEWAYS else size


def find_pictures(
    names: list[str], annotation_file: Path, images: Path | None, report: ImportReport
) -> list[Picture]:
    """Look every name up, and read what was found.

    Args:
        images: The folder to look in; None tries those where data sets keep their pictures: see
            `_places`.

    Raises:
        SourceError: The folder is none, or holds not one of the images.
    """
    if images is not None and not images.is_dir():
        fix = "name the folder that holds the images"
        raise SourceError(images, "", "is not a folder", fix=fix, code="E-IMAGES-FOLDER")
    index = _choose_folder(names, annotation_file, images)
    found, elsewhere = _find_all(index, names)
    if elsewhere:
        report.note(ELSEWHERE, ELSEWHERE_WORDS, elsewhere)
    facts = _read([one.path for one in found if one.path is not None])
    pictures = [_picture(one, facts, name) for one, name in zip(found, names, strict=True)]
    _count_missing(pictures, images, report)
    for picture, name in zip(pictures, names, strict=True):
        for code, words in picture.facts.findings if picture.facts else ():
            report.repair(code, shown(name), words)
    unlisted = index.unlisted(one.relative for one in found) if facts else 0
    if unlisted:
        report.note("W-IMAGE-UNLISTED", "image files on disk that are not listed", unlisted)
    return pictures


def _choose_folder(names: list[str], annotation_file: Path, images: Path | None) -> NameIndex:
    """The folder that holds most of a sample of the images; of equal ones the first."""
    if images is not None:
        return NameIndex(images)
    sample = names[:SAMPLE]
    indices = [NameIndex(place) for place in _places(annotation_file)]
    hits = [sum(one.path is not None for one in _find_all(i, sample)[0]) for i in indices]
    return indices[hits.index(max(hits))]


def _find_all(index: NameIndex, names: list[str]) -> tuple[list[Found], int]:
    """The file of each name, and how many paths of another machine led to one by their end."""
    found = [index.find(name) for name in names]
    last = last_names(names)
    elsewhere = 0
    for k, one in enumerate(found):
        if one.path is None and one.refused[0] in LOST and last[k]:
            other = index.find(last[k])
            if other.path is not None:
                found[k] = other
                elsewhere += 1
    return found, elsewhere


def _places(annotation_file: Path) -> list[Path]:
    """Folders beside the file, as FiftyOne and Roboflow have them; beside `annotations`, COCO's."""
    beside = annotation_file.parent
    _, split = split_of(annotation_file)
    inner = ["images", "data", *([split, f"images/{split}"] if split else [])]
    places = [beside, *(beside / name for name in inner)]
    if beside.name.lower() in ANNOTATIONS:
        places += [beside.parent, *(beside.parent / name for name in inner)]
    return places


def _read(paths: list[Path]) -> dict[Path, ImageFacts]:
    distinct = list(dict.fromkeys(paths))
    return dict(zip(distinct, read_all_facts(distinct), strict=True))


def _picture(found: Found, facts: dict[Path, ImageFacts], name: str) -> Picture:
    if found.path is None:
        return Picture(found=found, facts=None, refused=found.refused)
    read = facts[found.path]
    if read.code:
        return Picture(
            found=found, facts=None, refused=(read.code, f"{shown(name)} {read.problem}")
        )
    return Picture(found=found, facts=read)


def _count_missing(pictures: list[Picture], images: Path | None, report: ImportReport) -> None:
    missing = sum(p.found.path is None and not p.refused[0] for p in pictures)
    if not missing:
        return
    if missing == len(pictures) and images is not None:
        problem = f"none of the {missing} images listed in {report.file} is there"
        fix = "name the folder that holds the images, or leave --images out"
        raise SourceError(images, "", problem, fix=fix, code="E-IMAGES-MISSING")
    problem = "image files are missing: items kept without pixels"
    report.note("W-IMAGE-MISSING", problem, missing, wrong=images is not None)
