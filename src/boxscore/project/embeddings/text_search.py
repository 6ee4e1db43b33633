"""The images or objects that a text describes, by a model that knows texts and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses, shown
from boxscore.project.embeddings.likeness import image_place, object_place
from boxscore.project.embeddings.stored import IMAGES, OBJECTS, SUBJECTS, ModelRecord, needed
from boxscore.project.loading import Loaded
from boxscore.project.slices.narrowing import objects_meant
from boxscore.project.slices.slicing import Where, sliced
from boxscore.quality.named_models import load_text_embedder
from boxscore.quality.neighbours import nearest, unit

Document = dict[str, Any]
MOST_FOUND = 1_000
MOST_CHARACTERS = 1_000
EMBED = "boxscore embed --model open_clip:ViT-B-32/laion2b_s34b_b79k"
"""What makes a search by text possible, where nothing else was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuery:
    """What is looked for, and among what.

    Attributes:
        of: "images" or "objects": the ground truth's, or a run's predictions.
        top: How many, at most.
        where: Which images count.
        model: Where the model lies now, when it is not where it was.
    """

    text: str
    of: str = IMAGES
    run: str | None = None
    top: int = 20
    where: Where = None
    model: str | None = None

    def __post_init__(self) -> None:
        if self.of not in SUBJECTS or (self.run is not None and self.of != OBJECTS):
            raise RequestError(
                f"{shown(self.of)!r} cannot be searched",
                fix=near_misses(self.of, SUBJECTS) if self.run is None else "a run has objects",
                code="E-QUERY",
            )
        if not 1 <= self.top <= MOST_FOUND:
            raise RequestError(
                f"the first {self.top}", fix=f"ask for 1 to {MOST_FOUND}", code="E-QUERY"
            )
        if not self.text.strip() or len(self.text) > MOST_CHARACTERS:
            raise RequestError(
                f"a text of {len(self.text.strip())} characters",
                fix=f"write what is to be seen, in 1 to {MOST_CHARACTERS}",
                code="E-QUERY",
            )


def search(state: Loaded, query: TextQuery) -> Document:
    """Those of the largest cosine with the text, first those that fit best.

    Raises:
        RequestError: Nothing is embedded, or by a model that knows no text or is not here.
    """
    embedded = needed(state, query.of, query.run)
    vector = embedded_text(embedded.model, query)
    rows = _rows(state, query, embedded.rows)
    near = nearest(embedded.vectors[rows], query.top, vector, exact=True)
    kept = near.row[0] >= 0
    found = rows[near.row[0][kept]].tolist()
    places = [
        image_place(state, row) if query.of == IMAGES else object_place(state, row, query.run)
        for row in found
    ]
    cosines = near.cosine[0][kept].tolist()
    return {
        "text": query.text,
        "of": query.of,
        "run": query.run,
        "model": embedded.model.name,
        "searched": int(rows.size),
        "places": [place | {"cosine": c} for place, c in zip(places, cosines, strict=True)],
    }


def embedded_text(record: ModelRecord, query: TextQuery) -> NDArray[np.float32]:
    """(1, D) of length 1: the text, by the model that embedded the pictures.

    Raises:
        RequestError: It knows no text, is not here, or is another one now.
    """
    if not record.knows_text:
        raise RequestError(
            f"the {query.of} are embedded by {record.name}, which knows no text",
            fix=f"run `{EMBED}` once (pip install 'boxscore[open_clip]')",
            code="E-SEARCH-MODEL",
        )
    model = load_text_embedder(query.model or record.source)
    if model.digest != record.digest:
        raise RequestError(
            f"{model.name} is not the model that embedded the {query.of}: its weights differ",
            fix=f"run `boxscore embed --model {shown(model.source)}`, or name the same one",
            code="E-SEARCH-CHANGED",
        )
    return unit(model.embed_texts([query.text]))


def _rows(state: Loaded, query: TextQuery, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of the rows that the slice means; for labelled objects it may name objects."""
    truth = state.truth()
    if query.of == IMAGES:
        chosen = sliced(truth, query.where)
        return rows if chosen is None else rows[chosen[rows]]
    if query.run is not None:
        chosen, labels = sliced(truth, query.where), None
        table = state.predictions(query.run).table
    else:
        chosen, labels = objects_meant(state, query.where)
        table = truth.ground_truth.table
    if chosen is not None:
        rows = rows[chosen[table["item"][rows]]]
    return rows if labels is None else rows[labels[rows]]
