"""Which images of a project to label next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError
from boxscore.evaluation.document import defined
from boxscore.project.embeddings.stored import IMAGES
from boxscore.project.embeddings.stored import stored as stored_embeddings
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import (
    find_metric,
    known_metrics,
    place_of,
    values_at,
)
from boxscore.project.slices.slicing import Where, sliced
from boxscore.quality.cards import On, Reads
from boxscore.quality.choosing import farthest_first, shares_below, standardised

Document = dict[str, Any]
Values = NDArray[np.float64]
UNSURE = {
    "entropy": "high",
    "least_confidence": "high",
    "margin": "low",
    "variance": "low",
    "mean_object_confidence": "low",
    "disagreement_between_runs": "high",
}
"""Acquisition functions, and which of their values are unsure."""
WITHOUT_MEANING = "random_values_on_images"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelQuery:
    """What to choose.

    Attributes:
        run: Whose uncertainty counts; None: coverage alone.
        acquisition: One of `UNSURE`; None: the mean of their ranks.
        weight: Of uncertainty against novelty, 0 to 1.
    """

    count: int
    run: str | None = None
    acquisition: str | None = None
    weight: float = 0.5
    where: Where = None
    pixels: bool = True


def label_next(state: Loaded, query: LabelQuery, progress: Progress = silent) -> Document:
    """Images to label next, the best first, each with its reasons.

    Raises:
        RequestError: The count, the weight or the acquisition function is none.
    """
    _check(query)
    items, labelled = state.truth().items, _labelled(state)
    meant = sliced(state.truth(), query.where)
    candidates = np.ones(items.rows, np.bool_) if meant is None else meant
    notes = []
    if (candidates & ~labelled).any():
        known = labelled
        candidates = candidates & ~labelled
    else:  # nothing to label: the list says what a set of its own should hold
        known = np.zeros(items.rows, np.bool_)
        notes.append("every image has ground truth: the list covers all of them anew")
    uncertainty = _uncertainty(state, query, progress)
    vectors, used = _vectors(state, query.pixels, progress)
    weight = query.weight if query.run is not None else 0.0
    rows, distances = farthest_first(vectors, known, candidates, uncertainty, weight, query.count)
    return {
        "run": query.run,
        "candidates": int(candidates.sum()),
        "known": int(known.sum()),
        "weight": weight,
        "vectors": used,
        "notes": notes,
        "images": [
            {
                "rank": k + 1,
                "data_hash": items["data_hash"][row],
                "frame": int(items["frame"][row]),
                "title": items["title"][row],
                "uncertainty": defined(uncertainty[row]),
                "distance": defined(distance) if np.isfinite(distance) else None,
            }
            for k, (row, distance) in enumerate(
                zip(rows.tolist(), distances.tolist(), strict=True)
            )
        ],
    }  # fmt: skip


def _check(query: LabelQuery) -> None:
    if not 1 <= query.count <= 1_000_000 or not 0 <= query.weight <= 1:
        raise RequestError(
            f"cannot choose {query.count} images with weight {query.weight}",
            fix="a count from 1, a weight from 0 to 1",
            code="E-NEXT-COUNT",
        )
    if query.acquisition is not None and query.acquisition not in UNSURE:
        raise RequestError(
            f"{query.acquisition!r} is no acquisition function",
            fix=f"choose one of {', '.join(UNSURE)}",
            code="E-NEXT-ACQUISITION",
        )


def _labelled(state: Loaded) -> NDArray[np.bool_]:
    """(items,) images that have any ground truth."""
    truth = state.truth()
    labelled = np.zeros(truth.items.rows, np.bool_)
    labelled[truth.ground_truth.table["item"]] = True
    return labelled


def _uncertainty(state: Loaded, query: LabelQuery, progress: Progress) -> Values:
    """(items,) 0 to 1; an image on which the run says nothing is undefined."""
    rows = state.truth().items.rows
    if query.run is None:
        return np.full(rows, np.nan)
    place = place_of(state, query.run)
    names = [query.acquisition] if query.acquisition else list(UNSURE)
    wanted = [find_metric(state, name) for name in names]
    both = zip(names, values_at(state, wanted, place, query.pixels, progress), strict=True)
    shares = [shares_below(values, UNSURE[name]) for name, (values, _) in both]
    known = np.isfinite(shares).sum(axis=0)
    total = np.nansum(shares, axis=0)
    mean: Values = np.divide(total, known, out=np.full(rows, np.nan), where=known > 0)
    return mean


def _vectors(state: Loaded, pixels: bool, progress: Progress) -> tuple[Values, str]:
    """(items, D) what images are compared by: embeddings where every image has one, else their
    metrics without ground truth.
    """
    embedded = stored_embeddings(state, IMAGES)
    if embedded is not None and np.isfinite(embedded.vectors).all():
        return embedded.vectors.astype(np.float64), f"embeddings by {embedded.model.name}"
    wanted = [
        one
        for one in known_metrics(state).values()
        if one.card.on is On.IMAGE and not one.card.roles
        and one.card.reads is not Reads.EMBEDDINGS and one.card.id != WITHOUT_MEANING
    ]  # fmt: skip
    found = values_at(state, wanted, place_of(state, None), pixels, progress)
    vectors = standardised([values for values, _ in found])
    return vectors, f"{vectors.shape[1]} metrics of images"
