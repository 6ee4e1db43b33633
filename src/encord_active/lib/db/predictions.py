"""Prediction classes under the name that Encord Active documents."""

from boxscore.schema.predictions import (
    BoundingBox,
    Format,
    FrameClassification,
    ObjectDetection,
    Point,
    Prediction,
)

__all__ = [
    "BoundingBox",
    "Format",
    "FrameClassification",
    "ObjectDetection",
    "Point",
    "Prediction",
]
