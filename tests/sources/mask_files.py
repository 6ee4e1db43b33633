"""Small mask images for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from boxscore.kernels import _core
from boxscore.sources.formats import ReadRequest
from boxscore.sources.masks import read
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport

BASE = np.array([[0, 0, 1, 1], [0, 2, 2, 1], [0, 2, 2, 1]], np.uint8)
"""Three rows, four columns."""


def save(path: Path, values: NDArray[Any], mode: str | None = None, **options: Any) -> Path:
    """A PNG (or what the suffix says) of an array; `mode` "P" adds a palette."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(values)
    if mode == "P":
        image.putpalette([k * 7 % 256 for k in range(768)])
    elif mode is not None:
        image = image.convert(mode)
    image.save(path, **options)
    return path


def read_masks(path: Path, request: ReadRequest | None = None) -> tuple[RawSet, ImportReport]:
    """What the reader makes of it, by default as ground truth."""
    report = ImportReport(path)
    return read(path, request or ReadRequest(role="truth"), report), report


def areas(raw: RawSet) -> dict[tuple[str, str], int]:
    """(image, class) -> pixels of its masks."""
    out: dict[tuple[str, str], int] = {}
    for row, counts in raw.masks.items():
        width, height = raw.mask_sizes[row]
        image = raw.images[raw.columns["image"][row]].key
        named = raw.classes[raw.columns["class_ref"][row]]
        key = image, named.name if named.name is not None else str(named.number)
        out[key] = out.get(key, 0) + int(_core.mask_decode(counts, height, width).sum())
    return out
