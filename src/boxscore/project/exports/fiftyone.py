"""Projects as data sets of FiftyOne, and back; its objects are known by their attributes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.project.exports.exporting import everything
from boxscore.project.imports.from_rows import Document, Row, project_of_rows
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Kind
from boxscore.sinks.content import Content, Image, One

GROUND_TRUTH = "ground_truth"


def to_fiftyone(state: Loaded, runs: Sequence[str], name: str | None) -> Any:
    """A `fiftyone.Dataset`: a sample an image, ground truth and each run a field of it.

    Objects become detections, with a mask of their box where they have one; answers about whole
    images become classifications in `FIELD_answers`. Keypoints and polylines keep their boxes.

    Raises:
        RequestError: FiftyOne is not installed, or images are frames of videos.
    """
    try:
        import fiftyone as fo
    except ImportError:
        raise RequestError(
            "FiftyOne is not installed", fix="pip install fiftyone", code="E-EXTRA"
        ) from None
    sets = {GROUND_TRUTH: everything(state, "ground-truth")}
    sets |= {_field(run): everything(state, run) for run in runs}
    if any(content.filmed for content in sets.values()):
        raise RequestError(
            "frames of videos are no files, which samples need",
            fix="export yolo, which writes them, and load that",
            code="E-EXPORT-FORMAT",
        )
    samples: dict[int, Any] = {}
    for field, content in sets.items():
        for image in content.images():
            if image.index not in samples:
                path = str(image.picture or image.title)
                samples[image.index] = fo.Sample(filepath=path, tags=_tags(image))
            _label(fo, samples[image.index], field, content, image)
    dataset = fo.Dataset(name)
    dataset.add_samples(list(samples.values()))
    return dataset


def _tags(image: Image) -> list[str]:
    return [image.split] if image.split else []


def _field(run: str) -> str:
    """A run's name as a name of a field."""
    word = "".join(c if c.isalnum() else "_" for c in run)
    return f"run_{word}" if not word[:1].isalpha() or word == GROUND_TRUTH else word


def _label(fo: Any, sample: Any, field: str, content: Content, image: Image) -> None:
    objects, answers = [], []
    for one in image.annotations:
        label = content.classes[one.class_id].name
        if one.kind is Kind.CLASSIFICATION:
            answers.append(fo.Classification(label=label, confidence=one.confidence))
        else:
            objects.append(fo.Detection(label=label, **_detection(one, image)))
    sample[field] = fo.Detections(detections=objects)
    if answers:
        sample[f"{field}_answers"] = fo.Classifications(classifications=answers)


def _detection(one: One, image: Image) -> dict[str, Any]:
    x, y, w, h = one.box
    size = image.width, image.height
    facts: dict[str, Any] = {
        "bounding_box": [x / size[0], y / size[1], w / size[0], h / size[1]],
        "confidence": one.confidence,
    }
    if one.mask is not None:
        bitmap = _core.mask_decode(one.mask, image.height, image.width).astype(np.bool_)
        left, top = max(round(x), 0), max(round(y), 0)
        inside = bitmap[top : max(round(y + h), top + 1), left : max(round(x + w), left + 1)]
        if inside.size:
            facts["mask"] = inside
    if one.track.isascii() and one.track.isdecimal():
        facts["index"] = int(one.track)
    if one.confidence is None:
        facts["iscrowd"] = int(one.crowd)
    return facts


def from_fiftyone(dataset: Any, *, field: str, target: Path, name: str) -> Document:
    """A project of a data set's samples and of one field of theirs.

    Args:
        dataset: Gives samples with `filepath` and the field, a `fiftyone.Dataset` or a view.
        field: Detections, polylines, keypoints or classifications.

    Raises:
        RequestError: No sample has the field, or there is no sample.
    """
    samples = list(dataset)
    if not any(_value(sample, field) is not None for sample in samples):
        raise RequestError(
            f"no sample has labels in {field!r}", fix="name the field", code="E-ADD-KIND"
        )
    paths = [str(sample.filepath) for sample in samples]
    rows = (row for sample in samples for row in _rows(sample, field))
    return project_of_rows(rows, paths, target=target, name=name)


def _value(sample: Any, field: str) -> Any:
    try:
        return sample[field]
    except (KeyError, AttributeError, TypeError):
        return None


def _rows(sample: Any, field: str) -> Iterator[Row]:
    size = _size(sample)
    head: dict[str, Any] = {"image": os.fspath(sample.filepath)}
    head |= {"image_width": size[0], "image_height": size[1]}
    labels = _value(sample, field)
    parts = ("detections", "polylines", "keypoints", "classifications")
    listed = next((getattr(labels, p) for p in parts if getattr(labels, p, None) is not None), None)
    several = listed if isinstance(listed, list) else [] if labels is None else [labels]
    if not several:
        yield head
    for one in several:
        row = {**head, "class": one.label, **_place(one, size)}
        index = getattr(one, "index", None)
        yield row if index is None else row | {"track": str(index)}


def _size(sample: Any) -> tuple[int, int]:
    """Width and height: as the sample says, else of its file."""
    facts: Any = getattr(sample, "metadata", None)
    if getattr(facts, "width", None):
        return int(facts.width), int(facts.height)
    from boxscore.sources.image_files import read_facts

    shown = read_facts(Path(sample.filepath)).shown
    if not all(shown):
        raise RequestError(
            f"{sample.filepath}: its size is not known",
            fix="dataset.compute_metadata()",
            code="E-IMAGE-READ",
        )
    return shown


def _place(one: Any, size: tuple[int, int]) -> Mapping[str, Any]:
    """Where an object lies, in pixels; a classification lies nowhere."""
    scale = np.array(size, np.float64)
    given = getattr(one, "bounding_box", None)
    if given is not None:
        x, y, w, h = (np.asarray(given, np.float64) * [*size, *size]).tolist()
        row: dict[str, Any] = {"x": x, "y": y, "width": w, "height": h}
        mask = getattr(one, "mask", None)
        if mask is not None:
            row["rle"] = _whole(np.asarray(mask, np.bool_), (x, y), size)
        return row | ({"crowd": True} if getattr(one, "iscrowd", 0) else {})
    points = getattr(one, "points", None)
    if points is None:
        return {"question": "class"}
    if isinstance(points[0][0], list | tuple):
        parts = [(np.asarray(part, np.float64) * scale).ravel().tolist() for part in points]
        return {"polygon" if getattr(one, "closed", True) else "polyline": repr(parts)}
    known = np.asarray(points, np.float64)
    seen = np.where(np.isfinite(known).all(axis=1), 2, 0)
    flat = np.column_stack([np.nan_to_num(known) * scale, seen])
    return {"keypoints": repr(flat.tolist())}


def _whole(mask: Any, corner: tuple[float, float], size: tuple[int, int]) -> str:
    """The mask of a box as run lengths over the whole image."""
    bitmap = np.zeros(size[::-1], np.uint8)
    left, top = max(round(corner[0]), 0), max(round(corner[1]), 0)
    part = mask[: max(size[1] - top, 0), : max(size[0] - left, 0)]
    bitmap[top : top + part.shape[0], left : left + part.shape[1]] = part
    return _core.mask_from_bitmap(bitmap).decode("ascii")
