"""Runs made from runs: several fused into one, one cut at confidence thresholds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError, SourceError, near_misses, shown
from boxscore.matching.fusing import FusionPlan, fused
from boxscore.project.imports.importing import RunRequest, import_tables, refuse_taken
from boxscore.project.loading import Loaded
from boxscore.project.reading import ProjectReader
from boxscore.schema.tables import Annotations
from boxscore.sources.json_document import read_document, real
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables

Document = dict[str, Any]
MOST_BYTES = 1 << 24


class DerivedRuns(ProjectReader):
    """A project that makes runs of its runs."""

    def fuse_runs(
        self,
        *runs: str,
        name: str | None = None,
        weights: Sequence[float] = (),
        iou: float = 0.55,
        skip: float = 0.0,
        replace: bool = False,
        progress: Progress = silent,
    ) -> Document:
        """One run of weighted box fusion of several, evaluated like an import.

        Args:
            weights: One for each run; () weighs them alike.
            iou: Overlap above which boxes of one class are taken for one.
            skip: Confidence below which a box is left out.

        Raises:
            RequestError: A run has anything but boxes, or confidences outside 0 to 1.
        """
        state = self._state()
        predictions = [state.predictions(run) for run in runs]
        plan = FusionPlan(weights=tuple(float(w) for w in weights), iou=iou, skip=skip)
        request = _request(name or " + ".join(runs), replace, progress)
        refuse_taken(self.path, request)
        with progress("fusing"):
            made = fused(predictions, plan)
        shares = plan.weights or (1.0,) * len(runs)
        parts = [f"{run} x {w:g}" for run, w in zip(runs, shares, strict=True)]
        how = f"weighted box fusion of {', '.join(parts)} at IoU {iou:g}, from confidence {skip:g}"
        return self._publish(state, request, made, "fusion", how)

    def cut_run(
        self,
        run: str,
        thresholds: float | Mapping[str, float] | str | Path,
        *,
        name: str | None = None,
        replace: bool = False,
        progress: Progress = silent,
    ) -> Document:
        """A run without what is less confident than a threshold, evaluated like an import.

        Args:
            thresholds: One for all; one for each class by name or feature hash, where classes
                without one keep everything; or a file that `thresholds` wrote.

        Raises:
            SourceError: The file is none of `thresholds`.
            RequestError: A class does not exist, or a threshold is no number.
        """
        state = self._state()
        predictions = state.predictions(run)
        request = _request(name or f"{run} cut", replace, progress)
        refuse_taken(self.path, request)
        floor, how = _floors(state, thresholds)
        table = predictions.table
        rows = np.flatnonzero(table["confidence"] >= floor[table["class_id"]])
        return self._publish(state, request, predictions.take(rows), "cut", f"{run} {how}")

    def _publish(
        self, state: Loaded, request: RunRequest, made: Annotations, form: str, how: str
    ) -> Document:
        report = ImportReport(request.path)
        report.note("N-RUN-DERIVED", how, made.rows)
        tables = RunTables(
            predictions=made,
            report=report,
            format=form,
            mapping={"images": "as in its runs", "classes": "as in its runs"},
        )
        digest = hashlib.sha256(how.encode())
        for column in ("item", "class_id", "x", "y", "width", "height", "confidence"):
            digest.update(made.table[column].tobytes())
        document = import_tables(self.path, state.truth(), request, tables, digest.hexdigest)
        return document | {"evaluation": self.evaluate(request.run_name)}


def _request(name: str, replace: bool, progress: Progress) -> RunRequest:
    source = Path(name.replace("/", "_"))
    return RunRequest(path=source, name=name, replace=replace, progress=progress)


def _floors(
    state: Loaded, thresholds: float | Mapping[str, float] | str | Path
) -> tuple[NDArray[np.float64], str]:
    """(C,) least confidence of each class, and what that is in words."""
    classes = state.truth().ontology.classes
    floor = np.full(len(classes), -np.inf)
    if isinstance(thresholds, str | Path):
        path = Path(thresholds)
        thresholds = _from_file(path)
        how = f"at the thresholds of {shown(path.name)}"
    elif isinstance(thresholds, Mapping):
        how = f"at thresholds of {len(thresholds)} classes"
    else:
        floor[:] = _number("all classes", thresholds)
        return floor, f"at confidence {thresholds:g}"
    places = {key: k for k, row in enumerate(classes) for key in (row.feature_hash, row.name)}
    for key, value in thresholds.items():
        if key not in places:
            raise RequestError(
                f"class {shown(key)} does not exist",
                fix=near_misses(key, places),
                code="E-CLASS-UNKNOWN",
            )
        floor[places[key]] = _number(key, value)
    return floor, how


def _number(what: str, value: Any) -> float:
    if (known := real(value)) is None:
        raise RequestError(
            f"the threshold of {shown(what)} is {shown(str(value))}, no number",
            fix="give a confidence",
            code="E-THRESHOLD",
        )
    return known


def _from_file(path: Path) -> dict[str, float]:
    """Feature hash -> threshold of a `thresholds.json`."""
    document = read_document(path, MOST_BYTES)
    rows = document.get("classes") if isinstance(document, dict) else None
    found: dict[str, float] = {}
    for k, row in enumerate(rows if isinstance(rows, list) else []):
        known = row if isinstance(row, dict) else {}
        key, value = known.get("feature_hash"), real(known.get("confidence"))
        if not isinstance(key, str) or value is None:
            raise SourceError(
                path,
                f"/classes/{k}",
                "has no feature_hash or no confidence",
                fix="write the file with `boxscore thresholds RUN -o FILE`",
                code="E-THRESHOLDS-FILE",
            )
        found[key] = value
    if not found:
        raise SourceError(
            path,
            "/classes",
            "lists no classes: not a file of `boxscore thresholds`",
            fix="write the file with `boxscore thresholds RUN -o FILE`",
            code="E-THRESHOLDS-FILE",
        )
    return found
