"""Tags, notes and saved slices: what people say of images and objects, and taking it back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathPart

from boxscore.api import tag_documents as documents
from boxscore.api.current import ProjectHere
from boxscore.project.tagging import Selection

router = APIRouter(prefix="/api/v1", tags=["tags"])


def _selection(given: documents.Selected) -> Selection:
    where = given.images or given.where
    return Selection(where=where, objects=given.objects, run=given.run, task=given.task)


@router.get("/tags", response_model=documents.Labels)
def tags(project: ProjectHere) -> object:
    """Every tag with its counts, every note, every saved slice."""
    slices = [{"name": name, "where": where} for name, where in project.slices().items()]
    return {"tags": project.tags(), "notes": project.notes(), "slices": slices}


@router.post("/tags/add", response_model=documents.Changed)
def add_tag(change: documents.TagChange, project: ProjectHere) -> object:
    """Give a tag; says how many did not have it."""
    return {"changed": project.tag(change.tag, _selection(change.selection))}


@router.post("/tags/remove", response_model=documents.Changed)
def remove_tag(change: documents.TagChange, project: ProjectHere) -> object:
    """Take a tag off; says how many had it."""
    return {"changed": project.untag(change.tag, _selection(change.selection))}


@router.post("/notes", response_model=documents.Changed)
def note(change: documents.NoteChange, project: ProjectHere) -> object:
    """Write a note; an empty one goes."""
    return {"changed": project.note(change.text, _selection(change.selection))}


@router.post("/slices", response_model=documents.Changed)
def save_slice(change: documents.SliceChange, project: ProjectHere) -> object:
    """Name a slice; says whether it replaced another."""
    return {"changed": int(project.save_slice(change.name, change.where))}


@router.delete("/slices/{name}", response_model=documents.Changed)
def forget_slice(name: Annotated[str, PathPart(max_length=100)], project: ProjectHere) -> object:
    """Forget a saved slice."""
    project.forget_slice(name)
    return {"changed": 1}


@router.post("/undo", response_model=documents.Undone)
def undo(project: ProjectHere) -> object:
    """Take the last change of tags, notes and slices back."""
    return {"undone": project.undo()}
