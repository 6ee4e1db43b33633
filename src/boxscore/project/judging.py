"""Who is taken for whom, and whether confidences mean what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.calibration import (
    brier_score,
    calibration_cells,
    error_of_cells,
    reliability,
)
from boxscore.evaluation.chosen import chosen
from boxscore.evaluation.classification import answer_confusion, guess_outcomes
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.document import defined
from boxscore.evaluation.run_view import RunView
from boxscore.project.evaluating import of_items, questions
from boxscore.project.loading import Loaded
from boxscore.project.numbers import check_classes, operating_confidence
from boxscore.project.slices.narrowing import meant, sliced_view
from boxscore.project.slices.slicing import Where
from boxscore.project.tasks import task_of
from boxscore.schema.kinds import Task

Document = dict[str, Any]
MOST_PAIRS = 200
"""Confused pairs of classes that a document lists."""
BOX_BINS = (5, 5, 5, 5, 5)
"""Bins of the confidence, the centre and the size where all of them are looked at together."""


def confusion(
    state: Loaded,
    run: str,
    iou: float,
    confidence: float | None,
    classes: Classes,
    where: Where,
    task: str | None = None,
) -> Document:
    """The confusion matrix: rows are labelled, columns predicted, the last of each background."""
    truth = state.truth()
    if task_of(state, run, task) is Task.CLASSIFICATION:
        items = meant(state, where).only_images(Task.CLASSIFICATION)
        given = of_items(state.predictions(run), items)
        labels = of_items(truth.ground_truth, items)
        matrix = answer_confusion(questions(truth.ontology), labels, given)
        if classes is not None:
            check_classes(classes, len(matrix) - 1)
            other = np.isin(np.arange(len(matrix)), classes, invert=True)
            matrix[np.ix_(other, other)] = 0
        return {"run": run, "iou": None, "confidence": None} | _matrix(state, matrix, True)
    view, items = sliced_view(state, run, where, task)
    cut = operating_confidence(view, confidence, items)
    matrix = view.confusion_matrix(iou, cut, classes, items)
    return {"run": run, "iou": iou, "confidence": defined(cut)} | _matrix(state, matrix, False)


def _matrix(state: Loaded, matrix: NDArray[np.int64], answers: bool) -> Document:
    """Classes that occur on either side, and the pairs confused most often."""
    ontology = state.truth().ontology
    rows = ontology.classes[: len(matrix) - 1]
    some = matrix.sum(axis=0)[:-1] + matrix.sum(axis=1)[:-1] > 0
    if answers:
        some &= np.array([row.class_id >= ontology.object_count for row in rows], np.bool_)
    shown = np.flatnonzero(some)
    kept = np.append(shown, len(matrix) - 1)
    between = matrix.copy()
    np.fill_diagonal(between, 0)
    labelled, predicted = np.nonzero(between)
    order = np.argsort(-between[labelled, predicted], kind="stable")[:MOST_PAIRS]
    nothing = "no answer" if answers else "background"
    return {
        "classes": [{"class_id": k, "name": rows[k].name} for k in shown.tolist()],
        "matrix": matrix[np.ix_(kept, kept)].tolist(),
        "pairs": [
            {
                "labelled": a if a < len(rows) else None,
                "predicted": b if b < len(rows) else None,
                "labelled_name": rows[a].name if a < len(rows) else nothing,
                "predicted_name": rows[b].name if b < len(rows) else nothing,
                "count": int(between[a, b]),
            }
            for a, b in zip(labelled[order].tolist(), predicted[order].tolist(), strict=True)
        ],
    }


def calibration(
    state: Loaded, run: str, iou: float, where: Where, task: str | None = None
) -> Document:
    """How often predictions of a confidence are right, in 15 bins, and the calibration errors."""
    truth = state.truth()
    if task_of(state, run, task) is Task.CLASSIFICATION:
        items = meant(state, where).only_images(Task.CLASSIFICATION)
        labels, given = (of_items(a, items) for a in (truth.ground_truth, state.predictions(run)))
        confidence, right = guess_outcomes(questions(truth.ontology), labels, given)
        return {"run": run, "iou": None} | _calibrated(confidence, right, None)
    view, items = sliced_view(state, run, where, task)
    matches = view.live.at(iou)
    rows = (matches.right | matches.wrong) & chosen(view.view, view.view.predictions, items)
    key = "calibration", state.record(run).run_id, task_of(state, run, task)
    cells = state.listed(key, lambda: _cells(view, truth.items["width"], truth.items["height"]))
    found = _calibrated(view.view.confidence[rows], matches.right[rows], cells[rows])
    return {"run": run, "iou": iou} | found


def _cells(view: RunView, width: NDArray[Any], height: NDArray[Any]) -> NDArray[np.int32]:
    """(P,) cell of confidence, centre and size; the latter as shares of the image, cut to 0..1."""
    side = view.view.predictions
    size = np.stack([width, height], axis=1)[side.item].astype(np.float64)
    size = np.maximum(size, 1)
    centre = (side.box[:, :2] + side.box[:, 2:] / 2) / size
    shares: NDArray[np.float64] = np.concatenate([centre, side.box[:, 2:] / size], axis=1)
    return calibration_cells(view.view.confidence, shares.clip(0, 1), BOX_BINS)


def _calibrated(
    confidence: NDArray[np.float64], right: NDArray[np.bool_], cell: NDArray[np.int32] | None
) -> Document:
    unit = bool(((confidence >= 0) & (confidence <= 1)).all())
    numbers: Document = dict.fromkeys(("ece", "mce", "brier", "d_ece", "d_ece_place"))
    if not unit or not confidence.size:
        note = "confidences lie outside 0 to 1" if confidence.size else "there is no prediction"
        return numbers | {"bins": [], "notes": [f"Calibration is undefined: {note}."]}
    found = reliability(confidence, right)
    numbers["mce"], numbers["brier"] = defined(found.mce), brier_score(confidence, right)
    if cell is None:
        numbers["ece"] = defined(found.ece)
        notes = ["ECE: gap of confidence and accuracy, mean over 15 bins of equal width."]
    else:
        numbers["d_ece"] = defined(found.ece)
        numbers["d_ece_place"] = defined(error_of_cells(cell, confidence, right))
        notes = [
            "D-ECE: gap of confidence and precision, mean over 15 bins of equal width; with "
            "place, over 5 bins each of confidence, centre and size (Küppers et al. 2020)."
        ]
    columns = (found.low, found.high, found.n, found.confidence, found.accuracy)
    bins = [
        {
            "low": low,
            "high": high,
            "count": n,
            "confidence": defined(mean),
            "precision": defined(share),
        }
        for low, high, n, mean, share in zip(*(c.tolist() for c in columns), strict=True)
    ]
    return numbers | {"bins": bins, "notes": notes}
