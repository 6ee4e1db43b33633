"""COCO's numbers and the counts of a run that is matched some items at a time.

The outcomes wait on disk by class; each class's curve then sees its predictions in the order in
which one matching of everything would have had them, so that the numbers are the same to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.ap import curve_numbers
from boxscore.evaluation.counts import Counts
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.run_view import REFERENCE_IOU
from boxscore.kernels import _core
from boxscore.matching.coco import Matching, fitting, match, positives
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Policy
from boxscore.schema.tables import Column, Table, TableSchema
from boxscore.store.spill import Spill

JUDGED = TableSchema(
    "judged",
    (
        Column("class_id", "int32", "row of the ontology's class list"),
        Column("confidence", "float64", "the model's number used for ordering"),
        Column("matched", "uint64", "bit per lane: matched there"),
        Column("ignored", "uint64", "bit per lane: that match does not count"),
        Column("rank", "int32", "place by confidence within its image and class, from 0"),
        Column("in_area", "uint8", "bit per area range: wrong there, unless matched"),
    ),
)
"""Predictions as the curves see them."""
MOST_ROWS = 1 << 20
"""Predictions of several classes that are looked at together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardedResult:
    """What an evaluation of the whole run would have given.

    Attributes:
        default_confidence: See `RunView.default_confidence`.
        counts: At that confidence and the reference IoU.
    """

    numbers: Numbers
    default_confidence: float
    counts: Counts


class ShardedNumbers:
    """Collects the matchings of a run's items, each item once and in order.

    Args:
        view: The whole ground truth, without predictions.
        rows_of_class: (C,) at most how many predictions each class has.
        spill: Where outcomes wait; all of its heaps are used.
    """

    def __init__(
        self,
        view: Comparable,
        policy: Policy,
        rows_of_class: NDArray[np.int64],
        spill: Spill,
        most_rows: int = MOST_ROWS,
    ) -> None:
        self._view, self._policy, self._spill = view, fitting(policy, view), spill
        self._edges = edges(rows_of_class[: view.classes], most_rows)
        self._found = np.zeros(view.classes, np.int64)
        self._positives = match(view, policy).matches.positives
        self._bit = np.uint64(1 << policy.iou_thresholds.index(REFERENCE_IOU))
        self._shards = 0

    @property
    def _groups(self) -> int:
        return len(self._edges) - 1

    def add(self, matching: Matching) -> None:
        """Keep the outcomes of some items."""
        start, confidence, matched, ignored, rank, in_area = matching.matches.columns()
        self._found += np.diff(start)
        class_id = np.repeat(np.arange(start.size - 1, dtype=np.int32), np.diff(start))
        columns = (class_id, confidence, matched, ignored, rank, in_area)
        whole = Table(JUDGED, dict(zip(JUDGED.names(), columns, strict=True)))
        within = rank < self._policy.max_detections[-1]
        counted = whole if within.all() else whole.take(within)
        places = np.searchsorted(counted["class_id"], self._edges).tolist()
        for group, (begin, end) in enumerate(pairwise(places)):
            if begin < end:
                cut = {name: counted[name][begin:end] for name in counted}
                self._spill.put(group, Table(JUDGED, cut))
        if counted is not whole:  # no curve sees them, the counts do
            self._spill.put(self._groups + self._shards, whole.take(~within))
        self._shards += 1

    def finish(self) -> ShardedResult:
        """The numbers of everything that was added."""
        curves, right = [], [np.empty(0)]
        for group in range(self._groups):
            matches, shown = self._matches(group)
            curves.append(
                _core.accumulate(matches, self._policy.kernel(), scores=False, every_limit=False)
            )
            right.append(shown)
            del matches
        numbers = curve_numbers(
            _core.join_curves(curves),
            self._policy,
            positives(self._view),
            self._found,
            self._view.task,
        )
        del curves
        confidence = self._best_confidence(np.concatenate(right))
        return ShardedResult(
            numbers=numbers, default_confidence=confidence, counts=self._counts(confidence)
        )

    def _matches(self, group: int) -> tuple[_core.Matches, NDArray[np.float64]]:
        """A group's outcomes for the curves, and the confidences of its true positives."""
        table = self._sorted(group)
        first, end = self._edges[group : group + 2]
        matches = _core.Matches.of(
            np.searchsorted(table["class_id"], np.arange(first, end + 1)),
            table["confidence"],
            table["matched"],
            table["ignored"],
            table["rank"],
            table["in_area"],
            np.ascontiguousarray(self._positives[first:end]).ravel(),
            self._policy.kernel(),
        )
        return matches, table["confidence"][self._right(table)]

    def _sorted(self, group: int) -> Table:
        """A group's predictions by class; those of a class in order of their items."""
        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in JUDGED.names()}
        for (table,) in self._spill.read(group, JUDGED):
            for name, values in table.items():
                parts[name].append(values)
        if not parts["rank"]:
            return Table.empty(JUDGED)
        # One column after the other: a class may have millions, which should not lie here twice.
        whole = Table(JUDGED, {name: np.concatenate(parts.pop(name)) for name in JUDGED.names()})
        first = self._edges[group]
        if self._edges[group + 1] - first <= 1:
            return whole
        return whole.take(np.argsort((whole["class_id"] - first).astype(np.uint16), kind="stable"))

    def _right(self, table: Table) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = (table["matched"] & ~table["ignored"] & self._bit) != 0
        return right

    def _wrong(self, table: Table) -> NDArray[np.bool_]:
        within = table["rank"] < self._policy.max_detections[-1]
        wrong: NDArray[np.bool_] = within & (table["matched"] & self._bit == 0)
        return wrong

    def _every(self) -> Iterator[Table]:
        for heap in range(self._groups + self._shards):
            for (table,) in self._spill.read(heap, JUDGED):
                yield table

    def _best_confidence(self, right: NDArray[np.float64]) -> float:
        """The highest confidence of the highest pooled F1; 0 where F1 is undefined.

        Between two true positives F1 only falls, so only their confidences are looked at.
        """
        objects = int(positives(self._view).sum())
        points, found = np.unique(right, return_counts=True)
        beyond = np.zeros(points.size + 1, np.int64)
        highest = -np.inf
        for table in self._every():
            shown = table["confidence"][self._right(table) | self._wrong(table)]
            places = np.searchsorted(points, shown, side="right")
            beyond += np.bincount(places, minlength=beyond.size)
            highest = max(highest, float(shown.max(initial=-np.inf)))
        if not objects or not np.isfinite(highest):
            return 0.0
        if not points.size:  # F1 is 0 everywhere
            return highest
        right_at, shown_at = (np.cumsum(v[::-1]).astype(np.float64) for v in (found, beyond[1:]))
        f1 = 2 * right_at / (shown_at + objects)
        return float(points[::-1][np.argmax(f1)])

    def _counts(self, confidence: float) -> Counts:
        tp, fp, ignored = (np.zeros(self._view.classes, np.int64) for _ in range(3))
        for table in self._every():
            shown = table["confidence"] >= confidence
            right, wrong = self._right(table) & shown, self._wrong(table) & shown
            for total, rows in ((tp, right), (fp, wrong), (ignored, shown & ~right & ~wrong)):
                total += np.bincount(table["class_id"][rows], minlength=total.size)
        objects = positives(self._view)
        return Counts(
            iou=REFERENCE_IOU,
            confidence=confidence,
            tp=tp,
            fp=fp,
            fn=objects - tp,
            ignored=ignored,
        )


def edges(rows: NDArray[np.int64], most: int) -> Sequence[int]:
    """Where to cut a row of things so that each stretch has at most so many rows, or one thing.

    >>> edges(np.array([3, 3, 3, 9, 1]), 6)
    [0, 2, 3, 4, 5]
    """
    cuts, held = [0], 0
    for k, count in enumerate(rows.tolist()):
        if held and held + count > most:
            cuts.append(k)
            held = 0
        held += count
    return [*cuts, len(rows)] if len(rows) else cuts
