"""Comparisons of masks made of spans of pixels, for the tests of semantic and panoptic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from boxscore.kernels import _core
from boxscore.matching.comparable import Comparable, Facts, MaskArrays, Side
from boxscore.schema.kinds import Task

Span = tuple[int, int, int, int, float]
"""Item, class, first and last pixel in reading order, confidence."""


def masked_view(
    task: Task,
    size: tuple[int, int],
    truth: Sequence[Span],
    found: Sequence[Span],
    *,
    crowd: Sequence[int] = (),
    ignored: Sequence[int] = (),
    thing: Sequence[bool] | None = None,
    masks: bool = True,
) -> Comparable:
    """Two classes on up to four images of one size; `crowd` and `ignored` are rows of truth."""
    flags = np.arange(len(truth))
    return Comparable(
        task=task,
        items=4,
        classes=2,
        truth=side(size, truth, masks),
        crowd=np.isin(flags, crowd).astype(np.uint8),
        predictions=side(size, found, masks),
        confidence=np.array([span[4] for span in found], np.float64),
        ignored=np.isin(flags, ignored).astype(np.uint8),
        facts=Facts(thing=None if thing is None else np.array(thing)),
    )


def side(size: tuple[int, int], spans: Sequence[Span], masks: bool) -> Side:
    texts = [_core.mask_from_bitmap(bitmap(size, span)) for span in spans]
    lengths = np.array([0, *map(len, texts)], np.int64)
    n = len(spans)
    flat: MaskArrays = (
        np.frombuffer(b"".join(texts), np.uint8),
        np.cumsum(lengths),
        np.full(n, size[0], np.int32),
        np.full(n, size[1], np.int32),
    )
    return Side(
        rows=np.arange(n),
        item=np.array([span[0] for span in spans], np.int32),
        class_id=np.array([span[1] for span in spans], np.int32),
        box=np.zeros((n, 4)),
        area=np.zeros(n),
        masks=flat if masks else None,
    )


def bitmap(size: tuple[int, int], span: Span) -> Any:
    flat = np.zeros(size[0] * size[1], np.uint8)
    flat[span[2] : span[3] + 1] = 1
    return flat.reshape(size)
