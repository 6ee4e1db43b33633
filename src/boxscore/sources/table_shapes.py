"""Polygons as tables write them: JSON lists of numbers or pairs, one for each part."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_CHARACTERS = 1 << 20


def parts_of(value: Any) -> list[NDArray[np.float64]] | None:
    """(K, 2) points of each part; None where it is no polygon.

    Read are `[x, y, x, y, ...]`, `[[x, y], ...]` and lists of such parts.
    """
    if not isinstance(value, str) or len(value) > MOST_CHARACTERS:
        return None
    try:
        given = json.loads(value)
        parts = [_points(part) for part in _listed(given)]
    except (ValueError, TypeError, RecursionError):
        return None
    return parts if parts and all(len(part) >= 3 for part in parts) else None


def _listed(given: Any) -> list[Any]:
    """The parts: one, where numbers or pairs are listed."""
    if not isinstance(given, list) or not given:
        raise ValueError("no list")
    first = given[0]
    alone = not isinstance(first, list) or (len(first) == 2 and not isinstance(first[0], list))
    return [given] if alone else given


def _points(part: Any) -> NDArray[np.float64]:
    flat = np.array(part, np.float64)
    if flat.ndim > 2 or (flat.ndim == 2 and flat.shape[1] != 2) or not np.isfinite(flat).all():
        raise ValueError("no points")
    return flat.reshape(-1, 2)
