"""Real labels with errors planted in five ways, and how well a ranking finds them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.suspects.evidence import Frames
from boxscore.evaluation.suspects.issues import Issue

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
SHARE = 0.05
SUPERCATEGORIES = (1, 9, 14, 24, 29, 39, 46, 56, 62, 68, 73)
"""Of COCO's 80 classes in order: where each of the twelve begins but the first, "person"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """(G,) labels of a set: item, class and box."""

    item: Rows
    class_id: Rows
    box: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Labels with errors.

    Attributes:
        labels: As a tool sees them, sorted by item.
        wrong: Rows of `labels` that are wrong; of duplicates either of the two may be named.
        twin: The row that a duplicate repeats, beside `wrong`.
        gone: Labels that are missing.
    """

    labels: Labels
    wrong: Rows
    twin: Rows
    gone: Labels


def sorted_by_item(labels: Labels) -> tuple[Labels, Rows]:
    """The labels in order of their images, and the new row of each old one."""
    order = np.argsort(labels.item, kind="stable")
    new = np.empty(order.size, np.int64)
    new[order] = np.arange(order.size)
    return taken(labels, order), new


def taken(labels: Labels, rows: NDArray[np.generic]) -> Labels:
    """Some of the labels."""
    return Labels(item=labels.item[rows], class_id=labels.class_id[rows], box=labels.box[rows])


def added(labels: Labels, more: Labels) -> Labels:
    """Both, one after the other."""
    names = ("item", "class_id", "box")
    both = {n: np.concatenate([getattr(labels, n), getattr(more, n)]) for n in names}
    return Labels(**both)


def iou(a: Floats, b: Floats) -> float:
    """Of two boxes."""
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[:2] + a[2:], b[:2] + b[2:])
    shared = float(np.prod(np.clip(high - low, 0, None)))
    return shared / float(a[2] * a[3] + b[2] * b[3] - shared)


def moved(
    box: Floats, low: float, high: float, size: Floats, random: np.random.Generator
) -> Floats:
    """The box with its corners moved, until it overlaps what it was by `low` to `high`."""
    for _ in range(10_000):
        reach = random.uniform(0.02, 0.6)
        corners = np.concatenate([box[:2], box[:2] + box[2:]])
        corners += random.uniform(-reach, reach, 4) * np.tile(box[2:], 2)
        corners = np.clip(corners, 0, np.tile(size, 2))
        new = np.concatenate([corners[:2], corners[2:] - corners[:2]])
        if (new[2:] > 1).all() and low <= iou(box, new) <= high:
            return new
    return box


def plant(
    issue: Issue,
    labels: Labels,
    frames: Frames,
    random: np.random.Generator,
    *,
    alike: bool = False,
) -> Planted:
    """Make 5 % of the labels wrong in one way.

    Args:
        alike: Classes are swapped within COCO's supercategories, of which "person" is alone.
    """
    plain = np.flatnonzero(~frames.excused)
    count = max(round(SHARE * plain.size), 1)
    chosen = np.sort(random.choice(plain, count, replace=False))
    sizes = np.stack([frames.width, frames.height], axis=1)
    nothing = np.zeros(0, np.int64)
    none = taken(labels, nothing)
    if issue is Issue.MISSING:
        kept = np.setdiff1d(np.arange(labels.item.size), chosen)
        return Planted(
            labels=taken(labels, kept), wrong=nothing, twin=nothing, gone=taken(labels, chosen)
        )
    if issue is Issue.SWAPPED:
        classes = np.unique(labels.class_id)
        new = labels.class_id.copy()
        group = np.searchsorted(SUPERCATEGORIES, classes, side="right")
        for row in chosen:
            other = classes != labels.class_id[row]
            kin = other & (group == np.searchsorted(SUPERCATEGORIES, new[row], side="right"))
            new[row] = random.choice(classes[kin if alike and kin.any() else other])
        return Planted(labels=replace(labels, class_id=new), wrong=chosen, twin=nothing, gone=none)
    if issue is Issue.LOCATED:
        box = labels.box.copy()
        for row in chosen:
            box[row] = moved(box[row], 0.3, 0.7, sizes[labels.item[row]], random)
        return Planted(labels=replace(labels, box=box), wrong=chosen, twin=nothing, gone=none)
    more = taken(labels, chosen)
    if issue is Issue.DUPLICATE:
        for k, row in enumerate(chosen):
            more.box[k] = moved(labels.box[row], 0.7, 1.0, sizes[labels.item[row]], random)
            if random.random() < 0.5:
                more.class_id[k] = random.choice(np.unique(labels.class_id))
        whole, new = sorted_by_item(added(labels, more))
        return Planted(labels=whole, wrong=new[labels.item.size :], twin=new[chosen], gone=none)
    more = anywhere(labels, more, sizes, random)
    whole, new = sorted_by_item(added(labels, more))
    return Planted(labels=whole, wrong=new[labels.item.size :], twin=nothing, gone=none)


def anywhere(labels: Labels, more: Labels, sizes: Floats, random: np.random.Generator) -> Labels:
    """Boxes of real labels put where nothing is labelled, in images of any kind."""
    item = np.empty(more.item.size, np.int64)
    box = more.box.copy()
    for k in range(item.size):
        for _ in range(10_000):
            item[k] = random.integers(sizes.shape[0])
            room = sizes[item[k]] - box[k, 2:]
            if (room < 0).any():
                continue
            box[k, :2] = random.uniform(0, 1, 2) * room
            near = labels.box[labels.item == item[k]]
            if all(iou(box[k], other) < 0.1 for other in near):
                break
    return Labels(item=item, class_id=more.class_id, box=box)


# --- how well a ranking finds what is wrong ---------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Of one ranking: all in [0, 1]; n is the number of planted errors.

    Attributes:
        precision: Of the first n.
        recall: Of the first 2 n.
        ap: Area under precision and recall; what is never ranked is never found.
        auc: Chance that an error stands above what is none; ties count half.
    """

    precision: float
    recall: float
    ap: float
    auc: float


def quality(score: Floats, meant: Rows, errors: int, random: np.random.Generator) -> Found:
    """How a ranking does.

    Args:
        score: (N,) the higher the worse; -inf is never ranked.
        meant: (N,) number of the error that each stands for, -1 for none. Further ones of the same
            error are left out: they cost nobody anything new.
    """
    shuffled = random.permutation(score.size)
    order = shuffled[np.argsort(-score[shuffled], kind="stable")]
    met: set[int] = set()
    kept = []
    for row in order:
        if int(meant[row]) not in met:
            kept.append(row)
        if meant[row] >= 0:
            met.add(int(meant[row]))
    first = np.array(kept)
    hit = (meant[first[score[first] > -np.inf]] >= 0).astype(np.float64)
    rising = np.cumsum(hit) / np.arange(1, hit.size + 1)
    return Found(
        precision=float(hit[:errors].sum()) / errors,
        recall=float(hit[: 2 * errors].sum()) / errors,
        ap=float((rising * hit).sum()) / errors,
        auc=_auc(score[first], meant[first] >= 0),
    )


def _auc(score: Floats, wrong: NDArray[np.bool_]) -> float:
    if not wrong.any() or wrong.all():
        return float("nan")
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    yes = int(wrong.sum())
    return float((rank[wrong].sum() - yes * (yes + 1) / 2) / (yes * (score.size - yes)))


def meant_labels(planted: Planted) -> Rows:
    """(G,) which error each label stands for."""
    meant = np.full(planted.labels.item.size, -1, np.int64)
    meant[planted.wrong] = np.arange(planted.wrong.size)
    meant[planted.twin] = np.arange(planted.twin.size)
    return meant


def meant_boxes(planted: Planted, item: Rows, box: Floats) -> Rows:
    """(N,) which missing label each suggested box stands for, at IoU 0.5."""
    meant = np.full(item.size, -1, np.int64)
    for k in range(planted.gone.item.size):
        for row in np.flatnonzero(item == planted.gone.item[k]):
            if meant[row] < 0 and iou(box[row], planted.gone.box[k]) >= 0.5:
                meant[row] = k
    return meant


def errors_of(planted: Planted) -> int:
    """How many were planted."""
    return planted.wrong.size or planted.gone.item.size
