"""Small scenes full of ties: equal confidences, equal overlaps, overlaps on the threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from boxscore.matching.comparable import Comparable
from boxscore.schema.kinds import Task
from tests.matching import brute

ITEMS, CLASSES = 2, 3

BOXES = (
    (0.0, 0.0, 20.0, 20.0),
    (0.0, 0.0, 20.0, 10.0),  # half of the first
    (0.0, 10.0, 20.0, 10.0),  # its other half
    (0.0, 0.0, 10.0, 10.0),  # a quarter
    (5.0, 0.0, 20.0, 20.0),  # 0.6 of the first
    (0.0, 0.0, 10.0, 4.0),  # a tenth
    (60.0, 60.0, 20.0, 20.0),
    (0.0, 0.0, 0.0, 10.0),
)
"""Few places, so that most objects of an image meet."""

_where = st.tuples(st.integers(0, ITEMS - 1), st.integers(0, CLASSES - 1))
_label = st.tuples(_where, st.sampled_from(BOXES), st.sampled_from([0, 0, 0, 1]))
_guess = st.tuples(_where, st.sampled_from(BOXES), st.sampled_from([0.1, 0.3, 0.5, 0.5, 0.9]))


def _side(rows: list[Any]) -> Any:
    where = np.array([r[0] for r in rows], np.int32).reshape(-1, 2)
    return brute.side(where[:, 0], where[:, 1], np.array([r[1] for r in rows]).reshape(-1, 4))


def _scene(labels: list[Any], guesses: list[Any]) -> Comparable:
    labels.sort(key=lambda r: r[0][0])
    guesses.sort(key=lambda r: r[0][0])
    return Comparable(
        task=Task.BBOX,
        items=ITEMS,
        classes=CLASSES,
        truth=_side(labels),
        crowd=np.array([r[2] for r in labels], np.uint8),
        predictions=_side(guesses),
        confidence=np.array([r[2] for r in guesses], np.float64),
    )


scenes = st.builds(_scene, st.lists(_label, max_size=8), st.lists(_guess, max_size=14))
slices = st.lists(st.booleans(), min_size=ITEMS, max_size=ITEMS).map(np.array)
subsets = st.one_of(st.none(), st.sets(st.integers(0, CLASSES - 1)).map(lambda s: tuple(sorted(s))))
thresholds = st.sampled_from([0.1, 0.25, 0.5, 0.75, 1.0])
confidences = st.sampled_from([0.0, 0.3, 0.4, 0.5, 2.0])
