"""PNG maps of one value per pixel -> one mask for each value; decoded under limits, in parallel."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError
from boxscore.kernels import _core
from boxscore.sources.image_files import MOST_PIXELS
from boxscore.sources.text_lines import read_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

LARGEST_FILE = 1 << 28
MOST_VALUES = 1 << 16
SHARD = 8
SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
"""Colour types of PNG."""
SCALES = {2: 85, 4: 17}
"""Depth in bits -> what Pillow multiplies grey values of it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueMasks:
    """One map; `code` and `problem` are "" when it may be used.

    Attributes:
        width, height: Pixels.
        values: That occur, ascending; colours are R + 256 G + 65536 B.
        masks: Compressed run lengths of each.
        coloured: Whether the values are colours.
    """

    width: int = 0
    height: int = 0
    values: tuple[int, ...] = ()
    masks: tuple[bytes, ...] = ()
    coloured: bool = False
    code: str = ""
    problem: str = ""


class _Unusable(Exception):
    """Code and problem of one file."""


def read_maps(paths: Sequence[Path], *, colours: bool = False) -> list[ValueMasks]:
    """The maps of many files, in order, in parallel; never more decoded than there are threads.

    Args:
        colours: Take every file as colours; otherwise only what is not grey.
    """
    from boxscore.engine import map_shards

    shards = [paths[k : k + SHARD] for k in range(0, len(paths), SHARD)]
    # Filters of warnings belong to the process: set here, never in the threads.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stage = partial(_of_shard, colours=colours)
        return [found for some in map_shards(stage, shards, what="masks") for found in some]


def _of_shard(paths: Sequence[Path], *, colours: bool) -> list[ValueMasks]:
    return [read_map(path, colours=colours) for path in paths]


def read_map(path: Path, *, colours: bool = False) -> ValueMasks:
    """The masks of one file, or why it has none."""
    try:
        values, coloured = _pixels(read_bytes(path, LARGEST_FILE), colours)
    except SourceError as bad:
        return ValueMasks(code=bad.code, problem=bad.problem)
    except _Unusable as bad:
        code, problem = bad.args
        return ValueMasks(code=code, problem=problem)
    height, width = values.shape
    found = _core.masks_from_map(values, MOST_VALUES)
    if found is None:
        problem = f"has more than {MOST_VALUES} different values: is it a photograph?"
        return ValueMasks(code="E-MASK-VALUES", problem=problem)
    known, text, offsets = found
    return ValueMasks(
        width=width,
        height=height,
        values=tuple(known.tolist()),
        masks=tuple(text[a:b] for a, b in pairwise(offsets.tolist())),
        coloured=coloured,
    )


def _pixels(content: bytes, colours: bool) -> tuple[NDArray[Any], bool]:
    """(height, width) unsigned values, and whether they are colours."""
    if content.startswith(b"\xff\xd8\xff"):
        raise _Unusable("E-MASK-LOSSY", "is a JPEG, which changes values: masks are PNG")
    if not content.startswith(SIGNATURE) or len(content) < 33:
        raise _Unusable("E-MASK-KIND", "is no PNG")
    depth, kind = content[24], content[25]
    width, height = (int.from_bytes(content[k : k + 4], "big") for k in (16, 20))
    if not 0 < width * height <= MOST_PIXELS:
        problem = f"{width} x {height} pixels: 1 to {MOST_PIXELS} are admitted"
        raise _Unusable("E-IMAGE-PIXELS", problem)
    if depth == 16 and kind in (COLOUR, COLOUR_ALPHA, GREY_ALPHA):
        raise _Unusable("E-MASK-KIND", "has 16 bits for each channel: write 8, or 16 of grey")
    return _decoded(content, depth, kind, colours)


def _decoded(content: bytes, depth: int, kind: int, colours: bool) -> tuple[NDArray[Any], bool]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
            image.load()
            if kind in (GREY_ALPHA, COLOUR_ALPHA):
                _refuse_alpha(image)
            if colours or kind in (COLOUR, COLOUR_ALPHA):
                return _coloured(image, grey_allowed=not colours)
            return _grey(image, depth, kind), False
    except _Unusable:
        raise
    except Exception as bad:
        # Pillow raises what its decoders and limits raise: OSError, ValueError, SyntaxError, ...
        raise _Unusable("E-MASK-DAMAGED", f"cannot be decoded: {type(bad).__name__}") from None


def _refuse_alpha(image: Image) -> None:
    low, _ = image.getchannel("A").getextrema()
    if low != 255:
        raise _Unusable("E-MASK-ALPHA", "is partly transparent: which value counts is not told")


def _coloured(image: Image, *, grey_allowed: bool) -> tuple[NDArray[Any], bool]:
    rgb = np.asarray(image.convert("RGB"))
    red = rgb[:, :, 0]
    if grey_allowed and all(np.array_equal(red, rgb[:, :, k]) for k in (1, 2)):
        return np.ascontiguousarray(red), False
    packed = red.astype(np.uint32)
    packed |= rgb[:, :, 1].astype(np.uint32) << 8
    packed |= rgb[:, :, 2].astype(np.uint32) << 16
    return packed, True


def _grey(image: Image, depth: int, kind: int) -> NDArray[Any]:
    if kind == GREY_ALPHA:
        image = image.getchannel("L")
    values = np.asarray(image)
    if depth == 16:
        return np.ascontiguousarray(values, np.uint16)
    small = np.ascontiguousarray(values, np.uint8)
    scale = SCALES.get(depth) if kind == GREY else None
    return small if scale is None else small // np.uint8(scale)
