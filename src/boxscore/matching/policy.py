"""The parameters of a matching protocol, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from boxscore.errors import RequestError
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

    def thresholds(self, *own: float) -> tuple[float, ...]:
        """The chosen least IoUs of a match, or the protocol's own.

        Raises:
            RequestError: There is none, one lies outside (0, 1], or they do not ascend.
        """
        chosen = own if self.iou_thresholds is None else self.iou_thresholds
        ascending = all(a < b for a, b in pairwise(chosen))
        if not chosen or not ascending or not all(0 < t <= 1 for t in chosen):
            raise RequestError(
                f"IoU thresholds {chosen} are not ascending numbers above 0, at most 1",
                fix="choose thresholds such as 0.5, or 0.5 and 0.75",
                code="E-IOU-RANGE",
            )
        return chosen

    def threshold(self, own: float, protocol: str) -> float:
        """The one chosen least IoU of a match, for protocols that know no mean over several.

        Raises:
            RequestError: There are several, or it lies outside (0, 1].
        """
        chosen = self.thresholds(own)
        if len(chosen) > 1:
            raise RequestError(
                f"protocol {protocol} has one IoU threshold, not {len(chosen)}",
                fix="choose one, or protocol coco or voc12 for a mean over several",
                code="E-IOU-RANGE",
            )
        return chosen[0]

    def refuse(self, protocol: str, *names: str) -> None:
        """Refuse options that a protocol does not have, rather than leave them without effect.

        Raises:
            RequestError: One of the options is set.
        """
        for name in names:
            if getattr(self, name) is not None:
                raise RequestError(
                    f"protocol {protocol} has no {name.replace('_', ' ')}",
                    fix="leave the option out, or choose another protocol",
                    code="E-OPTION-UNUSED",
                )


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
