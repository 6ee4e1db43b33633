"""Documents for the app: plain dicts built from a run in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from boxscore.evaluation.document import defined
from boxscore.evaluation.error_list import FN, Objects
from boxscore.evaluation.reasons import ErrorKind
from boxscore.evaluation.run_view import RunView
from boxscore.matching.recount import MatchesAt
from boxscore.project.evaluating import Truth

REASONS = {
    ErrorKind.CLASS: "wrong class: overlaps a {label} with IoU {iou:.2f}",
    ErrorKind.LOCATION: "poor box: IoU {iou:.2f} with the nearest {label}, below {limit:.2f}",
    ErrorKind.BOTH: "wrong class and poor box: nearest is a {label}, IoU {iou:.2f}",
    ErrorKind.DUPLICATE: "duplicate: this {label} already went to a more confident prediction",
    ErrorKind.BACKGROUND: "nothing there: no label overlaps it with IoU 0.10 or more",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What every object document needs: the project, one run, one operating point."""

    truth: Truth
    run: RunView
    iou: float
    confidence: float

    @property
    def matches(self) -> MatchesAt:
        """Matches at the operating point's IoU."""
        return self.run.outcomes(self.iou).matches

    def class_name(self, class_id: int) -> str:
        """Display name of a class."""
        return self.truth.ontology.classes[class_id].name


def item_document(truth: Truth, item: int) -> dict[str, Any]:
    """One image: identity, size, origin."""
    items = truth.items
    return {
        "data_hash": items["data_hash"][item],
        "frame": int(items["frame"][item]),
        "title": items["title"][item],
        "width": int(items["width"][item]),
        "height": int(items["height"][item]),
        "has_pixels": bool(items["file"][item]),
        "split": items["split"][item],
        "licence": items["licence"][item],
    }


def object_documents(scene: Scene, objects: Objects) -> list[dict[str, Any]]:
    """One document per object of a page."""
    return [
        _missed(scene, row) if outcome == FN else _predicted(scene, row)
        for row, outcome in zip(objects.row.tolist(), objects.outcome.tolist(), strict=True)
    ]


def _predicted(scene: Scene, row: int) -> dict[str, Any]:
    run, side = scene.run, scene.run.view.predictions
    outcomes = run.outcomes(scene.iou)
    kind = ErrorKind(int(outcomes.kinds[row]))
    right = bool(outcomes.matches.right[row])
    partner = int(outcomes.partner[row])
    return {
        "id": f"P{row}",
        "outcome": "tp" if right else "fp",
        "kind": kind.name.lower() if kind else None,
        "class_id": int(side.class_id[row]),
        "class_name": scene.class_name(int(side.class_id[row])),
        "confidence": defined(run.view.confidence[row]),
        "box": side.box[row].tolist(),
        "item": item_document(scene.truth, int(side.item[row])),
        "partner": _truth_partner(scene, row, partner),
        "reason": _reason(scene, row, kind, partner, right),
    }


def _truth_partner(scene: Scene, row: int, partner: int) -> dict[str, Any] | None:
    if partner < 0:
        return None
    truth = scene.run.view.truth
    class_id = int(truth.class_id[partner])
    return {
        "id": f"G{partner}",
        "class_id": class_id,
        "class_name": scene.class_name(class_id),
        "box": truth.box[partner].tolist(),
        "iou": defined(pair_iou(scene.run, row, partner)),
    }


def _reason(scene: Scene, row: int, kind: ErrorKind, partner: int, right: bool) -> str:
    iou = pair_iou(scene.run, row, partner) if partner >= 0 else float("nan")
    if right:
        return f"correct: IoU {iou:.2f}"
    if kind is ErrorKind.NONE:
        return "ignored: on a crowd region, or beyond the most predictions per image and class"
    label = scene.class_name(int(scene.run.view.truth.class_id[partner])) if partner >= 0 else ""
    return REASONS[kind].format(label=label, iou=iou, limit=scene.iou)


def pair_iou(run: RunView, prediction: int, ground_truth: int) -> float:
    """IoU of a candidate pair; nan when they are none."""
    pairs = run.pairs
    start, stop = np.searchsorted(pairs["prediction"], [prediction, prediction + 1])
    hit = np.flatnonzero(pairs["ground_truth"][start:stop] == ground_truth)
    return float(pairs["iou"][start + hit[0]]) if hit.size else float("nan")


def _missed(scene: Scene, row: int) -> dict[str, Any]:
    truth = scene.run.view.truth
    near = nearest_prediction(scene, row)
    return {
        "id": f"G{row}",
        "outcome": "fn",
        "kind": "missed",
        "class_id": int(truth.class_id[row]),
        "class_name": scene.class_name(int(truth.class_id[row])),
        "confidence": None,
        "box": truth.box[row].tolist(),
        "item": item_document(scene.truth, int(truth.item[row])),
        "partner": _prediction_partner(scene, near),
        "reason": _missed_reason(scene, row, near),
    }


Near = tuple[int, float] | None


def nearest_prediction(scene: Scene, row: int) -> Near:
    """The prediction that nearly found a missed object, and its IoU.

    Its own match below the confidence threshold comes first, then the shown prediction that
    overlaps it most.
    """
    view, pairs = scene.run.view, scene.run.pairs
    taker = int(scene.matches.prediction[row])
    if taker >= 0:
        return taker, pair_iou(scene.run, taker, row)
    hits = scene.run.pairs_of_truth(row)
    shown = hits[view.confidence[pairs["prediction"][hits]] >= scene.confidence]
    if not shown.size:
        return None
    best = shown[np.argmax(pairs["iou"][shown])]
    return int(pairs["prediction"][best]), float(pairs["iou"][best])


def _prediction_partner(scene: Scene, near: Near) -> dict[str, Any] | None:
    if near is None:
        return None
    row, iou = near
    side = scene.run.view.predictions
    class_id = int(side.class_id[row])
    return {
        "id": f"P{row}",
        "class_id": class_id,
        "class_name": scene.class_name(class_id),
        "box": side.box[row].tolist(),
        "iou": defined(iou),
    }


def _missed_reason(scene: Scene, row: int, near: Near) -> str:
    if near is None:
        return "missed: no prediction overlaps it with IoU 0.10 or more"
    prediction, iou = near
    view = scene.run.view
    name = scene.class_name(int(view.predictions.class_id[prediction]))
    confidence = view.confidence[prediction]
    if int(scene.matches.prediction[row]) == prediction:
        return f"missed: found only at confidence {confidence:.2f}, below the threshold"
    if view.predictions.class_id[prediction] != view.truth.class_id[row]:
        return f"missed: the best overlap is a {name}, IoU {iou:.2f}"
    if iou >= scene.iou:
        return f"missed: the overlapping {name} (IoU {iou:.2f}) belongs to another label"
    return f"missed: the best box only reaches IoU {iou:.2f}"


def item_objects(scene: Scene, item: int) -> list[dict[str, Any]]:
    """Everything on one image: all labels, and the predictions shown at the confidence."""
    return _labels_on(scene, item) + _predictions_on(scene, item)


def _labels_on(scene: Scene, item: int) -> list[dict[str, Any]]:
    view, matches = scene.run.view, scene.matches
    documents = []
    for row in _rows_on(view.truth.item, item):
        taker = int(matches.prediction[row])
        found = taker >= 0 and view.confidence[taker] >= scene.confidence
        crowd = bool(view.crowd[row])
        class_id = int(view.truth.class_id[row])
        documents.append(
            {
                "id": f"G{row}",
                "role": "ground_truth",
                "outcome": "ignored" if crowd else "tp" if found else "fn",
                "kind": None if crowd or found else "missed",
                "class_id": class_id,
                "class_name": scene.class_name(class_id),
                "confidence": None,
                "box": view.truth.box[row].tolist(),
                "crowd": crowd,
                "partner_id": f"P{taker}" if found else None,
                "iou": defined(pair_iou(scene.run, taker, row)) if found else None,
                "annotation_row": int(view.truth.rows[row]),
                "reason": ""
                if found
                else "crowd region: predictions on it are ignored"
                if crowd
                else _missed_reason(scene, row, nearest_prediction(scene, row)),
            }
        )
    return documents


def _predictions_on(scene: Scene, item: int) -> list[dict[str, Any]]:
    view, outcomes = scene.run.view, scene.run.outcomes(scene.iou)
    matches = outcomes.matches
    documents = []
    for row in _rows_on(view.predictions.item, item):
        if view.confidence[row] < scene.confidence:
            continue
        document = _predicted(scene, row)
        decided = bool(matches.right[row] or matches.wrong[row])
        partner = document.pop("partner")
        del document["item"]
        documents.append(
            document
            | {
                "role": "prediction",
                "outcome": document["outcome"] if decided else "ignored",
                "crowd": False,
                "partner_id": partner["id"] if partner else None,
                "iou": partner["iou"] if partner else None,
                "annotation_row": int(view.predictions.rows[row]),
            }
        )
    return documents


def _rows_on(item_column: Any, item: int) -> list[int]:
    """Rows of one image; annotation tables are sorted by item."""
    start, stop = np.searchsorted(item_column, [item, item + 1])
    return list(range(int(start), int(stop)))
