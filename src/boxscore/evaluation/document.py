"""The evaluation of one run as the JSON document that scripts rely on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from boxscore.evaluation.classification import ClassificationNumbers
from boxscore.evaluation.counts import Classes, Counts, f1, precision, recall
from boxscore.evaluation.numbers import Numbers
from boxscore.schema.ontology import ClassRow

ALL_AS_ONE = "all classes as one"
"""Name of the only class where classes do not count."""


def defined(value: float) -> float | None:
    """A number for JSON: null when it is undefined."""
    value = float(value)
    return value if math.isfinite(value) else None


def detection_document(
    classes: Sequence[ClassRow],
    numbers: Numbers,
    counts: Counts,
    *,
    chosen: Classes = None,
) -> dict[str, Any]:
    """Metrics, counts and the per-class table of a box or mask evaluation.

    Args:
        classes: The object classes, in order of class_id.
        chosen: Counts run over these classes only; metrics stay those of the whole run.
    """
    wanted = range(len(classes)) if chosen is None else chosen
    return {
        "metrics": {name: defined(value) for name, value in numbers.overall.items()},
        "counts": totals(counts, list(wanted)),
        "per_class": [class_row(classes[k], numbers, counts) for k in wanted if shown(k, numbers)],
    }


def numbers_document(names: Sequence[str], numbers: Numbers) -> dict[str, Any]:
    """Metrics and the per-class table of any protocol, without counts at an operating point."""
    return {
        "ground_truth": int(numbers.ground_truth.sum()),
        "predictions": int(numbers.predictions.sum()),
        "metrics": finite(numbers.overall),
        "per_class": [
            {
                "class": name,
                "class_id": k,
                "ground_truth": int(numbers.ground_truth[k]),
                "predictions": int(numbers.predictions[k]),
            }
            | {column: defined(values[k]) for column, values in numbers.per_class.items()}
            for k, name in enumerate(names)
            if shown(k, numbers)
        ],
        "notes": list(numbers.notes),
    }


def shown(class_id: int, numbers: Numbers) -> bool:
    """A class appears in the table when it has an object or a prediction."""
    return bool(numbers.ground_truth[class_id] or numbers.predictions[class_id])


def totals(counts: Counts, classes: list[int]) -> dict[str, Any]:
    """Counts summed over classes, with precision, recall and F1."""
    tp, fp, fn, ignored = (
        int(v[classes].sum()) for v in (counts.tp, counts.fp, counts.fn, counts.ignored)
    )
    return {
        "iou": counts.iou,
        "confidence": defined(counts.confidence),
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "ignored": ignored,
        "precision": defined(precision(tp, fp)),
        "recall": defined(recall(tp, fn)),
        "f1": defined(f1(tp, fp, fn)),
    }


CLASS_COLUMNS = ("ap", "ap50", "ar100")
"""Columns that the per-class table always has; undefined where the protocol has no such number."""


def _of_class(numbers: Numbers, name: str, class_id: int) -> float | None:
    values = numbers.per_class.get(name)
    return None if values is None else defined(values[class_id])


def class_row(row: ClassRow, numbers: Numbers, counts: Counts) -> dict[str, Any]:
    """One line of the per-class table."""
    k = row.class_id
    tp, fp, fn = int(counts.tp[k]), int(counts.fp[k]), int(counts.fn[k])
    return {
        "class": row.name,
        "class_id": k,
        "feature_hash": row.feature_hash,
        "ground_truth": int(numbers.ground_truth[k]),
        "predictions": int(numbers.predictions[k]),
        **{name: _of_class(numbers, name, k) for name in CLASS_COLUMNS},
        **{name: defined(v[k]) for name, v in numbers.per_class.items()},
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "precision": defined(precision(tp, fp)),
        "recall": defined(recall(tp, fn)),
        "f1": defined(f1(tp, fp, fn)),
    }


def classification_document(
    classes: Sequence[ClassRow], numbers: ClassificationNumbers
) -> dict[str, Any]:
    """Metrics, counts and the per-class table of a classification run."""
    rows = []
    for k, row in enumerate(classes):
        if not (numbers.ground_truth[k] or numbers.predictions[k]):
            continue
        tp, fp, fn = int(numbers.tp[k]), int(numbers.fp[k]), int(numbers.fn[k])
        rows.append(
            {
                "class": row.name,
                "class_id": k,
                "feature_hash": row.feature_hash,
                "ground_truth": tp + fn,
                "predictions": tp + fp,
                "ap": None,
                "ap50": None,
                "ar100": None,
                "tp": tp,
                "fp": fp,
                "fn": fn,
                "precision": defined(precision(tp, fp)),
                "recall": defined(recall(tp, fn)),
                "f1": defined(f1(tp, fp, fn)),
            }
        )
    return {
        "metrics": finite(numbers.overall),
        "counts": {"iou": None, "confidence": None, "ignored": 0} | _whole(numbers.counts),
        "per_class": rows,
    }


def _whole(counts: Mapping[str, float]) -> dict[str, Any]:
    return {k: int(v) if k in ("tp", "fp", "fn") else defined(v) for k, v in counts.items()}


def finite(values: Mapping[str, float]) -> dict[str, float | None]:
    """The same numbers with null for the undefined."""
    return {name: defined(value) for name, value in values.items()}
