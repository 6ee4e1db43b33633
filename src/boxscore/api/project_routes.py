"""The project as a whole."""

from __future__ import annotations

from fastapi import APIRouter

from boxscore.api import documents, import_documents
from boxscore.api.current import ProjectHere

router = APIRouter(prefix="/api/v1", tags=["project"])


@router.get("/project", response_model=documents.Overview)
def project(project: ProjectHere) -> object:
    """Counts, classes, splits and runs."""
    return project.overview()


@router.get("/imports", response_model=import_documents.Imports)
def imports(project: ProjectHere) -> object:
    """What every import read, rejected and repaired, the newest first."""
    return {"imports": project.import_reports()}
