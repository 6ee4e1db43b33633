"""Sequences for the tests of tracking: made up, MOT text and KITTI text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from boxscore.evaluation.tracking_frames import Tracks


def tracks(rows: list[tuple[int, int, Any]]) -> Tracks:
    """Of (frame, track, box)."""
    return Tracks(
        frame=np.array([r[0] for r in rows], np.int64),
        track=np.array([r[1] for r in rows], np.int64),
        box=np.array([r[2] for r in rows], np.float64).reshape(-1, 4),
    )


def crossing(seed: int, ties: bool = False) -> tuple[Tracks, Tracks]:
    """Objects that wander and leave; a tracker that jitters, swaps, loses and invents."""
    rng = np.random.default_rng(seed)
    start, speed = rng.random((8, 2)) * 120, rng.normal(0, 3, (8, 2))
    name = np.arange(8) + 100
    truth: list[tuple[int, int, Any]] = []
    found: list[tuple[int, int, Any]] = []
    for frame in range(25):
        if rng.random() < 0.3:
            a, b = rng.integers(0, 8, 2)
            name[[a, b]] = name[[b, a]]
        for k in range(8):
            if rng.random() < 0.1:
                continue
            box = np.array([*start[k] + speed[k] * frame, 40, 60])
            near = box + rng.normal(0, 4, 4)
            truth.append((frame, k, np.round(box / 20) * 20 if ties else box))
            if rng.random() < 0.85:
                found.append((frame, int(name[k]), np.round(near / 20) * 20 if ties else near))
        if rng.random() < 0.4:
            found.append((frame, 900 + frame, [*rng.random(2) * 150, 40, 60]))
    rng.shuffle(found)
    return tracks(truth), tracks(found)


def tud_campus(folder: Path) -> tuple[Tracks, Tracks]:
    """Ground truth and tracker output of MOT15's TUD-Campus."""
    texts = (np.loadtxt(folder / "TUD-Campus" / n, delimiter=",") for n in ("gt.txt", "test.txt"))
    truth, found = (
        Tracks(frame=t[:, 0].astype(int), track=t[:, 1].astype(int), box=t[:, 2:6]) for t in texts
    )
    return truth, found


def kitti(folder: Path, sequence: str, kind: str) -> Tracks:
    """The boxes of one class in a label file of KITTI tracking."""
    rows = []
    for line in (folder / "label_02" / f"{sequence}.txt").read_text().splitlines():
        parts = line.split()
        if parts[2] == kind:
            x0, y0, x1, y1 = map(float, parts[6:10])
            rows.append((int(parts[0]), int(parts[1]), (x0, y0, x1 - x0, y1 - y0)))
    return tracks(rows)


def shaken(truth: Tracks, seed: int) -> Tracks:
    """A tracker's answer to a truth: boxes moved, some lost, tracks cut in two at random."""
    rng = np.random.default_rng(seed)
    kept = rng.random(truth.frame.size) < 0.9
    cut = truth.frame > rng.integers(0, max(int(truth.frame.max(initial=0)), 1) + 1)
    size = truth.box[:, 2:].mean(axis=1, keepdims=True)
    box = truth.box + rng.normal(0, 0.1, truth.box.shape) * size
    box[:, 2:] = np.abs(box[:, 2:])
    return Tracks(frame=truth.frame[kept], track=(truth.track + 500 * cut)[kept], box=box[kept])


def frames(truth: Tracks, found: Tracks) -> list[tuple[int, Any, Any]]:
    """(frame, rows of truth, rows of predictions) in order."""
    both = np.union1d(truth.frame, found.frame).tolist()
    return [(f, np.flatnonzero(truth.frame == f), np.flatnonzero(found.frame == f)) for f in both]


def box_iou(a: Any, b: Any) -> Any:
    """(N, M) of boxes x, y, width, height, by broadcasting."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    both = np.prod(np.clip(high - low, 0, None), axis=2)
    either = np.prod(a[:, None, 2:], axis=2) + np.prod(b[None, :, 2:], axis=2) - both
    return np.divide(both, either, out=np.zeros_like(both), where=either > 0)
