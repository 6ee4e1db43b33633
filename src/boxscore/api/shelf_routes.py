"""Projects side by side, folders that may be shown, uploads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathPart

from boxscore.api import job_documents as documents
from boxscore.api.current import ServedHere
from boxscore.api.places import entries

router = APIRouter(prefix="/api/v1", tags=["projects"])
UploadId = Annotated[str, PathPart(max_length=32)]


@router.get("/projects", response_model=documents.Projects)
def projects(request: Request, served: ServedHere) -> object:
    """Every project that this server has, the newest change first."""
    chosen = getattr(request.state, "project", None)
    ids = list(served.shelf.ids())
    first = served.shelf.first
    alone = ids[0] if len(ids) == 1 else None
    return {
        "projects": served.shelf.cards(),
        "here": chosen or (alone if first is None else served.shelf.id_of(first.path)),
        "can_make": served.shelf.folder is not None,
        "can_browse": served.root is not None,
    }


@router.get("/folders", response_model=documents.Folder)
def folders(
    served: ServedHere, place: Annotated[str, Query(max_length=4_000, alias="path")] = ""
) -> object:
    """What lies in a folder below the one that `boxscore start --root` allows."""
    return entries(served.root, place)


@router.post("/uploads", response_model=documents.UploadState)
def new_upload(served: ServedHere) -> object:
    """Make room for files; they are removed with the import, or when the server ends."""
    return {"upload": served.uploads.new(), "files": 0, "bytes": 0}


@router.put("/uploads/{upload}/files", response_model=documents.UploadState)
async def upload_file(
    upload: UploadId,
    place: Annotated[str, Query(max_length=4_000, alias="name")],
    request: Request,
    served: ServedHere,
) -> object:
    """One file as the body, under its name with the folders above it."""
    kept = await served.uploads.receive(upload, place, request.stream())
    return {"upload": upload, "files": kept.count, "bytes": kept.size}


@router.delete("/uploads/{upload}", response_model=documents.UploadState)
def drop_upload(upload: UploadId, served: ServedHere) -> object:
    """Remove an upload."""
    served.uploads.drop(upload)
    return {"upload": upload, "files": 0, "bytes": 0}
