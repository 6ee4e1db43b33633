"""CLEAR MOT and identity scores: misses, false alarms, switches, and the best one-to-one naming.

An object keeps the track it had last while their boxes overlap enough; the others are assigned at
the least total distance 1 - IoU. Sources: Bernardin and Stiefelhagen 2008, "Evaluating Multiple
Object Tracking Performance" (MOTA, MOTP); Ristani et al. 2016, "Performance Measures and a Data
Set for Multi-Target, Multi-Camera Tracking" (IDF1); counts equal those of py-motmetrics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.counts import f1, ratio
from boxscore.evaluation.tracking_frames import Frame, Sequence
from boxscore.kernels import _core

NO_TRACK = -1
MOSTLY_TRACKED, MOSTLY_LOST = 0.8, 0.2
"""Shares of its frames: tracked from the first on, lost below the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearCounts:
    """What sequences and classes add up.

    Attributes:
        objects, predictions: Boxes of either side.
        matches: Of them matched, switches included.
        switches: Matches with another track than the object had last.
        fragmentations: Times an object was lost and found again.
        distance: Sum of 1 - IoU over the matches.
        tracks, mostly_tracked, mostly_lost: True tracks, and those matched on at least 80 % of
            their frames, and on less than 20 %.
        identity_matches: Boxes that agree under the best one-to-one naming of tracks.
    """

    objects: int = 0
    predictions: int = 0
    matches: int = 0
    switches: int = 0
    fragmentations: int = 0
    distance: float = 0.0
    tracks: int = 0
    mostly_tracked: int = 0
    mostly_lost: int = 0
    identity_matches: int = 0

    def rates(self) -> dict[str, float]:
        """The published numbers; nan is undefined."""
        misses, false = self.objects - self.matches, self.predictions - self.matches
        same = self.identity_matches
        wrong = misses + false + self.switches
        return {
            "MOTA": 1 - wrong / self.objects if self.objects else float("nan"),
            "MOTP": ratio(self.distance, self.matches),
            "IDF1": f1(same, self.predictions - same, self.objects - same),
            "IDP": ratio(same, self.predictions),
            "IDR": ratio(same, self.objects),
            "id_switches": self.switches,
            "fragmentations": self.fragmentations,
            "mostly_tracked": self.mostly_tracked,
            "partly_tracked": self.tracks - self.mostly_tracked - self.mostly_lost,
            "mostly_lost": self.mostly_lost,
            "false_positives": false,
            "misses": misses,
        }


def clear_counts(sequence: Sequence, iou: float) -> ClearCounts:
    """Match one sequence at a least IoU, inclusive."""
    tracks = sequence.truth_length.size
    last = np.full(tracks, NO_TRACK, np.int64)
    seen: list[list[bool]] = [[] for _ in range(tracks)]
    matches, switches, distance = 0, 0, 0.0
    for frame in sequence.frames:
        row, column = _match(frame, last, iou)
        switches += _switches(frame, last, row, column)
        matches += row.size
        distance += float((1 - frame.iou[row, column]).sum())
        matched = set(row.tolist())
        for k, g in enumerate(frame.truth.tolist()):
            seen[g].append(k in matched)
    share = np.array([np.mean(flags) for flags in seen])
    return ClearCounts(
        objects=int(sequence.truth_length.sum()),
        predictions=int(sequence.found_length.sum()),
        matches=matches,
        switches=switches,
        fragmentations=sum(map(_fragmentations, seen)),
        distance=distance,
        tracks=tracks,
        mostly_tracked=int((share >= MOSTLY_TRACKED).sum()),
        mostly_lost=int((share < MOSTLY_LOST).sum()),
        identity_matches=_identity_matches(sequence, iou),
    )


def switches_by_frame(sequence: Sequence, iou: float) -> NDArray[np.int64]:
    """(frames,) objects whose track on a frame is another than the one they had last."""
    last = np.full(sequence.truth_length.size, NO_TRACK, np.int64)
    counts = [_switches(frame, last, *_match(frame, last, iou)) for frame in sequence.frames]
    return np.array(counts, np.int64)


def _switches(
    frame: Frame, last: NDArray[np.int64], row: NDArray[np.int64], column: NDArray[np.int64]
) -> int:
    """How many matches of a frame change their object's track; `last` then knows the new ones."""
    track, found = frame.truth[row], frame.found[column]
    changed = (last[track] != NO_TRACK) & (last[track] != found)
    last[track] = found
    return int(changed.sum())


def _match(
    frame: Frame, last: NDArray[np.int64], iou: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the matches of one frame: those that go on, then the cheapest."""
    possible = frame.iou >= iou
    kept = _continued(frame, last, possible)
    cost = np.where(possible, 1 - frame.iou, np.inf)
    cost[list(kept)] = np.inf
    cost[:, list(kept.values())] = np.inf
    row, column = _core.assign(cost)
    first = np.fromiter(kept, np.int64, len(kept)), np.fromiter(kept.values(), np.int64, len(kept))
    return np.concatenate([first[0], row]), np.concatenate([first[1], column])


def _continued(
    frame: Frame, last: NDArray[np.int64], possible: NDArray[np.bool_]
) -> dict[int, int]:
    """Row -> column of objects that keep their last track; of two that claim one, the first."""
    column_of = {found: k for k, found in enumerate(frame.found.tolist())}
    kept: dict[int, int] = {}
    for row, previous in enumerate(last[frame.truth].tolist()):
        column = column_of.get(previous)
        if column is not None and possible[row, column]:
            kept[row] = column
            del column_of[previous]
    return kept


def _fragmentations(seen: list[bool]) -> int:
    """Runs of matched frames after the first one."""
    starts = sum(now and not before for before, now in zip([False, *seen], seen, strict=False))
    return max(0, starts - 1)


def _identity_matches(sequence: Sequence, iou: float) -> int:
    shared = np.zeros((sequence.truth_length.size, sequence.found_length.size))
    for frame in sequence.frames:
        row, column = np.nonzero(frame.iou >= iou)
        shared[frame.truth[row], frame.found[column]] += 1
    row, column = _core.assign(-shared)
    return int(shared[row, column].sum())
