"""What each tool chooses, as people run it; `tests/parity` runs the tools themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.explain.rules import (
    Absent,
    Arithmetic,
    Assignment,
    Crowd,
    Curve,
    Limit,
    Rules,
    Ties,
)

METRICS = ("mAP50_95", "mAP50")
"""Mean over IoU 0.50, 0.55 ... 0.95; and at IoU 0.50 alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool.

    Attributes:
        name: As documents and `--tool` have it.
        title: What exactly is meant.
        metrics: What it publishes; the first is its headline.
    """

    name: str
    title: str
    rules: Rules
    metrics: tuple[str, ...] = METRICS


_ULTRALYTICS = Rules(
    crowd=Crowd.DROPPED,
    confidence_floor=0.001,
    max_detections=Limit(count=300, per_class=False),
    assignment=Assignment.BEST_FREE_FIRST,
    ties=Ties.UNSTABLE,
    curve=Curve.LINE_DROP,
    arithmetic=Arithmetic.SINGLE,
)
_VOC = Rules(crowd=Crowd.COUNTED, max_detections=None, assignment=Assignment.BEST_ONLY)
_ENCORD = replace(_VOC, crowd=Crowd.DROPPED)
_AT_50 = ("mAP50",)

COCO = Tool(name="coco", title="COCO's own, pycocotools 2.0: AP and AP50", rules=Rules())

TOOLS: dict[str, Tool] = {
    tool.name: tool
    for tool in (
        Tool(
            name="ultralytics",
            title="Ultralytics 8.4.176 and later (to 8.4.190), validation with its defaults",
            rules=_ULTRALYTICS,
        ),
        Tool(
            name="ultralytics84",
            title="Ultralytics 8.4.37 to 8.4.175, validation with its defaults",
            rules=replace(_ULTRALYTICS, assignment=Assignment.BEST_ONLY),
        ),
        Tool(
            name="ultralytics83",
            title="Ultralytics 8.2 to 8.4.36, validation with its defaults",
            rules=replace(_ULTRALYTICS, assignment=Assignment.BEST_ONLY, curve=Curve.LINE),
        ),
        Tool(
            name="torchmetrics",
            title="TorchMetrics 1.9, MeanAveragePrecision() given boxes, scores and labels",
            rules=Rules(crowd=Crowd.COUNTED, arithmetic=Arithmetic.SINGLE_BOXES),
        ),
        Tool(
            name="voc07",
            title="Pascal VOC 2007 as object-detection-metrics computes it, IoU 0.5",
            rules=replace(_VOC, curve=Curve.ELEVEN),
            metrics=_AT_50,
        ),
        Tool(
            name="voc12",
            title="Pascal VOC 2010 to 2012 as object-detection-metrics computes it, IoU 0.5",
            rules=replace(_VOC, curve=Curve.AREA),
            metrics=_AT_50,
        ),
        Tool(
            name="encord",
            title="Encord Active 0.1.83, the summary page, labels imported from COCO, IoU 0.5",
            rules=replace(
                _ENCORD,
                assignment=Assignment.BEST_ONLY_CLOSEST,
                curve=Curve.ELEVEN_LOWEST,
                absent=Absent.ZERO,
            ),
            metrics=_AT_50,
        ),
        Tool(
            name="encord-legacy",
            title="Encord Active until 2023 (Streamlit), labels imported from COCO, IoU 0.5",
            rules=replace(_ENCORD, curve=Curve.COCO_EPSILON),
            metrics=_AT_50,
        ),
    )
}
"""What is compared with COCO, in order."""


def tool_of(name: str) -> Tool:
    """The tool of a name.

    Raises:
        RequestError: There is none.
    """
    if name not in TOOLS:
        raise RequestError(
            f"tool {name!r} is unknown", fix=near_misses(name, list(TOOLS)), code="E-TOOL-UNKNOWN"
        )
    return TOOLS[name]
