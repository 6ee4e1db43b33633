"""What metrics of annotations read besides those that they measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from boxscore.schema.tables import Annotations

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
