"""The parameters of a matching protocol, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.schema.kinds import Task

PAIR_FLOOR = 0.1
"""Least IoU of a stored candidate pair."""

SMALL, MEDIUM = 32.0**2, 96.0**2
EVERYTHING = 1e5**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a caller may change of a protocol; None keeps the protocol's own value.

    Attributes:
        iou_thresholds: Least IoUs of a match, ascending, inclusive.
        area_ranges: (name, low, high) in square pixels, inclusive; "all" comes first and is
            everything where it is left out.
        max_detections: Most predictions per image and class, or per image (LVIS).
        recall_limits: Lesser limits at which COCO's recall is also given, ascending.
        class_agnostic: Every class counts as one.
        only_predicted: Only items that have predictions count.
    """

    iou_thresholds: tuple[float, ...] | None = None
    area_ranges: tuple[tuple[str, float, float], ...] | None = None
    max_detections: int | None = None
    recall_limits: tuple[int, ...] | None = None
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


IOU_THRESHOLDS = tuple(_core.Protocol.coco().iou)
"""0.50, 0.55, ..., 0.95 as NumPy's linspace has them."""

MOST_THRESHOLDS, MOST_RANGES, MOST_LANES, MOST_DETECTIONS = 16, 8, 64, 65535
"""What one matching can hold; a lane is one threshold in one area range."""
NOWHERE = (-1.0, -1.0)
"""A range that no area lies in."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a protocol counts.

    Attributes:
        name: The protocol's published name.
        area_ranges: (low, high) in square pixels, inclusive; the first one is "all".
        max_detections: Most predictions per image and class, ascending; the last one matches.
        iou_thresholds: Least IoUs of a match, ascending, inclusive.
        area_names: What the area ranges are called.

    Raises:
        RequestError: The parameters contradict themselves, or are more than one matching can hold.
    """

    name: str
    area_ranges: tuple[tuple[float, float], ...]
    max_detections: tuple[int, ...]
    iou_thresholds: tuple[float, ...] = IOU_THRESHOLDS
    area_names: tuple[str, ...] = ("all", "small", "medium", "large")

    def __post_init__(self) -> None:
        thresholds, ranges = len(self.iou_thresholds), len(self.area_ranges)
        if thresholds > MOST_THRESHOLDS or ranges > MOST_RANGES or thresholds * ranges > MOST_LANES:
            raise _refused(
                f"{thresholds} IoU thresholds in {ranges} area ranges are too many at once",
                f"choose at most {MOST_THRESHOLDS} thresholds and {MOST_RANGES} ranges, their "
                f"product at most {MOST_LANES}; evaluate twice for more",
            )
        for name, (low, high) in zip(self.area_names, self.area_ranges, strict=True):
            if not low <= high:
                raise _refused(f"area range {name!r} is {low} to {high}", "give low, then high")
        if len(set(self.area_names)) < ranges:
            raise _refused(f"area ranges {self.area_names} repeat a name", "name each once")
        limits = self.max_detections
        rising = all(a < b for a, b in pairwise(limits))
        if not limits or not rising or not 1 <= limits[0] <= limits[-1] <= MOST_DETECTIONS:
            raise _refused(
                f"limits of predictions {limits} are not ascending numbers from 1 to "
                f"{MOST_DETECTIONS}",
                "choose limits such as 1, 10 and 100",
            )

    @property
    def sizeless(self) -> bool:
        """Whether the ranges of sizes hold nothing, as the sizes of images are not known."""
        return len(self.area_ranges) > 1 and self.area_ranges[1] == NOWHERE

    def without_sizes(self) -> Policy:
        """The same with ranges of sizes that no area lies in: their numbers are undefined."""
        everything, *others = self.area_ranges
        return replace(self, area_ranges=(everything, *(NOWHERE for _ in others)))

    def kernel(self) -> _core.Protocol:
        """The same parameters for the compiled kernels, with COCO's 101 recall points."""
        protocol = _core.Protocol.coco()
        protocol.iou = list(self.iou_thresholds)
        protocol.area = [list(bounds) for bounds in self.area_ranges]
        protocol.max_dets = list(self.max_detections)
        return protocol

    def document(self) -> dict[str, Any]:
        """For reports and JSON."""
        return {
            "name": self.name,
            "iou_thresholds": [round(t, 10) for t in self.iou_thresholds],
            "area_ranges": dict(zip(self.area_names, map(list, self.area_ranges), strict=True)),
            "max_detections": list(self.max_detections),
        }


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-POLICY")


COCO = Policy(
    "coco",
    ((0.0, EVERYTHING), (0.0, SMALL), (SMALL, MEDIUM), (MEDIUM, EVERYTHING)),
    (1, 10, 100),
)
"""COCOeval's parameters (cocoapi, `Params.setDetParams`)."""

COCO_KEYPOINTS = Policy(
    "coco",
    ((0.0, EVERYTHING), (SMALL, MEDIUM), (MEDIUM, EVERYTHING)),
    (20,),
    area_names=("all", "medium", "large"),
)
"""COCOeval's parameters for keypoints (cocoapi, `Params.setKpParams`)."""


def coco(options: Options | None = None, task: Task = Task.BBOX) -> Policy:
    """COCO with what the caller changes."""
    own = COCO_KEYPOINTS if task is Task.KEYPOINTS else COCO
    return own if options is None else changed(own, options)


def changed(own: Policy, options: Options) -> Policy:
    """A protocol's policy with what the caller changes; lesser limits stay where they fit.

    Raises:
        RequestError: The options are out of range or too many for one matching.
    """
    most = own.max_detections[-1] if options.max_detections is None else options.max_detections
    lesser = own.max_detections[:-1] if options.recall_limits is None else options.recall_limits
    if options.recall_limits is None:
        lesser = tuple(limit for limit in lesser if limit < most)
    names, ranges = own.area_names, own.area_ranges
    if options.area_ranges is not None:
        given = options.area_ranges
        if not given or given[0][0] != "all":
            given = (("all", *own.area_ranges[0]), *given)
        names = tuple(name for name, _, _ in given)
        ranges = tuple((low, high) for _, low, high in given)
    thresholds = options.thresholds(*own.iou_thresholds)
    return Policy(own.name, ranges, (*lesser, most), thresholds, names)
