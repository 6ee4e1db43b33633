"""The writer of predictions under the name that Encord Active documents."""

from boxscore.project.encord.writer import PredictionWriter

__all__ = ["PredictionWriter"]
