"""What metrics of annotations read besides those that they measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.tables import GROUND_TRUTH, Annotations

TRAINING_SIZE = 640
"""Side of the square that images are fitted into before a model sees them, unless told."""


def _no_others() -> Sequence[Annotations]:
    return ()


@dataclass(frozen=True, slots=True)
class Beside:
    """The rest of the project.

    Attributes:
        ground_truth: What is taken as true, whichever side is measured.
        others: The predictions of every other run; called only where a metric needs them.
        training_size: Side of the training picture in pixels.
    """

    ground_truth: Annotations | None = None
    others: Callable[[], Sequence[Annotations]] = _no_others
    training_size: int = TRAINING_SIZE

    def present(self) -> NDArray[np.int64]:
        """(P, 2) item and class of what the ground truth holds, crowds included, each pair once."""
        truth = self.ground_truth or Annotations.empty(GROUND_TRUTH)
        pairs = np.stack([truth.table["item"], truth.table["class_id"]], axis=1)
        return np.unique(pairs.astype(np.int64), axis=0)
