"""Hu's seven moments of masks: shape without place, size and turn (Hu 1962)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.quality.objects import Objects, Rows, Values


def hu_moments(objects: Objects, rows: Rows) -> Values:
    """(R, 7) moments of the masks of some rows, on a scale of signed logarithms.

    h becomes -sign(h) log10 |h|, since the seven differ by orders of magnitude. nan without pixels.
    """
    place = {row: k for k, row in enumerate(rows.tolist())}
    moments = np.full((rows.size, 7), np.nan)
    masks = objects.annotations.masks
    for row, counts in zip(masks["row"].tolist(), masks["counts"], strict=True):
        if row not in place:
            continue
        item = objects.item[row]
        height, width = (int(objects.items[n][item]) for n in ("height", "width"))
        raw = hu_of(_core.mask_decode(counts, height, width))
        size = np.abs(raw)
        logs = np.log10(size, out=np.zeros(7), where=size > 0)
        moments[place[row]] = np.where(np.isfinite(raw), -np.sign(raw) * logs, np.nan)
    return moments


def hu_of(mask: NDArray[np.uint8]) -> Values:
    """(7,) Hu's invariants of the pixels of a mask that are not 0; nan without any."""
    inside = mask != 0
    rows, columns = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return np.full(7, np.nan)
    part = inside[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)
    count = part.sum()
    y, x = (_powers(part.sum(axis=axis)) for axis in (1, 0))
    # No matrix product: on such small ones the library's threads cost more than they save.
    along = np.stack([(part * power).sum(axis=1) for power in x])
    moments = (y[:, None] * along[None]).sum(axis=2)

    def eta(p: int, q: int) -> float:
        """Central moment, scaled."""
        return float(moments[q, p] / count ** (1 + (p + q) / 2))

    n20, n02, n11 = eta(2, 0), eta(0, 2), eta(1, 1)
    n30, n03, n21, n12 = eta(3, 0), eta(0, 3), eta(2, 1), eta(1, 2)
    a, b = n30 + n12, n21 + n03
    c, d = n30 - 3 * n12, 3 * n21 - n03
    return np.array(
        [
            n20 + n02,
            (n20 - n02) ** 2 + 4 * n11**2,
            c**2 + d**2,
            a**2 + b**2,
            c * a * (a**2 - 3 * b**2) + d * b * (3 * a**2 - b**2),
            (n20 - n02) * (a**2 - b**2) + 4 * n11 * a * b,
            d * a * (a**2 - 3 * b**2) - c * b * (3 * a**2 - b**2),
        ]
    )


def _powers(pixels: Values) -> Values:
    """(4, N) powers 0 to 3 of the distance of each row or column from their mean."""
    place = np.arange(pixels.size, dtype=np.float64)
    away = place - (pixels * place).sum() / pixels.sum()
    return np.stack([np.ones_like(away), away, away * away, away * away * away])


def cosine(a: Values, b: Values) -> float:
    """Cosine of the angle between two vectors; nan for one without length."""
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.clip(a @ b / length, -1, 1)) if length else float("nan")
