"""The parameters of a matching protocol, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from boxscore.kernels import _core

PAIR_FLOOR = 0.1
"""Least IoU of a stored candidate pair."""

SMALL, MEDIUM = 32.0**2, 96.0**2
EVERYTHING = 1e5**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a caller may change of a protocol; None keeps the protocol's own value.

    Attributes:
        iou_thresholds: Least IoUs of a match, ascending, inclusive.
        area_ranges: Name -> (low, high) in square pixels, inclusive; the first one is "all".
        max_detections: Most predictions per image and class, or per image (LVIS).
        class_agnostic: Every class counts as one.
        only_predicted: Only items that have predictions count.
    """

    iou_thresholds: tuple[float, ...] | None = None
    area_ranges: tuple[tuple[str, float, float], ...] | None = None
    max_detections: int | None = None
    class_agnostic: bool = False
    only_predicted: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """What a protocol counts.

    Attributes:
        name: The protocol's published name.
        area_ranges: (low, high) in square pixels, inclusive; the first one is "all".
        max_detections: Most predictions per image and class, ascending; the last one matches.
    """

    name: str
    area_ranges: tuple[tuple[float, float], ...]
    max_detections: tuple[int, ...]

    def kernel(self) -> _core.Protocol:
        """The same parameters for the compiled kernels; thresholds as NumPy's linspace has them."""
        protocol = _core.Protocol.coco()
        protocol.area = [list(bounds) for bounds in self.area_ranges]
        protocol.max_dets = list(self.max_detections)
        return protocol

    def document(self) -> dict[str, Any]:
        """For reports and JSON."""
        return {"name": self.name, "max_detections": list(self.max_detections)}


COCO = Policy(
    "coco",
    ((0.0, EVERYTHING), (0.0, SMALL), (SMALL, MEDIUM), (MEDIUM, EVERYTHING)),
    (1, 10, 100),
)
"""COCOeval's parameters (cocoapi, `Params.setDetParams`)."""


def coco(max_detections: int = 100) -> Policy:
    """COCO with another limit of predictions per image and class; 1 and 10 stay where they fit."""
    limits = (1, min(10, max_detections), max_detections)
    return COCO if max_detections == 100 else Policy("coco", COCO.area_ranges, limits)
