"""What metrics of annotations read besides those that they measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from boxscore.errors import RequestError
from boxscore.quality.pixels import Pixels
from boxscore.schema.tables import Annotations

TRAINING_SIZE = 640
"""Side of the square that images are fitted into before a model sees them, unless told."""


def _no_others() -> Sequence[Annotations]:
    return ()


def _no_pixels(_item: int) -> Pixels:
    raise RequestError(
        "there are no pixels here", fix="measure a project with images", code="E-IMAGE-NONE"
    )


def _no_rows(_objects: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Beside:
    """The rest of the project.

    Attributes:
        ground_truth: What is taken as true, whichever side is measured.
        others: The predictions of every other run; called only where a metric needs them.
        training_size: Side of the training picture in pixels.
        pixels: The picture of an item; it may raise a BoxscoreError.
        label_rows: Some objects as label rows in Encord's form, by label hash.
    """

    ground_truth: Annotations | None = None
    others: Callable[[], Sequence[Annotations]] = _no_others
    training_size: int = TRAINING_SIZE
    pixels: Callable[[int], Pixels] = _no_pixels
    label_rows: Callable[[Any], dict[str, Any]] = _no_rows
