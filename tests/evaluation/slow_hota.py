"""HOTA of one sequence by its definition: dictionaries, loops, every assignment by SciPy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

Frame = tuple[list[int], list[int], Any]
"""True tracks, predicted tracks, and their IoUs."""


def hota(frames: list[Frame], assign: Callable[[Any], Any]) -> dict[str, float]:
    """HOTA, DetA and AssA, means over 19 least IoUs."""
    truth_length = Counter(g for truth, _, _ in frames for g in truth)
    found_length = Counter(p for _, found, _ in frames for p in found)
    soft: defaultdict[tuple[int, int], float] = defaultdict(float)
    for truth, found, iou in frames:
        for i, g in enumerate(truth):
            for j, p in enumerate(found):
                rivals = iou[i].sum() + iou[:, j].sum() - iou[i, j]
                soft[g, p] += iou[i, j] / rivals if rivals > 0 else 0.0
    assigned = []
    for truth, found, iou in frames:
        weight = np.array(
            [
                [
                    soft[g, p] / (truth_length[g] + found_length[p] - soft[g, p]) * iou[i, j]
                    for j, p in enumerate(found)
                ]
                for i, g in enumerate(truth)
            ]
        ).reshape(len(truth), len(found))
        for i, j in zip(*assign(-weight), strict=True):
            assigned.append((truth[i], found[j], iou[i, j]))
    rows = []
    for alpha in range(1, 20):
        matches = Counter((g, p) for g, p, value in assigned if value >= alpha * 0.05 - 1e-15)
        tp = sum(matches.values())
        boxes = truth_length.total() + found_length.total() - tp
        a = sum(
            n * n / (truth_length[g] + found_length[p] - n) for (g, p), n in matches.items()
        ) / max(tp, 1)
        rows.append(((tp / boxes * a) ** 0.5, tp / boxes, a))
    means = np.mean(rows, axis=0)
    return {"HOTA": means[0], "DetA": means[1], "AssA": means[2]}
