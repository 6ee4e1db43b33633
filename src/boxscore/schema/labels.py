"""Labels as a label transformer hands them over: what Encord Active's users subclass and build."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.schema.predictions import BoundingBox, Point

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BoundingBox",
    "BoundingBoxLabel",
    "ClassificationLabel",
    "DataLabel",
    "KeypointLabel",
    "LabelTransformer",
    "Point",
    "PolygonLabel",
]


@dataclass
class ClassificationLabel:
    """The image as a whole is of a class."""

    class_: str


@dataclass
class BoundingBoxLabel:
    """An object in a relative box; theta other than 0 makes it a rotatable box."""

    class_: str
    bounding_box: BoundingBox


@dataclass
class PolygonLabel:
    """An object in a polygon: (N, 2) relative x, y."""

    class_: str
    polygon: NDArray[Any]


@dataclass
class KeypointLabel:
    """A single relative point."""

    class_: str
    point: Point


Label = ClassificationLabel | BoundingBoxLabel | PolygonLabel | KeypointLabel


@dataclass
class DataLabel:
    """A label and what it is for: an image, or a frame of a video.

    Attributes:
        frame: Of a video, from 0 in the order shown; None for an image. An answer about a video
            without a frame holds for all of its frames.
    """

    abs_data_path: Path
    label: Label
    frame: int | None = None


class LabelTransformer(ABC):
    """Subclass it in a file and pass that to `init --transformer`."""

    @abstractmethod
    def from_custom_labels(
        self, label_files: list[Path], data_files: list[Path]
    ) -> list[DataLabel]:
        """Read the label files and say what is on which image."""
