"""Label classes under the name that Encord Active documents."""

from boxscore.schema.labels import (
    BoundingBox,
    BoundingBoxLabel,
    ClassificationLabel,
    DataLabel,
    KeypointLabel,
    LabelTransformer,
    Point,
    PolygonLabel,
)

__all__ = [
    "BoundingBox",
    "BoundingBoxLabel",
    "ClassificationLabel",
    "DataLabel",
    "KeypointLabel",
    "LabelTransformer",
    "Point",
    "PolygonLabel",
]
