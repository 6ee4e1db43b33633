"""Making projects from annotation files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from boxscore.engine.progress import Progress
from boxscore.project.importing import folder_name, publish_project, refuse_existing
from boxscore.sources import coco
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.report import ImportReport


def import_coco(
    annotations: Path,
    *,
    images: Path | None,
    target: Path,
    name: str | None,
    symlinks: bool,
    strict: bool,
    dry_run: bool,
    progress: Progress,
) -> dict[str, Any]:
    """Read a COCO annotation file and publish it as a project; see `Project.import_coco`."""
    if name is not None:
        refuse_existing(target / folder_name(name))
    report = ImportReport(annotations, strict=strict)
    with progress("reading annotations and images"):
        tables = coco.read(annotations, images, report)
    return publish(tables, "coco", target, name, symlinks, dry_run, progress)


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
    chosen = name or tables.name
    root = target / folder_name(chosen)
    refuse_existing(root)
    if not dry_run:
        with progress("storing"):
            root = publish_project(tables, target, chosen, symlinks=symlinks)
    return {
        "project": chosen,
        "path": str(root),
        "format": form,
        "images": tables.items.rows,
        "videos": 0,
        "ground_truth": tables.ground_truth.rows,
        "classes": len(tables.ontology.classes),
        "rejected": tables.report.rejected,
        "warnings": tables.report.warnings,
        "report": None if dry_run else str(root / "reports" / "import-1.json"),
    }
