"""Tags, notes and saved slices: what people say of images and objects, and taking it back."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathPart
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from boxscore.api import tag_documents as documents
from boxscore.api.current import ProjectHere
from boxscore.evaluation.queries import ErrorQuery
from boxscore.project.slices.tagging import Selection

router = APIRouter(prefix="/api/v1", tags=["tags"])


def _selection(given: documents.Selected) -> Selection:
    where = given.images or given.where
    some = given.filter
    errors = None if some is None else _query(some)
    return Selection(
        where=where,
        objects=given.objects,
        errors=errors,
        within=None if some is None else some.slice,
        run=given.run,
        task=given.task,
    )


def _query(given: documents.ObjectFilter) -> ErrorQuery:
    values = given.model_dump(exclude={"slice", "classes"})
    return ErrorQuery(**values, classes=None if given.classes is None else tuple(given.classes))


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


@router.post("/subsets", response_model=documents.SubsetMade)
def subset(asked: documents.Subset, project: ProjectHere) -> object:
    """Make a project of the images of a selection, beside this one."""
    selection = _selection(asked.selection)
    return project.subset(selection, name=asked.name, symlinks=asked.symlinks)


@router.post(
    "/exports",
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
def export(asked: documents.Export, project: ProjectHere) -> FileResponse:
    """A selection in any format that can be written, as a zip file."""
    folder = Path(tempfile.mkdtemp(prefix="boxscore-export-"))
    try:
        path = project.export_zip(
            asked.what,
            format=asked.format,
            output=folder,
            selection=_selection(asked.selection),
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    done = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return FileResponse(path, media_type="application/zip", filename=path.name, background=done)
