"""Images of a COCO file that are frames of videos: which video, and where in it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.sources.coco_fields import Field
from boxscore.sources.sieve import Sieve

VIDEOS = ("video_name", "seq_name", "video_id")
"""Keys that say it, the one a person reads first."""
FRAMES = ("frame_id", "frame_index")
FILMED = tuple(Field(key, "span", lenient=True) for key in (*VIDEOS, *FRAMES))
LARGEST_FRAME = 2**31 - 1


def sequences_of(sieve: Sieve, order: list[int]) -> tuple[NDArray[np.object_], NDArray[np.int32]]:
    """Name of the sequence and place in it, of the image records in `order`.

    An image without a video has "" and 0. Where no record of the file has a frame number, the
    images of a video follow each other in the order given.
    """
    names = _values(sieve, VIDEOS, _name, "no name of a video")
    frames = _values(sieve, FRAMES, _frame, "no frame number")
    sequence = np.full(len(order), "", object)
    sequence[:] = [names.get(i, "") for i in order]
    if frames:
        position = [frames.get(i, 0) for i in order]
    else:
        position = _ranks([names.get(i, "") for i in order])
    return sequence, np.array(position, np.int32)


def _ranks(sequence: list[str]) -> list[int]:
    """How many items of the same sequence came before; 0 without a sequence."""
    met: defaultdict[str, int] = defaultdict(int)
    ranks = []
    for name in sequence:
        ranks.append(met[name])
        met[name] += 1 if name else 0
    return ranks


def _values(sieve: Sieve, keys: tuple[str, ...], convert: Any, what: str) -> dict[int, Any]:
    """Record -> value under the first key that it has; what cannot be one is reported."""
    found: dict[int, Any] = {}
    for key in reversed(keys):
        wrong: dict[int, str] = {}
        for i, value in sieve.records.objects[key].items():
            converted = convert(value)
            if converted is None:
                wrong[i] = f"{key} {shown(value)} is {what}: dropped"
            else:
                found[i] = converted
        flags = np.zeros(sieve.records.count, np.bool_)
        flags[list(wrong)] = True
        sieve.repair(flags, "W-COCO-VIDEO", f"/{key}", wrong.__getitem__)
    return found


def _name(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    return text if text and not any("\ud800" <= c <= "\udfff" for c in text) else None


def _frame(value: object) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_FRAME else None
