"""One image: what is on it, and its picture. Pictures are named by ids, never by paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi import Path as PathPart
from fastapi.responses import Response

from boxscore.api import documents
from boxscore.api.current import ProjectHere
from boxscore.api.pictures import PictureCache
from boxscore.api.questions import AskedAtPoint
from boxscore.errors import RequestError
from boxscore.project.pictures.decoding import cut_out, encoded, pixels_of, thumbnail
from boxscore.sources.video import VideoReader

if TYPE_CHECKING:
    from PIL.Image import Image

router = APIRouter(prefix="/api/v1/items/{data_hash}/{frame}", tags=["items"])
DataHash = Annotated[str, PathPart(max_length=64)]
Frame = Annotated[int, PathPart(ge=0, le=2**31 - 1)]
Pixel = Annotated[float, Query(ge=-1e6, le=1e6, allow_inf_nan=False)]
Side = Annotated[float, Query(gt=0, le=1e6, allow_inf_nan=False)]
Size = Annotated[int, Query(ge=16, le=2048)]


@router.get("", response_model=documents.ItemView)
def item(
    data_hash: DataHash,
    frame: Frame,
    project: ProjectHere,
    asked: AskedAtPoint,
    run: str | None = None,
) -> object:
    """One image with its labels and a run's predictions, judged under a slice."""
    view = project.item_view(data_hash, frame, run=run, **asked.arguments())
    return {"confidence": None} | view


class Pictures:
    """Answers with a picture of an item, from the cache if it was asked for before."""

    def __init__(
        self, request: Request, data_hash: DataHash, frame: Frame, project: ProjectHere
    ) -> None:
        self.cache: PictureCache = request.app.state.pictures
        self.videos: VideoReader = request.app.state.videos
        self.identity = (data_hash, frame)
        self.path = project.image_path(data_hash, frame)

    def answer(
        self, known: str | None, key: tuple[object, ...], make: Callable[[Image], bytes]
    ) -> Response:
        """The picture, or 304 when the browser has it already."""
        if self.path is None:
            raise RequestError(
                "the project has no pixels of this image",
                fix="import it with its images",
                code="E-IMAGE-NONE",
            )
        changed = self.path.stat().st_mtime_ns if self.path.exists() else 0
        full = (*self.identity, changed, *key)
        tag = f'"{abs(hash(full)):x}"'
        headers = {"etag": tag, "cache-control": "private, max-age=3600"}
        if known == tag:
            return Response(status_code=304, headers=headers)
        picture = self.cache.get(full)
        if picture is None:
            picture = make(pixels_of(self.path, self.identity[1], self.videos))
            self.cache.put(full, picture)
        return Response(picture, media_type="image/jpeg", headers=headers)


PicturesHere = Annotated[Pictures, Depends(Pictures)]
Known = Annotated[str | None, Header(alias="if-none-match")]


PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}}},
    304: {"description": "The browser has it already"},
}


@router.get("/image", response_class=Response, responses=PICTURE)
def image(pictures: PicturesHere, known: Known = None) -> Response:
    """The whole picture."""
    return pictures.answer(known, ("image",), lambda picture: encoded(picture, 92))


@router.get("/thumbnail", response_class=Response, responses=PICTURE)
def small(pictures: PicturesHere, size: Size = 320, known: Known = None) -> Response:
    """The whole picture, small."""
    return pictures.answer(known, ("thumbnail", size), lambda picture: thumbnail(picture, size))


@router.get("/crop", response_class=Response, responses=PICTURE)
def crop(
    pictures: PicturesHere,
    data_hash: DataHash,
    frame: Frame,
    project: ProjectHere,
    x: Pixel,
    y: Pixel,
    width: Side,
    height: Side,
    size: Size = 240,
    known: Known = None,
) -> Response:
    """A part of the picture, in the pixels that the annotations use."""
    declared = project.item_size(data_hash, frame)
    part = (x, y, width, height)
    return pictures.answer(
        known, ("crop", *part, size), lambda picture: cut_out(picture, declared, part, size)
    )
