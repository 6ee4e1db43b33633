"""Images that a model was not run on: they count as images where it found nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import Table

UNSEEN_SHARE = 0.2
"""A run without predictions on more than this share of the images may not have seen them."""
SEEN_SHARE = 0.5
"""Share of a split with predictions from which the model was surely run on it."""


def unseen_note(items: Table, item: NDArray[np.int32]) -> str:
    """What to say of the images without predictions, or "".

    A split without any prediction beside one that has them on most images was not looked at.

    Args:
        item: (P,) image of each prediction.
    """
    seen = np.zeros(items.rows, np.bool_)
    seen[item] = True
    if seen.all() or not seen.any():
        return ""
    split = items["split"].astype(str)
    names = sorted(set(split.tolist()) - {""})
    share = {name: float(seen[split == name].mean()) for name in names}
    empty = [name for name in names if not share[name]]
    full = [name for name in names if share[name] >= SEEN_SHARE]
    if empty and full:
        images = int(np.isin(split, empty).sum())
        only = " or ".join(f"split={name}" for name in full)
        return (
            f"no prediction on any of the {images} images of split {' and '.join(empty)}: they "
            f"count as images where nothing was found, unless a slice is chosen ({only})"
        )
    missing = int((~seen).sum())
    if missing > UNSEEN_SHARE * seen.size:
        return (
            f"no prediction on {missing} of {seen.size} images: they count as images where "
            "nothing was found (--only-predicted leaves them out)"
        )
    return ""
