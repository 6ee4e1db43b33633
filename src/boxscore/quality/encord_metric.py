"""Metrics in the forms that Encord Active documents: a class with metadata and `execute`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import TRUTH, metric
from boxscore.quality.cards import Metric as Measure
from boxscore.quality.encord_iterator import CSVMetricWriter, Iterator, scores
from boxscore.quality.objects import Objects, Values
from boxscore.quality.pixels import Pixels
from boxscore.schema.kinds import Shape


class MetricType(Enum):
    """What a metric judges by."""

    SEMANTIC = "semantic"
    GEOMETRIC = "geometric"
    HEURISTIC = "heuristic"


class DataType(Enum):
    """What it runs on."""

    IMAGE = "image"
    SEQUENCE = "sequence"


class EmbeddingType(Enum):
    """Which vectors it would read; they are not offered in this form."""

    CLASSIFICATION = "classification"
    OBJECT = "object"
    HU_MOMENTS = "hu_moments"
    IMAGE = "image"


class ClassificationType(Enum):
    """Kinds of questions about an image."""

    RADIO = "radio"
    TEXT = "text"
    CHECKLIST = "checklist"


class AnnotationType:
    """Which labels a metric scores: some of these in a list."""

    NONE: tuple[Any, ...] = ()
    OBJECT = Shape
    CLASSIFICATION = ClassificationType
    ALL: tuple[Any, ...] = (*Shape, *ClassificationType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a metric says of itself."""

    title: str
    short_description: str
    long_description: str
    metric_type: Any
    data_type: Any
    annotation_type: Any
    embedding_type: Any
    doc_url: str | None


class Described:
    """A metric with metadata; its subclasses say what it executes.

    Args:
        title: Names it in lists.
        short_description: One sentence.
        long_description: All of it.
    """

    def __init__(
        self,
        title: str,
        short_description: str,
        long_description: str,
        metric_type: Any = MetricType.HEURISTIC,
        data_type: Any = DataType.IMAGE,
        annotation_type: Any = (),
        embedding_type: Any = None,
        doc_url: str | None = None,
    ) -> None:
        self.metadata = Metadata(
            title=title,
            short_description=short_description,
            long_description=long_description,
            metric_type=metric_type,
            data_type=data_type,
            annotation_type=list(annotation_type or ()),
            embedding_type=embedding_type,
            doc_url=doc_url,
        )


class SimpleMetric(Described, ABC):
    """A metric of single images."""

    @abstractmethod
    def execute(self, image: NDArray[np.uint8]) -> float:
        """The score of one image, (H, W, 3) uint8 in the order blue, green, red."""


class Metric(Described, ABC):
    """A metric that walks over all data units and writes scores of images or of their labels."""

    @abstractmethod
    def execute(self, iterator: Iterator, writer: CSVMetricWriter) -> None:
        """Write the scores of everything that the iterator yields."""


def adapted(given: SimpleMetric | Metric) -> list[Measure]:
    """The same as metrics of ours: of pixels; or of images, and of objects if it scores labels."""
    told = given.metadata
    described = told.long_description or told.short_description
    if isinstance(given, SimpleMetric):
        simple = given

        def score(pixels: Pixels) -> float:
            return float(simple.execute(pixels.bgr))

        return [metric(told.title, meaning=described)(score)]
    walked = _once(given)

    def of_labels(objects: Objects) -> Values:
        return walked(objects)[1]

    def of_images(objects: Objects) -> Values:
        return walked(objects)[0]

    if not told.annotation_type:
        make = metric(told.title, meaning=described, reads="objects", roles=(TRUTH,))
        return [make(of_images)]
    return [
        metric(told.title, meaning=described, on="object", reads="objects")(of_labels),
        metric(f"{told.title} of images", meaning=described, reads="objects")(of_images),
    ]


def _once(given: Metric) -> Callable[[Objects], tuple[Values, Values]]:
    """The scores of both sorts; the walk over the same objects is not made twice."""
    last: tuple[ref[Objects], tuple[Values, Values]] | None = None

    def walked(objects: Objects) -> tuple[Values, Values]:
        nonlocal last
        if last is None or last[0]() is not objects:
            last = ref(objects), scores(given.execute, objects)
        return last[1]

    return walked
