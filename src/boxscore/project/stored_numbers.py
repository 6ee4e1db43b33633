"""Numbers as a stored document, and back."""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.counts import Counts
from boxscore.evaluation.document import defined
from boxscore.evaluation.numbers import Numbers
from boxscore.schema.kinds import Task

COUNTED = ("tp", "fp", "fn", "ignored")
FORM = 2
"""Of the document; one of another form is not found, so its evaluation is computed anew."""


def document_name(run_id: int, task: Task) -> str:
    """The name under which the catalogue keeps an evaluation."""
    return f"evaluation:{run_id}:{task.value}:coco:{FORM}"


def to_text(numbers: Numbers, counts: Counts) -> str:
    """JSON, exact to the last bit; null is undefined.

    Args:
        counts: At the run's default confidence.
    """
    document = {
        "default_confidence": counts.confidence,
        "counts": {"iou": counts.iou} | {name: getattr(counts, name).tolist() for name in COUNTED},
        "overall": {name: defined(value) for name, value in numbers.overall.items()},
        "ground_truth": numbers.ground_truth.tolist(),
        "predictions": numbers.predictions.tolist(),
        "per_class": {
            name: [defined(v) for v in values.tolist()]
            for name, values in numbers.per_class.items()
        },
        "notes": list(numbers.notes),
    }
    return json.dumps(document, allow_nan=False)


def from_text(text: str) -> Numbers:
    """The numbers that `to_text` wrote."""
    document = json.loads(text)
    return Numbers(
        overall={n: float("nan") if v is None else v for n, v in document["overall"].items()},
        ground_truth=np.array(document["ground_truth"], np.int64),
        predictions=np.array(document["predictions"], np.int64),
        per_class={name: _floats(values) for name, values in document["per_class"].items()},
        notes=tuple(document["notes"]),
    )


def counts_of(text: str) -> Counts | None:
    """The counts at the default confidence that `to_text` wrote; None where an older one did."""
    document = json.loads(text)
    kept = document.get("counts")
    if kept is None:
        return None
    return Counts(
        iou=kept["iou"],
        confidence=document["default_confidence"],
        **{name: np.array(kept[name], np.int64) for name in COUNTED},
    )


def _floats(values: list[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if v is None else v for v in values], np.float64)
