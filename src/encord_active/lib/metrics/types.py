"""What a metric says of itself."""

from boxscore.quality.encord_metric import DataType, MetricType

__all__ = ["DataType", "MetricType"]
