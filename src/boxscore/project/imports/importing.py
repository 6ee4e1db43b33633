"""Bringing projects and runs into the store: read, check, evaluate, publish in one commit."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine import counted
from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError, storable
from boxscore.project.evaluating import Truth, default_task, evaluate_answers, evaluate_objects
from boxscore.project.imports.unseen import unseen_note
from boxscore.project.stored_numbers import document_name, to_text
from boxscore.schema.kinds import Task
from boxscore.schema.tables import Annotations, Table
from boxscore.sources import read_run as read_source
from boxscore.sources.context import ProjectContext
from boxscore.sources.decisions import Decisions
from boxscore.sources.doctor import with_mapping
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables
from boxscore.store.layout import is_project, is_unfinished
from boxscore.store.read import Snapshot
from boxscore.store.records import RunRecord
from boxscore.store.write import Writer

UNSEEN = "W-IMAGES-UNSEEN"


def publish_project(tables: ProjectTables, target: Path, name: str, *, symlinks: bool) -> Path:
    """Write a project that was read, as a new folder inside `target`.

    Raises:
        RequestError: The folder exists already.
    """
    root = target / folder_name(name)
    refuse_existing(root)
    with Writer.create(root, name=name) as writer:
        for table in (tables.items, tables.verdicts, *tables_of(tables.ground_truth)):
            writer.add_table("project", table)
        writer.set_document("ontology", json.dumps(tables.ontology.to_json(), ensure_ascii=False))
        for file in counted(tables.files, "pictures"):
            known = file.size, file.sha256
            place = tables.items["file"][file.item]
            writer.add_file(place, file.path, link=symlinks, known=known)
        report = tables.report.document() | {
            "kind": "project",
            "project": name,
            "images": tables.items.rows,
            "ground_truth": tables.ground_truth.rows,
            "classes": len(tables.ontology.classes),
        }
        writer.add_bytes("reports/import-1.json", _pretty(report))
        writer.commit()
    return root


def refuse_existing(root: Path) -> None:
    """Refuse to write into a folder that is there already, unless a killed import left it."""
    if root.exists() and not is_unfinished(root):
        raise RequestError(
            f"{root}: exists already" + ("" if is_project(root) else ", and is no project"),
            fix="choose another --name",
            code="E-PROJECT-EXISTS",
        )


def free_name(target: Path, name: str) -> str:
    """A project's name where none was given: that of its source, which may lie there itself."""
    root = target / folder_name(name)
    taken = root.exists() and not is_unfinished(root) and not is_project(root)
    return f"{name}-project" if taken else name


def folder_name(name: str) -> str:
    """A project's name as a folder: lower case, safe characters, never empty."""
    safe = re.sub(r"[^\w.-]+", "-", name.strip().lower()).strip("-.")
    return safe[:100] or "project"


def tables_of(annotations: Annotations) -> tuple[Table, ...]:
    """The tables that the store keeps of annotations."""
    return (annotations.table, annotations.masks, annotations.points, annotations.traits)


def _pretty(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What to import, as asked."""

    path: Path
    format: str = "auto"
    name: str | None = None
    mapping: Path | None = None
    strict: bool = False
    dry_run: bool = False
    replace: bool = False
    progress: Progress = silent

    @property
    def run_name(self) -> str:
        """The run's name: as asked, or the file's stem."""
        given = self.path.absolute().name.removesuffix(".gz")
        default = Path(given).stem if self.path.is_file() else given
        name = self.name if self.name is not None else default
        if not name.strip() or len(name) > 200 or not name.isprintable():
            raise RequestError(
                f"{name!r} cannot name a run",
                fix="choose a printable --name of at most 200 characters",
                code="E-RUN-NAME",
            )
        return name


def import_run(root: Path, truth: Truth, request: RunRequest) -> dict[str, Any]:
    """Read, evaluate and publish one run; a large file of COCO results without holding it whole.

    Returns:
        The import document, without its evaluation.
    """
    from boxscore.project.imports.streaming import import_large

    refuse_taken(root, request)
    streamed = import_large(root, truth, request)
    if streamed is not None:
        return streamed
    with request.progress("reading predictions"):
        tables = read_run(truth, request)
    return import_tables(root, truth, request, tables, lambda: digest(request.path))


def import_tables(
    root: Path, truth: Truth, request: RunRequest, tables: RunTables, sha256: Callable[[], str]
) -> dict[str, Any]:
    """Evaluate and publish one run that was read.

    Args:
        sha256: Gives the digest of where it came from.

    Returns:
        The import document, without its evaluation.
    """
    task = default_task(truth, tables.predictions)
    note_unseen(tables.report, truth, tables.predictions.table["item"])
    with request.progress("matching"):
        keep = _evaluated(truth, tables, task)
    document = import_document(request, tables.report, Outline.of(tables), task)
    if request.dry_run:
        return document | {"report": None}
    with request.progress("storing"):
        report = _publish_run(root, request, tables, keep, document, sha256())
    return document | {"report": str(report)}


def read_run(truth: Truth, request: RunRequest) -> RunTables:
    """Read predictions in the format asked for, or in the one recognised."""
    report = ImportReport(request.path, strict=request.strict)
    context = context_of(truth)
    if request.mapping is not None:
        context = with_mapping(context, request.mapping)
    return read_source(request.path, request.format, context, report)


def context_of(truth: Truth) -> ProjectContext:
    """What a source of predictions may know of the project."""
    return ProjectContext(
        items=truth.items, ontology=truth.ontology, ground_truth=truth.ground_truth
    )


def refuse_taken(root: Path, request: RunRequest) -> None:
    """Refuse a name that is in use, before any work is done."""
    with Snapshot(root) as snapshot:
        taken = {run.name for run in snapshot.runs()}
    if request.run_name in taken and not request.replace:
        raise RequestError(
            f"run {request.run_name!r} exists already",
            fix="choose another --name, or --replace it",
            code="E-RUN-EXISTS",
        )


Keep = Callable[[Writer, int], None]


def _evaluated(truth: Truth, tables: RunTables, task: Task) -> Keep:
    """Evaluate, and say how to store it."""
    if task is Task.CLASSIFICATION:
        evaluate_answers(truth, tables.predictions)
        return lambda _writer, _run_id: None
    evaluated = evaluate_objects(truth, tables.predictions, task)
    counts = evaluated.run.default_counts()
    note_left_out(tables.report, task, evaluated.run.view.left_out)

    def keep(writer: Writer, run_id: int) -> None:
        writer.add_table(f"run:{run_id}", evaluated.pairs)
        writer.add_table(f"run:{run_id}", evaluated.outcomes)
        writer.set_document(document_name(run_id, task), to_text(evaluated.numbers, counts))

    return keep


def note_unseen(report: ImportReport, truth: Truth, item: NDArray[np.int32]) -> None:
    """Say so where the model may not have seen some images; `item`: those of its predictions."""
    if unseen := unseen_note(truth.items, item):
        report.note(UNSEEN, unseen)


def note_left_out(report: ImportReport, task: Task, count: int) -> None:
    """Say how many predictions a task cannot compare."""
    if count:
        problem = (
            f"predictions without what task {task.value} compares are left out of its evaluation"
        )
        report.note("W-TASK-LEFT-OUT", problem, count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What an import's document says of the run's rows."""

    format: str
    mapping: dict[str, str]
    rows: int
    images: int
    classes: int

    @classmethod
    def of(cls, tables: RunTables) -> Outline:
        """Of a run in memory."""
        table = tables.predictions.table
        return cls(
            format=tables.format,
            mapping=tables.mapping,
            rows=table.rows,
            images=int(np.unique(table["item"]).size),
            classes=int(np.unique(table["class_id"]).size),
        )


def import_document(
    request: RunRequest, report: ImportReport, outline: Outline, task: Task
) -> dict[str, Any]:
    """The document of an import, without its evaluation and the report's place."""
    return {
        "run": request.run_name,
        "format": outline.format,
        "recognised": report.recognised,
        "task": task.value,
        "predictions": outline.rows,
        "rejected": report.rejected,
        "images_with_predictions": outline.images,
        "classes": outline.classes,
        "mapping": outline.mapping,
        "warnings": report.warnings,
    }


def _publish_run(
    root: Path,
    request: RunRequest,
    tables: RunTables,
    keep: Keep,
    document: dict[str, Any],
    sha256: str,
) -> Path:
    with Writer(root, purpose=f"import predictions {request.run_name}") as writer:
        make_room(root, writer, request)
        run_id = writer.next_run
        for table in tables_of(tables.predictions):
            writer.add_table(f"run:{run_id}", table)
        keep(writer, run_id)
        told = Source(tables.report, tables.decisions, sha256)
        return publish(root, writer, request, document, told)


@dataclass(frozen=True, slots=True)
class Source:
    """What a run's report tells of where it came from: what was met, decided, and its digest."""

    report: ImportReport
    decisions: Decisions | None
    sha256: str


def publish(
    root: Path, writer: Writer, request: RunRequest, document: dict[str, Any], source: Source
) -> Path:
    """Add the record and the report of the writer's next run, and commit; the report's place."""
    number = next_report(root)
    writer.add_run(
        RunRecord(
            run_id=0,
            name=request.run_name,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            source=storable(request.path.name),
            sha256=source.sha256,
            format=document["format"],
            task=document["task"],
            rows=document["predictions"],
            details={k: document[k] for k in ("mapping", "rejected", "images_with_predictions")}
            | {"unseen": source.report.facts.get(UNSEEN, ("", 0))[0], "report": number},
        )
    )
    relative = f"reports/import-{number}.json"
    told = {"sha256": source.sha256, "decisions": source.decisions}
    kept = {"kind": "predictions"} | document | told | source.report.document()
    writer.add_bytes(relative, _pretty(kept))
    writer.commit()
    return root / relative


def make_room(root: Path, writer: Writer, request: RunRequest) -> None:
    """Under the writer's lock: drop the run that is replaced, or refuse a name taken meanwhile."""
    with Snapshot(root) as snapshot:
        same = [run for run in snapshot.runs() if run.name == request.run_name]
    if same and not request.replace:
        refuse_taken(root, request)
    for run in same:
        writer.delete_run(run.run_id)


def next_report(root: Path) -> int:
    """The number of the next import report."""
    numbers = [
        int(found[1])
        for path in (root / "reports").glob("import-*.json")
        if (found := re.fullmatch(r"import-(\d+)", path.stem))
    ]
    return max(numbers, default=0) + 1


def digest(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of a folder's files, hexadecimal."""
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    whole = hashlib.sha256()
    for file_path in sorted(p for p in path.rglob("*") if p.is_file()):
        whole.update(f"{file_path.relative_to(path).as_posix()}\0{digest(file_path)}\n".encode())
    return whole.hexdigest()
