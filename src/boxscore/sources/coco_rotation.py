"""The rotation of a box, as CVAT and Encord write it into COCO: `attributes.rotation`, degrees."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.sources.sieve import Sieve


def read_rotations(sieve: Sieve) -> NDArray[np.float64]:
    """(N,) degrees, 0 where none is given; what is no finite number is reported and dropped."""
    theta = np.zeros(sieve.records.count)
    wrong: dict[int, str] = {}
    for i, attributes in sieve.records.objects["attributes"].items():
        if not isinstance(attributes, dict) or attributes.get("rotation") is None:
            continue
        value = attributes["rotation"]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and math.isfinite(value):
            theta[i] = value
        else:
            wrong[i] = f"rotation {shown(value)} is no angle: dropped"
    flags = np.zeros(theta.size, np.bool_)
    flags[list(wrong)] = True
    sieve.repair(flags, "W-COCO-ROTATION", "/attributes/rotation", wrong.__getitem__)
    return theta
