"""Open Images Challenge 2019: a class tree, verified labels only, boxes around groups.

Source: Kuznetsova et al. 2020, "The Open Images Dataset V4"; the challenge's metric as the
TensorFlow Object Detection API defines it (`OpenImagesChallengeEvaluator`, weight 1 of a group).

1. An object of a class is an object of every class above it; so is a prediction.
2. On an image, a class counts when it has a box there or a verified label: one verified present
   stands for the classes above as well, one verified absent for those below.
3. A prediction claims the single object of its class that it overlaps most, at IoU >= 0.5.
4. What is still wrong may lie in a group: at least half of its area inside the group's box. The
   most confident one there is right, the others do not count; an empty group is a miss.
5. AP is the area under the envelope, as in VOC since 2010; mAP the mean over classes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.interpolation import area, curves, mean_defined
from boxscore.evaluation.numbers import Numbers
from boxscore.matching.argmax import by_confidence, first_claims, nearest
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable, Side
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Verdict

Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

LEAST_IOU = 0.5
MAX_DETECTIONS = 10_000
"""Most predictions per image and class."""

UNVERIFIED = "No verified labels are known: every class counts on every image."


def evaluate(view: Comparable, options: Options) -> Numbers:
    """mAP over the classes of the tree, and AP per class.

    `facts.parent` is the tree, `facts.group_of` marks groups (crowd regions are groups as well),
    `facts.verified` holds the verified labels; ignored ground truth is "difficult": what claims
    it does not count.

    Raises:
        RequestError: The options name several IoU thresholds or area ranges; the tree has a loop.
    """
    options.refuse("openimages", "area_ranges")
    least = options.threshold(LEAST_IOU, "openimages")
    tree = Tree.of(view)
    truth, found = tree.expand(view.truth), tree.expand(view.predictions)
    confidence = view.confidence[found.row]
    counted = _verified(view, tree, truth, found)
    counted &= _within(found, confidence, options.max_detections or MAX_DETECTIONS)
    right, counted = _match(view, tree, (truth, found), counted, least)
    objects = np.bincount(truth.class_id[~_difficult(view)[truth.row]], minlength=view.classes)
    ap = [
        area(curve.recall, curve.precision) if curve.objects else np.nan
        for curve in curves(found.class_id, confidence, right, counted, objects)
    ]
    per_class = np.array(ap)
    return Numbers(
        overall={"mAP": mean_defined(per_class)},
        ground_truth=objects,
        predictions=np.bincount(found.class_id, minlength=view.classes),
        per_class={"ap": per_class},
        notes=(UNVERIFIED,) if view.facts.verified is None else (),
    )


@dataclass(frozen=True, slots=True)
class Expanded:
    """Every row once for its class and once for each class above, E in all.

    Attributes:
        row: (E,) row of the side.
        item, class_id: (E,).
        start: (N,) where the copies of each row begin, its own class first.
        keys: (E,) one number per image and class.
    """

    row: Rows
    item: NDArray[np.int32]
    class_id: NDArray[np.int32]
    start: Rows
    keys: Rows


@dataclass(frozen=True, slots=True)
class Tree:
    """The classes above each class.

    Attributes:
        chain: (C, D) int32: the class itself, its parent, ...; -1 beyond the top.
        depth: (C,) how many classes lie above.
    """

    chain: NDArray[np.int32]
    depth: Rows

    @classmethod
    def of(cls, view: Comparable) -> Tree:
        """The tree of `facts.parent`; without it every class stands alone."""
        chain = [np.arange(view.classes, dtype=np.int32)]
        parent = view.facts.parent
        above = np.append(np.full(view.classes, -1) if parent is None else parent, -1)
        while (higher := above[chain[-1]].astype(np.int32)).max(initial=-1) >= 0:
            if len(chain) >= view.classes:
                raise RequestError(
                    "the class hierarchy has a loop",
                    fix="let every chain of parents end at a class without one (-1)",
                    code="E-CLASS-LOOP",
                )
            chain.append(higher)
        table = np.stack(chain, axis=1)
        return cls(table, (table >= 0).sum(axis=1) - 1)

    def expand(self, side: Side) -> Expanded:
        """Each row of a side, for all its classes."""
        of_row = self.chain[side.class_id]
        row, step = np.nonzero(of_row >= 0)
        item, class_id = side.item[row], of_row[row, step]
        start = np.concatenate([[0], np.cumsum(self.depth[side.class_id] + 1)[:-1]])
        return Expanded(row, item, class_id, start, self.keys(item, class_id))

    def keys(self, item: NDArray[np.int32], class_id: NDArray[np.int32]) -> Rows:
        """One number per image and class."""
        return item.astype(np.int64) * self.depth.size + class_id

    def with_ancestors(self, item: NDArray[np.int32], class_id: NDArray[np.int32]) -> Rows:
        """Keys of images with a class, and with the classes above it."""
        row, step = np.nonzero(self.chain[class_id] >= 0)
        return self.keys(item[row], self.chain[class_id[row], step])

    def with_descendants(self, item: NDArray[np.int32], class_id: NDArray[np.int32]) -> Rows:
        """Keys of images with a class, and with the classes below it."""
        below, step = np.nonzero(self.chain >= 0)
        above = self.chain[below, step]
        order = np.argsort(above, kind="stable")
        start, stop = (np.searchsorted(above[order], class_id, side=s) for s in ("left", "right"))
        row = np.repeat(np.arange(item.size), stop - start)
        place = np.arange(row.size) - np.repeat(np.cumsum(stop - start) - stop, stop - start)
        return self.keys(item[row], below[order][place].astype(np.int32))


def _verified(view: Comparable, tree: Tree, truth: Expanded, found: Expanded) -> Flags:
    """(E,) predictions of a class that is known to be present or absent on their image."""
    labels = view.facts.verified
    if labels is None:
        return np.ones(found.row.size, np.bool_)
    item, class_id, absent = labels[:, 0], labels[:, 1], labels[:, 2] == Verdict.NEGATIVE
    known = (
        truth.keys,
        tree.with_ancestors(item[~absent], class_id[~absent]),
        tree.with_descendants(item[absent], class_id[absent]),
    )
    return np.isin(found.keys, np.concatenate(known))


def _within(found: Expanded, confidence: NDArray[np.float64], limit: int) -> Flags:
    """(E,) the most confident predictions of each image and class."""
    if np.bincount(found.item).max(initial=0) <= limit:
        return np.ones(found.row.size, np.bool_)
    order = np.lexsort((-confidence, found.keys))
    keys = found.keys[order]
    kept = np.empty(keys.size, np.bool_)
    kept[order] = np.arange(keys.size) - np.searchsorted(keys, keys) < limit
    return kept


def _match(
    view: Comparable, tree: Tree, sides: tuple[Expanded, Expanded], counted: Flags, least: float
) -> tuple[Flags, Flags]:
    """(E,) right, and (E,) right or wrong: single objects first, then groups."""
    truth, found = sides
    group = _groups(view)
    prediction, ground_truth, overlap = _pairs(view, tree, sides, group, least)
    in_group, difficult = group[truth.row][ground_truth], np.append(_difficult(view)[truth.row], 0)
    order = by_confidence(view.confidence[found.row])

    def claims(pairs: Flags, free: Flags) -> NDArray[np.int32]:
        near = nearest(prediction[pairs], ground_truth[pairs], overlap[pairs], found.row.size)
        return np.where(free, near.claims(least), np.int32(-1))

    single = claims(~in_group, counted)
    on_difficult = difficult[single] > 0  # a claim of -1 reads the last cell
    right = first_claims(single, order) & ~on_difficult
    grouped = claims(in_group, counted & ~right & ~on_difficult)
    first = first_claims(grouped, order) & (difficult[grouped] == 0)
    return right | first, counted & ~on_difficult & ((grouped < 0) | first)


def _pairs(
    view: Comparable, tree: Tree, sides: tuple[Expanded, Expanded], group: Flags, least: float
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Pairs of expanded rows with a class in common, sorted by prediction; geometry is met once."""
    pairs = candidate_pairs(replace(view, crowd=group.astype(np.uint8)), least)
    truth, found = sides
    above = tree.chain[view.predictions.class_id[pairs["prediction"]]]
    pair, step = np.nonzero(above >= 0)
    common, object_class = above[pair, step], view.truth.class_id[pairs["ground_truth"][pair]]
    climb = tree.depth[object_class] - tree.depth[common]
    shared = (climb >= 0) & (tree.chain[object_class, np.maximum(climb, 0)] == common)
    pair, step, climb = pair[shared], step[shared], climb[shared]
    prediction = found.start[pairs["prediction"][pair]] + step
    ground_truth = truth.start[pairs["ground_truth"][pair]] + climb
    order = np.argsort(prediction, kind="stable")
    return (
        prediction[order].astype(np.int32),
        ground_truth[order].astype(np.int32),
        pairs["iou"][pair][order],
    )


def _groups(view: Comparable) -> Flags:
    crowd: Flags = view.crowd != 0
    return crowd if view.facts.group_of is None else crowd | view.facts.group_of


def _difficult(view: Comparable) -> Flags:
    return np.zeros(view.crowd.size, np.bool_) if view.ignored is None else view.ignored != 0
