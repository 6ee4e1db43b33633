"""What the project says of its quality metrics: lists, distributions, a run's performance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress
from boxscore.errors import RequestError, UnknownRunError, near_misses
from boxscore.evaluation.class_performance import BINS, LEAST, class_documents, class_side
from boxscore.evaluation.counts import Classes
from boxscore.evaluation.document import defined
from boxscore.evaluation.metric_performance import metric_performance, performance_document
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import (
    Known,
    Place,
    annotations_at,
    card_document,
    find_metric,
    known_metrics,
    metric_values,
    place_of,
    places,
    readable,
    size_at,
    stored,
)
from boxscore.project.slices.judged_units import (
    Judged,
    Values,
    judged_units,
    refuse_pixels,
    unit_values,
)
from boxscore.project.slices.remaining import Remaining, remaining
from boxscore.project.slices.slicing import Where
from boxscore.project.slices.together import drawn_together
from boxscore.quality.cards import On, Reads

Document = dict[str, Any]
MOST_BINS = 200


def metric_documents(state: Loaded) -> list[Document]:
    """Every metric's card, and how much of it is computed where."""
    return [_with_state(state, known) for known in known_metrics(state).values()]


def _with_state(state: Loaded, known: Known) -> Document:
    computed = [
        {
            "run": place.run,
            "computed": int(stored(state, known, place)[1].sum()),
            "values": size_at(state, place, known.card),
        }
        for place in places(state)
        if place.fits(known.card) and readable(state, place, known)
    ]
    own = known.metric is None
    return card_document(known.card) | {"own": own, "state": computed}


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueQuery:
    """One page of a metric's values.

    Attributes:
        sort: "row", "lowest" or "highest"; ties by row, undefined last.
        pixels: Whether images may be decoded for values that are missing; else those that are
            there are told of.
        where, classes: Only values of images of a slice, or of its objects of some classes.
    """

    run: str | None = None
    bins: int = 20
    sort: str = "lowest"
    offset: int = 0
    limit: int = 20
    pixels: bool = True
    where: Where = None
    classes: Classes = None


def metric_document(state: Loaded, name: str, query: ValueQuery) -> Document:
    """One metric at one place: its card, summary, histogram and a page of its rows."""
    known, place = find_metric(state, name), place_of(state, query.run)
    quick = query.pixels or known.card.reads is not Reads.PIXELS
    lazily = quick and readable(state, place, known)
    if lazily or not place.fits(known.card):
        values = metric_values(state, known, place)
        computed = np.ones(values.size, np.bool_)
    else:
        values, computed = stored(state, known, place)
    left = _rows_left(remaining(state, query.where, query.classes), known, place)
    if left is not None:
        values, computed = values[left], computed[left]
    end = min(query.offset + query.limit, values.size)
    page = _sorted(values, query.sort, end)[query.offset :]
    rows = page if left is None else left[page]
    return {
        "metric": card_document(known.card),
        "run": query.run,
        "total": values.size,
        "missing": int((~computed).sum()),
        "undefined": int((computed & np.isnan(values)).sum()),
        **_distribution(values, query.bins),
        "rows": [
            {"value": defined(values[k])} | subject(state, known, place, row)
            for k, row in zip(page.tolist(), rows.tolist(), strict=True)
        ],
        "next_offset": end if end < values.size else None,
    }


def _sorted(values: NDArray[np.float64], sort: str, stop: int) -> NDArray[np.int64]:
    """The first rows in an order; of equals the first row, undefined ones last."""
    keys = {"row": values, "lowest": values, "highest": -values}
    if sort not in keys:
        raise RequestError(
            f"{sort!r} is no order", fix=near_misses(sort, list(keys)), code="E-METRIC-SORT"
        )
    if sort == "row":
        return np.arange(stop)
    key, rows = keys[sort], np.arange(values.size)
    if 0 < stop < values.size // 8:  # most need not be sorted
        last = np.partition(key, stop - 1)[stop - 1]
        rows = rows if np.isnan(last) else np.flatnonzero(key <= last)
    return rows[np.argsort(key[rows], kind="stable")][:stop]


def _rows_left(rest: Remaining, known: Known, place: Place) -> NDArray[np.int64] | None:
    """Rows of a metric's values that the filter leaves; conditions on objects leave images be.

    None is all of them.
    """
    of_images = known.card.on is On.IMAGE
    mask = rest.items if of_images else rest.annotations(place.run)
    return None if mask is None else np.flatnonzero(mask)


def subject(state: Loaded, known: Known, place: Place, row: int) -> Document:
    """The image that a value is of, and the object where it is of one."""
    truth = state.truth()
    item, class_name, box = row, None, None
    if known.card.on is On.OBJECT:
        table = annotations_at(state, place).table
        item = int(table["item"][row])
        class_name = truth.ontology.classes[table["class_id"][row]].name
        corner = [float(table[name][row]) for name in ("x", "y", "width", "height")]
        box = corner if np.isfinite(corner).all() else None
    items = truth.items
    return {
        "row": row,
        "data_hash": items["data_hash"][item],
        "frame": int(items["frame"][item]),
        "title": items["title"][item],
        "width": int(items["width"][item]),
        "height": int(items["height"][item]),
        "has_pixels": bool(items["file"][item]),
        "class_name": class_name,
        "box": box,
    }


def _distribution(values: NDArray[np.float64], bins: int) -> Document:
    if not 1 <= bins <= MOST_BINS:
        raise RequestError(f"{bins} bins", fix=f"choose 1 to {MOST_BINS}", code="E-METRIC-BINS")
    some = values[np.isfinite(values)]
    names = ("minimum", "q1", "median", "q3", "maximum")
    if not some.size:
        nothing: Document = dict.fromkeys((*names, "mean"))
        return {"summary": nothing, "histogram": {"edges": [], "counts": []}}
    counts, edges = np.histogram(some, bins)
    quartiles = np.quantile(some, [0, 0.25, 0.5, 0.75, 1]).tolist()
    summary = dict(zip(names, quartiles, strict=True)) | {"mean": float(some.mean())}
    return {
        "summary": summary,
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
    }


# --- a run against a metric ----------------------------------------------------------------------


def performance(
    state: Loaded,
    run: str,
    name: str,
    iou: float,
    confidence: float | None,
    bins: int,
    classes: Classes,
    where: Where,
    task: str | None,
    pixels: bool,
) -> Document:
    """Precision, recall, confidence and calibration of a run over bins of a metric."""
    known = find_metric(state, name)
    if not pixels:
        refuse_pixels(state, known)
    judged = judged_units(
        state, run, iou=iou, confidence=confidence, classes=classes, where=where, task=task
    )
    of_truth, of_predictions = _values_of(state, known, judged)
    units, shown = drawn_together(state.truth().items, judged.truth, judged.predictions)
    found = metric_performance(
        units,
        shown,
        of_truth,
        of_predictions,
        images=state.truth().items.rows,
        bins=bins,
    )
    return _head(known, judged, iou) | performance_document(found)


def performance_by_class(
    state: Loaded,
    run: str,
    name: str,
    iou: float,
    confidence: float | None,
    where: Where,
    task: str | None,
    pixels: bool,
) -> Document:
    """Every class: its recall and precision, and what they have to do with a metric."""
    known = find_metric(state, name)
    if not pixels:
        refuse_pixels(state, known)
    judged = judged_units(state, run, iou=iou, confidence=confidence, where=where, task=task)
    of_truth, of_predictions = _values_of(state, known, judged)
    names = [row.name for row in state.truth().ontology.classes]
    rows = class_documents(
        names,
        class_side(judged.truth, of_truth, len(names)),
        class_side(judged.predictions, of_predictions, len(names)),
    )
    note = (
        f"Each class has up to {BINS} bins of its own with equal numbers of objects, or of "
        f"predictions, at least {LEAST} each; drop: from the best to the worst of them. "
        "Correlation: Spearman's, of the metric and of being found, or right. q: Benjamini and "
        "Hochberg over the classes."
    )
    return _head(known, judged, iou) | {"classes": rows, "notes": [note]}


def _values_of(state: Loaded, known: Known, judged: Judged) -> tuple[Values | None, Values]:
    """A metric's values of the ground truths, where it has some, and of the predictions."""
    of_predictions = unit_values(state, known, judged.predictions, judged.run)
    if of_predictions is None:
        raise RequestError(
            f"metric {known.card.title!r} has no values of predictions",
            fix="choose one of images or of predictions: `boxscore metric list`",
            code="E-METRIC-PLACE",
        )
    owner = None if known.card.on is On.OBJECT else judged.run
    return unit_values(state, known, judged.truth, owner), of_predictions


def _head(known: Known, judged: Judged, iou: float) -> Document:
    cut = judged.confidence
    return {
        "run": judged.run,
        "iou": None if cut is None else iou,
        "confidence": None if cut is None else defined(cut),
        "metric": card_document(known.card),
    }


def values_array(
    state: Loaded, name: str, run: str | None, progress: Progress
) -> NDArray[np.float64]:
    """All values of a metric, of the project or of a run."""
    if run is not None and run not in state.records:
        raise UnknownRunError(run, list(state.records))
    return metric_values(state, find_metric(state, name), place_of(state, run), progress)
