"""The pixels of a project's images and frames, for metrics."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from boxscore.errors import RequestError
from boxscore.project.pictures.decoding import Quantisation, picture_and_table
from boxscore.project.pictures.originals import Facts, facts_of_originals, original
from boxscore.quality.pixels import Pixels
from boxscore.schema.tables import Table
from boxscore.sources.folder_files import is_video
from boxscore.sources.video import VideoReader

if TYPE_CHECKING:
    from PIL.Image import Image


class PixelReader:
    """Decodes items; safe to use from several threads. Use it in a `with` statement."""

    def __init__(self, root: Path, items: Table) -> None:
        self._root, self._items = root, items
        self._videos = VideoReader()

    @cached_property
    def _known(self) -> dict[str, Facts]:
        return facts_of_originals(self._root)

    def pixels(self, row: int) -> Pixels:
        """The picture of an item, as it was imported.

        Raises:
            RequestError: There is none, its file changed, or it cannot be decoded.
        """
        picture, table = self.picture(row)
        return Pixels(np.asarray(picture), table)

    def picture(self, row: int, least: int | None = None) -> tuple[Image, Quantisation]:
        """The same for Pillow.

        Args:
            least: Pixels of the shorter side that are enough.
        """
        file = self._items["file"][row]
        if not file:
            raise RequestError(
                "the project has no pixels of this image",
                fix="import it with its images",
                code="E-IMAGE-NONE",
            )
        path = original(self._root, file, self._known)
        if is_video(path):
            return self._videos.frame(path, int(self._items["frame"][row])), None
        return picture_and_table(path, least)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._videos.close()
