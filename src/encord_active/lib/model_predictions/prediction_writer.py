"""The writer of predictions under its oldest module name."""

from boxscore.project.encord_writer import PredictionWriter

__all__ = ["PredictionWriter"]
