"""Metrics of objects over time: missing ones, broken tracks, changing classes and shapes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import metric
from boxscore.quality.objects import Objects, Rows, Values, divided
from boxscore.quality.shapes import cosine, hu_moments

SEEN_AGAIN, BETWEEN, SAME_PLACE = 0.25, 0.5, 0.8
"""IoU of an object two frames on; in the frame between; of what must be one object."""
SHORTEST_TRACK, FAR = 5, 0.3
"""Fewest frames of a track that is judged, and the distance from its mean that stands out."""


def _across(objects: Objects, frames: int, floor: float) -> tuple[Rows, Rows, Values]:
    """Pairs of an object and one so many frames earlier, by IoU, most first."""
    rows = objects.tracked
    frame = objects.frame[objects.item[rows]]
    now, before, iou = objects.overlaps(rows, frame, rows, frame + np.int32(frames), floor)
    order = np.lexsort((before, -iou))
    return now[order], before[order], iou[order]


def _best(now: Rows, before: Rows, iou: Values) -> tuple[Rows, Rows, Values]:
    """The first pair of each object."""
    _, first = np.unique(now, return_index=True)
    return now[first], before[first], iou[first]


@metric(
    "Missing Objects and Broken Tracks",
    on="object",
    reads="objects",
    low=0,
    high=1,
    bad="low",
    meaning="0: the object is there two frames on but not in the frame between. 0.5: it is in all "
    "three, but not under one track. 1: nothing to report. Undefined outside sequences.",
    advice="Add the missing label; join the tracks.",
)
def missing_objects(objects: Objects) -> Values:
    """(N,) 0, 0.5 or 1; frames without objects count as frames."""
    score = np.ones(objects.count)
    same = objects.class_id
    far = _across(objects, 2, SEEN_AGAIN)
    alike = same[far[0]] == same[far[1]]
    now, before, _ = _best(*(column[alike] for column in far))
    near = _across(objects, 1, BETWEEN)
    alike = (same[near[0]] == same[near[1]]) & (near[2] > BETWEEN)
    middle = _middle(objects, now, near[0][alike], near[1][alike])
    missing = middle < 0
    np.minimum.at(score, before[missing], 0.0)
    track = objects.track
    one = (track[now] == track[before]) & (track[now] == track[np.maximum(middle, 0)])
    broken = ~missing & ~one
    np.minimum.at(score, now[broken], 0.5)
    tracked = np.zeros(objects.count, np.bool_)
    tracked[objects.tracked] = True
    return objects.defined(score, tracked)


def _middle(objects: Objects, now: Rows, later: Rows, earlier: Rows) -> Rows:
    """(M,) the best match of each object one frame earlier, of its own track first; -1 none."""
    track = objects.track
    order = np.argsort(track[later] != track[earlier], kind="stable")
    found = np.full(objects.count, -1, np.int64)
    kept, first = np.unique(later[order], return_index=True)
    found[kept] = earlier[order][first]
    return found[now]


@metric(
    "Inconsistent Object Classification and Track IDs",
    on="object",
    reads="objects",
    low=0,
    high=1,
    bad="low",
    meaning="1 - IoU with an object in the same place one frame earlier (IoU above 0.8) that has "
    "another class or another track; 1 where nothing is odd. Undefined outside sequences.",
    advice="Make class and track the same in both frames.",
)
def inconsistent_objects(objects: Objects) -> Values:
    """(N,) 1 - IoU, or 1."""
    score = np.ones(objects.count)
    now, before, iou = _best(*_across(objects, 1, SAME_PLACE))
    known = objects.track[now] >= 0
    other = (objects.track[now] != objects.track[before]) & known
    other |= objects.class_id[now] != objects.class_id[before]
    odd = other & (iou > SAME_PLACE)
    score[now[odd]] = 1 - iou[odd]
    tracked = np.zeros(objects.count, np.bool_)
    tracked[objects.tracked] = True
    return objects.defined(score, tracked)


@metric(
    "Detect Occlusion in Video",
    on="object",
    reads="objects",
    low=0,
    high=100,
    bad="low",
    meaning="1 / distance of the object's area and aspect ratio from the mean of its track, both "
    "scaled to 0..1, where it is smaller than usual and far from it (above 0.3); 100 elsewhere. "
    "Undefined for tracks of fewer than five frames.",
    advice="Look whether the object is hidden there; label only what is visible.",
)
def occlusion_in_video(objects: Objects) -> Values:
    """(N,) 1 / distance, or 100."""
    rows = objects.tracked[objects.track[objects.tracked] >= 0]
    _, number, length = np.unique(objects.track[rows], return_inverse=True, return_counts=True)
    height = objects.box[rows, 3]
    ratio = np.nan_to_num(divided(objects.box[rows, 2], height))
    area = _scaled(np.nan_to_num(objects.area[rows]), number, length.size)
    aspect = _scaled(ratio, number, length.size)
    mean = [np.bincount(number, v) / length for v in (area, aspect)] if rows.size else [area] * 2
    distance = np.hypot(area - mean[0][number], aspect - mean[1][number])
    hidden = (distance > FAR) & (area < mean[0][number])
    score = np.full(objects.count, np.nan)
    score[rows] = np.where(hidden, 1 / np.where(hidden, distance, 1), 100.0)
    score[rows[length[number] < SHORTEST_TRACK]] = np.nan
    return objects.defined(score)


def _scaled(values: Values, group: NDArray[np.int64], groups: int) -> Values:
    """Values from the least to the most of their group as 0 to 1; 0 where all are equal."""
    least, most = np.full(groups, np.inf), np.full(groups, -np.inf)
    np.minimum.at(least, group, values)
    np.maximum.at(most, group, values)
    span = (most - least)[group]
    return np.nan_to_num(divided(values - least[group], span))


@metric(
    "Polygon Shape Similarity",
    on="object",
    reads="objects",
    low=-1,
    high=1,
    bad="low",
    meaning="Cosine similarity of the mask's Hu moments with those that its track had before, "
    "recent frames counting most; 1 in the first frame. Undefined without mask or track.",
    advice="A sudden change of shape is a slip in the outline, or another object.",
)
def polygon_shape_similarity(objects: Objects) -> Values:
    """(N,) cosine with the running mean, which forgets half with every frame."""
    score = np.full(objects.count, np.nan)
    rows = objects.tracked[objects.track[objects.tracked] >= 0]
    rows = rows[objects.masked[rows]]
    moments = hu_moments(objects, rows)
    time = objects.frame[objects.item[rows]]
    last: dict[int, Values] = {}
    for k in np.lexsort((rows, time)).tolist():
        track = int(objects.track[rows[k]])
        known = last.get(track)
        score[rows[k]] = 1.0 if known is None else cosine(moments[k], known)
        last[track] = moments[k] if known is None else (known + moments[k]) / 2
    return objects.defined(score)


@metric(
    "Shape outlier detection",
    on="object",
    reads="objects",
    low=0,
    high=1,
    bad="low",
    meaning="1 / (1 + distance) of the mask's Hu moments, each in deviations of its class, from "
    "the mean of the class. Undefined for fewer than three masks of a class.",
    advice="Look at the outline; the class may be wrong.",
)
def shape_outliers(objects: Objects) -> Values:
    """(N,) nearness to the class's mean shape."""
    score = np.full(objects.count, np.nan)
    rows = objects.rows[objects.masked[objects.rows]]
    moments = hu_moments(objects, rows)
    for class_id in np.unique(objects.class_id[rows]).tolist():
        mine = np.flatnonzero((objects.class_id[rows] == class_id) & np.isfinite(moments[:, 0]))
        if mine.size < 3:
            continue
        spread = moments[mine].std(axis=0)
        away = (moments[mine] - moments[mine].mean(axis=0)) / np.where(spread > 0, spread, 1)
        score[rows[mine]] = 1 / (1 + np.sqrt((away**2).sum(axis=1)))
    return objects.defined(score)


TRACK_METRICS = (
    missing_objects, inconsistent_objects, occlusion_in_video, polygon_shape_similarity,
    shape_outliers,
)  # fmt: skip
