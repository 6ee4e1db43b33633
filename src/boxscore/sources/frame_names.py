"""Names of the form TITLE__FRAME, as Encord Active gives to frames of videos and image groups."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from boxscore.schema.tables import Table

FRAME = re.compile(r"(?P<title>.+?)__(?P<frame>[0-9]{1,9})(?:\.[A-Za-z0-9]{1,5})?", re.DOTALL)


def split_frame(name: str) -> tuple[str, int] | None:
    """Title and frame that a name states: clip.mp4__12 or clip__00012.txt; None without."""
    found = FRAME.fullmatch(name)
    return (found["title"], int(found["frame"])) if found else None


def frames_of(items: Table) -> list[tuple[str, int, int]]:
    """(title, frame, row) of every frame of a video, and of every place in an image group.

    The title is that of the video, or the name of the group's folder.
    """
    videos = videos_of(items)
    return [
        (items["title"][row], int(items["frame"][row]), row)
        if items["data_hash"][row] in videos
        else (items["sequence"][row], int(items["position"][row]), row)
        for row in np.flatnonzero(items["sequence"] != "").tolist()
    ]


def videos_of(items: Table) -> set[str]:
    """data_hash of everything that has several frames."""
    if not items["frame"].any():
        return set()
    counts = Counter(items["data_hash"].tolist())
    return {data_hash for data_hash, count in counts.items() if count > 1}
