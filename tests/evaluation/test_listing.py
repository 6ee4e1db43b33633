"""Pages and counts of a listing, against a plain filter and sort of every object."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxscore.evaluation import listing as module
from boxscore.evaluation.confusion import confusion
from boxscore.evaluation.error_list import FN, KIND_NAMES, OUTCOME_NAMES, Objects, objects_at
from boxscore.evaluation.image_list import image_list
from boxscore.evaluation.listing import listing
from boxscore.evaluation.queries import ERROR_SORTS, KINDS, OUTCOMES, ErrorQuery, ImageQuery
from boxscore.matching.comparable import Comparable
from tests.evaluation.scenes import CLASSES, confidences, scenes, slices, subsets, thresholds
from tests.evaluation.test_taken_for import items_of, run_of

some_class = st.none() | st.integers(0, CLASSES - 1)
place = some_class | st.just("none")
queries = st.fixed_dictionaries(
    {
        "outcome": st.none() | st.sampled_from(OUTCOMES),
        "kind": st.none() | st.sampled_from(KINDS),
        "classes": subsets,
        "class_id": some_class,
        "labelled": place,
        "predicted": place,
        "below": st.none() | confidences,
        "sort": st.sampled_from(ERROR_SORTS),
        "offset": st.integers(0, 4),
        "limit": st.integers(1, 6),
    }
)


def cell(column: Any, wanted: Any) -> Any:
    return column == (CLASSES if wanted == "none" else wanted) if wanted is not None else True


def slow(objects: Objects, query: ErrorQuery) -> dict[str, Any]:
    """What a list without any preparation would hold."""
    base = np.ones(objects.row.size, np.bool_)
    if query.classes is not None:
        base &= np.isin(objects.class_id, query.classes)
    base &= cell(objects.predicted, query.predicted)
    if query.below is not None:
        base &= objects.confidence < query.below
    error = base.copy()
    if query.outcome is not None:
        wanted = ("fp", "fn") if query.outcome == "error" else (query.outcome,)
        error &= np.isin(objects.outcome, [OUTCOME_NAMES.index(name) for name in wanted])
    if query.kind is not None:
        error &= objects.kind == KIND_NAMES[query.kind]
    by_class, by_label = (
        cell(objects.class_id, query.class_id),
        cell(objects.labelled, query.labelled),
    )
    rows = np.flatnonzero(error & by_class & by_label)
    side = np.sqrt(np.clip(objects.area / 100**2, 0, 1))
    severity = np.where(objects.outcome == FN, side, objects.confidence)
    key = {
        "severity": -severity,
        "confidence": -np.nan_to_num(objects.confidence, nan=-np.inf),
        "largest": -objects.area,
        "smallest": objects.area,
    }[query.sort]
    order = rows[np.argsort(key[rows], kind="stable")]
    shown = base & by_class & by_label
    return {
        "total": rows.size,
        "rows": objects.row[order][query.offset :][: query.limit].tolist(),
        "lost": (objects.outcome[order] == FN)[query.offset :][: query.limit].tolist(),
        "outcome": [int((objects.outcome[shown] == k).sum()) for k in range(3)],
        "kind": {name: int((objects.kind[shown] == k).sum()) for name, k in KIND_NAMES.items()},
        "classes": counted(objects.class_id[error & by_label]),
        "labelled": counted(objects.labelled[error & by_class]),
    }


def counted(column: Any) -> list[tuple[int, int]]:
    counts = np.bincount(column)
    return [(int(k), int(counts[k])) for k in np.argsort(-counts, kind="stable") if counts[k]]


@pytest.mark.parametrize("most_cells", [0, module.MOST_CELLS])
@given(view=scenes, iou=thresholds, confidence=confidences, items=slices, asked=queries)
def test_a_page_is_a_filter_and_a_sort(
    most_cells: int,
    view: Comparable,
    iou: float,
    confidence: float,
    items: Any,
    asked: dict[str, Any],
) -> None:
    run, query = run_of(view), ErrorQuery(iou=iou, **asked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_CELLS", most_cells)
        patch.setattr(module, "BLOCK", 3)
        whole = listing(run, items_of(view), iou, confidence, items)
        page = whole.page(query)
    expected = slow(objects_at(run, iou, confidence, items), query)
    facets = page.facets
    ranked = {
        name: [
            (CLASSES if row["class_id"] is None else row["class_id"], row["count"])
            for row in facets[name]
        ]
        for name in ("classes", "labelled")
    }
    assert expected == {
        "total": page.total,
        "rows": page.objects.row.tolist(),
        "lost": (page.objects.outcome == FN).tolist(),
        "outcome": list(facets["outcome"].values()),
        "kind": facets["kind"],
        **ranked,
    }
    assert whole.listed(query).row.size == page.total


@given(view=scenes, iou=thresholds, confidence=confidences, items=slices, classes=subsets)
def test_the_matrix_alone_is_that_of_the_confusion(
    view: Comparable, iou: float, confidence: float, items: Any, classes: tuple[int, ...] | None
) -> None:
    run = run_of(view)
    whole = confusion(view, run.pairs, run.live.at(iou), confidence, items, classes)
    mine = run.confusion_matrix(iou, confidence, classes, items)
    assert mine.tolist() == whole.matrix.tolist()


@given(view=scenes, confidence=confidences, asked=queries)
def test_images_are_counted_by_their_objects(
    view: Comparable, confidence: float, asked: dict[str, Any]
) -> None:
    run = run_of(view)
    names = ("outcome", "kind", "classes", "labelled", "predicted", "below")
    query = ImageQuery(sort="title", limit=500, **{name: asked[name] for name in names})
    found = image_list(listing(run, items_of(view), 0.5, confidence), query)
    objects = objects_at(run, 0.5, confidence)
    if query.classes is not None:
        objects = objects.take(np.isin(objects.class_id, query.classes))
    for image in range(view.items):
        here = objects.item == image
        counts = [int((objects.outcome[here] == k).sum()) for k in range(3)]
        assert found.counts[:, image].tolist() == counts
        plain = {"class_id": None, "sort": "severity", "limit": 500, "offset": 0}
        own = objects.take(here)
        kinds = own.kind[slice(None)]
        fits = (
            query.outcome is None
            or slow(
                own,
                ErrorQuery(outcome=query.outcome, **plain),  # type: ignore[arg-type]
            )["total"]
        )
        fits = fits and (query.kind is None or (kinds == KIND_NAMES[query.kind]).any())
        if (query.labelled, query.predicted, query.below) != (None, None, None):
            whole = ErrorQuery(**(asked | plain | {"classes": None}))
            fits = fits and slow(own, whole)["total"]
        assert (image in found.order) == bool(fits)
