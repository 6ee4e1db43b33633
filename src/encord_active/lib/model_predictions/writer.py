"""The writer of predictions under the name that Encord Active documents."""

from boxscore.project.encord_writer import PredictionWriter

__all__ = ["PredictionWriter"]
