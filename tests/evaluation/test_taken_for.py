"""Objects in the cells of the confusion matrix: each cell counts exactly its objects."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from boxscore.evaluation.error_list import FN, FP, TP, error_page, objects_at
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.queries import ClassOrNone, ErrorQuery
from boxscore.evaluation.run_view import RunView
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.comparable import Comparable
from boxscore.schema.tables import ITEMS, Table
from tests.evaluation.scenes import confidences, scenes, thresholds


def items_of(view: Comparable) -> Table:
    """Items of one size; the order of objects needs nothing else of them."""
    sizes = {name: np.full(view.items, 100, np.int32) for name in ("width", "height")}
    return Table.of(ITEMS, view.items, **sizes)


@given(view=scenes(), iou=thresholds, confidence=confidences)
def test_a_cell_holds_its_objects(view: Comparable, iou: float, confidence: float) -> None:
    run = RunView(view, candidate_pairs(view), Numbers.empty())
    found = run.confusion(iou, confidence)
    end = found.background
    objects = objects_at(run, iou, confidence)
    for (labelled, predicted), count in np.ndenumerate(found.matrix):
        here = (objects.labelled == labelled) & (objects.predicted == predicted)
        outcome = FN if predicted == end else TP if labelled == predicted else FP
        assert (objects.outcome[here] == outcome).sum() == count
        both = FP not in (outcome,) or labelled == end
        assert here.sum() == (count if both else 2 * count)


@given(view=scenes(), iou=thresholds, confidence=confidences)
def test_facets_count_what_their_choice_shows(
    view: Comparable, iou: float, confidence: float
) -> None:
    run, items = RunView(view, candidate_pairs(view), Numbers.empty()), items_of(view)
    query = ErrorQuery(iou=iou, outcome="fp")
    page = error_page(run, items, query, confidence)
    assert sum(row["count"] for row in page.facets["labelled"]) == page.total
    for row in page.facets["labelled"]:
        wanted: ClassOrNone = "none" if row["class_id"] is None else row["class_id"]
        narrowed = ErrorQuery(iou=iou, outcome="fp", labelled=wanted)
        assert error_page(run, items, narrowed, confidence).total == row["count"]
    below = error_page(run, items, ErrorQuery(iou=iou, outcome="fp", below=0.5), confidence)
    assert (below.objects.confidence < 0.5).all()
