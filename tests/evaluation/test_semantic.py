"""Semantic segmentation against scikit-learn, torchmetrics and hand-painted maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.semantic import SemanticScores, evaluate
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Task
from tests.evaluation.masks import masked_view

CLASSES = 4


def maps(seed: int, dtype: Any = np.uint8) -> tuple[Any, Any]:
    """Three pairs of maps with unnamed indices on both sides; class 3 is only predicted."""
    rng = np.random.default_rng(seed)
    truth = rng.choice([0, 1, 2, 5, 200], size=(3, 12, 9), p=[0.4, 0.2, 0.2, 0.1, 0.1])
    noise = rng.choice([0, 1, 2, 3, 77], size=truth.shape)
    predicted = np.where(rng.random(truth.shape) < 0.6, truth, noise)
    return truth.astype(dtype), predicted.astype(dtype)


def counted(truth: Any, predicted: Any, **settings: Any) -> SemanticScores:
    scores = SemanticScores(CLASSES, **settings)
    for pair in zip(truth, predicted, strict=True):
        scores.update(*pair)
    return scores


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64, np.uint64])
@pytest.mark.parametrize("seed", range(3))
def test_numbers_equal_scikit_learn(seed: int, dtype: Any) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, predicted = maps(seed, dtype)
    named = truth < CLASSES
    t = truth[named].astype(int)
    p = np.where(predicted[named] < CLASSES, predicted[named], CLASSES).astype(int)
    scores = counted(truth, predicted)
    matrix = metrics.confusion_matrix(t, p, labels=range(CLASSES + 1))
    assert np.array_equal(scores.confusion, matrix[:CLASSES])
    numbers = scores.numbers()
    iou = metrics.jaccard_score(t, p, labels=range(CLASSES), average=None)
    dice = metrics.f1_score(t, p, labels=range(CLASSES), average=None)
    assert np.array_equal(numbers.per_class["iou"], iou)
    assert np.array_equal(numbers.per_class["dice"], dice)
    recall = metrics.recall_score(t, p, labels=range(3), average=None)
    assert np.array_equal(numbers.per_class["accuracy"][:3], recall)
    assert math.isnan(numbers.per_class["accuracy"][3])
    assert numbers.overall["miou"] == iou.mean()
    assert numbers.overall["dice"] == dice.mean()
    assert numbers.overall["mean_accuracy"] == recall.mean()
    assert numbers.overall["pixel_accuracy"] == metrics.accuracy_score(t, p)
    weighted = metrics.jaccard_score(t, p, labels=range(CLASSES), average="weighted")
    assert numbers.overall["frequency_weighted_iou"] == pytest.approx(weighted, abs=1e-12)


def test_ious_equal_torchmetrics() -> None:
    torch = pytest.importorskip("torch")
    oracle = pytest.importorskip("torchmetrics.functional.classification")
    truth, predicted = (np.minimum(m, 3).astype(int) for m in maps(7))
    numbers = counted(truth, predicted, ignored=2).numbers()
    theirs = oracle.multiclass_jaccard_index(
        torch.tensor(predicted), torch.tensor(truth), CLASSES, average=None, ignore_index=2
    )
    # torchmetrics says 0 where the ignored class has no IoU by its own rule.
    assert numbers.per_class["iou"][[0, 1, 3]] == pytest.approx(theirs.numpy()[[0, 1, 3]], abs=1e-6)


def test_batches_and_processes_add_up() -> None:
    truth, predicted = maps(1)
    whole, first, second = (SemanticScores(CLASSES) for _ in range(3))
    whole.update(truth, predicted)
    first.update(truth[0], predicted[0])
    second.update(truth[1:], predicted[1:])
    first.merge(second)
    assert np.array_equal(first.confusion, whole.confusion)


def test_a_class_that_never_occurs_has_no_number() -> None:
    scores = SemanticScores(3)
    scores.update(np.array([0, 1]), np.array([0, 0]))
    numbers = scores.numbers()
    assert numbers.per_class["iou"][:2].tolist() == [0.5, 0]
    assert math.isnan(numbers.per_class["iou"][2])
    assert numbers.overall["miou"] == 0.25
    assert all(math.isnan(v) for v in SemanticScores(3).numbers().overall.values())


@pytest.mark.parametrize(
    ("truth", "predicted"),
    [(np.zeros((2, 2), int), np.zeros((2, 3), int)), (np.zeros(2), np.zeros(2, int))],
)
def test_bad_maps_are_refused(truth: Any, predicted: Any) -> None:
    with pytest.raises(RequestError, match="E-SHAPE"):
        SemanticScores(2).update(truth, predicted)


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(RequestError, match="E-CLASS-UNKNOWN"):
        SemanticScores(0)
    with pytest.raises(RequestError, match="E-SHAPE"):
        SemanticScores(2).merge(SemanticScores(3))


def test_masks_are_painted_by_confidence_and_file_order() -> None:
    # One row of six pixels on each image: (item, class, first pixel, last pixel, confidence).
    truth = [(0, 0, 0, 3, 1), (0, 1, 2, 5, 1), (1, 1, 0, 1, 1)]
    found = [(0, 1, 0, 5, 0.4), (0, 0, 0, 2, 0.9), (2, 0, 0, 5, 0.9)]
    view = masked_view(Task.SEMANTIC, (1, 6), truth, found)
    numbers = evaluate(view, Options())
    # Truth 001111 and 11----; predictions 000111, nothing, and an image without truth.
    assert numbers.ground_truth.tolist() == [2, 6]
    assert numbers.predictions.tolist() == [3, 3]
    assert numbers.per_class["iou"].tolist() == [2 / 3, 0.5]
    assert numbers.overall["pixel_accuracy"] == 5 / 8
    assert len(numbers.notes) == 4
    assert "2 pixels of ground truth" in numbers.notes[1]
    assert "3 pixels of predictions" in numbers.notes[2]
    assert "55.6%" in numbers.notes[3]


def test_crowds_lie_below_and_ignored_truth_is_not_looked_at() -> None:
    truth = [(0, 0, 0, 3, 1), (0, 1, 0, 5, 1), (0, 0, 4, 4, 1)]
    found = [(0, 0, 0, 5, 0.4)]
    view = masked_view(Task.SEMANTIC, (1, 6), truth, found, crowd=[1], ignored=[2])
    numbers = evaluate(view, Options())
    assert numbers.ground_truth.tolist() == [4, 1]
    assert numbers.per_class["iou"].tolist() == [0.8, 0]
    one = evaluate(view, Options(class_agnostic=True))
    assert one.per_class["iou"].tolist() == [1]


def test_only_images_with_predictions() -> None:
    view = masked_view(Task.SEMANTIC, (1, 6), [(0, 0, 0, 5, 1), (1, 0, 0, 5, 1)], [(1, 0, 0, 2, 1)])
    assert evaluate(view, Options()).overall["miou"] == 0.25
    assert evaluate(view, Options(only_predicted=True)).overall["miou"] == 0.5


@pytest.mark.parametrize(("truth", "found"), [([], []), ([(0, 0, 0, 5, 1)], [])])
def test_empty_sides(truth: Any, found: Any) -> None:
    numbers = evaluate(masked_view(Task.SEMANTIC, (1, 6), truth, found), Options())
    assert numbers.overall["pixel_accuracy"] == 0 if truth else math.isnan(numbers.overall["miou"])


def test_boxes_alone_are_refused() -> None:
    view = masked_view(Task.SEMANTIC, (1, 6), [], [], masks=False)
    with pytest.raises(RequestError, match="E-TASK-MASKS"):
        evaluate(view, Options())
