"""What a metric says of itself."""

from boxscore.quality.encord_metric import (
    AnnotationType,
    ClassificationType,
    DataType,
    EmbeddingType,
    MetricType,
)

__all__ = ["AnnotationType", "ClassificationType", "DataType", "EmbeddingType", "MetricType"]
