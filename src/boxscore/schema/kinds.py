"""What an annotation can be, and the marks that an import may leave on it."""

from __future__ import annotations

from enum import IntEnum, IntFlag, StrEnum


class Kind(IntEnum):
    """The geometry that an annotation was given with."""

    BOX = 1
    ROTATED_BOX = 2
    POLYGON = 3
    BITMASK = 4
    POLYLINE = 5
    KEYPOINTS = 6
    CLASSIFICATION = 7


MASKED = (Kind.POLYGON, Kind.BITMASK)
"""Kinds that cover pixels and can be compared as masks."""


class Mark(IntFlag):
    """Facts about one annotation worth showing; none of them changes its numbers."""

    NONE = 0
    ZERO_AREA = 1
    OUTSIDE = 2
    CLIPPED = 4
    DUPLICATE = 8
    AREA_COMPUTED = 16
    BOX_COMPUTED = 32
    IGNORED = 64
    """Ground truth that never counts: difficult, DontCare, unlabelled by agreement."""
    GROUP_OF = 128
    """One box around many objects (Open Images)."""


class Shape(StrEnum):
    """Shapes of an ontology's objects, by their Encord names."""

    BOUNDING_BOX = "bounding_box"
    ROTATABLE_BOUNDING_BOX = "rotatable_bounding_box"
    POLYGON = "polygon"
    BITMASK = "bitmask"
    POLYLINE = "polyline"
    POINT = "point"
    SKELETON = "skeleton"


class Task(StrEnum):
    """What is compared in an evaluation."""

    BBOX = "bbox"
    OBB = "obb"
    SEGM = "segm"
    BOUNDARY = "boundary"
    KEYPOINTS = "keypoints"
    CLASSIFICATION = "classification"
    SEMANTIC = "semantic"
    PANOPTIC = "panoptic"
    TRACKING = "tracking"


DETECTION = (Task.BBOX, Task.OBB, Task.SEGM, Task.BOUNDARY, Task.KEYPOINTS)
"""Tasks whose predictions are matched one by one, by overlap, in order of confidence."""


MASK_TASKS = (Task.SEGM, Task.BOUNDARY, Task.SEMANTIC, Task.PANOPTIC)
"""Tasks that compare masks."""


class Verdict(IntEnum):
    """What is known of a class on an image without an annotation saying so."""

    NEGATIVE = 0
    """Verified absent: a prediction of it is wrong."""
    POSITIVE = 1
    """Verified present."""
    NOT_EXHAUSTIVE = 2
    """Present, but not every object is annotated: an unmatched prediction says nothing."""
