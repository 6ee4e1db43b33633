"""Settings of the project, what its folder holds, and what this server is."""

from __future__ import annotations

from fastapi import APIRouter

from boxscore import __version__
from boxscore.api import setting_documents as documents
from boxscore.api.current import ProjectHere
from boxscore.project.machine import system_facts

router = APIRouter(prefix="/api/v1", tags=["settings"])


@router.get("/settings", response_model=documents.Settings)
def settings(project: ProjectHere) -> object:
    """Every setting: what it means, its value, its default."""
    return {"settings": project.settings}


@router.post("/settings", response_model=documents.Settings)
def change_settings(asked: documents.Changes, project: ProjectHere) -> object:
    """Change some, all or none of them; values that depend on them are computed anew."""
    project.change_settings(asked.changes)
    return {"settings": project.settings}


@router.get("/storage", response_model=documents.Storage)
def storage(project: ProjectHere) -> object:
    """What the project's folder holds, and how big it is."""
    return project.storage()


@router.get("/system", response_model=documents.System)
def system() -> object:
    """Versions and the machine, for a bug report; nothing of it is sent anywhere."""
    return {"version": __version__, "facts": system_facts()}
