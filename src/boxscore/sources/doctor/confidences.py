"""Where confidences stand in a source and on which scale they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Kind
from boxscore.sources.doctor.readings import BoxReading, Finding, Reading
from boxscore.sources.raw import RawSet

POOR = 0.5
"""Mean best IoU below which the other place is tried."""
PLACES = ("before", "after")
SCALES = ("share", "percent", "logit")
DECLARED = ("yolo",)
"""Formats that say where the confidence stands; the others leave it to the numbers."""
Weigh = Callable[[RawSet], BoxReading | None]
Numbers = NDArray[np.float64]


def as_shares(value: Numbers, scale: str | None) -> Numbers:
    """(N,) confidences on a scale of `SCALES` -> from 0 to 1."""
    if scale == "percent":
        return value / 100
    if scale == "logit":
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(-value)))
    return value


def moved(raw: RawSet, place: str | None) -> RawSet:
    """The same set with the confidence taken from the other side of the four numbers.

    Args:
        place: "before" or "after" them, where it really stands.
    """
    if place in (None, raw.confidence_at) or not raw.confidence_at:
        return raw
    box, confidence = raw.box, np.asarray(raw.columns["confidence"])
    if place == "before":
        numbers, value = np.column_stack([box[:, 1:], confidence]), box[:, 0]
    else:
        numbers, value = np.column_stack([confidence, box[:, :3]]), box[:, 3]
    columns = {**raw.columns, "confidence": value.copy()}
    return replace(raw, box=numbers, columns=columns, confidence_at=str(place))


def read_confidences(
    raw: RawSet, weigh: Weigh, *, place: str | None, scale: str | None
) -> tuple[RawSet, Finding | None]:
    """Decide where the confidence stands; say on which scale it is.

    A scale changes no order and so no AP; it is left as written unless a mapping file says
    otherwise.

    Args:
        weigh: The best reading of a set's boxes, None without evidence.
        place: "before" or "after", as a mapping file settles it.
        scale: One of `SCALES`, as a mapping file settles it.
    """
    value = np.asarray(raw.columns["confidence"])
    if not np.isfinite(value).any():
        return raw, None
    at, sure, why = raw.confidence_at, True, ""
    if place is not None:
        raw = moved(raw, place)
    elif at and (raw.columns["kind"] == Kind.BOX).all() and np.isfinite(value).all():
        other = moved(raw, PLACES[1 - PLACES.index(at)])
        own = weigh(raw)
        if own is not None and own.overlap < POOR and (why := _better(own, weigh(other))):
            raw, sure = other, raw.format not in DECLARED
    value = np.asarray(raw.columns["confidence"])
    told, words = _scale_of(value[np.isfinite(value)])
    columns = {**raw.columns, "confidence": as_shares(value, scale)}
    raw = replace(raw, columns=columns) if scale else raw
    how = ", ".join(
        filter(None, [f"{raw.confidence_at} the box" if raw.confidence_at else "", scale or told])
    )
    return raw, Finding(
        question="confidence",
        chosen=Reading(how=how, place=np.empty(0, np.int32), found=1.0),
        others=(),
        sure=sure,
        why="; ".join(filter(None, [why, words])),
        fix=f"settle it in a mapping file: confidence: place: {raw.confidence_at or 'after'}",
    )


def _better(own: BoxReading, other: BoxReading | None) -> str:
    """Why the other place is the right one; "" where it is not clearly."""
    if other is None or not other.overlap >= 0.2:
        return ""
    if other.weight - own.weight < 3 or own.overlap > 0.75 * other.overlap:
        return ""
    return (
        f"so labels reach a mean best IoU of {other.overlap:.2f}, with the confidence on the other "
        f"side of the box {own.overlap:.2f}"
    )


def _scale_of(value: Numbers) -> tuple[str, str]:
    """The scale that finite confidences are likely on, and why."""
    low, high = float(value.min()), float(value.max())
    words = f"from {low:.3g} to {high:.3g}"
    if low >= 0 and high <= 1:
        return "share", words
    kept = "kept as written: AP does not change, a confidence threshold means these numbers; "
    if low >= 0 and 1 < high <= 100:
        return "as written", f"{words}, perhaps percent; {kept}else confidence: scale: percent"
    return "as written", f"{words}, perhaps logits; {kept}else confidence: scale: logit"
