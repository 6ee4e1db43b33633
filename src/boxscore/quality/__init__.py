"""Quality metrics: images, ground truth and predictions into scores that explain failures.

`metric` makes one of a function, for a file that `boxscore metric add` names.
"""

from boxscore.quality.cards import Card, Metric, On, Reads, metric
from boxscore.quality.objects import Objects
from boxscore.quality.pixels import Pixels

__all__ = ["Card", "Metric", "Objects", "On", "Pixels", "Reads", "metric"]
