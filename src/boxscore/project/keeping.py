"""COCO numbers as a stored document, and back."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.ap import CocoNumbers
from boxscore.evaluation.document import defined
from boxscore.schema.kinds import Task


def document_name(run_id: int, task: Task) -> str:
    """The name under which the catalogue keeps an evaluation."""
    return f"evaluation:{run_id}:{task.value}:coco"


def to_text(numbers: CocoNumbers, default_confidence: float) -> str:
    """JSON, exact to the last bit; null is undefined."""
    document = {
        "default_confidence": default_confidence,
        "overall": {name: defined(value) for name, value in numbers.overall.items()},
        "ground_truth": numbers.ground_truth.tolist(),
        "predictions": numbers.predictions.tolist(),
        "ap": [defined(v) for v in numbers.ap.tolist()],
        "ap50": [defined(v) for v in numbers.ap50.tolist()],
        "ar100": [defined(v) for v in numbers.ar100.tolist()],
    }
    return json.dumps(document, allow_nan=False)


def from_text(text: str) -> CocoNumbers:
    """The numbers that `to_text` wrote."""
    document = json.loads(text)
    return CocoNumbers(
        overall={n: float("nan") if v is None else v for n, v in document["overall"].items()},
        ground_truth=np.array(document["ground_truth"], np.int64),
        predictions=np.array(document["predictions"], np.int64),
        ap=_floats(document["ap"]),
        ap50=_floats(document["ap50"]),
        ar100=_floats(document["ar100"]),
    )


def _floats(values: list[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if v is None else v for v in values], np.float64)
