"""Metrics of embeddings: how alone an image is, and whether what looks alike is labelled alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import PREDICTION, TRUTH, Metric, metric
from boxscore.quality.layout import groups
from boxscore.quality.neighbours import Vectors, nearest
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import Annotations, Table

Values = NDArray[np.float64]
LIKE = 9
"""Neighbours whose class is compared."""
USUAL_GROUPS = 10
NEED = "Needs embeddings: run `boxscore embed`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Embeddings:
    """Embeddings of a project's images and of one side's objects; undefined rows are nan.

    Attributes:
        role: The side of `annotations` and `objects`.
        labels: The ground truth.
        classes: Classes of objects in the ontology.
        images: (items, D) of length 1; None where none were made.
        objects: (N, D) of the side's annotations.
        labelled: (G, D) of the ground truth's.
    """

    role: str
    items: Table
    annotations: Annotations
    labels: Annotations
    classes: int
    images: Vectors | None
    objects: Vectors | None
    labelled: Vectors | None


@metric(
    "Image Singularity",
    on="image", reads="embeddings", unit="cosine distance", low=0, high=2, bad="low",
    meaning="Cosine distance to the image that looks most alike; 0 is a copy.",
    advice=f"Low: look for duplicates, above all across splits. High: an odd one. {NEED}",
    source="Encord Active: Image Singularity, there with copies left out of the distance",
)  # fmt: skip
def image_singularity(embeddings: Embeddings) -> Values:
    """1 - the largest cosine with another image."""
    assert embeddings.images is not None
    found = nearest(embeddings.images, 1)
    distance: Values = np.clip(1 - found.cosine[:, 0].astype(np.float64), 0, 2)
    return distance


@metric(
    "Image Diversity",
    on="image", reads="embeddings", unit="rank", low=1, bad="none",
    meaning="Place in a list that shows the variety of the images early: the middle of each group "
    "of like images first, then the next of each.",
    advice=f"Label the first ones first. {NEED}",
    source="Encord Active: Image Diversity, there unseeded and once for a whole video",
)  # fmt: skip
def image_diversity(embeddings: Embeddings) -> Values:
    """Groups by k-means, as many as classes; ranked by distance to the middle, interleaved."""
    assert embeddings.images is not None
    known = np.flatnonzero(np.isfinite(embeddings.images).all(axis=1))
    vectors = embeddings.images[known]
    ranks = np.full(len(embeddings.images), np.nan)
    if not known.size:
        return ranks
    member = groups(vectors, min(embeddings.classes or USUAL_GROUPS, known.size))
    place = np.empty(known.size, np.int64)
    apart = np.empty(known.size)
    for number in range(int(member.max()) + 1):
        mine = np.flatnonzero(member == number)
        centre = vectors[mine].mean(axis=0)
        apart[mine] = np.linalg.norm(vectors[mine] - centre, axis=1)
        place[mine[np.argsort(apart[mine], kind="stable")]] = np.arange(mine.size)
    order = np.lexsort((member, place))
    ranks[known[order]] = np.arange(1, known.size + 1)
    return ranks


@metric(
    "Object Annotation Quality",
    on="object", reads="embeddings", unit="share", low=0, high=1, bad="low",
    roles=(TRUTH, PREDICTION),
    meaning=f"Share of the {LIKE} labelled objects that look most alike which have the same class.",
    advice=f"Low: the class may be wrong, or is easily confused. {NEED}",
    source="Encord Active: Object Annotation Quality",
)  # fmt: skip
def object_annotation_quality(embeddings: Embeddings) -> Values:
    """Labels are compared with the other labels, predictions with all of them."""
    assert embeddings.objects is not None and embeddings.labelled is not None
    own = embeddings.role == TRUTH
    found = nearest(embeddings.labelled, LIKE, None if own else embeddings.objects)
    return _agreement(
        found.row,
        embeddings.annotations.table["class_id"],
        embeddings.labels.table["class_id"],
    )


def _agreement(
    near: NDArray[np.int64], mine: NDArray[np.int32], theirs: NDArray[np.int32]
) -> Values:
    there = near >= 0
    same = there & (theirs[near] == mine[:, None]) if theirs.size else there
    count = there.sum(axis=1)
    share: Values = np.divide(
        same.sum(axis=1), count, out=np.full(len(near), np.nan), where=count > 0
    )
    return share


@metric(
    "Image-level Annotation Quality",
    on="image", reads="embeddings", unit="share", low=0, high=1, bad="low",
    meaning=f"Share of the {LIKE} answered images that look most alike with the same answer; of "
    "several answers on one image the mean. Undefined without classifications.",
    advice=f"Low: the answer may be wrong, or is easily confused. {NEED}",
    source="Encord Active: Image-level Annotation Quality",
)  # fmt: skip
def image_annotation_quality(embeddings: Embeddings) -> Values:
    """Images with answers, each compared with the others."""
    assert embeddings.images is not None
    table = embeddings.labels.table
    answers = table.take(np.flatnonzero(table["kind"] == Kind.CLASSIFICATION))
    shares = np.full(len(embeddings.images), np.nan)
    answered = np.unique(answers["item"])
    if answered.size < 2:
        return shares
    near = nearest(np.ascontiguousarray(embeddings.images[answered]), LIKE).row
    given = np.zeros((answered.size, int(answers["class_id"].max()) + 1), np.bool_)
    given[np.searchsorted(answered, answers["item"]), answers["class_id"]] = True
    there = near >= 0
    for place, row in enumerate(answered.tolist()):
        others = given[near[place][there[place]]][:, given[place]]
        shares[row] = others.mean() if others.size else np.nan
    return shares


EMBEDDING_METRICS: tuple[Metric, ...] = (
    image_singularity,
    image_diversity,
    object_annotation_quality,
    image_annotation_quality,
)
