"""Predictions as model libraries dump them: JSON files with what was found on each image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from boxscore.engine import counted
from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.json_document import read_document, real
from boxscore.sources.json_head import head_of
from boxscore.sources.raw import NO_BOX, Array, Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.segmentation import code_of
from boxscore.sources.text_lines import files_below, first_files
from boxscore.sources.told_boxes import in_shares

NAMES = ("image_id", "file_name", "filename", "image", "image_path", "path", "img_path")
INSIDE = ("predictions", "detections", "results", "dets", "pred", "output", "objects")
QUESTION = "class"
CORNERS = Convention(corners="xyxy", scale="pixels")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One object that was found on an image.

    Attributes:
        label: Name or number of its class.
        box: Four numbers, None for a polygon alone.
        mask: COCO run lengths, {"size", "counts"}, compressed or as a list.
        polygon: (K, 2), or None.
        keypoints: (K, 2), or None.
        answer: Whether it is a class of the whole image.
    """

    label: Any
    score: Any
    box: Any = None
    mask: Any = None
    polygon: Array | None = None
    keypoints: Array | None = None
    track: str = ""
    answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """One library's way to write what was found on an image.

    Attributes:
        fits: Whether a value is what was found on one image; an empty list may be.
        found: The objects in it.
    """

    format: str
    title: str
    fits: Callable[[Any], bool]
    found: Callable[[Any], Iterable[Found]]
    convention: Convention = CORNERS

    def recognise(self, path: Path, role: Role) -> Guess:
        """By the first objects of the file, or of some files of the folder."""
        if role != "predictions":
            return NO
        files = [path] if path.is_file() else first_files(path, (".json",), 5)
        heads = [head_of(file) for file in files if file.suffix.lower() in (".json", ".gz", "")]
        filled = [head for head in heads if head not in ([], {}, None)]
        if filled and all(any(p for *_, p in self._images(head, "")) for head in filled):
            return Guess(share=0.95, why=f"{self.title}, as {files[0].name}")
        return NO

    def read(self, path: Path, _request: ReadRequest, report: ImportReport) -> RawSet:
        """Read a file, or every JSON file of a folder: there, a file's stem may name its image.

        Raises:
            SourceError: It is no such file, or does not name its images.
        """
        builder = RawBuilder(self.format, path, report, self.convention)
        files = [path] if path.is_file() else files_below(path, (".json",))
        for file in counted(files, "JSON files"):
            name = file.name if path.is_file() else file.relative_to(path).as_posix()
            builder.file(shown(name))
            stem = PurePosixPath(name).with_suffix("").as_posix()
            document = read_document(file)
            images = list(self._images(document, stem))
            if not images and document not in ([], {}):
                problem = f"holds no {self.title} with the names of their images"
                fix = 'write [{"image_id": ..., "predictions": ...}], or a file for each image'
                raise SourceError(file, "", problem, fix=fix, code="E-DUMP")
            for place, key, payload in images:
                self._add(
                    builder,
                    builder.image(key),
                    payload,
                    place if path.is_file() else f"{shown(name)}{place}",
                )
        return in_shares(builder.build())

    def _images(self, document: Any, stem: str) -> Iterator[tuple[str, str, Any]]:
        """(place, name of the image, what was found on it)."""
        if self.fits(document):
            if isinstance(document, list) and document and all(map(_named, document)):
                yield from ((f"/{k}", str(_named(one)), [one]) for k, one in enumerate(document))
            else:
                yield "", stem, document
        elif isinstance(document, dict):
            yield from self._of_object(document, stem)
        elif isinstance(document, list):
            for k, entry in enumerate(document):
                if not isinstance(entry, dict):
                    return
                name, payload = _named(entry), self._inside(entry)
                if name is None or payload is None:
                    return
                yield f"/{k}", name, payload

    def _of_object(self, document: dict[str, Any], stem: str) -> Iterator[tuple[str, str, Any]]:
        """Of a list under `images`, of an object with a key for each image, or of one image."""
        if isinstance(document.get("images"), list):
            yield from self._images(document["images"], stem)
            return
        payloads = {name: self._inside(value) for name, value in document.items()}
        if None not in payloads.values() and not document.keys() <= {*INSIDE}:
            yield from ((f"/{shown(name)}", name, value) for name, value in payloads.items())
        elif (payload := self._inside(document)) is not None:
            yield "", _named(document) or stem, payload

    def _inside(self, entry: Any, levels: int = 2) -> Any:
        """What was found, itself or under a word for it; None where there is none."""
        if self.fits(entry):
            return entry
        if not isinstance(entry, dict) or not levels:
            return None
        given = (self._inside(entry[k], levels - 1) for k in INSIDE if k in entry)
        return next((value for value in given if value is not None), None)

    def _add(self, builder: RawBuilder, image: int, payload: Any, place: str) -> None:
        for k, found in enumerate(self.found(payload)):
            problem = _problem(found)
            if problem:
                builder.report.reject("E-DUMP-RECORD", f"{place}/{k}", problem)
                continue
            if found.answer:
                ref = builder.class_ref(name=str(found.label), question=QUESTION)
                score = float(found.score)
                builder.add(image, ref, Kind.CLASSIFICATION, confidence=score, line=k + 1)
                continue
            mask = _counts(found.mask)
            if mask is None and found.mask is not None:
                problem = "masks that are no run lengths: left out, their boxes stay"
                builder.report.note("W-DUMP-MASK", problem)
            numbered = isinstance(found.label, int)
            box = NO_BOX if found.box is None else [float(v) for v in found.box]
            builder.add(
                image,
                builder.class_ref(found.label) if numbered else builder.class_ref(name=found.label),
                Kind.BITMASK if mask is not None else _kind(found),
                box=box,
                parts=_parts(found),
                mask=mask,
                mask_size=_mask_size(found.mask),
                area=np.nan if mask is None else self._area(box),
                confidence=float(found.score),
                track=found.track,
                line=k + 1,
            )

    def _area(self, box: Sequence[float]) -> float:
        """Of the box, as COCO measures a result that has one, whatever its mask."""
        left, top, *end = box
        if self.convention.corners == "xyxy":
            return (end[0] - left) * (end[1] - top)
        return end[0] * end[1]


def _kind(found: Found) -> Kind:
    if found.keypoints is not None:
        return Kind.KEYPOINTS
    return Kind.BOX if found.polygon is None else Kind.POLYGON


def _parts(found: Found) -> tuple[Array, ...]:
    outline = found.polygon if found.keypoints is None else found.keypoints
    return () if outline is None else (outline,)


def _named(entry: Any) -> str | None:
    if not isinstance(entry, dict):
        return None
    given = (entry[k] for k in NAMES if isinstance(entry.get(k), int | str))
    return next((str(name) for name in given), None)


def _problem(found: Found) -> str:
    """What makes a record none, or nothing."""
    if real(found.score) is None:
        return f"score {shown(found.score)} is no number"
    if isinstance(found.label, bool) or not isinstance(found.label, int | str):
        return f"label {shown(found.label)} is neither number nor name"
    if isinstance(found.label, int) and abs(found.label) >= 1 << 31:
        return f"label {found.label} is no number of a class"
    if found.box is None:
        return "" if found.answer or found.polygon is not None else "has no box"
    return "" if is_box(found.box) else f"box {shown(found.box)} is no four numbers"


def is_box(value: Any) -> bool:
    """Whether a value is a list of four finite numbers."""
    return isinstance(value, list) and len(value) == 4 and all(real(v) is not None for v in value)


def _counts(mask: Any) -> bytes | None:
    """Compressed run lengths; masks in another form are left out, their boxes stay."""
    counts, size = mask.get("counts") if isinstance(mask, dict) else None, _mask_size(mask)
    if isinstance(counts, list) and size is not None:
        return code_of(counts, size[1], size[0])
    return counts.encode() if isinstance(counts, str) and counts.isascii() else None


def _mask_size(mask: Any) -> tuple[int, int] | None:
    """Width and height, of COCO's `size`, which is height and width."""
    size = mask.get("size") if isinstance(mask, dict) else None
    if not isinstance(size, list) or len(size) != 2 or any(type(n) is not int for n in size):
        return None
    return size[1], size[0]


def columns_fit(value: Any, boxes: str) -> bool:
    """Whether a value is {boxes, labels, scores} of equal lengths."""
    if not isinstance(value, dict):
        return False
    lists = [value.get(k) for k in (boxes, "labels", "scores")]
    return all(isinstance(v, list) for v in lists) and bool(
        not lists[0] or isinstance(lists[0][0], list)
    )


def from_columns(value: dict[str, Any], boxes: str, masks: Sequence[Any] = ()) -> Iterator[Found]:
    """The objects of lists of boxes, labels and scores; where one is short, None is no value."""
    lists = [value[k] for k in (boxes, "labels", "scores")]
    for k in range(max(map(len, lists))):
        box, label, score = (v[k] if k < len(v) else None for v in lists)
        mask = masks[k] if k < len(masks) else None
        box = [] if box is None else box
        yield Found(label=label, score=score, box=box, mask=mask)


def points_of(x: Any, y: Any, fewest: int = 3) -> Array | None:
    """(K, 2) of two lists of as many numbers, at least `fewest`; else None."""
    if not (isinstance(x, list) and isinstance(y, list) and len(x) == len(y) >= fewest):
        return None
    if any(real(v) is None for v in (*x, *y)):
        return None
    return np.array([x, y], np.float64).T
