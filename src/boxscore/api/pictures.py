"""Pictures for the app: whole, small or cut out; decoded under limits, kept in a bounded cache."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from boxscore.errors import RequestError
from boxscore.sources.image_files import DEEP, FORMATS, MOST_PIXELS

if TYPE_CHECKING:
    from PIL.Image import Image

CACHE_BYTES = 128 << 20
Crop = tuple[float, float, float, float]


@dataclass(slots=True)
class PictureCache:
    """Encoded pictures, least recently used out first; bounded in bytes."""

    limit: int = CACHE_BYTES
    _kept: OrderedDict[tuple[object, ...], bytes] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: tuple[object, ...]) -> bytes | None:
        """A kept picture, now the most recent one."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[object, ...], picture: bytes) -> None:
        """Keep a picture, and drop the oldest ones beyond the bound."""
        with self._lock:
            self._bytes += len(picture) - len(self._kept.pop(key, b""))
            self._kept[key] = picture
            while self._bytes > self.limit and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1])


def open_picture(path: Path) -> Image:
    """The first frame of a picture, upright, as RGB.

    Raises:
        RequestError: It is not a picture of an admitted format, too large, or broken.
    """
    import PIL.Image
    import PIL.ImageOps

    try:
        with PIL.Image.open(path, formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _unusable("the picture has more than 100 million pixels")
            opened.seek(0)
            upright = _eight_bits(PIL.ImageOps.exif_transpose(opened))
            if "transparency" in upright.info:
                upright = upright.convert("RGBA")
            return upright.convert("RGB")
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
