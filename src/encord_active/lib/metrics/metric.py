"""The base classes of metrics."""

from boxscore.quality.encord_metric import (
    AnnotationType,
    DataType,
    EmbeddingType,
    Metric,
    MetricType,
    SimpleMetric,
)

__all__ = ["AnnotationType", "DataType", "EmbeddingType", "Metric", "MetricType", "SimpleMetric"]
