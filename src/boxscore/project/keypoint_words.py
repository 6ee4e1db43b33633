"""What is said of keypoints: whose deviations OKS rests on, and which one is farthest off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.matching.comparable import Comparable
from boxscore.matching.keypoints import Deviations, counts_of, deviations_of
from boxscore.matching.overlap import sigmas_of
from boxscore.project.evaluating import Truth
from boxscore.schema.ontology import ObjectDef
from boxscore.schema.skeleton import NO_SKELETON

MOST_NAMED = 3
NO_JOINTS: dict[str, Any] = {"keypoints": [], "skeleton": [], "deviations": None}


def joints(truth: Truth) -> dict[int, dict[str, Any]]:
    """Of classes with keypoints: their names, what joins them, and whose deviations hold."""
    return {
        c: {
            "keypoints": list(known.skeleton.names),
            "skeleton": list(known.skeleton.edges),
            "deviations": deviations_of(known, count).value if count else None,
        }
        for c, (known, count) in enumerate(_counted(truth))
        if count or known.skeleton != NO_SKELETON
    }


def _counted(truth: Truth) -> list[tuple[ObjectDef, int]]:
    """Each class of objects, and how many keypoints its labels have."""
    labels, classes = truth.ground_truth, truth.ontology.objects
    counts = counts_of(labels, np.arange(labels.rows), len(truth.ontology.classes))
    return list(zip(classes, counts[: len(classes)].tolist(), strict=True))


def deviation_notes(truth: Truth) -> list[str]:
    """What must be known of OKS where the ground truth gives no deviations."""
    equal: dict[int, list[str]] = {}
    unnamed: list[str] = []
    for known, count in _counted(truth):
        which = deviations_of(known, count) if count else Deviations.GIVEN
        if which is Deviations.EQUAL:
            equal.setdefault(count, []).append(known.name)
        elif which is Deviations.COCO and not known.skeleton.names:
            unnamed.append(known.name)
    notes = [
        f"OKS of {_few(names)}: no deviations (sigmas) are given, so each of the {count} keypoints "
        f"has 1/{count}."
        for count, names in sorted(equal.items())
    ]
    if unnamed:
        notes.append(f"OKS of {_few(unnamed)}: 17 keypoints without names have COCO's deviations.")
    return notes


def _few(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def farthest(view: Comparable, known: ObjectDef, label: int, prediction: int) -> str:
    """The keypoint of a label that costs a prediction the most OKS, in words; "" without any."""
    labelled, found = view.truth.keypoints, view.predictions.keypoints
    if labelled is None or found is None or view.crowd[label]:
        return ""
    seen = labelled[label, :, 2] > 0
    if not seen.any():
        return ""
    away: NDArray[np.float64] = np.hypot(*(labelled[label] - found[prediction]).T[:2])
    sigmas = sigmas_of(view, labelled.shape[1])[view.truth.class_id[label]]
    worst = int(np.argmax(np.where(seen, away / sigmas, -1.0)))
    names = known.skeleton.names
    name = names[worst] if worst < len(names) else f"keypoint {worst + 1}"
    return f"farthest off is {name}, by {away[worst]:.0f} px"
