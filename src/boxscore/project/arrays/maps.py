"""Maps of classes and of segments as arrays: every pixel of an image has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.panoptic import PanopticScores, Segments
from boxscore.evaluation.semantic import SemanticScores

Array = NDArray[Any]


@dataclass
class ClassMaps:
    """Counts the pixels of class-index maps, image after image.

    Attributes:
        names: Class names; index k of a map is names[k], and an index beyond them is void.
        ignored: A named index of the truth that is not looked at.
    """

    names: Sequence[Any]
    ignored: int | None = None
    _images: int = 0
    _scores: SemanticScores = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._scores = SemanticScores(len(self.names), ignored=self.ignored)

    def update(self, ground_truth: Any, predictions: Any) -> None:
        """Add maps: (H, W), (N, H, W), or a list of (H, W) of any sizes."""
        truth, found = _maps(ground_truth), _maps(predictions)
        if len(truth) != len(found):
            raise _refused(f"{len(found)} maps for {len(truth)} images", "give one for each image")
        for one, other in zip(truth, found, strict=True):
            self._scores.update(one, other)
        self._images += len(truth)

    def merge(self, other: Self) -> None:
        """Add what another one counted."""
        self._scores.merge(other._scores)
        self._images += other._images

    def numbers(self) -> tuple[Sequence[Any], Numbers, int]:
        """Class names, the scores, and how many images there were."""
        return self.names, self._scores.numbers(), self._images


@dataclass
class SegmentMaps:
    """Matches the segments of panoptic maps, image after image.

    Attributes:
        names: Class names; class numbers of segments count them.
        things: Names of the countable classes; None where it is not known.
    """

    names: Sequence[Any]
    things: Sequence[Any] | None = None
    _images: int = 0
    _scores: PanopticScores = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for thing in self.things or ():
            if thing not in self.names:
                raise _refused(f"thing {thing!r} is no class", "choose things among classes")
        self._scores = PanopticScores(len(self.names))

    def update(self, ground_truth: Any, predictions: Any) -> None:
        """Add images: two lists, one mapping an image, of "map", "ids", "class" and "crowd"."""
        if len(ground_truth) != len(predictions):
            raise _refused(
                f"{len(predictions)} predictions for {len(ground_truth)} images",
                "give one mapping for each image",
            )
        for truth, found in zip(ground_truth, predictions, strict=True):
            self._scores.update(self._segments(truth), self._segments(found))
        self._images += len(ground_truth)

    def _segments(self, given: Any) -> Segments:
        missing = [name for name in ("map", "ids", "class") if name not in given]
        if missing:
            raise _refused(f"field {missing[0]!r} is missing", "give map, ids and class")
        crowd = given.get("crowd")
        return Segments(
            map=np.asarray(given["map"]),
            ids=np.asarray(given["ids"]),
            class_id=np.array([self._place(one) for one in given["class"]], np.int64),
            crowd=None if crowd is None else np.asarray(crowd).astype(np.bool_),
        )

    def _place(self, name: Any) -> int:
        if isinstance(name, str):
            if name not in self.names:
                raise _refused(f"class {name!r} is unknown", "name every class in classes")
            return list(self.names).index(name)
        return int(name)

    def merge(self, other: Self) -> None:
        """Add what another one matched."""
        self._scores.merge(other._scores)
        self._images += other._images

    def numbers(self) -> tuple[Sequence[Any], Numbers, int]:
        """Class names, the scores, and how many images there were."""
        thing = None
        if self.things is not None:
            thing = np.array([name in self.things for name in self.names], np.bool_)
        return self.names, self._scores.numbers(thing), self._images


def is_map(batch: Any) -> bool:
    """Whether a batch is of maps rather than of rows of masks."""
    if isinstance(batch, Mapping):
        return False
    if not isinstance(batch, Sequence):
        return np.ndim(batch) in (2, 3)
    first = batch[0] if len(batch) else None
    if isinstance(first, Mapping):
        return "map" in first
    return first is not None and np.ndim(first) in (1, 2)


def _maps(given: Any) -> Sequence[Array]:
    if isinstance(given, Sequence):
        return [np.asarray(one) for one in given]
    array = np.asarray(given)
    return array[None] if array.ndim == 2 else array  # type: ignore[return-value]


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-ARRAYS")
