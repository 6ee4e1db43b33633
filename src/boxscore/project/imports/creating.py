"""Making projects from annotation files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError, storable
from boxscore.project.imports.importing import (
    folder_name,
    free_name,
    publish_project,
    refuse_existing,
)
from boxscore.project.imports.sigmas import Sigmas, with_sigmas
from boxscore.schema.labels import DataLabel
from boxscore.sources import COCO, chosen_format, coco, coco_splits, image_folder
from boxscore.sources.coco_layout import file_of, split_files
from boxscore.sources.doctor import Mapping
from boxscore.sources.folder_files import FolderContent, find_files
from boxscore.sources.formats import ReadRequest, format_of
from boxscore.sources.kept_facts import KeptFacts, keeping
from boxscore.sources.label_transformers import labels_of, load_transformers
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.raw import Convention
from boxscore.sources.raw_project import project_of
from boxscore.sources.report import ImportReport
from boxscore.sources.truth_mapping import read_truth_mapping, with_classes
from boxscore.sources.yaml_text import YAML


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRequest:
    """A project from annotations, as asked; see `Project.import_project`."""

    source: Path
    target: Path
    format: str = "auto"
    images: Path | None = None
    name: str | None = None
    symlinks: bool = False
    strict: bool = False
    dry_run: bool = False
    mapping: Path | None = None
    sigmas: Sigmas | None = None
    progress: Progress = silent


def import_project(request: ProjectRequest) -> dict[str, Any]:
    """Read annotations and publish them as a project."""
    target = request.target.absolute()
    if request.name is not None:
        refuse_existing(target / folder_name(request.name))
    mapping = Mapping() if request.mapping is None else read_truth_mapping(request.mapping)
    report = ImportReport(request.source, strict=request.strict)
    if mapping.most_unmatched is not None:
        report.most_rejected = mapping.most_unmatched
    if mapping.boxes is not None:
        problem = f"boxes are read as {mapping.boxes.words}, as the mapping file says"
        report.note("N-BOXES-MAPPED", problem)
    with _going_on(target, request.source, request.dry_run) as kept:
        with request.progress("reading annotations and images"):
            form = chosen_format(request.source, request.format, "truth", report)
            tables = _tables(request, form, report, mapping.boxes)
        if request.mapping is not None:
            tables = with_classes(tables, mapping.classes, request.mapping)
        _tell(report, kept)
        if request.sigmas is not None:
            ontology = with_sigmas(tables.ontology, tables.ground_truth, request.sigmas)
            tables = replace(tables, ontology=ontology)
        return publish(
            tables, form, target, request.name, request.symlinks, request.dry_run, request.progress
        )


def _going_on(
    target: Path, source: Path, dry_run: bool
) -> AbstractContextManager[KeptFacts | None]:
    """What is read of pictures is kept until they are published; a rehearsal writes nothing."""
    return nullcontext() if dry_run else keeping(target, source)


def _tell(report: ImportReport, kept: KeptFacts | None) -> None:
    if kept is not None and kept.found:
        problem = "pictures were read by an import that was stopped: not read again"
        report.note("N-IMAGES-KEPT", problem, kept.found)


def _tables(
    request: ProjectRequest, form: str, report: ImportReport, boxes: Convention | None
) -> ProjectTables:
    if form in COCO:
        if splits := split_files(request.source):
            folder = request.source.absolute()
            whole = folder.parent if folder.name == "annotations" else folder
            return coco_splits.read(
                splits, request.images, report, name=storable(whole.name), boxes=boxes
            )
        report.path = file = file_of(request.source, "truth")
        name = None if file == request.source else request.source.absolute().name
        return coco.read(file, request.images, report, name=name, boxes=boxes)
    asked = ReadRequest(role="truth", images=request.images, boxes=boxes)
    raw = format_of(form, "truth").read(request.source, asked, report)
    raw = raw if boxes is None else replace(raw, convention=boxes)
    source = request.source.absolute()
    # A data.yaml describes its folder, and has the same name in every data set.
    described = source.suffix in YAML and source.stem in ("data", "dataset")
    own = source.is_file() and not described
    name = source.stem if own else (source if source.is_dir() else source.parent).name
    return project_of(raw, storable(name), request.images, report, mapped=boxes is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRequest:
    """A project from a folder of images and videos, as asked; see `Project.init`."""

    root: Path
    target: Path
    name: str | None = None
    data_globs: Sequence[str] = ()
    label_globs: Sequence[str] = ()
    group_globs: Sequence[str] = ()
    transformer: Path | None = None
    transformer_names: Sequence[str] = ()
    symlinks: bool = False
    dry_run: bool = False
    progress: Progress = silent


def init(request: FolderRequest) -> dict[str, Any]:
    """Make a project from a folder; a rehearsal describes what would be in it."""
    name = request.name or f"[EA] {request.root.absolute().name}"
    target = request.target.absolute()
    refuse_existing(target / folder_name(name))
    content = find_files(request.root, request.data_globs, request.label_globs, request.group_globs)
    labels = _labels(request, content)
    if request.dry_run:
        return content.document() | {
            "project": name,
            "path": str(target / folder_name(name)),
            "labels": image_folder.label_counts(labels),
        }
    report = ImportReport(request.root)
    with keeping(target, request.root) as kept:
        with request.progress("reading images and videos"):
            tables = image_folder.read(content, name, labels, report)
        _tell(report, kept)
        return publish(tables, "folder", target, name, request.symlinks, False, request.progress)


def _labels(request: FolderRequest, content: FolderContent) -> list[DataLabel]:
    if request.transformer is None:
        if request.label_globs:
            raise RequestError(
                "label files are named but nothing that reads them",
                fix="add --transformer FILE.py",
                code="E-TRANSFORMER-MISSING",
            )
        return []
    found = load_transformers(request.transformer)
    chosen = tuple(request.transformer_names) or tuple(found)
    if not set(chosen) <= set(found) or (len(chosen) > 1 and not request.transformer_names):
        raise RequestError(
            f"{request.transformer} has these transformers: {', '.join(found)}",
            fix="choose one or more with --transformer-name",
            code="E-TRANSFORMER-SEVERAL",
        )
    data = [path.absolute() for path in content.files]
    label_files = [path.absolute() for path in content.labels]
    return [
        label
        for name in dict.fromkeys(chosen)
        for label in labels_of(request.transformer, found[name], label_files, data)
    ]


def publish(
    tables: ProjectTables,
    form: str,
    target: Path,
    name: str | None,
    symlinks: bool,
    dry_run: bool,
    progress: Progress,
) -> dict[str, Any]:
    """Publish a project that was read, unless this is a rehearsal, and describe it."""
    chosen = name or free_name(target, tables.name)
    root = target / folder_name(chosen)
    refuse_existing(root)
    if not dry_run:
        with progress("storing"):
            root = publish_project(tables, target, chosen, symlinks=symlinks)
    return {
        "project": chosen,
        "path": str(root),
        "format": form,
        "recognised": tables.report.recognised,
        "images": tables.items.rows,
        "videos": len(set(tables.items["sequence"].tolist()) - {""}),
        "ground_truth": tables.ground_truth.rows,
        "classes": len(tables.ontology.classes),
        "rejected": tables.report.rejected,
        "warnings": tables.report.warnings,
        "report": None if dry_run else str(root / "reports" / "import-1.json"),
    }
