"""Every ground truth followed from run to run: right in both, fixed, broken, wrong in both.

Source: McNemar 1947, exact two-sided binomial test of the objects that changed sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, erfc, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.chosen import Items, chosen
from boxscore.evaluation.reasons import missed_at
from boxscore.evaluation.run_view import RunView

EXACT = 1000
"""Changed objects up to which the test is summed exactly; beyond it the normal law serves."""

STATES = ("right_in_both", "fixed", "broken", "wrong_in_both")


@dataclass(frozen=True, slots=True)
class Flips:
    """Per ground truth that counts, (G,): found by the first run, and by the second.

    Attributes:
        class_id: (G,) int32.
    """

    first: NDArray[np.bool_]
    second: NDArray[np.bool_]
    class_id: NDArray[np.int32]

    def state(self, name: str) -> NDArray[np.bool_]:
        """(G,) objects of one of the four `STATES`."""
        a, b = self.first, self.second
        sides = {
            "right_in_both": a & b, "fixed": ~a & b, "broken": a & ~b, "wrong_in_both": ~a & ~b,
        }  # fmt: skip
        return sides[name]

    def counts(self, some: NDArray[np.bool_] | None = None) -> dict[str, int]:
        """How many objects are right in both, fixed, broken, wrong in both."""
        every = {name: self.state(name) for name in STATES}
        return {
            name: int(flags.sum() if some is None else (flags & some).sum())
            for name, flags in every.items()
        }

    def per_class(self, classes: int) -> dict[str, NDArray[np.int64]]:
        """(C,) counts of every state, all classes at once."""
        return {
            name: np.bincount(self.class_id[self.state(name)], minlength=classes) for name in STATES
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The ground truths that count on the chosen images, and which of N runs find each.

    Attributes:
        found: (N, G) bool.
        row: (G,) row of the compared ground truth.
        class_id, item: (G,) int32.
        area: (G,) square pixels, as the area ranges take it.
    """

    found: NDArray[np.bool_]
    row: NDArray[np.int64]
    class_id: NDArray[np.int32]
    item: NDArray[np.int32]
    area: NDArray[np.float64]

    def pair(self, first: int, second: int) -> Flips:
        """What became of each object from one run to another."""
        return Flips(self.found[first], self.found[second], self.class_id)

    def agreement(self) -> NDArray[np.float64]:
        """(N, N) share of the objects that two runs both find or both miss; nan without any."""
        wide = self.found.astype(np.int64)
        both = wide @ wide.T + (1 - wide) @ (1 - wide).T
        share: NDArray[np.float64] = both / wide.shape[1] if wide.shape[1] else both * np.nan
        return share


def follow(
    runs: Sequence[RunView], iou: float, confidences: Sequence[float], items: Items = None
) -> Followed:
    """Which objects each run finds at one IoU threshold and its own confidence.

    All runs are compared with the same ground truth.
    """
    view = runs[0].view
    rows = np.flatnonzero(view.counted & chosen(view, view.truth, items))
    found = np.ones((len(runs), view.truth.item.size), np.bool_)
    for flags, run, confidence in zip(found, runs, confidences, strict=True):
        flags[missed_at(run.view, run.live.at(iou), confidence)] = False
    truth = view.truth
    return Followed(
        found=found[:, rows],
        row=rows,
        class_id=truth.class_id[rows],
        item=truth.item[rows],
        area=truth.area[rows],
    )


def size_of(area: NDArray[Any], ranges: Sequence[tuple[float, float]]) -> NDArray[np.int64]:
    """(N,) place of each area among ascending ranges, -1 below all of them.

    COCO's ranges share their borders; here an area on a border belongs to the larger one. Ranges
    that hold nothing (`Policy.without_sizes`) are no place.
    """
    lows, highs = np.array(ranges, np.float64).reshape(-1, 2).T
    place = np.searchsorted(lows, area, side="right") - 1
    return np.where((highs >= 0)[place], place, -1) if lows.size else place


def mcnemar(fixed: int, broken: int) -> float:
    """Two-sided p that as many would change sides by chance; 1 when none did."""
    changed, fewer = fixed + broken, min(fixed, broken)
    if changed == 0:
        return 1.0
    if changed <= EXACT:
        tail: float = sum(comb(changed, k) for k in range(fewer + 1)) / 2**changed
        return min(1.0, 2 * tail)
    return erfc((abs(fixed - broken) - 1) / sqrt(2 * changed))


def adjusted(p: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted for the number of questions asked at once; None was not asked.

    Source: Benjamini and Hochberg 1995, false discovery rate.
    """
    asked = sorted((value, k) for k, value in enumerate(p) if value is not None)
    found: list[float | None] = [None] * len(p)
    least = 1.0
    for rank in range(len(asked), 0, -1):
        value, k = asked[rank - 1]
        least = min(least, value * len(asked) / rank)
        found[k] = least
    return found
