"""The boxes of one sequence, frame by frame, with the overlap of every true and predicted box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.kernels import _core


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """One side of one sequence, N boxes.

    Attributes:
        frame: (N,) whole numbers that order the frames.
        track: (N,) whole number of the object that each box belongs to; once in a frame at most.
        box: (N, 4) x, y, width, height in pixels.
    """

    frame: NDArray[Any]
    track: NDArray[Any]
    box: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """T true and P predicted boxes of one frame.

    Attributes:
        truth, found: (T,) and (P,) tracks, numbered from 0 in the sequence.
        iou: (T, P) their overlaps.
    """

    truth: NDArray[np.int64]
    found: NDArray[np.int64]
    iou: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sequence:
    """The frames with a box on either side, in order.

    Attributes:
        truth_length, found_length: (G,) and (H,) boxes of each track.
    """

    frames: tuple[Frame, ...]
    truth_length: NDArray[np.int64]
    found_length: NDArray[np.int64]


def sequence_of(truth: Tracks, predicted: Tracks) -> Sequence:
    """Line up both sides.

    Raises:
        RequestError: Shapes do not fit, a box is not finite or has a negative size, or a track
            has two boxes on one frame.
    """
    _check("truth", truth)
    _check("predicted", predicted)
    truth_track, truth_length = _numbered(truth.track)
    found_track, found_length = _numbered(predicted.track)
    frames = np.union1d(truth.frame, predicted.frame)
    truth_rows = _rows_by_frame(truth.frame, frames)
    found_rows = _rows_by_frame(predicted.frame, frames)
    truth_box = np.ascontiguousarray(truth.box, np.float64)
    found_box = np.ascontiguousarray(predicted.box, np.float64)
    lined_up = tuple(
        Frame(truth_track[t], found_track[p], overlaps(truth_box[t], found_box[p]))
        for t, p in zip(truth_rows, found_rows, strict=True)
    )
    return Sequence(lined_up, truth_length, found_length)


def overlaps(truth: NDArray[np.float64], found: NDArray[np.float64]) -> NDArray[np.float64]:
    """(T, P) IoU of boxes."""
    none = np.zeros(len(truth), np.uint8)
    return np.ascontiguousarray(_core.box_iou(found, truth, none).reshape(len(found), len(truth)).T)


def _numbered(track: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tracks as numbers from 0, and the length of each."""
    _, place, length = np.unique(track, return_inverse=True, return_counts=True)
    return place.astype(np.int64), length.astype(np.int64)


def _rows_by_frame(frame: NDArray[Any], frames: NDArray[Any]) -> list[NDArray[np.int64]]:
    order = np.argsort(frame, kind="stable")
    return np.split(order, np.searchsorted(frame[order], frames[1:])) if frames.size else []


def _check(side: str, tracks: Tracks) -> None:
    n = tracks.frame.size
    shapes = tracks.frame.shape, tracks.track.shape, tracks.box.shape
    if shapes != ((n,), (n,), (n, 4)):
        raise RequestError(
            f"{side} frame, track and box have shapes {shapes}",
            fix="give (N,), (N,) and (N, 4)",
            code="E-SHAPE",
        )
    if not np.isfinite(tracks.box).all() or (tracks.box[:, 2:] < 0).any():
        raise RequestError(
            f"a {side} box is not finite or has a negative size",
            fix="give x, y, width, height in pixels",
            code="E-BOX",
        )
    if n != len(set(zip(tracks.frame.tolist(), tracks.track.tolist(), strict=True))):
        raise RequestError(
            f"a {side} track has two boxes on one frame",
            fix="give each object its own track number",
            code="E-TRACK-TWICE",
        )
