"""What may be asked of objects and images: filters, order, page; refused when it makes no sense."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from boxscore.errors import RequestError, near_misses

OUTCOMES = ("tp", "fp", "fn", "error")
KINDS = ("class", "location", "both", "duplicate", "background", "missed")
ERROR_SORTS = ("severity", "confidence", "largest", "smallest")
IMAGE_SORTS = ("worst", "best", "title")
FLIP_STATES = ("broken", "fixed", "wrong_in_both", "right_in_both", "new", "removed")
FLIP_SORTS = ("largest", "smallest", "image")
ANSWER_OUTCOMES = ("right", "wrong")
ANSWER_SORTS = ("surest", "doubtful")
MISSES = ("nothing", "below_confidence", "wrong_class", "poor_box", "taken", "beyond_limit")
WHYS = {"new": KINDS[:-1], "removed": KINDS[:-1], "broken": MISSES, "fixed": MISSES}
"""Why objects of a state are wrong in one of the runs."""
MOST_ROWS = 500
ClassOrNone = int | Literal["none"] | None
"""A class of the confusion matrix, its background ("none"), or no wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """An operating point, filters and a page.

    Attributes:
        iou: Least IoU of a match.
        confidence: Least confidence; None is the run's default.
        classes: Class ids to look at; None is all.
        outcome: tp, fp, fn, or error (fp and fn); None is all.
        kind: Why a prediction is false, or "missed"; None is all.
        labelled, predicted: Row and column of the confusion matrix. A prediction is labelled
            "none" where it took no label; a miss is predicted "none" where no prediction took it.
        below: Only predictions of a lower confidence.
        tag: Only objects that have this tag.
        among: Only objects of a slice, parts that name objects included; unlike a slice of the
            images it leaves the run's default confidence alone.
        offset, limit: The page.

    Raises:
        RequestError: A value is out of range or unknown.
    """

    iou: float = 0.5
    confidence: float | None = None
    classes: tuple[int, ...] | None = None
    outcome: str | None = None
    kind: str | None = None
    labelled: ClassOrNone = None
    predicted: ClassOrNone = None
    below: float | None = None
    tag: str | None = None
    among: str | None = None
    offset: int = 0
    limit: int = 60

    def __post_init__(self) -> None:
        _within("iou", self.iou, 0.1, 1)
        if self.confidence is not None and not math.isfinite(self.confidence):
            raise _refused(f"confidence {self.confidence} is not a finite number", "give a number")
        _one_of("outcome", self.outcome, OUTCOMES)
        _one_of("kind", self.kind, KINDS)
        if self.below is not None and not math.isfinite(self.below):
            raise _refused(f"below {self.below} is not a finite number", "give a number")
        _within("offset", self.offset, 0, 2**53)
        _within("limit", self.limit, 1, MOST_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorQuery(Query):
    """Which objects to show; `class_id` narrows the list but not the counts of classes.

    Attributes:
        class_id: The predicted class; of a miss the labelled one.
    """

    class_id: int | None = None
    sort: str = "severity"

    def __post_init__(self) -> None:
        Query.__post_init__(self)
        _one_of("sort", self.sort, ERROR_SORTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageQuery(Query):
    """Which images to show: those with objects of the kind that is asked for."""

    sort: str = "worst"

    def __post_init__(self) -> None:
        Query.__post_init__(self)
        _one_of("sort", self.sort, IMAGE_SORTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipQuery:
    """Which objects that two runs treat alike or differently to show.

    Attributes:
        state: What became of a ground truth, or "new" and "removed" false positives.
        confidence: Of both runs; None is each one's own, that of its best F1.
        class_id: Of the ground truth or the false positive; None is all.
        size: Name of an area range; None is all.
        why: Of new and removed false positives the kind of error; of broken objects why the second
            run misses them, of fixed ones why the first did. None is all.
        where: A slice; None is every image.
        images: As of a comparison.

    Raises:
        RequestError: A value is out of range or unknown.
    """

    state: str = "broken"
    iou: float = 0.5
    confidence: float | None = None
    class_id: int | None = None
    size: str | None = None
    why: str | None = None
    where: str | None = None
    images: str = "auto"
    sort: str = "largest"
    offset: int = 0
    limit: int = 60

    def __post_init__(self) -> None:
        _within("iou", self.iou, 0.1, 1)
        if self.confidence is not None and not math.isfinite(self.confidence):
            raise _refused(f"confidence {self.confidence} is not a finite number", "give a number")
        _one_of("state", self.state, FLIP_STATES)
        _one_of("sort", self.sort, FLIP_SORTS)
        if self.why is not None and self.state not in WHYS:
            raise _refused(f"{self.state} has no reasons", f"choose a state: {', '.join(WHYS)}")
        _one_of("why", self.why, WHYS.get(self.state, ()))
        _within("offset", self.offset, 0, 2**53)
        _within("limit", self.limit, 1, MOST_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuery:
    """Which labelled images of a run of answers to show.

    Attributes:
        outcome: "right" where exactly the right answers were given, or "wrong"; None is all.
        labelled: A right answer; None is any.
        predicted: A given answer, "none" where none was given; None is any.
        classes: Class ids of which one is a right or a given answer; None is all.
        sort: "surest" or "doubtful" first, by the most confident given answer; none is the least.
        offset, limit: The page.

    Raises:
        RequestError: A value is out of range or unknown.
    """

    outcome: str | None = None
    labelled: int | None = None
    predicted: ClassOrNone = None
    classes: tuple[int, ...] | None = None
    sort: str = "surest"
    offset: int = 0
    limit: int = 60

    def __post_init__(self) -> None:
        _one_of("outcome", self.outcome, ANSWER_OUTCOMES)
        _one_of("sort", self.sort, ANSWER_SORTS)
        _within("offset", self.offset, 0, 2**53)
        _within("limit", self.limit, 1, MOST_ROWS)


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-QUERY")


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise _refused(f"{name} {value} is outside {low} to {high}", f"choose {low} to {high}")


def _one_of(name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise _refused(f"{name} {value!r} is unknown", near_misses(value, known))
