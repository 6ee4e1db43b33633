"""The project as a whole."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import PlainTextResponse

from boxscore.api import documents, import_documents
from boxscore.api.current import ProjectHere
from boxscore.evaluation.queries import MOST_ROWS

router = APIRouter(prefix="/api/v1", tags=["project"])


@router.get("/project", response_model=documents.Overview)
def project(project: ProjectHere) -> object:
    """Counts, classes, splits and runs."""
    return project.overview()


@router.get("/imports", response_model=import_documents.Imports)
def imports(project: ProjectHere) -> object:
    """What every import read, rejected and repaired, the newest first."""
    return {"imports": project.import_reports()}


Number = Annotated[int, Path(ge=1, le=2**53, description="Number of the import.")]


@router.get("/imports/{number}", response_model=import_documents.WholeReport)
def import_report(number: Number, project: ProjectHere) -> object:
    """One import in full: the readings that were weighed, its classes, checks, confidences."""
    found = project.import_report(number)
    rows = found["classes_read"]
    named = None if rows is None else [{"class_name": row["class"]} | row for row in rows]
    return found | {"classes_read": named}


@router.get("/imports/{number}/records", response_model=import_documents.ImportRecords)
def import_records(
    number: Number,
    project: ProjectHere,
    outcome: Literal["rejected", "repaired"] | None = None,
    code: Annotated[str | None, Query(max_length=60)] = None,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 60,
) -> object:
    """One page of the records that it rejected or repaired."""
    return project.import_records(number, outcome=outcome, code=code, offset=offset, limit=limit)


YAML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {}}}}


@router.get("/imports/{number}/mapping", response_class=PlainTextResponse, responses=YAML)
def import_mapping(number: Number, project: ProjectHere) -> PlainTextResponse:
    """The mapping file that repeats it, to download."""
    headers = {"content-disposition": 'attachment; filename="mapping.yaml"'}
    return PlainTextResponse(project.import_mapping(number), headers=headers)
