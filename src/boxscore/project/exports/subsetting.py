"""A new project of some of the images, with their ground truth and runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.project.exports.exporting import images_of_rows
from boxscore.project.imports.importing import RunRequest, digest, import_tables, publish_project
from boxscore.project.loading import Loaded, load
from boxscore.schema.tables import Annotations
from boxscore.sources.project_tables import ImageFile, ProjectTables
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables
from boxscore.store.read import Snapshot

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsetRequest:
    """What the new project holds, as asked; see `Project.subset`."""

    name: str
    target: Path
    runs: tuple[str, ...] | None = None
    symlinks: bool = False
    progress: Progress = silent


def subset(state: Loaded, rows: Mapping[str, Sequence[int]], request: SubsetRequest) -> Document:
    """Publish the images, then run after run.

    Args:
        rows: Owner -> rows of what is selected.

    Raises:
        RequestError: A run is unknown, or the folder exists already.
    """
    runs = tuple(state.records) if request.runs is None else request.runs
    records = [state.record(run) for run in runs]
    shown = images_of_rows(state, rows)
    with request.progress("storing images"):
        tables = _tables(state, shown, request.name)
        root = publish_project(
            tables, request.target.absolute(), request.name, symlinks=request.symlinks
        )
    made = load(root)
    for record in records:
        asked = RunRequest(path=Path(record.source), name=record.name, progress=request.progress)
        predictions = _on_images(state.predictions(record.name), shown)
        report = ImportReport(asked.path)
        report.note("N-RUN-SUBSET", f"of run {record.name} of {state.name}", predictions.rows)
        run = RunTables(
            predictions=predictions,
            report=report,
            format=record.format,
            mapping=record.details.get("mapping", {}),
        )
        import_tables(root, made.truth(), asked, run, partial(str, record.sha256))
    return {
        "project": request.name,
        "path": str(root),
        "images": tables.items.rows,
        "ground_truth": tables.ground_truth.rows,
        "runs": list(runs),
    }


def _tables(state: Loaded, shown: NDArray[np.bool_], name: str) -> ProjectTables:
    truth, items = state.truth(), state.truth().items.take(np.flatnonzero(shown))
    verdicts = truth.verdicts.take(shown[truth.verdicts["item"]])
    report = ImportReport(Path(state.name))
    report.note("N-PROJECT-SUBSET", f"{items.rows} of {shown.size} images of {state.name}")
    return ProjectTables(
        name=name,
        items=items,
        ontology=truth.ontology,
        ground_truth=_on_images(truth.ground_truth, shown),
        files=_files(state, items["file"].tolist()),
        report=report,
        verdicts=verdicts.replace(item=_places(shown)[verdicts["item"]]),
    )


def _files(state: Loaded, places: list[str]) -> list[ImageFile]:
    """Each picture once, as the store knows it."""
    first = {place: item for item, place in reversed(list(enumerate(places))) if place}
    files = []
    with Snapshot(state.root) as snapshot:
        for place, item in first.items():
            path = (state.root / place).resolve()
            if not path.is_file():
                continue
            size, sha256 = snapshot.file(place)
            files.append(
                ImageFile(
                    item=item,
                    path=path,
                    relative=place,
                    sha256=sha256 or digest(path),
                    size=path.stat().st_size if size is None else size,
                )
            )
    return files


def _on_images(annotations: Annotations, shown: NDArray[np.bool_]) -> Annotations:
    """What lies on some of the images, whose rows are counted anew."""
    chosen = annotations.take(np.flatnonzero(shown[annotations.table["item"]]))
    table = chosen.table.replace(item=_places(shown)[chosen.table["item"]])
    return Annotations(table=table, masks=chosen.masks, points=chosen.points, traits=chosen.traits)


def _places(shown: NDArray[np.bool_]) -> NDArray[np.int32]:
    places: NDArray[np.int32] = (np.cumsum(shown) - 1).astype(np.int32)
    return places
