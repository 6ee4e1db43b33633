"""The predictions of one run: read when it is there, or added image by image and published."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from boxscore.engine.progress import silent
from boxscore.errors import RequestError
from boxscore.project.imports.importing import RunRequest, context_of, import_tables, refuse_taken
from boxscore.schema.predictions import Prediction
from boxscore.schema.tables import MASKS, POINTS, PREDICTIONS, TRAITS, Annotations, Table
from boxscore.sources.joining import joined
from boxscore.sources.live_objects import Found, found_in, plain
from boxscore.sources.live_records import Classes, LiveRecords
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables
from boxscore.store.parts import read_parts, write_part

if TYPE_CHECKING:
    from boxscore.project.project import Project

MOST_PENDING = 32 << 20
"""Bytes that wait in memory before they go to a file."""
SCHEMAS = {"table": PREDICTIONS, "masks": MASKS, "points": POINTS, "traits": TRAITS}


class Predictions:
    """A run by name, existing or to be made; see `Project.predictions`.

    Reading: `table`, `masks`, `points`, `traits`, `rows` of the published run. Writing: `add` for
    every image, then `close`, or a `with` block; nothing is visible before, and after an
    exception nothing was changed.

    Args:
        classes: The model's own class numbers -> names.
        replace: Whether a run of this name may be replaced.
        strict: Whether the first unusable record refuses the run.
    """

    def __init__(
        self,
        project: Project,
        run: str,
        *,
        classes: Classes = None,
        replace: bool = False,
        strict: bool = False,
    ) -> None:
        self._project = project
        self._request = RunRequest(
            path=Path(run), name=run, replace=replace, strict=strict, progress=silent
        )
        self._classes = classes
        self._live: LiveRecords | None = None
        self._closed = False

    # --- reading -----------------------------------------------------------------------------

    @property
    def annotations(self) -> Annotations:
        """The published run."""
        return self._project._state().predictions(self._request.run_name)

    @property
    def table(self) -> Table:
        """Its rows."""
        return self.annotations.table

    @property
    def masks(self) -> Table:
        """Its masks."""
        return self.annotations.masks

    @property
    def points(self) -> Table:
        """Its outlines and keypoints."""
        return self.annotations.points

    @property
    def traits(self) -> Table:
        """Its numbers that only some protocols read."""
        return self.annotations.traits

    @property
    def rows(self) -> int:
        """How many predictions it has."""
        return self.annotations.rows

    # --- writing -----------------------------------------------------------------------------

    def add(
        self,
        image: Any,
        found: Any = None,
        *,
        frame: int | None = None,
        boxes: Any = None,
        labels: Any = None,
        scores: Any = None,
        masks: Any = None,
        keypoints: Any = None,
        theta: Any = None,
        tracks: Any = None,
        box_format: str | None = None,
    ) -> None:
        """Add what a model found on one image.

        Args:
            image: Data hash, source id, title, path, file name or stem; or, alone, an Encord
                Active `Prediction`, a list of them, or an Ultralytics result, which name theirs.
            found: A result of Ultralytics or supervision, a dictionary as torchvision and
                Transformers give it, a COCO result or a list of such; or columns by keyword:
            frame: Of a video, or the position in a sequence.
            boxes: (N, 4) pixels, as `box_format` says.
            labels: (N,) class names, feature hashes, or numbers: those of `classes`, else the
                ids that the project's source gave its classes, else their order.
            scores: (N,) confidences.
            masks: N bitmaps of the image's size, COCO run lengths, or lists of polygon parts.
            keypoints: (N, K, 2 or 3) pixels. Without any geometry, labels answer a question
                about the whole image.
            box_format: "xyxy" (corners; the default), "xywh" or "cxcywh" (centre, size).

        Raises:
            RequestError: The arrays do not fit together, or the run's name is taken.
            SourceError: In strict mode, a record cannot be used.
        """
        live = self._writing()
        records = _encord_records(image) if found is None and labels is None else None
        if records is not None:
            for record in records:
                live.add_prediction(record)
        else:
            columns = {
                "boxes": plain(boxes), "labels": plain(labels), "scores": plain(scores),
                "masks": plain(masks), "keypoints": plain(keypoints), "theta": plain(theta),
                "tracks": plain(tracks),
            }  # fmt: skip
            name, what = _named(image, found, columns, box_format)
            live.add(name, frame, what)
        if live.pending > MOST_PENDING:
            self._spill()

    def close(self) -> dict[str, Any]:
        """Evaluate and publish everything that was added.

        Returns:
            The document that an import gives, with its evaluation.

        Raises:
            SourceError: More than 5 % of the records cannot be used.
        """
        live, request = self._writing(), self._request
        try:
            self._spill()
            predictions = self._collected()
            if not live.total:
                self._report.note("N-NO-PREDICTIONS", "0 predictions: there are no records")
            self._report.check_refusal(live.total)
            tables = RunTables(
                predictions=predictions,
                report=self._report,
                format="live",
                mapping={"images": "by name", "classes": "by name or number"},
            )
            truth = self._project._state().truth()
            document = import_tables(
                self._project.path, truth, request, tables, lambda: _digest(predictions)
            )
        finally:
            self.discard()
        return document | {"evaluation": self._project.evaluate(request.run_name)}

    def discard(self) -> None:
        """Forget what was added; nothing is published."""
        if self._live is not None and not self._closed:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._closed = True

    def __enter__(self) -> Self:
        self._writing()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.discard()
        elif not self._closed:
            self.close()

    def _writing(self) -> LiveRecords:
        if self._closed:
            problem = f"run {self._request.run_name!r} is closed: nothing can be added"
            raise RequestError(problem, fix="ask for predictions(...) anew", code="E-ADD-CLOSED")
        if self._live is None:
            refuse_taken(self._project.path, self._request)
            self._report = ImportReport(Path(self._request.run_name), strict=self._request.strict)
            truth = self._project._state().truth()
            self._live = LiveRecords(context_of(truth), self._report, self._classes)
            self._folder = Path(tempfile.mkdtemp(prefix="boxscore-run-"))
            self._pieces = 0
        return self._live

    def _spill(self) -> None:
        """Put what waits into files."""
        assert self._live is not None
        piece = self._live.take()
        for name in SCHEMAS:
            table: Table = getattr(piece, name)
            if table.rows:
                write_part(table, self._folder / f"{self._pieces:06}-{name}.parquet")
        self._pieces += 1

    def _collected(self) -> Annotations:
        pieces = [
            Annotations(**{name: self._read(k, name) for name in SCHEMAS})
            for k in range(self._pieces)
        ]
        return joined(pieces, PREDICTIONS)

    def _read(self, piece: int, name: str) -> Table:
        path = self._folder / f"{piece:06}-{name}.parquet"
        return read_parts([path] if path.exists() else [], SCHEMAS[name])


def _encord_records(given: Any) -> list[Any] | None:
    """Encord Active's own objects, one or several; None for anything else."""
    if isinstance(given, Prediction):
        return [given]
    if isinstance(given, str | bytes | Path) or not isinstance(given, Iterable):
        return None
    several = list(given)
    return several if all(isinstance(one, Prediction) for one in several) else None


def _named(
    image: Any, found: Any, columns: dict[str, Any], box_format: str | None
) -> tuple[Any, Found]:
    """The image's name and what was found on it."""
    given = {name: column for name, column in columns.items() if column is not None}
    if given and found is not None:
        problem = f"both a result and {', '.join(given)} are given"
        raise RequestError(problem, fix="give one of them", code="E-ADD-KIND")
    if given:
        if "labels" not in given:
            raise RequestError("labels are missing", fix="give labels=", code="E-ADD-LENGTH")
        what = Found(**given)
    elif found is None and hasattr(image, "path") and hasattr(image, "orig_shape"):
        image, what = Path(image.path), found_in(image)
    else:
        what = found_in(found)
    return image, what if box_format is None else _written(what, box_format)


def _written(found: Found, box_format: str) -> Found:
    from dataclasses import replace

    from boxscore.errors import near_misses, shown
    from boxscore.sources.box_forms import CORNERS

    if box_format not in list(CORNERS):  # a list: it may be something that has no hash
        problem = f"box_format {shown(box_format)} is unknown"
        raise RequestError(problem, fix=near_misses(str(box_format), CORNERS), code="E-ADD-FORMAT")
    return replace(found, corners=box_format)


def _digest(predictions: Annotations) -> str:
    """SHA-256 of what was added, in place of a file's."""
    whole = hashlib.sha256()
    columns: Sequence[str] = ("item", "class_id", "kind", "x", "y", "width", "height", "confidence")
    for name in columns:
        whole.update(predictions.table[name].tobytes())
    for counts in predictions.masks["counts"].tolist():
        whole.update(counts + b"\0")
    return whole.hexdigest()
