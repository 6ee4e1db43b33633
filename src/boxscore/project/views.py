"""Documents for the app: plain dicts built from a run in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.document import defined
from boxscore.evaluation.error_list import FN, Objects
from boxscore.evaluation.reasons import ErrorKind, Ignored, Miss, Misses
from boxscore.evaluation.run_view import RunView
from boxscore.matching.comparable import Side
from boxscore.matching.recount import MatchesAt
from boxscore.project.evaluating import Truth
from boxscore.project.keypoint_words import farthest
from boxscore.schema.kinds import Task

REASONS = {
    ErrorKind.CLASS: "wrong class: overlaps a {label} with IoU {iou:.2f}",
    ErrorKind.LOCATION: "poor box: IoU {iou:.2f} with the nearest {label}, not above {limit:.2f}",
    ErrorKind.BOTH: "wrong class and poor box: nearest is a {label}, IoU {iou:.2f}",
    ErrorKind.DUPLICATE: "duplicate: this {label} already went to a prediction of confidence "
    "{rival:.2f}",
    ErrorKind.BACKGROUND: "nothing there: no label overlaps it with IoU above 0.10",
}
IGNORED = {
    Ignored.CROWD: "ignored: on a crowd region",
    Ignored.DIFFICULT: "ignored: it found a label that does not count",
    Ignored.BEYOND_LIMIT: "ignored: beyond the most predictions per image and class",
    Ignored.OUTSIDE: "ignored: outside the slice",
}
MISSES = {
    Miss.NOTHING: "missed: no prediction overlaps it with IoU 0.10 or more",
    Miss.BELOW_CONFIDENCE: "missed: found only at confidence {confidence:.2f}, below the threshold",
    Miss.WRONG_CLASS: "missed: the best overlap is a {name}, IoU {iou:.2f}",
    Miss.POOR_BOX: "missed: the best box only reaches IoU {iou:.2f}",
    Miss.TAKEN: "missed: the overlapping {name} (IoU {iou:.2f}) belongs to another label",
    Miss.BEYOND_LIMIT: "missed: the overlapping {name} (IoU {iou:.2f}) is beyond the most "
    "predictions per image and class",
}


SIDE = ("outcome", "kind", "confidence", "box", "theta", "reason")
"""What is told of an object under one of two runs."""


class Reason(NamedTuple):
    """What one prediction is, and why; the fields are those of `Reasons`."""

    kind: int
    ground_truth: int
    iou: float
    rival: int
    ignored: int


@dataclass(frozen=True, slots=True)
class Scene:
    """What every object document needs: the project, one run, one operating point."""

    truth: Truth
    run: RunView
    iou: float
    confidence: float
    _reasons: dict[int, Reason] = field(default_factory=dict)

    @property
    def matches(self) -> MatchesAt:
        """Matches at the operating point's IoU."""
        return self.run.live.at(self.iou)

    def look_at(self, rows: Iterable[int]) -> None:
        """Find the reasons of some predictions at once."""
        wanted = np.fromiter((row for row in rows if row not in self._reasons), np.int64)
        found = self.run.reasons(self.iou, wanted)
        columns = (getattr(found, name).tolist() for name in Reason._fields)
        self._reasons.update(zip(wanted.tolist(), map(Reason, *columns), strict=True))

    def reason(self, row: int) -> Reason:
        """What a prediction is at that IoU, and why."""
        if row not in self._reasons:
            self.look_at([row])
        return self._reasons[row]

    def misses(self, rows: NDArray[np.int64]) -> Misses:
        """Why some ground truths were missed at the operating point."""
        return self.run.misses(self.iou, self.confidence, rows)

    def class_name(self, class_id: int) -> str:
        """Display name of a class."""
        return self.truth.ontology.classes[class_id].name


def turned(side: Side, row: int) -> float:
    """Degrees clockwise that a box is turned by; 0 where the task knows no rotation."""
    return 0.0 if side.theta is None else float(side.theta[row])


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
    lost = np.flatnonzero(objects.outcome == FN)
    scene.look_at(objects.row[objects.outcome != FN].tolist())
    misses = scene.misses(objects.row[lost])
    place = dict(zip(lost.tolist(), range(lost.size), strict=True))
    return [
        _missed(scene, row, misses, place[k]) if k in place else _predicted(scene, row)
        for k, row in enumerate(objects.row.tolist())
    ]


def _predicted(scene: Scene, row: int) -> dict[str, Any]:
    run, side = scene.run, scene.run.view.predictions
    kind = ErrorKind(scene.reason(row).kind)
    right = bool(scene.matches.right[row])
    return {
        "id": f"P{row}",
        "outcome": "tp" if right else "fp",
        "kind": kind.name.lower() if kind else None,
        "class_id": int(side.class_id[row]),
        "class_name": scene.class_name(int(side.class_id[row])),
        "confidence": defined(run.view.confidence[row]),
        "box": side.box[row].tolist(),
        "theta": turned(side, row),
        "item": item_document(scene.truth, int(side.item[row])),
        "partner": _truth_partner(scene, row),
        "reason": _reason(scene, row, kind, right),
    }


def prediction_document(scene: Scene, row: int) -> dict[str, Any]:
    """What a prediction is at the operating point, and why."""
    whole = _predicted(scene, row)
    return {name: whole[name] for name in SIDE}


def label_document(scene: Scene, row: int) -> dict[str, Any]:
    """What a run made of one ground truth: who found it, or why it was missed."""
    whole = _label(scene, row, scene.misses(np.array([row])), 0)
    taker = int(scene.matches.prediction[row])
    found = whole["outcome"] == "tp"
    view = scene.run.view
    return {
        "outcome": whole["outcome"],
        "kind": whole["kind"],
        "confidence": defined(view.confidence[taker]) if found else None,
        "box": view.predictions.box[taker].tolist() if found else None,
        "theta": turned(view.predictions, taker) if found else 0.0,
        "reason": _worded(scene, f"correct: IoU {whole['partner']['iou']:.2f}")
        if found
        else whole["reason"],
    }


def _truth_partner(scene: Scene, row: int) -> dict[str, Any] | None:
    reason = scene.reason(row)
    if reason.ground_truth < 0:
        return None
    return _partner(scene, "G", scene.run.view.truth, reason.ground_truth, reason.iou)


def _partner(scene: Scene, letter: str, side: Side, row: int, iou: float) -> dict[str, Any]:
    class_id = int(side.class_id[row])
    return {
        "id": f"{letter}{row}",
        "class_id": class_id,
        "class_name": scene.class_name(class_id),
        "box": side.box[row].tolist(),
        "theta": turned(side, row),
        "iou": defined(iou),
    }


def _reason(scene: Scene, row: int, kind: ErrorKind, right: bool) -> str:
    reason, view = scene.reason(row), scene.run.view
    if right:
        return _worded(scene, f"correct: IoU {reason.iou:.2f}") + _farthest(scene, row, reason)
    if kind is ErrorKind.NONE:
        return IGNORED[Ignored(reason.ignored)]
    label, rival = reason.ground_truth, reason.rival
    words = _worded(scene, REASONS[kind]).format(
        label=scene.class_name(int(view.truth.class_id[label])) if label >= 0 else "",
        iou=reason.iou,
        limit=scene.iou,
        rival=view.confidence[rival] if rival >= 0 else float("nan"),
    )
    return words + (_farthest(scene, row, reason) if kind is ErrorKind.LOCATION else "")


def _farthest(scene: Scene, row: int, reason: Reason) -> str:
    """Of keypoints: which one is farthest off."""
    label, view = reason.ground_truth, scene.run.view
    if view.task is not Task.KEYPOINTS or label < 0:
        return ""
    known = scene.truth.ontology.objects[int(view.truth.class_id[label])]
    words = farthest(view, known, label, row)
    return f"; {words}" if words else ""


def _worded(scene: Scene, words: str) -> str:
    """Keypoints overlap by another measure."""
    return words.replace("IoU", "OKS") if scene.run.view.task is Task.KEYPOINTS else words


def _missed(scene: Scene, row: int, misses: Misses, k: int) -> dict[str, Any]:
    view, near = scene.run.view, int(misses.prediction[k])
    iou = float(misses.iou[k])
    return {
        "id": f"G{row}",
        "outcome": "fn",
        "kind": "missed",
        "class_id": int(view.truth.class_id[row]),
        "class_name": scene.class_name(int(view.truth.class_id[row])),
        "confidence": None,
        "box": view.truth.box[row].tolist(),
        "theta": turned(view.truth, row),
        "item": item_document(scene.truth, int(view.truth.item[row])),
        "partner": None if near < 0 else _partner(scene, "P", view.predictions, near, iou),
        "reason": _missed_reason(scene, misses, k),
    }


def _missed_reason(scene: Scene, misses: Misses, k: int) -> str:
    view, near = scene.run.view, int(misses.prediction[k])
    some = near >= 0
    return _worded(scene, MISSES[Miss(int(misses.why[k]))]).format(
        name=scene.class_name(int(view.predictions.class_id[near])) if some else "",
        confidence=view.confidence[near] if some else float("nan"),
        iou=misses.iou[k],
    )


def item_objects(scene: Scene, item: int) -> list[dict[str, Any]]:
    """Everything on one image: all labels, and the predictions shown at the confidence."""
    return _labels_on(scene, item) + _predictions_on(scene, item)


def _labels_on(scene: Scene, item: int) -> list[dict[str, Any]]:
    view = scene.run.view
    rows = _rows_on(view.truth.item, item)
    takers = scene.matches.prediction[rows]
    scene.look_at(takers[takers >= 0].tolist())
    misses = scene.misses(np.array(rows, np.int64))
    return [_label(scene, row, misses, k) for k, row in enumerate(rows)]


def _label(scene: Scene, row: int, misses: Misses, k: int) -> dict[str, Any]:
    view, taker = scene.run.view, int(scene.matches.prediction[row])
    found = taker >= 0 and bool(view.confidence[taker] >= scene.confidence)
    counted = bool(view.counted[row])
    class_id = int(view.truth.class_id[row])
    outcome = "tp" if found else "fn" if counted else "ignored"
    return {
        "id": f"G{row}",
        "role": "ground_truth",
        "outcome": outcome,
        "kind": "missed" if outcome == "fn" else None,
        "class_id": class_id,
        "class_name": scene.class_name(class_id),
        "confidence": None,
        "box": view.truth.box[row].tolist(),
        "crowd": bool(view.crowd[row]),
        "partner": _finder(scene, row, misses, k, outcome),
        "annotation_row": int(view.truth.rows[row]),
        "reason": _label_reason(scene, outcome, row, misses, k),
    }


def _finder(scene: Scene, row: int, misses: Misses, k: int, outcome: str) -> dict[str, Any] | None:
    """The prediction that found a label, or that came closest to a missed one."""
    near = int(scene.matches.prediction[row]) if outcome == "tp" else int(misses.prediction[k])
    if near < 0 or outcome == "ignored":
        return None
    iou = float(scene.reason(near).iou if outcome == "tp" else misses.iou[k])
    return _partner(scene, "P", scene.run.view.predictions, near, iou)


def _label_reason(scene: Scene, outcome: str, row: int, misses: Misses, k: int) -> str:
    if outcome == "fn":
        return _missed_reason(scene, misses, k)
    if outcome == "tp":
        return ""
    view = scene.run.view
    outside = view.excused is not None and not view.crowd[row]
    region = "crowd region" if view.crowd[row] else "label that does not count"
    region = "outside the slice" if outside else region
    return f"{region}: predictions on it are ignored"


def _predictions_on(scene: Scene, item: int) -> list[dict[str, Any]]:
    view, matches = scene.run.view, scene.matches
    documents = []
    rows = _rows_on(view.predictions.item, item)
    shown = [row for row in rows if view.confidence[row] >= scene.confidence]
    scene.look_at(shown)
    for row in shown:
        document = _predicted(scene, row)
        decided = bool(matches.right[row] or matches.wrong[row])
        del document["item"]
        documents.append(
            document
            | {
                "role": "prediction",
                "outcome": document["outcome"] if decided else "ignored",
                "crowd": False,
                "annotation_row": int(view.predictions.rows[row]),
            }
        )
    return documents


def _rows_on(item_column: Any, item: int) -> list[int]:
    """Rows of one image; annotation tables are sorted by item."""
    ends = np.array([item, item + 1], item_column.dtype)
    start, stop = np.searchsorted(item_column, ends)
    return list(range(int(start), int(stop)))
