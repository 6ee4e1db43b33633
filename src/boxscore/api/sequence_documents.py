"""The shapes of answers about videos and sequences."""

from __future__ import annotations

from boxscore.api.documents import Document


class Frames(Document):
    """One column of every frame in time; `switches` is null where a side has no tracks.

    A frame outside the slice has null for each of its counts.
    """

    run: str
    sequence: str
    iou: float
    confidence: float
    data_hash: list[str]
    frame: list[int]
    title: list[str]
    tp: list[int | None]
    fp: list[int | None]
    fn: list[int | None]
    switches: list[int | None] | None
