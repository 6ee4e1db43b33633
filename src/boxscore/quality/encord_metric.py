"""Metrics in the form that Encord Active documents: a class with metadata and `execute`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import Metric, metric
from boxscore.quality.pixels import Pixels


class MetricType(Enum):
    """What a metric judges by."""

    SEMANTIC = "semantic"
    GEOMETRIC = "geometric"
    HEURISTIC = "heuristic"


class DataType(Enum):
    """What it runs on."""

    IMAGE = "image"
    SEQUENCE = "sequence"


class SimpleMetric(ABC):
    """A metric of single images; subclasses implement `execute`.

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
        self.title = title
        self.short_description = short_description
        self.long_description = long_description
        self.metric_type, self.data_type = metric_type, data_type
        self.annotation_type, self.embedding_type = annotation_type, embedding_type
        self.doc_url = doc_url

    @abstractmethod
    def execute(self, image: NDArray[np.uint8]) -> float:
        """The score of one image, (H, W, 3) uint8 in the order blue, green, red."""


def adapted(given: SimpleMetric) -> Metric:
    """The same as a metric of pixels."""
    described = given.long_description or given.short_description

    def score(pixels: Pixels) -> float:
        return float(given.execute(pixels.bgr))

    return metric(given.title, meaning=described)(score)
