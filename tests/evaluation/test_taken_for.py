"""Objects in the cells of the confusion matrix: each cell counts exactly its objects."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from boxscore.evaluation.error_list import FN, FP, TP, objects_at
from boxscore.evaluation.listing import listing
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.queries import ClassOrNone, ErrorQuery
from boxscore.evaluation.run_view import RunView
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.schema.tables import Column, Table, TableSchema
from tests.evaluation.scenes import confidences, scenes, thresholds

SIZES = TableSchema("items", (Column("width", "int32", ""), Column("height", "int32", "")))


def items_of(view: Comparable) -> Table:
    """Sizes of the images; the order of objects needs nothing else of them."""
    side = np.full(view.items, 100, np.int32)
    return Table(SIZES, {"width": side, "height": side})


def run_of(view: Comparable) -> RunView:
    """A run whose published numbers play no part."""
    none = np.zeros(view.classes, np.int64)
    numbers = Numbers(overall={}, ground_truth=none, predictions=none, per_class={})
    return RunView(view, candidate_pairs(view), numbers)


@given(view=scenes, iou=thresholds, confidence=confidences)
def test_a_cell_holds_its_objects(view: Comparable, iou: float, confidence: float) -> None:
    run = run_of(view)
    found = run.confusion(iou, confidence)
    end = found.background
    objects = objects_at(run, iou, confidence)
    for (labelled, predicted), count in np.ndenumerate(found.matrix):
        here = (objects.labelled == labelled) & (objects.predicted == predicted)
        outcome = FN if predicted == end else TP if labelled == predicted else FP
        assert (objects.outcome[here] == outcome).sum() == count
        confused = outcome == FP and labelled != end
        assert here.sum() == (2 * count if confused else count)


@given(view=scenes, iou=thresholds, confidence=confidences)
def test_facets_count_what_their_choice_shows(
    view: Comparable, iou: float, confidence: float
) -> None:
    run, items = run_of(view), items_of(view)
    query = ErrorQuery(iou=iou, outcome="fp")
    whole = listing(run, items, iou, confidence)
    page = whole.page(query)
    assert sum(row["count"] for row in page.facets["labelled"]) == page.total
    for row in page.facets["labelled"]:
        wanted: ClassOrNone = "none" if row["class_id"] is None else row["class_id"]
        narrowed = ErrorQuery(iou=iou, outcome="fp", labelled=wanted)
        assert whole.page(narrowed).total == row["count"]
    below = whole.page(ErrorQuery(iou=iou, outcome="fp", below=0.5))
    assert (below.objects.confidence < 0.5).all()
