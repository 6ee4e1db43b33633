"""tidecv, the program of TIDE's authors, on the rows of a comparison."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.matching.comparable import Comparable, MaskArrays, Side
from boxscore.schema.kinds import Task


def evaluate(
    view: Comparable,
    iou: float = 0.5,
    background: float = 0.1,
    items: NDArray[np.bool_] | None = None,
) -> Any:
    """A TIDERun over the images of a slice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tidecv = pytest.importorskip("tidecv")
    truth, found = tidecv.Data("truth"), tidecv.Data("found")
    chosen = np.ones(view.items, bool) if items is None else items
    for item in np.flatnonzero(chosen).tolist():
        truth.add_image(item, str(item))
    masked = view.task is Task.SEGM
    for k in np.flatnonzero(chosen[view.truth.item]).tolist():
        add = truth.add_ignore_region if view.crowd[k] else truth.add_ground_truth
        add(*_place(view.truth, k), *_shape(view.truth, k, masked))
    for k in np.flatnonzero(chosen[view.predictions.item]).tolist():
        box, mask = _shape(view.predictions, k, masked)
        found.add_detection(
            *_place(view.predictions, k), float(view.confidence[k]), box=box, mask=mask
        )
    tide = tidecv.TIDE(iou, background, tidecv.TIDE.MASK if masked else tidecv.TIDE.BOX)
    return tide.evaluate(truth, found, name="run")


def _place(side: Side, k: int) -> tuple[int, int]:
    return int(side.item[k]), int(side.class_id[k])


def _shape(side: Side, k: int, masked: bool) -> tuple[list[float], Any]:
    return side.box[k].tolist(), _mask(side.masks, k) if masked and side.masks else None


def _mask(masks: MaskArrays, k: int) -> dict[str, Any]:
    counts, offsets, height, width = masks
    text = counts[offsets[k] : offsets[k + 1]].tobytes()
    return {"counts": text, "size": [int(height[k]), int(width[k])]}


def counts(run: Any) -> list[int]:
    """Errors by kind: class, location, both, duplicate, background, missed."""
    return [len(errors) for errors in run.error_dict.values()]


def deltas(run: Any) -> tuple[list[float], float, float]:
    """AP gained by fixing each kind; every false positive; every false negative. 0 to 1."""
    main = [value / 100 for value in run.fix_main_errors().values()]
    positive, negative = (value / 100 for value in run.fix_special_errors().values())
    return main, positive, negative


def class_aps(run: Any, classes: int) -> NDArray[np.float64]:
    """(C, 7) AP of each class as it is and with each kind fixed; nan where it has nothing."""
    data = [run.ap_data]
    for kind in run.error_dict:
        data.append(run.fix_errors(lambda error, kind=kind: isinstance(error, kind)))
    table = np.full((classes, len(data)), np.nan)
    for column, found in enumerate(data):
        for class_id, points in found.objs.items():
            if not points.is_empty():
                table[class_id, column] = points.get_ap() / 100
    return table
