"""Pixels of a project's images and video frames: whole, small or cut out, decoded under limits."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from boxscore.errors import RequestError
from boxscore.sources.folder_files import is_video
from boxscore.sources.image_files import DEEP, FORMATS, MOST_PIXELS
from boxscore.sources.video import VideoReader

if TYPE_CHECKING:
    from PIL.Image import Image

Crop = tuple[float, float, float, float]
Quantisation = tuple[int, ...] | None
"""The luma table of a JPEG file, row by row; None for other files."""


def pixels_of(path: Path, frame: int, videos: VideoReader) -> Image:
    """The picture, or the frame of the video.

    Raises:
        RequestError: It cannot be decoded.
    """
    return videos.frame(path, frame) if is_video(path) else open_picture(path)


def open_picture(path: Path) -> Image:
    """The first frame of a picture, upright, as RGB.

    Raises:
        RequestError: It is not a picture of an admitted format, too large, or broken.
    """
    return picture_and_table(path)[0]


def picture_and_table(path: Path, least: int | None = None) -> tuple[Image, Quantisation]:
    """As `open_picture`, with the table that tells how strongly a JPEG file was compressed.

    Args:
        least: Pixels of the shorter side that are enough: JPEG files are then decoded smaller.
    """
    import PIL.Image
    import PIL.ImageOps

    try:
        with warnings.catch_warnings():  # our own bound on pixels follows
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
            opened = PIL.Image.open(path, formats=FORMATS)
        with opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _unusable("the picture has more than 100 million pixels")
            opened.seek(0)
            tables: dict[int, list[int]] = getattr(opened, "quantization", {})
            table = tuple(tables[0]) if 0 in tables else None
            if least is not None:
                opened.draft(None, (least, least))
            PIL.ImageOps.exif_transpose(opened, in_place=True)
            opened.load()
            upright = _eight_bits(opened)
            if "transparency" in upright.info:
                upright = upright.convert("RGBA")
            # Converting what is RGB already would copy it.
            return upright if upright.mode == "RGB" else upright.convert("RGB"), table
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError) as broken:
        raise _unusable("the picture cannot be decoded") from broken


def _eight_bits(picture: Image) -> Image:
    """Deeper pictures spread over 0 to 255, from their darkest to their brightest pixel."""
    if picture.mode not in DEEP:
        return picture
    import numpy as np
    import PIL.Image

    values = np.asarray(picture, np.float64)
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
    spread = np.nan_to_num((values - low) / ((high - low) or 1.0), posinf=1.0, neginf=0.0)
    return PIL.Image.fromarray((spread * 255).round().astype(np.uint8))


def _unusable(problem: str) -> RequestError:
    return RequestError(problem, fix="look at the file, then import it anew", code="E-IMAGE-NONE")


def encoded(picture: Image, quality: int = 85) -> bytes:
    """JPEG without any metadata."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def thumbnail(picture: Image, size: int) -> bytes:
    """The whole picture within size × size pixels."""
    picture.thumbnail((size, size))
    return encoded(picture)


def cut_out(picture: Image, declared: tuple[int, int], crop: Crop, size: int) -> bytes:
    """A part of the picture, at most size pixels on its longer side.

    Args:
        declared: Width and height that the coordinates refer to.
        crop: x, y, width, height in declared pixels; what lies outside is cut off.
    """
    scale_x, scale_y = picture.width / declared[0], picture.height / declared[1]
    x, y, width, height = crop
    left = min(max(0, round(x * scale_x)), picture.width - 1)
    top = min(max(0, round(y * scale_y)), picture.height - 1)
    right = min(max(left + 1, round((x + width) * scale_x)), picture.width)
    bottom = min(max(top + 1, round((y + height) * scale_y)), picture.height)
    part = picture.crop((left, top, right, bottom))
    part.thumbnail((size, size))
    return encoded(part)
