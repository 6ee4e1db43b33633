"""Every choice that lies between the same boxes and another mAP.

The fields of `Rules` stand in the order in which a waterfall changes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Crowd(StrEnum):
    """What becomes of crowd regions and other ground truth that is marked as not counting."""

    IGNORED = "ignored"
    """Neither an object to find nor a reason to call a prediction wrong (COCO)."""
    DROPPED = "dropped"
    """Left out, with boxes of no size; predictions on it are false (conversion to YOLO text)."""
    COUNTED = "counted"
    """One object like any other."""


class Assignment(StrEnum):
    """Which ground truth a prediction may have; predictions go by falling confidence."""

    BEST_FREE = "best free"
    """The best overlap that nobody has yet; of equal ones the last (COCO)."""
    BEST_FREE_FIRST = "best free, first of equals"
    """The same, of equal overlaps the first."""
    BEST_ONLY = "best only"
    """The best overlap, and if somebody has it, none (VOC)."""
    BEST_ONLY_CLOSEST = "best only, closest of equals"
    """The same, and of equally confident predictions the one that overlaps most goes first."""


class Ties(StrEnum):
    """How predictions of equal confidence are ordered in a class's curve."""

    FILE_ORDER = "file order"
    UNSTABLE = "unstable sort"
    """What NumPy's quicksort leaves: it depends on the order of the images and on the processor."""
    RIGHT_FIRST = "right ones first"
    """The order of the greatest AP."""
    WRONG_FIRST = "wrong ones first"
    """The order of the least AP."""


class Curve(StrEnum):
    """How a precision-recall curve becomes one number."""

    COCO = "101 points"
    """Mean envelope at recall 0, 0.01 ... 1."""
    LINE = "lines, ending at recall 1"
    """Trapezoids under straight lines between the envelope's points, from (0, 1) to (1, 0)."""
    LINE_DROP = "lines, ending at the last recall"
    """The same, but precision falls to 0 right after the last recall reached."""
    ELEVEN = "11 points"
    """Mean envelope at recall 0, 0.1 ... 1 (VOC 2007)."""
    AREA = "area"
    """The area under the envelope (VOC 2010 and later)."""
    COCO_EPSILON = "101 points, n + 2e-16 objects"
    """COCO's points; the recall divides by one rounding error more than there are objects."""
    ELEVEN_LOWEST = "11 points, lowest precision"
    """Recall rounded to two decimals; precision after the last false positive before it grows."""


class Absent(StrEnum):
    """What a class counts that was predicted but has no ground truth."""

    LEFT_OUT = "left out"
    ZERO = "0"


class Arithmetic(StrEnum):
    """In how many digits boxes, confidences, thresholds and overlaps are kept."""

    DOUBLE = "64 bits"
    SINGLE_BOXES = "32 bits, overlaps 64"
    SINGLE = "32 bits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Most predictions that count, the most confident first."""

    count: int
    per_class: bool = True

    def __str__(self) -> str:
        return f"{self.count} per image" + (" and class" if self.per_class else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All choices of one tool; the defaults are COCO's.

    Attributes:
        confidence_floor: Only predictions above it count; None: all.
        max_detections: None: no limit.
    """

    crowd: Crowd = Crowd.IGNORED
    confidence_floor: float | None = None
    max_detections: Limit | None = Limit(count=100)
    assignment: Assignment = Assignment.BEST_FREE
    ties: Ties = Ties.FILE_ORDER
    curve: Curve = Curve.COCO
    absent: Absent = Absent.LEFT_OUT
    arithmetic: Arithmetic = Arithmetic.DOUBLE


COCO = Rules()
