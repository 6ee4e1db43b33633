"""Which rows a question is about: some images, some classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.evaluation.counts import Classes
from boxscore.matching.comparable import Comparable, Side
from boxscore.matching.recount import MatchesAt
from boxscore.matching.restrict import one_per_item

Items = NDArray[np.bool_] | None
"""(items,) bool, the images of a slice; None is all of them."""


def chosen(
    view: Comparable, side: Side, items: Items = None, classes: Classes = None
) -> NDArray[np.bool_]:
    """(N,) rows of one side of `view` that lie on the chosen images and have a chosen class.

    Raises:
        RequestError: The slice is not one bool per image, or a class does not exist.
    """
    mask = np.ones(side.item.size, np.bool_)
    if items is not None:
        mask &= one_per_item(items, view.items)[side.item]
    if classes is not None:
        mask &= class_mask(view, classes)[side.class_id]
    return mask


def ranked_verdicts(
    view: Comparable, matches: MatchesAt, items: Items = None, classes: Classes = None
) -> NDArray[np.uint8]:
    """(P,) by falling confidence: 2 a true positive, 1 a false one, 0 neither or not chosen."""
    verdict = (matches.right | matches.wrong).view(np.uint8) + matches.right.view(np.uint8)
    if items is not None or classes is not None:
        verdict *= chosen(view, view.predictions, items, classes)
    return verdict[matches.ranked.rows]


def objects_of_classes(
    view: Comparable, items: Items = None, classes: Classes = None
) -> NDArray[np.int64]:
    """(C,) ground truths that count; 0 of classes that are not chosen."""
    counted = view.counted & chosen(view, view.truth, items, classes)
    return np.bincount(view.truth.class_id[counted], minlength=view.classes).astype(np.int64)


def class_mask(view: Comparable, classes: Classes) -> NDArray[np.bool_]:
    """(C,) bool, the chosen classes.

    Raises:
        RequestError: A class does not exist.
    """
    if classes is None:
        return np.ones(view.classes, np.bool_)
    unknown = [k for k in classes if not 0 <= k < view.classes]
    if unknown:
        raise RequestError(
            f"class_id {unknown[0]} does not exist",
            fix=f"use ids from 0 to {view.classes - 1}",
            code="E-CLASS-UNKNOWN",
        )
    mask = np.zeros(view.classes, np.bool_)
    mask[list(classes)] = True
    return mask
