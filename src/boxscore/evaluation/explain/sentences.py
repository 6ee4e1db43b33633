"""What each rule is called and does, in words for people."""

from __future__ import annotations

from typing import Any

from boxscore.evaluation.explain.rules import (
    Absent,
    Arithmetic,
    Assignment,
    Crowd,
    Curve,
    Limit,
    Ties,
)

LABELS = {
    "crowd": "crowd and ignore",
    "confidence_floor": "confidence floor",
    "max_detections": "max detections",
    "assignment": "matching",
    "ties": "equal confidences",
    "curve": "interpolation",
    "absent": "absent classes",
    "arithmetic": "rounding",
}
"""Field of `Rules` -> its name in documents and tables."""

SENTENCES: dict[tuple[str, Any], str] = {
    ("crowd", Crowd.IGNORED): "a prediction inside a crowd region does not count",
    ("crowd", Crowd.DROPPED): "crowd regions are left out, predictions inside become false",
    ("crowd", Crowd.COUNTED): "a crowd region counts as one object to be found",
    ("assignment", Assignment.BEST_FREE): "a prediction gets the best object still free",
    ("assignment", Assignment.BEST_FREE_FIRST): (
        "a prediction gets the best object still free, of equal overlaps the first, not the last"
    ),
    ("assignment", Assignment.BEST_ONLY): (
        "a prediction may have only the object it overlaps most; is that taken, it is false"
    ),
    ("assignment", Assignment.BEST_ONLY_CLOSEST): (
        "a prediction may have only the object it overlaps most; is that taken, it is false; of "
        "equal confidences the greatest overlap takes it"
    ),
    ("ties", Ties.FILE_ORDER): "equal confidences keep the order of the file",
    ("ties", Ties.UNSTABLE): (
        "an unstable sort orders equal confidences: the images' order and the processor decide"
    ),
    ("ties", Ties.RIGHT_FIRST): "of equal confidences the right predictions come first",
    ("ties", Ties.WRONG_FIRST): "of equal confidences the wrong predictions come first",
    ("curve", Curve.COCO): "mean of the envelope at 101 recalls",
    ("curve", Curve.LINE): (
        "trapezoids at 101 recalls under straight lines between the points of the envelope; the "
        "last falls slowly to recall 1, which rewards short curves"
    ),
    ("curve", Curve.LINE_DROP): (
        "trapezoids at 101 recalls under straight lines between the points of the envelope"
    ),
    ("curve", Curve.ELEVEN): "mean of the envelope at 11 recalls",
    ("curve", Curve.AREA): "exact area under the envelope",
    ("curve", Curve.COCO_EPSILON): (
        "101 recalls, but a class of one object never reaches recall 1 (it divides by 1 + 2e-16)"
    ),
    ("curve", Curve.ELEVEN_LOWEST): (
        "11 recalls; each precision is taken after the last false positive before the next hit"
    ),
    ("absent", Absent.LEFT_OUT): "a class without ground truth has no AP",
    ("absent", Absent.ZERO): "a predicted class without ground truth counts with AP 0",
    ("arithmetic", Arithmetic.DOUBLE): "everything in 64 bits",
    ("arithmetic", Arithmetic.SINGLE_BOXES): (
        "boxes, confidences and thresholds in 32 bits: recall 0.2 falls short of 0.20000000298"
    ),
    ("arithmetic", Arithmetic.SINGLE): "boxes, confidences, thresholds and overlaps in 32 bits",
}


def explanation(rule: str, value: Any) -> str:
    """What the rule does at this value."""
    if rule == "confidence_floor":
        if value is None:
            return "predictions of any confidence count"
        return f"predictions at or below confidence {value} are left out"
    if rule == "max_detections":
        return "every prediction counts" if value is None else f"at most {value} count"
    return SENTENCES[rule, value]


def shown(value: Any) -> str:
    """A rule's value in a word or two."""
    if value is None:
        return "none"
    return str(value) if isinstance(value, Limit) else str(getattr(value, "value", value))
