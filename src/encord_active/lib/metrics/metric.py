"""The base class of metrics of single images."""

from boxscore.quality.encord_metric import DataType, MetricType, SimpleMetric

__all__ = ["DataType", "MetricType", "SimpleMetric"]
