"""The square of a picture that a network sees, and the picture's difference hash."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the picture."""
CENTRE = 224 / 256
"""Share of a picture's shorter side that is seen of a whole picture, as networks are trained."""
CONTEXT = 1.3
"""Side of the square around an object, in its longer sides."""
BITS = 64
LONGEST = 16
"""Longer side of what a model's own preprocessing is given, in shorter sides."""


def square(picture: Image, box: Box | None, size: tuple[int, int]) -> Image:
    """The middle of a picture, or an object with some context, at the size of the network.

    A square that would reach beyond the picture is moved into it, and never larger than it.
    """
    import PIL.Image

    edges = _around(picture, box)
    return picture.resize(size, PIL.Image.Resampling.BILINEAR, box=edges)


def part(picture: Image, box: Box | None) -> Image:
    """A picture, or an object with some context, in its own pixels: for models that resize.

    Of pictures longer than LONGEST shorter sides the middle: resized by their shorter side they
    would not fit into memory.
    """
    left, top, right, bottom = _around(picture, box) if box is not None else (0, 0, *picture.size)
    left, top = min(int(left), picture.width - 1), min(int(top), picture.height - 1)
    width = max(1, min(math.ceil(right), picture.width) - left)
    height = max(1, min(math.ceil(bottom), picture.height) - top)
    wide, high = min(width, LONGEST * height), min(height, LONGEST * width)
    left, top = left + (width - wide) // 2, top + (height - high) // 2
    return picture.crop((left, top, left + wide, top + high))


def _around(picture: Image, box: Box | None) -> tuple[float, float, float, float]:
    width, height = picture.size
    shorter = min(width, height)
    if box is None:
        side = shorter * CENTRE if shorter > 1 else 1.0
        left, top = (width - side) / 2, (height - side) / 2
        return left, top, left + side, top + side
    x, y, w, h = box
    side = max(w, h, 1.0) * CONTEXT
    wide, high = min(side, width), min(side, height)
    left = min(max(0.0, x + w / 2 - wide / 2), width - wide)
    top = min(max(0.0, y + h / 2 - high / 2), height - high)
    return left, top, left + wide, top + high


def difference_hash(picture: Image) -> str:
    """64 bits, row by row: whether a pixel of the 9 x 8 grey picture is darker than the next.

    Returns:
        16 hexadecimal digits.

    Source:
        Krawetz 2013, "Kind of Like That" (dHash).
    """
    import PIL.Image

    small = np.asarray(picture.convert("L").resize((9, 8), PIL.Image.Resampling.BOX))
    return np.packbits(small[:, :-1] < small[:, 1:]).tobytes().hex()


def bits_apart(
    first: NDArray[np.object_], second: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(N,) bits in which pairs of hashes differ, of 64, and whether mirrored ones differ less.

    Returns:
        -1 where a hash is not known.
    """
    known = (first != "") & (second != "")
    apart = np.full(first.size, -1, np.int64)
    mirrored = np.zeros(first.size, np.bool_)
    if known.any():
        a, b = _bits(first[known]), _bits(second[known])
        straight = (a != b).sum(axis=(1, 2))
        # In a mirror the columns change places, and what rose falls; equal neighbours aside.
        turned = (a != ~b[:, :, ::-1]).sum(axis=(1, 2))
        apart[known] = np.minimum(straight, turned)
        mirrored[known] = turned < straight
    return apart, mirrored


def _bits(hashes: NDArray[np.object_]) -> NDArray[np.bool_]:
    whole = np.frombuffer(bytes.fromhex("".join(hashes.tolist())), np.uint8)
    return np.unpackbits(whole).reshape(-1, 8, 8).astype(np.bool_)
