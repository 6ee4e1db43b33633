"""Encord Active's predictions: one pickled list of Prediction, nested or of the older flat form.

The file is read by an inert reader (`pickle_opcodes`), never unpickled. Coordinates in it are
relative to the image; they become pixels here.
"""

from __future__ import annotations

import gc
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import MASKS, POINTS, PREDICTIONS, Annotations, Table
from boxscore.sources.context import ProjectContext
from boxscore.sources.pickle_lookup import Lookup, Unusable
from boxscore.sources.pickle_opcodes import PickleReader
from boxscore.sources.pickle_shapes import Row, shape_of
from boxscore.sources.pickle_symbols import Model, Refused
from boxscore.sources.regular_files import open_regular
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables

LARGEST = np.finfo(np.float64).max
HOPELESS = 10_000
"""Rejections after which a file that is refused anyway is not read to its end."""

FIX = (
    "write a list of encord_active.lib.db.predictions.Prediction with pickle.dump; of MMDetection, "
    "give bbox.json, which --format-only writes"
)


def read(path: Path, context: ProjectContext, report: ImportReport) -> RunTables:
    """Read a pickle of predictions for a project.

    Raises:
        SourceError: The file holds something else, is garbled, or too little of it is usable.
    """
    with _without_collecting():
        predictions = _objects(path, report)
        rows = _rows(predictions, Lookup(context), report)
        if not predictions:
            report.note("N-PICKLE-EMPTY", "0 predictions: the list is empty")
        report.check_refusal(len(predictions))
        note_confidences(rows, report)
        tables = tables_of(rows)
    mapping = {"images": "by data_hash", "classes": "by feature hash"}
    return RunTables(predictions=tables, report=report, format="pickle", mapping=mapping)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """A tree of millions of values has no cycles, and each search for them walks all of it."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _rows(predictions: list[Any], lookup: Lookup, report: ImportReport) -> list[Row]:
    """The usable ones; each is let go once it is read."""
    rows: list[Row] = []
    for number, prediction in enumerate(predictions):
        predictions[number] = None
        try:
            rows.append(row_of(prediction, number, lookup, report))
        except Unusable as bad:
            report.reject(bad.code, f"prediction {number}{bad.where}", bad.problem, bad.fix)
            if report.rejected % HOPELESS == 0:
                report.check_refusal(len(predictions))
    return rows


def _objects(path: Path, report: ImportReport) -> list[Any]:
    """The members of the pickled list, as inert values."""
    try:
        with (
            open_regular(path) as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view,
        ):
            data = view[:]
        reader = PickleReader(data)
        root = reader.read()
    except Refused as bad:
        problem = f"this pickle is not a list of predictions: {shown(str(bad))}"
        raise SourceError(path, "", problem, fix=FIX, code="E-PICKLE-REFUSED") from None
    except (ValueError, IndexError, OverflowError) as bad:
        problem = f"this pickle is garbled: {shown(str(bad))}"
        place = f"byte {reader.at}" if "reader" in locals() else ""
        raise SourceError(path, place, problem, fix=FIX, code="E-PICKLE-GARBLED") from None
    if not isinstance(root, list | tuple):
        what = root.name if isinstance(root, Model) else type(root).__name__
        problem = f"this pickle holds one {what}, not a list of predictions"
        raise SourceError(path, "", problem, fix=FIX, code="E-PICKLE-REFUSED")
    if root and not any(isinstance(member, Model) for member in root):
        problem = f"this pickle is a list of {_kind(root[0])}, not of predictions"
        raise SourceError(path, "", problem, fix=FIX, code="E-PICKLE-REFUSED")
    left = len(data) - reader.at
    if left:
        report.note("W-PICKLE-TRAILING", f"{left} bytes after the end ignored")
    return list(root)


def row_of(prediction: Any, number: int, lookup: Lookup, report: ImportReport) -> Row:
    """One prediction as a row of the table.

    Raises:
        Unusable: It cannot be used; the others can.
    """
    if not isinstance(prediction, Model) or prediction.name != "Prediction":
        raise Unusable("E-PICKLE-KIND", "", f"is {_kind(prediction)}, not a Prediction")
    fields = prediction.fields()
    item = lookup.item(fields, report, number)
    confidence = _confidence(fields.get("confidence"))
    found, answer = fields.get("object"), fields.get("classification")
    if "class_id" in fields and found is None and answer is None:
        older = {**fields, "feature_hash": fields["class_id"]}
        found = Model("ObjectDetection", tuple(older), tuple(older.values()))
    if (found is None) == (answer is None):
        problem = "must have exactly one of object and classification"
        raise Unusable("E-PICKLE-BOTH", "", problem)
    if answer is not None:
        class_id = lookup.answer(_model(answer, "FrameClassification"))
        return Row(item, class_id, Kind.CLASSIFICATION, number, confidence)
    details = _model(found, "ObjectDetection")
    size = lookup.size(item)
    row = shape_of(details, size, Row(item, -1, Kind.BOX, number, confidence), report)
    row.class_id = lookup.object(details, row.kind, report)
    return row


def _kind(value: Any) -> str:
    return value.name if isinstance(value, Model) else type(value).__name__


def _model(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, Model) or value.name != name:
        raise Unusable("E-PICKLE-KIND", "", f"holds {_kind(value)} where {name} belongs")
    return value.fields()


def _confidence(value: Any) -> float:
    if type(value) is float and 0 <= value <= 1:
        return value
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable("E-PICKLE-CONFIDENCE", "/confidence", "is missing or no number")
    if not abs(value) <= LARGEST:
        raise Unusable("E-PICKLE-CONFIDENCE", "/confidence", f"{shown(value)} is not finite")
    return float(value)


def note_confidences(rows: list[Row], report: ImportReport) -> None:
    """Count the confidences outside 0..1, which are kept."""
    outside = sum(1 for row in rows if not 0 <= row.confidence <= 1)
    if outside:
        report.note("W-CONFIDENCE-RANGE", "confidences outside 0..1: kept", outside)


def tables_of(rows: list[Row]) -> Annotations:
    """Rows as tables, sorted by item, then file order."""
    rows.sort(key=lambda row: (row.item, row.number))
    boxes = np.array([row.box for row in rows], np.float64).reshape(-1, 4)
    columns: dict[str, np.ndarray[Any, np.dtype[Any]]] = {
        "item": np.array([row.item for row in rows], np.int32),
        "class_id": np.array([row.class_id for row in rows], np.int32),
        "kind": np.array([int(row.kind) for row in rows], np.uint8),
        "x": boxes[:, 0].copy(),
        "y": boxes[:, 1].copy(),
        "width": boxes[:, 2].copy(),
        "height": boxes[:, 3].copy(),
        "theta": np.array([row.theta for row in rows], np.float64),
        "area": np.array([row.area for row in rows], np.float64),
        "marks": np.array([int(row.marks) for row in rows], np.uint16),
        "track": _texts([row.track for row in rows]),
        "source_row": np.array([row.number for row in rows], np.int64),
        "confidence": np.array([row.confidence for row in rows], np.float64),
    }
    return Annotations(table=Table(PREDICTIONS, columns), masks=_masks(rows), points=_points(rows))


def _texts(values: list[Any]) -> np.ndarray[Any, np.dtype[Any]]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _masks(rows: list[Row]) -> Table:
    masked = [(k, row.mask) for k, row in enumerate(rows) if row.mask is not None]
    row = np.array([k for k, _ in masked], np.int64)
    return Table(MASKS, {"row": row, "counts": _texts([mask for _, mask in masked])})


def _points(rows: list[Row]) -> Table:
    outlined = list(_outlines(rows))
    xy = np.concatenate([p for _, p in outlined]) if outlined else np.empty((0, 2))
    lengths = [len(p) for _, p in outlined]
    owners = np.repeat(np.array([k for k, _ in outlined], np.int64), lengths)
    return Table(
        POINTS,
        {
            "row": owners,
            "part": np.zeros(len(owners), np.int32),
            "x": xy[:, 0].copy(),
            "y": xy[:, 1].copy(),
            "visibility": np.full(len(owners), 2, np.uint8),
        },
    )


def _outlines(rows: list[Row]) -> Iterator[tuple[int, Any]]:
    for k, row in enumerate(rows):
        if row.points is not None:
            yield k, row.points
