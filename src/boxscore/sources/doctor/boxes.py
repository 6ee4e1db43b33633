"""The four numbers of a box -> how they are meant, told from image sizes and the ground truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.box_forms import CORNERS, FITS, SCALES, UNSIZED, boxes_as_pixels, input_words
from boxscore.sources.doctor.evidence import Evidence
from boxscore.sources.doctor.readings import CLOSE, BoxReading, Finding
from boxscore.sources.raw import Convention

INPUTS = (300, 320, 416, 512, 608, 640, 768, 800, 896, 1024, 1280, 1333, 1536)
"""Sizes at which detectors commonly look at images."""
TOLERANCE = 0.02
"""A box may leave its image by this share of the side and still lie within."""
POOR = 0.6
"""Mean best IoU below which resized inputs are tried."""
DOUBTED = 0.75
"""What a format declares is doubted below this share of the overlap that another reading has."""
FEWEST = 0.6
"""Squared IoUs of labels that another reading must gain: one label at 0.8, or three at 0.5."""
GUESSED = 5
"""Times as much where it is one of the many ways to resize or turn an image."""

Boxes = NDArray[np.float64]


def read_boxes(
    box: Boxes,
    item: NDArray[np.int32],
    width: NDArray[np.float64],
    height: NDArray[np.float64],
    declared: Convention,
    evidence: Evidence,
) -> Finding:
    """Decide how boxes are meant.

    What the format declares is taken unless another reading is clearly better; what it leaves open
    is told from the evidence: boxes within their images, and their overlap with the ground truth.

    Args:
        box: (N, 4) as read, of known items.
        width, height: (N,) pixels of each record's image.
    """
    if not box.shape[0]:
        return _unseen(declared)
    readings = [_weigh(reading, box, item, width, height, evidence) for reading in _plain()]
    readings.sort(key=_rank, reverse=True)
    stated = next((r for r in readings if r.form == declared), None)
    best = readings[0]
    stated_best = stated is None or best is stated
    if not np.isnan(best.overlap) and (best.overlap < POOR or not stated_best):
        resized = [_weigh(r, box, item, width, height, evidence) for r in _resized()]
        readings = sorted([*readings, *resized], key=_rank, reverse=True)
        best = readings[0]
    contradicted = stated is not None and _clearly_better(best, stated)
    chosen = best if stated is None or contradicted else stated
    others = tuple(r for r in readings if r is not chosen)
    sure = not contradicted if stated is not None else _stands_out(chosen, others)
    return Finding(
        question="boxes",
        chosen=chosen,
        others=others[:5],
        sure=sure,
        why=_why(chosen, stated),
        fix="settle it in a mapping file, for example\n" + _mapping_lines(best.form),
    )


def best_plain(
    box: Boxes,
    item: NDArray[np.int32],
    width: NDArray[np.float64],
    height: NDArray[np.float64],
    evidence: Evidence,
) -> BoxReading:
    """The best of the readings without another input; arguments as of `read_boxes`."""
    return max((_weigh(r, box, item, width, height, evidence) for r in _plain()), key=_rank)


def _unseen(declared: Convention) -> Finding:
    """Without a box on a known image, only the format's word counts."""
    return Finding(
        question="boxes",
        chosen=BoxReading(form=declared),
        others=(),
        sure=declared.corners is not None and declared.scale is not None,
        why="no box lies on an image of the project",
        fix="find the images first",
    )


def _mapping_lines(form: Convention) -> str:
    lines = ["       boxes:", f"         corners: {form.corners}", f"         scale: {form.scale}"]
    if form.fit:
        lines.append(f"         input: {input_words(form)}")
    return "\n".join(lines)


def _plain() -> Iterator[BoxReading]:
    """All simple readings, also those that the format rules out: files lie."""
    for scale in SCALES:
        for corners in CORNERS:
            yield BoxReading(form=Convention(corners=corners, scale=scale))
    # Shares of a square with bars around the image are the same whatever the square's size.
    for corners in CORNERS[:3]:
        form = Convention(corners=corners, scale="relative", fit="letterbox", size=(640, 640))
        yield BoxReading(form=form)


def _resized() -> Iterator[BoxReading]:
    """Sides taken for each other, turned images, and common square inputs of detectors."""
    for fit in UNSIZED:
        for scale in SCALES:
            for corners in CORNERS[:3]:
                yield BoxReading(form=Convention(corners=corners, scale=scale, fit=fit))
    for side in INPUTS:
        for fit in FITS:
            for corners in CORNERS[:3]:
                form = Convention(corners=corners, scale="pixels", fit=fit, size=(side, side))
                yield BoxReading(form=form)


def _weigh(
    reading: BoxReading,
    box: Boxes,
    item: NDArray[np.int32],
    width: NDArray[np.float64],
    height: NDArray[np.float64],
    evidence: Evidence,
) -> BoxReading:
    with np.errstate(all="ignore"):
        placed = boxes_as_pixels(box, width, height, reading.form)
        x1, y1 = placed[:, 0] + placed[:, 2], placed[:, 1] + placed[:, 3]
        dx, dy = width * TOLERANCE + 1, height * TOLERANCE + 1
        within = (
            (placed[:, 2:] > 0).all(axis=1)
            & (placed[:, 0] >= -dx) & (placed[:, 1] >= -dy)
            & (x1 <= width + dx) & (y1 <= height + dy)
            & (np.maximum(placed[:, 2], placed[:, 3]) >= 2)
        )  # fmt: skip
    overlap, weight = float("nan"), 0.0
    if evidence.item.size and np.isfinite(placed).all():
        sized = np.all(placed[:, 2:] > 0, axis=1, keepdims=True)
        reached = evidence.best(item, np.where(sized, placed, 0.0))[2]
        due = evidence.due(item)
        if due:
            overlap = min(float(np.nansum(reached)) / due, 1.0)
            weight = float(np.nansum(reached**2))
    valid = float(within.mean())
    return BoxReading(form=reading.form, valid=valid, overlap=overlap, weight=weight)


def _rank(reading: BoxReading) -> tuple[float, float]:
    """Overlap with the ground truth first, then how many boxes lie within their images."""
    return (0.0 if np.isnan(reading.overlap) else round(reading.overlap, 4), reading.valid)


def _clearly_better(best: BoxReading, stated: BoxReading) -> bool:
    """Whether the evidence contradicts what the format declares."""
    if best is stated:
        return False
    if np.isnan(best.overlap):
        return best.valid >= 0.9 and stated.valid <= 0.5
    due = FEWEST * (GUESSED if best.form.fit else 1)
    gained = best.weight - stated.weight >= due
    return gained and best.overlap >= 0.2 and stated.overlap < DOUBTED * best.overlap


def _stands_out(chosen: BoxReading, others: tuple[BoxReading, ...]) -> bool:
    """Whether one open reading is better than every other."""
    if np.isnan(chosen.overlap):
        rival = max((other.valid for other in others), default=0.0)
        return chosen.valid >= 0.9 and rival < CLOSE * chosen.valid
    rival = max((other.overlap for other in others), default=0.0)
    return chosen.overlap > 0 and rival < CLOSE * chosen.overlap


def _why(chosen: BoxReading, stated: BoxReading | None) -> str:
    words = f"read as {_words(chosen)}"
    if stated is not None and chosen is not stated:
        return f"{words}; as the format says, {_words(stated)}"
    return words


def _words(reading: BoxReading) -> str:
    words = f"{reading.how}: {reading.valid:.0%} lie within their images"
    if np.isnan(reading.overlap):
        return words
    return f"{words}, labels reach a mean best IoU of {reading.overlap:.2f}"
