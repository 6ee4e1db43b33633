"""FiftyOne's exports as JSON: samples.json of a whole data set, labels.json of detections.

Boxes are left, top, width and height as shares of the image. A field whose labels have a confidence
is a set of predictions; one whose labels have none is ground truth. Source: FiftyOne's user guide,
"Exporting FiftyOne Datasets" (FiftyOneDataset, FiftyOneImageDetectionDataset).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.json_document import read_document, real
from boxscore.sources.json_head import head_of
from boxscore.sources.picture_places import Pictures
from boxscore.sources.raw import NO_BOX, Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport

CONVENTION = Convention(corners="xywh", scale="relative")
FILES = ("samples.json", "labels.json")
LISTS = {"Detections": "detections", "Classifications": "classifications"}
"""Kinds of fields with several labels -> where they stand."""
OTHERS = ("Polyline", "Polylines", "Keypoint", "Keypoints", "Segmentation", "TemporalDetections")
"""Kinds of fields that are not read."""
QUESTION = "class"
CODE = "E-FIFTYONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """An image with the labels of its fields."""

    name: str
    width: int
    height: int
    fields: dict[str, list[dict[str, Any]]]
    split: str = ""


def recognise(path: Path, _role: Role) -> Guess:
    """By samples with a file path, or by classes and lists of bounding boxes."""
    file = _file_in(path)
    if file is None:
        return NO
    return Guess(share=0.95, why=f"samples or labels as FiftyOne exports them, as {file.name}")


def _file_in(path: Path) -> Path | None:
    files = [path] if path.is_file() else [path / name for name in FILES]
    return next((f for f in files if f.suffix == ".json" and f.is_file() and _fits(f)), None)


def _fits(file: Path) -> bool:
    head = head_of(file)
    if not isinstance(head, dict):
        return False
    samples, labels = head.get("samples"), head.get("labels")
    if isinstance(samples, list):
        return bool(samples) and isinstance(samples[0], dict) and "filepath" in samples[0]
    if not isinstance(labels, dict) or not isinstance(head.get("classes"), list):
        return False
    first = [one for found in labels.values() if isinstance(found, list) for one in found][:1]
    return bool(first) and isinstance(first[0], dict) and "bounding_box" in first[0]


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read one export.

    Raises:
        SourceError: It is none, or holds no field of labels of the wanted side, or several.
    """
    file = _file_in(path)
    document = None if file is None else read_document(file)
    if file is None or not isinstance(document, dict):
        fix = "name samples.json or labels.json"
        raise SourceError(path, "", "is no export of FiftyOne", fix=fix, code=CODE)
    samples = list(_samples(document))
    truth = request.role == "truth"
    wanted = _field_of(file, samples, truth)
    unread = sum(map(_unread, _listed(document.get("samples"))))
    if unread:
        report.note("N-FIFTYONE-KIND", "labels other than boxes and classes: not read", unread)
    builder = RawBuilder("fiftyone", path, report, CONVENTION)
    builder.file(file.name)
    known = document.get("classes")
    classes = [one for one in known if isinstance(one, str)] if isinstance(known, list) else []
    for number, name in enumerate(classes):
        builder.class_ref(number, name)
    pictures = Pictures.below(_folder(file, request.images)) if truth else Pictures.below(None)
    for k, sample in enumerate(samples):
        picture = pictures.of(sample.name) if truth else None
        image = builder.image(
            sample.name,
            path=picture,
            title="" if picture is None else pictures.title(picture),
            width=sample.width,
            height=sample.height,
            split=sample.split,
        )
        for label in sample.fields.get(wanted, []):
            _add(builder, image, label, classes, truth, k + 1)
    return builder.build()


def _folder(file: Path, given: Path | None) -> Path | None:
    """Where the pictures are: the folder `data` of an export, unless another one is named."""
    data = file.parent / "data"
    return given or (data if data.is_dir() and not data.is_symlink() else None)


def _samples(document: dict[str, Any]) -> Iterator[_Sample]:
    samples, labels = document.get("samples"), document.get("labels")
    for one in _listed(samples):
        if not isinstance(one, dict) or not isinstance(one.get("filepath"), str):
            continue
        facts = one["metadata"] if isinstance(one.get("metadata"), dict) else {}
        size = [facts.get(side) for side in ("width", "height")]
        sound = all(type(n) is int and 0 < n < 1 << 20 for n in size)
        tags = one["tags"] if isinstance(one.get("tags"), list) else []
        yield _Sample(
            name=one["filepath"].replace("\\", "/").rsplit("/", 1)[-1],
            width=size[0] or 0 if sound else 0,
            height=size[1] or 0 if sound else 0,
            fields=dict(_fields(one)),
            split=next((t for t in tags if t in ("train", "val", "test")), ""),
        )
    for name, found in labels.items() if isinstance(labels, dict) else []:
        given = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        yield _Sample(name=str(name), width=0, height=0, fields={"labels": given})


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _fields(sample: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Names and labels of those fields that are read."""
    for name, value in sample.items():
        kind = value.get("_cls") if isinstance(value, dict) else None
        if kind == "Classification":
            yield name, [value]
        elif isinstance(kind, str) and kind in LISTS:
            inner = value.get(LISTS[kind])
            yield name, [v for v in inner if isinstance(v, dict)] if isinstance(inner, list) else []


def _unread(sample: Any) -> int:
    """How many fields of a sample are of other kinds."""
    values = sample.values() if isinstance(sample, dict) else []
    return sum(isinstance(v, dict) and v.get("_cls") in OTHERS for v in values)


def _field_of(file: Path, samples: list[_Sample], truth: bool) -> str:
    """The one field of a side: with confidences, or without."""
    scored: dict[str, bool] = {}
    for sample in samples:
        for name, labels in sample.fields.items():
            has = any(label.get("confidence") is not None for label in labels)
            scored[name] = scored.get(name, False) or has
    fields = sorted(name for name, has in scored.items() if has is not truth)
    if len(fields) == 1 or (truth and "ground_truth" in fields):
        return fields[0] if len(fields) == 1 else "ground_truth"
    what = "without confidences" if truth else "with confidences"
    names = f": {', '.join(map(shown, fields))}" if fields else ""
    problem = f"has {len(fields)} fields of labels {what}{names}"
    raise SourceError(file, "", problem, fix="export one field at a time", code="E-FIFTYONE-FIELD")


def _add(
    builder: RawBuilder,
    image: int,
    label: dict[str, Any],
    classes: list[str],
    truth: bool,
    line: int,
) -> None:
    """Add the record of one label, or reject it; masks in it are counted, and not read."""
    name, box, score = label.get("label"), label.get("bounding_box"), real(label.get("confidence"))
    if type(name) is int and 0 <= name < len(classes):
        name = classes[name]
    numbers = [real(v) for v in box] if isinstance(box, list) else []
    values = [v for v in numbers if v is not None]
    boxed = label.get("_cls", "Detection") == "Detection"
    problem = ""
    if not isinstance(name, str) or not name:
        problem = f"label {shown(label.get('label'))} is no class"
    elif boxed and (len(values) != 4 or len(numbers) != 4):
        problem = f"bounding_box {shown(box)} is no four numbers"
    elif not truth and score is None:
        problem = "has no confidence"
    if problem:
        builder.report.reject(CODE, f"sample {line}", problem)
        return
    if label.get("mask") is not None:
        builder.report.note("N-FIFTYONE-MASK", "masks of detections: not read, boxes are")
    number = classes.index(name) if name in classes else None
    question = "" if boxed else QUESTION
    ref = builder.class_ref(None if question else number, name, question=question)
    builder.add(
        image,
        ref,
        Kind.BOX if boxed else Kind.CLASSIFICATION,
        box=values if boxed else NO_BOX,
        confidence=np.nan if truth or score is None else score,
        line=line,
    )
