"""Prediction classes under the oldest of Encord Active's module names."""

from boxscore.schema.predictions import BoundingBox, Format, Point, Prediction

__all__ = ["BoundingBox", "Format", "Point", "Prediction"]
