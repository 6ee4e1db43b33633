"""Encord Active's PredictionWriter: predictions one by one, in all forms that were documented."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np

from boxscore.errors import RequestError
from boxscore.project.encord.imports import RUN, project_of
from boxscore.schema.predictions import (
    BoundingBox,
    Format,
    FrameClassification,
    ObjectDetection,
    Prediction,
)


class PredictionWriter:
    """A `with` block that adds predictions and publishes them at its end, all or none.

    Args:
        project: A project of either package or its folder; the older order, a cache folder
            first, is read as well: PredictionWriter(cache_dir, project).
        custom_object_map: Feature hash -> class number, one for each class: others are refused.
        name: Of the run; one of this name is replaced.
    """

    def __init__(
        self,
        project: Any,
        custom_object_map: Any = None,
        *,
        name: str = RUN,
    ) -> None:
        if custom_object_map is not None and not isinstance(custom_object_map, Mapping):
            project, custom_object_map = custom_object_map, None
        self._map: Mapping[str, int] | None = custom_object_map
        if self._map is not None and len(set(self._map.values())) < len(self._map):
            raise RequestError(
                "custom_object_map gives two classes one number",
                fix="predict one class, or evaluate with class_agnostic",
                code="E-WRITER-MAP",
            )
        self._opened = project_of(project)
        self._run = self._opened.predictions(name, replace=True)

    def add_prediction(
        self,
        prediction: Prediction | str | None = None,
        class_uid: str | None = None,
        confidence_score: float | None = None,
        bbox: BoundingBox | Mapping[str, float] | None = None,
        polygon: Any = None,
        frame: int | None = 0,
        *,
        data_hash: str | None = None,
        classification: FrameClassification | None = None,
    ) -> None:
        """Add one prediction.

        Args:
            prediction: A `Prediction`; or, as older versions had it, the data hash, followed by
                class_uid, confidence_score, and bbox= or polygon=.
            bbox: Relative box.
            polygon: (N, 2) points, relative or whole pixels, or a (height, width) mask.

        Raises:
            ValueError: It does not describe one prediction.
        """
        if not isinstance(prediction, Prediction):
            prediction = self._older(
                data_hash if prediction is None else prediction,
                class_uid,
                confidence_score,
                bbox,
                polygon,
                frame,
                classification,
            )
        self._check_map(prediction)
        self._run.add(prediction)

    def __enter__(self) -> Self:
        self._run.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run.__exit__(kind, error, trace)

    def _older(
        self,
        data_hash: str | None,
        class_uid: str | None,
        confidence: float | None,
        box: Any,
        polygon: Any,
        frame: int | None,
        classification: FrameClassification | None,
    ) -> Prediction:
        if data_hash is None:
            raise ValueError("add_prediction needs a Prediction or a data_hash")
        if classification is not None:
            return Prediction(data_hash, frame, confidence, classification=classification)
        if (box is None) == (polygon is None) or class_uid is None:
            raise ValueError("give class_uid and exactly one of bbox and polygon")
        if polygon is None:
            form, data = (
                Format.BOUNDING_BOX,
                box if isinstance(box, BoundingBox) else BoundingBox(**box),
            )
        else:
            form, data = self._outline(np.asarray(polygon), data_hash, frame)
        found = ObjectDetection(format=form, data=data, feature_hash=class_uid)
        return Prediction(data_hash, frame, confidence, object=found)

    def _outline(self, array: Any, data_hash: str, frame: int | None) -> tuple[Format, Any]:
        """Points or a mask, told by their shape; whole numbers are pixels."""
        if array.ndim != 2:
            raise ValueError("Polygon argument should have just 2 dimensions: [h, w] or [N, 2]")
        if array.shape[1] != 2:
            return Format.MASK, array
        if array.dtype.kind in "iu":
            array = array / self._opened.item_size(data_hash, frame or 0)
        return Format.POLYGON, array

    def _check_map(self, prediction: Prediction) -> None:
        found = prediction.object
        if self._map is not None and found is not None and found.feature_hash not in self._map:
            raise ValueError(f"class {found.feature_hash} is not in custom_object_map")
