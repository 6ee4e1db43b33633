"""Metrics of embeddings on a few vectors whose values follow by hand, and of a user's own."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.quality import embedding_metrics as em
from boxscore.quality.neighbours import unit
from boxscore.schema.kinds import Kind
from tests.quality.drawn import images, objects

NAN = pytest.approx(float("nan"), nan_ok=True)


def embeddings(
    pictures: NDArray[np.float32] | None = None,
    labels: NDArray[np.float32] | None = None,
    classes: list[int] | None = None,
    predicted: tuple[NDArray[np.float32], list[int]] | None = None,
    kind: Kind = Kind.BOX,
) -> em.Embeddings:
    items = images(0 if pictures is None else len(pictures))
    rows = [{"class_id": c, "kind": kind, "item": k} for k, c in enumerate(classes or [])]
    truth = objects(items, rows).annotations
    side, vectors = truth, labels
    if predicted is not None:
        vectors = predicted[0]
        guesses = [{"class_id": c, "confidence": 0.5} for c in predicted[1]]
        side = objects(items, guesses, predicted=True).annotations
    return em.Embeddings(
        role="ground_truth" if predicted is None else "prediction",
        items=items,
        annotations=side,
        labels=truth,
        classes=2,
        images=pictures,
        objects=vectors,
        labelled=labels,
    )


def test_image_singularity_is_the_distance_to_the_nearest() -> None:
    some = unit(np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 1], [0, 0, 0]]))
    found = em.image_singularity(embeddings(some)).tolist()
    assert found == [0, 0, pytest.approx(1 - 0.5**0.5), pytest.approx(1 - 0.5**0.5), NAN]
    assert np.isnan(em.image_singularity(embeddings(some[:1]))).all()


def test_image_diversity_takes_the_middles_first() -> None:
    some = unit(np.array([[10, 0.0], [10, 1], [10, 2.1], [0, 10], [1, 10]]))
    ranks = em.image_diversity(embeddings(some)).tolist()
    assert sorted(ranks) == [1, 2, 3, 4, 5]
    assert ranks[1] == 1 and {ranks[3], ranks[4]} == {2, 4}  # a middle of each group, in turn


def test_object_annotation_quality_is_the_share_of_like_ones() -> None:
    near = np.repeat(np.eye(2, 4), 10, axis=0) + np.arange(20)[:, None] * 1e-3
    classes = [0] * 10 + [1] * 10
    classes[3] = 1
    found = em.object_annotation_quality(embeddings(None, unit(near), classes))
    assert found[3] == 0 and found[0] == pytest.approx(8 / 9) and (found[10:] == 1).all()
    guesses = unit(np.array([[1, 0, 0, 0], [0, 1, 0, 0.0]]))
    told = em.object_annotation_quality(
        embeddings(None, unit(near), classes, predicted=(guesses, [1, 1]))
    )
    assert told[0] in (0, pytest.approx(1 / 9)) and told[1] == 1


def test_image_annotation_quality_compares_answers() -> None:
    some = unit(np.array([[1, 0.0], [1, 0.1], [1, 0.2], [0, 1]]))
    found = em.image_annotation_quality(
        embeddings(some, None, [0, 0, 1], kind=Kind.CLASSIFICATION)
    ).tolist()
    assert found == [0.5, 0.5, 0, NAN]
    without = em.image_annotation_quality(embeddings(some, None, [0, 0, 1]))
    assert np.isnan(without).all()
