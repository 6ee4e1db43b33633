"""The writer of predictions under its oldest module name."""

from boxscore.project.encord.writer import PredictionWriter

__all__ = ["PredictionWriter"]
