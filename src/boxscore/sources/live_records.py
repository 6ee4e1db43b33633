"""Predictions handed over one image at a time -> annotation tables, piece by piece."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses, shown
from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.schema.predictions import Prediction
from boxscore.schema.tables import PREDICTIONS, Annotations
from boxscore.sources.box_forms import boxes_as_pixels
from boxscore.sources.collecting import Collector
from boxscore.sources.context import ProjectContext
from boxscore.sources.encord_pickle import note_confidences, row_of, tables_of
from boxscore.sources.item_lookup import ItemLookup, NotFound
from boxscore.sources.joining import joined
from boxscore.sources.live_objects import Found
from boxscore.sources.pickle_lookup import Lookup, Unusable
from boxscore.sources.pickle_shapes import Row
from boxscore.sources.pickle_symbols import Model
from boxscore.sources.raw import NO_BOX, Convention
from boxscore.sources.report import ImportReport

NAMED = "give a class name, a feature hash, a source id, or classes= for the model's own numbers"
Classes = Sequence[str] | Mapping[int, str] | None


class LiveRecords:
    """Collects records; `take` empties it into tables.

    Args:
        classes: The model's class numbers -> names, where it has its own.

    Attributes:
        total: Records handed over so far.
        pending: Bytes, about, that wait to be taken.
    """

    def __init__(self, context: ProjectContext, report: ImportReport, classes: Classes) -> None:
        self._context, self._report = context, report
        self._images = ItemLookup(context.items)
        self._encord = Lookup(context)
        self._classes = ClassLookup(context, classes)
        self._sizes = context.items["width"], context.items["height"]
        self.total = 0
        self._reset()

    def _reset(self) -> None:
        self.pending = 0
        self._rows: list[Row] = []
        self._numbers: list[int] = []
        self._found = Collector("live", self._report.path, self._context, self._report)

    def add_prediction(self, prediction: Prediction) -> None:
        """One of Encord Active's own objects; coordinates are relative to the image."""
        number, self.total = self.total, self.total + 1
        try:
            row = row_of(_model(prediction), number, self._encord, self._report)
        except Unusable as bad:
            place = f"prediction {number}{bad.where}"
            self._report.reject(bad.code, place, bad.problem, bad.fix)
            return
        self._rows.append(row)
        self.pending += (
            200 + len(row.mask or b"") + (0 if row.points is None else row.points.nbytes)
        )

    def add(self, image: Any, frame: int | None, found: Found) -> None:
        """The objects or answers of one image."""
        columns = found.checked()
        count = len(columns.labels)
        if not count:
            return
        scores = _numbers(columns.scores, (count,), "scores")
        number, self.total = self.total, self.total + count
        try:
            item = self._images.find(image, frame)
        except NotFound as bad:
            for k in range(count):
                place = f"{shown(str(image))}:{k + 1}"
                self._report.reject(
                    "E-IMAGE-UNKNOWN", place, str(bad), "name it as the project does"
                )
            return
        _Adding(self, item, columns, scores, number, shown(str(image))).run()

    def take(self) -> Annotations:
        """What was added since the last time; `source_row` counts all that was added."""
        parts = []
        if self._numbers:
            live = self._found.annotations()
            numbers = np.array(self._numbers, np.int64)[live.table["source_row"]]
            parts.append(
                Annotations(
                    table=live.table.replace(source_row=numbers),
                    masks=live.masks,
                    points=live.points,
                    traits=live.traits,
                )
            )
        if self._rows:
            note_confidences(self._rows, self._report)
            parts.append(tables_of(self._rows))
        self._reset()
        return joined(parts, PREDICTIONS)


class _Adding:
    """One image's columns on their way into the collector."""

    def __init__(
        self, to: LiveRecords, item: int, found: Found, scores: NDArray[Any], first: int, name: str
    ) -> None:
        self.to, self.item, self.found, self.scores = to, item, found, scores
        self.first, self.name = first, name
        width, height = to._sizes
        self.size = int(width[item]), int(height[item])

    def run(self) -> None:
        found, to = self.found, self.to
        geometry = not all(column is None for column in (found.boxes, found.masks, found.keypoints))
        classes = [to._classes.find(label, found.names, geometry) for label in found.labels]
        boxes = self._boxes()
        image, file = to._found.image(self.item), to._found.raw.file(self.name)
        good = self._known(classes)
        if found.masks is None and found.keypoints is None:
            self._extend(good, classes, boxes, image, file, geometry)
        else:
            for k in good:
                self._single(k, classes[k], boxes, image, file)

    def _known(self, classes: list[int]) -> list[int]:
        good = []
        for k, class_id in enumerate(classes):
            if class_id >= 0:
                good.append(k)
                continue
            problem = f"class {shown(str(self.found.labels[k]))} is not in the ontology"
            self.to._report.reject("E-CLASS-UNKNOWN", f"{self.name}:{k + 1}", problem, NAMED)
        return good

    def _boxes(self) -> NDArray[np.float64]:
        count = len(self.found.labels)
        if self.found.boxes is None:
            return np.full((count, 4), np.nan)
        boxes = _numbers(self.found.boxes, (count, 4), "boxes")
        width, height = (np.full(count, side, np.float64) for side in self.size)
        form = Convention(corners=self.found.corners, scale="pixels")
        return boxes_as_pixels(boxes, width, height, form)

    def _extend(
        self,
        good: list[int],
        classes: list[int],
        boxes: NDArray[np.float64],
        image: int,
        file: int,
        geometry: bool,
    ) -> None:
        if not good:
            return
        count = len(classes)
        theta = np.zeros(count) if self.found.theta is None else self.found.theta
        theta = _numbers(theta, (count,), "theta")
        kind = np.full(count, int(Kind.BOX if geometry else Kind.CLASSIFICATION))
        if self.found.theta is not None:
            kind[:] = int(Kind.ROTATED_BOX)
        chosen = np.array(good)
        columns = {
            "file": np.full(len(good), file),
            "line": chosen + 1,
            "image": np.full(len(good), image),
            "class_ref": np.array(classes)[chosen],
            "kind": kind[chosen],
            "theta": theta[chosen],
            "confidence": self.scores[chosen],
        }
        tracks = [self._track(k) for k in good]
        self.to._found.raw.extend(columns, boxes[chosen], tracks)
        self.to._numbers += (self.first + chosen).tolist()
        self.to.pending += 150 * len(good)

    def _track(self, k: int) -> str:
        tracks = self.found.tracks
        if tracks is None or tracks[k] is None:
            return ""
        value = tracks[k]
        whole = isinstance(value, float | np.floating) and float(value).is_integer()
        return str(int(value) if whole else value)[:200]

    def _single(
        self, k: int, class_id: int, boxes: NDArray[np.float64], image: int, file: int
    ) -> None:
        parts: list[NDArray[Any]] = []
        mask: bytes | None = None
        kind = Kind.KEYPOINTS
        if self.found.masks is not None:
            try:
                kind, parts, mask = mask_of(self.found.masks[k], self.size)
            except (ValueError, TypeError, OverflowError) as bad:
                self.to._report.reject("E-MASK", f"{self.name}:{k + 1}", shown(str(bad)))
                return
        else:
            points = _points(self.found.keypoints[k])
            if points.ndim != 2 or points.shape[1] not in (2, 3):
                problem = f"keypoints of shape {points.shape}"
                raise RequestError(problem, fix="give (N, K, 2) or (N, K, 3)", code="E-ADD-SHAPE")
            parts = [points]
        self.to._found.raw.add(
            image,
            class_id,
            kind,
            box=boxes[k].tolist() if self.found.boxes is not None else NO_BOX,
            parts=parts,
            mask=mask,
            confidence=float(self.scores[k]),
            track=self._track(k),
            file=file,
            line=k + 1,
        )
        self.to._numbers.append(self.first + k)
        self.to.pending += 300 + len(mask or b"") + sum(part.nbytes for part in parts)


def _points(given: Any) -> NDArray[np.float64]:
    try:
        return np.asarray(given, np.float64)
    except (TypeError, ValueError, OverflowError):
        problem = f"keypoints {shown(given)} are no numbers"
        raise RequestError(problem, fix="give (N, K, 2) or (N, K, 3)", code="E-ADD-SHAPE") from None


def mask_of(given: Any, size: tuple[int, int]) -> tuple[Kind, list[NDArray[Any]], bytes | None]:
    """A bitmap, COCO's run lengths, or the parts of a polygon.

    Raises:
        ValueError: It is none of them, or of another size than the image.
    """
    width, height = size
    if isinstance(given, Mapping):
        counts, claimed = given.get("counts"), given.get("size")
        if claimed is None or list(claimed) != [height, width]:
            raise ValueError(f"run lengths for {shown(claimed)}, the image is {height} x {width}")
        if isinstance(counts, str | bytes):
            text = counts.encode("ascii", "replace") if isinstance(counts, str) else counts
            return Kind.BITMASK, [], text
        return Kind.BITMASK, [], _from_counts(counts, size)
    if isinstance(given, bytes):
        return Kind.BITMASK, [], given
    if isinstance(given, list | tuple):
        parts = [np.asarray(part, np.float64).reshape(-1, 2) for part in given]
        if not parts or any(len(part) < 3 for part in parts):
            raise ValueError("a polygon part has fewer than 3 points")
        return Kind.POLYGON, parts, None
    bitmap = np.asarray(given)
    bitmap = bitmap[0] if bitmap.ndim == 3 and bitmap.shape[0] == 1 else bitmap
    if bitmap.shape != (height, width):
        shape = " x ".join(map(str, bitmap.shape))
        raise ValueError(f"a mask of {shape} pixels for an image of {height} x {width}")
    ones = bitmap >= 0.5 if bitmap.dtype.kind == "f" else bitmap != 0
    return Kind.BITMASK, [], _core.mask_from_bitmap(ones.astype(np.uint8))


def _from_counts(counts: Any, size: tuple[int, int]) -> bytes:
    """Uncompressed run lengths, column by column."""
    runs = np.asarray(counts)
    width, height = size
    if (
        runs.ndim != 1
        or runs.dtype.kind not in "iu"
        or ((runs < 0) | (runs > width * height)).any()
    ):
        raise ValueError("run lengths are no whole numbers")
    if runs.sum() != width * height:
        raise ValueError("run lengths do not fill the image")
    values = np.arange(runs.size, dtype=np.uint8) % 2
    flat = np.repeat(values, runs)
    return _core.mask_from_bitmap(np.ascontiguousarray(flat.reshape(width, height).T))


class ClassLookup:
    """Labels of a model -> class ids."""

    def __init__(self, context: ProjectContext, classes: Classes) -> None:
        self._own = _own_names(classes)
        rows = context.ontology.classes
        count = context.ontology.object_count
        self._sides = {True: rows[:count], False: rows[count:]}
        self._hashes = {h: c.class_id for c in rows for h in (c.option_hash or c.feature_hash,)}
        self._numbers = {
            side: {c.source_id: c.class_id for c in some if c.source_id is not None}
            for side, some in self._sides.items()
        }
        self._names = {side: _by_name(some) for side, some in self._sides.items()}
        known = {*self._hashes, *self._names[True][1], *self._names[False][1]}
        unknown = [n for n in self._own.values() if not {n, n.strip().casefold()} & known]
        if unknown and len(unknown) == len(self._own):
            problem = f"none of the names in classes is a class of the project: {shown(unknown[0])}"
            fix = near_misses(unknown[0], [c.name for c in rows])
            raise RequestError(problem, fix=fix, code="E-ADD-CLASSES")

    def find(self, label: Any, names: Mapping[int, str], geometry: bool) -> int:
        """class_id of a label, -1 where it is unknown.

        Args:
            names: Number -> name, as the result itself has it; `classes` goes first.
            geometry: Whether an object is meant, or an answer about the whole image.
        """
        label = label.value if isinstance(label, Enum) else label
        if isinstance(label, str):
            return self._named(label, geometry)
        number = _whole(label)
        if number is None:
            return -1
        named = self._own or names
        if named:
            return self._named(named[number], geometry) if number in named else -1
        if self._numbers[geometry]:
            return self._numbers[geometry].get(number, -1)
        rows = self._sides[geometry]
        return rows[number].class_id if 0 <= number < len(rows) else -1

    def _named(self, name: str, geometry: bool) -> int:
        if name in self._hashes:
            return self._hashes[name]
        exact, folded = self._names[geometry]
        return exact.get(name, folded.get(name.strip().casefold(), -1))


def _own_names(classes: Classes) -> dict[int, str]:
    if classes is None:
        return {}
    pairs = classes.items() if isinstance(classes, Mapping) else enumerate(classes)
    return {int(number): str(name) for number, name in pairs}


def _by_name(rows: Sequence[Any]) -> tuple[dict[str, int], dict[str, int]]:
    """Names as they are, and those that no two classes share when case is left aside."""
    exact = {row.name: row.class_id for row in rows}
    folded: dict[str, int] = {}
    for row in rows:
        key = row.name.casefold()
        folded[key] = -1 if key in folded else row.class_id
    return exact, folded


def _whole(label: Any) -> int | None:
    if isinstance(label, bool | np.bool_):
        return None
    try:
        number = int(label)
        return number if number == label else None
    except (TypeError, ValueError, OverflowError):
        return None


def _numbers(values: Any, shape: tuple[int, ...], name: str) -> NDArray[np.float64]:
    if values is None:
        raise RequestError(f"{name} are missing", fix=f"give {name}=", code="E-ADD-LENGTH")
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        problem = f"{name} are no numbers"
        raise RequestError(problem, fix=f"shape {shape} is wanted", code="E-ADD-SHAPE") from None
    if array.shape != shape:
        problem = f"{name} have shape {array.shape}, not {shape}"
        raise RequestError(problem, fix="give one row per object", code="E-ADD-SHAPE")
    return array


def _model(record: Any) -> Any:
    """A live record as the pickle reader would see it."""
    if isinstance(record, Enum):
        return record.value
    name = type(record).__name__
    if name not in ("Prediction", "ObjectDetection", "BoundingBox", "FrameClassification"):
        return record
    fields = {key: _model(value) for key, value in vars(record).items()}
    return Model(name, tuple(fields), tuple(fields.values()))
