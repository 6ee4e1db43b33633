"""Images or objects in two dimensions, like ones near each other, with what a run made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress
from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.document import defined
from boxscore.evaluation.error_list import FN, FP, TP, objects_at
from boxscore.evaluation.reasons import missed_at
from boxscore.project.analysing import run_view
from boxscore.project.embeddings.likeness import grouped
from boxscore.project.embeddings.stored import IMAGES, PROJECT, SUBJECTS, Embedded, needed
from boxscore.project.loading import EMBEDDED, Loaded
from boxscore.project.numbers import operating_confidence
from boxscore.project.slices.narrowing import objects_meant
from boxscore.project.slices.slicing import Where, sliced
from boxscore.quality.layout import (
    LEAST_POINTS,
    can_embed_neighbours,
    main_components,
    neighbour_map,
)
from boxscore.schema.tables import PLACES, Table
from boxscore.store.read import Snapshot
from boxscore.store.write import Writer

Document = dict[str, Any]
PCA, TSNE = "pca", "tsne"
METHODS = ("auto", PCA, TSNE)
DIGITS = 4
NO_OUTCOME, FOUND, MISSED = 0, 1, 2
OUTCOMES = ("none", "found", "missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapQuery:
    """Which map.

    Attributes:
        of: "images" or "objects": those of the ground truth.
        method: "pca", "tsne", or "auto": t-SNE where it is stored already, else PCA.
        run: Whose outcomes to tell, at an operating point.
        groups: How many groups of images or objects to tell; None is the usual number.
        where: Which images are shown; places and groups are those of all.
    """

    of: str = IMAGES
    method: str = "auto"
    run: str | None = None
    iou: float = 0.5
    confidence: float | None = None
    groups: int | None = None
    task: str | None = None
    where: Where = None

    def __post_init__(self) -> None:
        for word, known in ((self.of, SUBJECTS), (self.method, METHODS)):
            if word not in known:
                raise RequestError(
                    f"{word!r} is none of {', '.join(known)}",
                    fix=near_misses(word, known),
                    code="E-QUERY",
                )


def data_map(state: Loaded, query: MapQuery, progress: Progress) -> Document:
    """The map as columns, one entry for each embedded image or object."""
    embedded = needed(state, query.of)
    method, places = _places(state, query, embedded, progress)
    truth, rows = state.truth(), embedded.rows
    items = rows if query.of == IMAGES else truth.ground_truth.table["item"][rows]
    kept = _kept(state, query, rows, items)
    if kept is not None:
        rows, items, places = rows[kept], items[kept], places[kept]
    document: Document = {
        "of": query.of,
        "method": method,
        "model": embedded.model.name,
        "count": int(rows.size),
        "x": places[:, 0].round(DIGITS).tolist(),
        "y": places[:, 1].round(DIGITS).tolist(),
        "row": rows.tolist(),
        "item": items.tolist(),
        "group": grouped(state, query.of, None, query.groups)[rows].tolist(),
        "class_id": None,
        "outcome": None,
        "found": None,
        "missed": None,
        "f1": None,
        "confidence": None,
    }
    if query.of != IMAGES:
        document["class_id"] = truth.ground_truth.table["class_id"][rows].tolist()
    if query.run is not None:
        document |= _told(state, query, rows)
    return document


def _kept(
    state: Loaded, query: MapQuery, rows: NDArray[np.int64], items: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Places of the slice's entries; None is all. On a map of objects it may name objects."""
    if query.of == IMAGES:
        chosen, labels = sliced(state.truth(), query.where), None
    else:
        chosen, labels = objects_meant(state, query.where)
    if chosen is None and labels is None:
        return None
    inside = np.ones(rows.size, np.bool_) if chosen is None else chosen[items]
    return np.flatnonzero(inside if labels is None else inside & labels[rows])


def _places(
    state: Loaded, query: MapQuery, embedded: Embedded, progress: Progress
) -> tuple[str, NDArray[np.float64]]:
    if query.method != PCA:
        found = _stored(state, query.of, embedded)
        if found is not None:
            return TSNE, found
    if query.method == TSNE:
        with progress(f"map of {embedded.rows.size} {query.of} by t-SNE"):
            places = neighbour_map(embedded.vectors[embedded.rows])
        _store(state, query.of, embedded, places)
        return TSNE, places
    key = "main components", state.embedded, query.of

    def make() -> NDArray[np.float64]:
        return main_components(embedded.vectors[embedded.rows], 2).astype(np.float64)

    places = state.remembered(key, make)
    return PCA, places


def lay_out(state: Loaded, progress: Progress) -> list[str]:
    """Compute the maps that take long, where their library is installed; returns which."""
    from boxscore.project.embeddings.stored import stored

    made = []
    for of in SUBJECTS if can_embed_neighbours() else ():
        embedded = stored(state, of)
        if embedded is None or embedded.rows.size < LEAST_POINTS:
            continue
        if _stored(state, of, embedded) is None:
            _places(state, MapQuery(of=of, method=TSNE), embedded, progress)
            made.append(of)
    return made


def _stored(state: Loaded, of: str, embedded: Embedded) -> NDArray[np.float64] | None:
    """A layout of exactly these points, if there is one."""

    def load() -> Table:
        with Snapshot(state.root) as snapshot:
            return snapshot.table(PROJECT, PLACES)

    table = state.remembered(("places", state.embedded), load)
    mine = (table["model"] == embedded.model.key) & (table["of"] == SUBJECTS.index(of))
    rows = table["row"][mine]
    if not np.array_equal(rows, embedded.rows) or not rows.size:
        return None
    return np.stack([table["x"][mine], table["y"][mine]], axis=1)


def _store(state: Loaded, of: str, embedded: Embedded, places: NDArray[np.float64]) -> None:
    from boxscore.project.embeddings.stored import from_text, to_text

    with Snapshot(state.root) as snapshot:
        table = snapshot.table(PROJECT, PLACES)
    other = table["of"] != SUBJECTS.index(of)
    size = embedded.rows.size
    new = Table(
        PLACES,
        {
            "model": np.full(size, embedded.model.key),
            "of": np.full(size, SUBJECTS.index(of), np.uint8),
            "row": embedded.rows,
            "x": places[:, 0],
            "y": places[:, 1],
        },
    )
    with Writer(state.root, purpose="store a map") as writer:
        writer.clear_table(PROJECT, PLACES.name)
        writer.add_table(PROJECT, table.take(np.flatnonzero(other)))
        writer.add_table(PROJECT, new)
        catalogue = from_text(writer.catalogue.document(EMBEDDED))
        writer.set_document(EMBEDDED, to_text(catalogue.again()))
        writer.commit()


def _told(state: Loaded, query: MapQuery, rows: NDArray[np.int64]) -> Document:
    """What a run made of the points: found or missed, or each image's F1."""
    assert query.run is not None
    view = run_view(state, query.run, query.task)
    confidence = operating_confidence(view, query.confidence)
    if query.of == IMAGES:
        objects = objects_at(view, query.iou, confidence)
        size = state.truth().items.rows
        tp, fp, fn = (
            np.bincount(objects.item[objects.outcome == k], minlength=size)[rows]
            for k in (TP, FP, FN)
        )
        whole = 2 * tp + fp + fn
        f1 = np.divide(2 * tp, whole, out=np.full(rows.size, np.nan), where=whole > 0)
        return {
            "found": tp.tolist(),
            "missed": fn.tolist(),
            "f1": [defined(v) for v in f1.round(DIGITS)],
            "confidence": defined(confidence),
        }
    outcome = np.zeros(state.truth().ground_truth.rows, np.int64)
    outcome[view.view.truth.rows[view.view.counted]] = FOUND
    lost = missed_at(view.view, view.live.at(query.iou), confidence)
    outcome[view.view.truth.rows[lost]] = MISSED
    return {"outcome": outcome[rows].tolist(), "confidence": defined(confidence)}
