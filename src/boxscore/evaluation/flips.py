"""Every ground truth followed from one run to another: right in both, fixed, broken, wrong in both.

Source: McNemar 1947, exact two-sided binomial test of the objects that changed sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.run_view import RunView

EXACT = 1000
"""Changed objects up to which the test is summed exactly; beyond it the normal law serves."""


@dataclass(frozen=True, slots=True)
class Flips:
    """Per ground truth that counts, (G,): found by the first run, and by the second.

    Attributes:
        class_id: (G,) int32.
    """

    first: NDArray[np.bool_]
    second: NDArray[np.bool_]
    class_id: NDArray[np.int32]

    def counts(self, chosen: NDArray[np.bool_] | None = None) -> dict[str, int]:
        """How many objects are right in both, fixed, broken, wrong in both."""
        a, b = self.first, self.second
        sides = {
            "right_in_both": a & b, "fixed": ~a & b, "broken": a & ~b, "wrong_in_both": ~a & ~b,
        }  # fmt: skip
        return {
            name: int(flags.sum() if chosen is None else (flags & chosen).sum())
            for name, flags in sides.items()
        }


def flips(first: RunView, second: RunView, iou: float, confidences: tuple[float, float]) -> Flips:
    """Which objects each run finds at one IoU threshold and its own confidence.

    Both runs are compared with the same ground truth.
    """
    counted = first.view.counted
    found = [
        _found(run, iou, confidence)[counted]
        for run, confidence in zip((first, second), confidences, strict=True)
    ]
    return Flips(found[0], found[1], first.view.truth.class_id[counted])


def _found(run: RunView, iou: float, confidence: float) -> NDArray[np.bool_]:
    taker = run.live.at(iou).prediction
    found = taker >= 0
    found[found] = run.view.confidence[taker[found]] >= confidence
    return found


def mcnemar(fixed: int, broken: int) -> float:
    """Two-sided p that as many would change sides by chance; 1 when none did."""
    changed, fewer = fixed + broken, min(fixed, broken)
    if changed == 0:
        return 1.0
    if changed <= EXACT:
        tail: float = sum(comb(changed, k) for k in range(fewer + 1)) / 2**changed
        return min(1.0, 2 * tail)
    return erfc((abs(fixed - broken) - 1) / sqrt(2 * changed))
