"""Encord Active's importers: the same functions and arguments over projects of this package.

Each `migrate_...` gives the predictions of a file or folder as Encord Active's objects; each
`import_...` brings them in as a run, evaluated at once. A run of the same name is replaced, as
documented there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from boxscore.project.imports.importing import RunRequest, context_of, digest, import_tables
from boxscore.project.project import Project
from boxscore.schema.predictions import Prediction
from boxscore.sinks.content import Content
from boxscore.sinks.pickle import records
from boxscore.sources import encord_coco, encord_kitti, encord_masks
from boxscore.sources.context import ProjectContext
from boxscore.sources.encord_coco import CocoWishes
from boxscore.sources.encord_names import (
    KITTI_FILE_NAME_REGEX,
    PNG_FILE_NAME_REGEX,
    FolderWishes,
    PlaceOf,
)
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables

RUN = "predictions"
"""Name of the run where none is given: Encord Active had one set for each project."""

Document = dict[str, Any]
Folder = str | Path
Anything = Any
Read = Callable[[ProjectContext, ImportReport], RunTables]


def project_of(given: Anything) -> Project:
    """The project that a path, a project of either package or a file structure names."""
    if isinstance(given, Project):
        return given
    folder: Any = getattr(given, "project_dir", given)
    return Project.open(folder)


def import_predictions(
    project: Anything, predictions: Iterable[Prediction], *, name: str = RUN
) -> Document | None:
    """Bring in a list of predictions, objects and classifications alike.

    Returns:
        The import document; None, and nothing done, for an empty list.
    """
    listed = list(predictions)
    if not listed:
        return None
    run = project_of(project).predictions(name, replace=True)
    try:
        for start in range(0, len(listed), 1000):
            run.add(listed[start : start + 1000])
    except BaseException:
        run.discard()
        raise
    return run.close()


def import_coco_predictions(
    project: Anything,
    predictions_json: Folder,
    ontology_mapping: Mapping[str, int] | None = None,
    image_mapping: Mapping[Any, Any] | None = None,
    *,
    name: str = RUN,
) -> Document:
    """Bring in COCO results of any project.

    Args:
        ontology_mapping: Feature hash -> category id; default: ontology_mapping.json beside it.
        image_mapping: Image id -> data hash; default: image_mapping.json beside it.
    """
    path = Path(predictions_json)
    return _import(project, path, name, _coco(path, ontology_mapping, image_mapping))


def import_kitti_predictions(
    project: Anything,
    predictions_dir: Folder,
    ontology_mapping: Mapping[str, str] | None = None,
    file_name_regex: str = KITTI_FILE_NAME_REGEX,
    file_path_to_data_unit_func: PlaceOf | None = None,
    *,
    name: str = RUN,
) -> Document:
    """Bring in a folder of KITTI files.

    Args:
        ontology_mapping: Feature hash -> class name; default: ontology_mapping.json in it.
        file_path_to_data_unit_func: Path -> (data hash, frame or None).
    """
    path = Path(predictions_dir)
    wishes = _wishes(ontology_mapping, file_name_regex, file_path_to_data_unit_func)
    return _import(project, path, name, lambda c, r: encord_kitti.read(path, c, r, wishes))


def import_mask_predictions(
    project: Anything,
    predictions_dir: Folder,
    ontology_mapping: Mapping[str, int] | None = None,
    file_name_regex: str = PNG_FILE_NAME_REGEX,
    file_path_to_data_unit_func: PlaceOf | None = None,
    *,
    name: str = RUN,
) -> Document:
    """Bring in a folder of PNG masks.

    Args:
        ontology_mapping: Feature hash -> pixel value; default: ontology_mapping.json in it.
        file_path_to_data_unit_func: Path -> (data hash, frame or None).
    """
    path = Path(predictions_dir)
    wishes = _wishes(ontology_mapping, file_name_regex, file_path_to_data_unit_func)
    return _import(project, path, name, lambda c, r: encord_masks.read(path, c, r, wishes))


def migrate_coco_predictions(
    project_dir: Anything,
    predictions_json: Folder,
    ontology_mapping: Mapping[str, int] | None = None,
    image_mapping: Mapping[Any, Any] | None = None,
) -> list[Prediction]:
    """The predictions of a COCO results file as objects; nothing is imported."""
    path = Path(predictions_json)
    return _migrate(project_dir, path, _coco(path, ontology_mapping, image_mapping))


def migrate_kitti_predictions(
    project_dir: Anything,
    predictions_dir: Folder,
    ontology_mapping: Mapping[str, str] | None = None,
    file_name_regex: str = KITTI_FILE_NAME_REGEX,
    file_path_to_data_unit_func: PlaceOf | None = None,
) -> list[Prediction]:
    """The predictions of a folder of KITTI files as objects; nothing is imported."""
    path = Path(predictions_dir)
    wishes = _wishes(ontology_mapping, file_name_regex, file_path_to_data_unit_func)
    return _migrate(project_dir, path, lambda c, r: encord_kitti.read(path, c, r, wishes))


def migrate_mask_predictions(
    project_dir: Anything,
    predictions_dir: Folder,
    ontology_mapping: Mapping[str, int] | None = None,
    file_name_regex: str = PNG_FILE_NAME_REGEX,
    file_path_to_data_unit_func: PlaceOf | None = None,
) -> list[Prediction]:
    """The predictions of a folder of masks as objects; nothing is imported."""
    path = Path(predictions_dir)
    wishes = _wishes(ontology_mapping, file_name_regex, file_path_to_data_unit_func)
    return _migrate(project_dir, path, lambda c, r: encord_masks.read(path, c, r, wishes))


def _wishes(
    ontology: Mapping[str, Any] | None, pattern: str, place_of: PlaceOf | None
) -> FolderWishes:
    return FolderWishes(ontology=ontology, pattern=pattern, place_of=place_of)


def _coco(path: Path, ontology: Mapping[str, int] | None, images: Mapping[Any, Any] | None) -> Read:
    wishes = CocoWishes(ontology=ontology, images=images)
    return lambda context, report: encord_coco.read(path, context, report, wishes)


def _import(given: Anything, path: Path, name: str, read: Read) -> Document:
    project = project_of(given)
    truth = project._state().truth()
    request = RunRequest(path=path, name=name, replace=True)
    tables = read(context_of(truth), ImportReport(path))
    document = import_tables(project.path, truth, request, tables, lambda: digest(path))
    return document | {"evaluation": project.evaluate(request.run_name)}


def _migrate(given: Anything, path: Path, read: Read) -> list[Prediction]:
    project = project_of(given)
    truth = project._state().truth()
    content = Content(
        name=project.name,
        predicted=True,
        items=truth.items,
        ontology=truth.ontology,
        rows=read(context_of(truth), ImportReport(path)).predictions,
        pictures={},
    )
    return records(content)
