"""What metrics write their scores to."""

from boxscore.quality.encord_iterator import CSVMetricWriter

__all__ = ["CSVMetricWriter"]
