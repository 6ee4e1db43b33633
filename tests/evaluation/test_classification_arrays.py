"""Classification of arrays against scikit-learn and torchmetrics, and on MNIST and CIFAR-10."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.classification_binary import binary_scores
from boxscore.evaluation.classification_multilabel import multilabel_scores
from boxscore.evaluation.classification_scores import classification_scores


def labelled(seed: int, size: int = 300, classes: int = 7) -> tuple[Any, Any]:
    """Truth and confidences; the last class is never true."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes - 1, size)
    confidence = rng.random((size, classes))
    confidence[np.arange(size), truth] += rng.random(size) * 0.6
    return truth, confidence / confidence.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mnist", (0.9913, 0.991229, 0.991297, 0.991258, 1.0, 0.002976)),
        ("cifar10", (0.9294, 0.9294, 0.929779, 0.929491, 0.9974, 0.032588)),
    ],
)
def test_known_numbers(name: str, expected: tuple[float, ...], shared_data: Path) -> None:
    folder = shared_data / "label_errors"
    truth = np.load(folder / "labels" / f"{name}_test_set_original_labels.npy")
    confidence = np.load(folder / "probabilities" / f"{name}_test_set_pyx.npy")
    scores = classification_scores(truth, confidence)
    macro = scores.average("macro")
    got = scores.accuracy, scores.balanced_accuracy, macro["precision"], macro["f1"], scores.top[5]
    assert [round(v, 6) for v in (*got, scores.ece)] == list(expected)
    predicted = np.load(folder / "predicted" / f"{name}_test_set_pyx_argmax_predicted_labels.npy")
    given = classification_scores(truth, predicted, confidence.max(axis=1))
    assert np.array_equal(given.confusion, scores.confusion)
    assert given.ece == scores.ece


@pytest.mark.parametrize("seed", range(6))
def test_single_labels_equal_scikit_learn(seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, confidence = labelled(seed)
    predicted = confidence.argmax(axis=1)
    scores = classification_scores(truth, confidence, top=(1, 2, 3, 7))
    assert scores.accuracy == metrics.accuracy_score(truth, predicted)
    every = list(range(7))
    matrix = metrics.confusion_matrix(truth, predicted, labels=every)
    assert np.array_equal(scores.confusion, np.column_stack([matrix, np.zeros(7, int)]))
    assert scores.balanced_accuracy == metrics.recall_score(
        truth, predicted, labels=every[:6], average="macro"
    )
    for over in ("macro", "weighted"):
        expected = metrics.precision_recall_fscore_support(
            truth, predicted, labels=every[:6], average=over, zero_division=0
        )
        got = scores.average(over)
        assert [got[n] for n in ("precision", "recall", "f1")] == list(expected[:3])
    assert set(scores.average("micro").values()) == {scores.accuracy}
    for k in (1, 2, 3):
        assert scores.top[k] == metrics.top_k_accuracy_score(truth, confidence, k=k, labels=every)
    assert scores.top[7] == 1


def test_single_labels_equal_torchmetrics() -> None:
    torch = pytest.importorskip("torch")
    oracle = pytest.importorskip("torchmetrics.functional.classification")
    truth, confidence = labelled(3)
    tensors = torch.tensor(confidence), torch.tensor(truth)
    scores = classification_scores(truth, confidence)
    error = oracle.multiclass_calibration_error(*tensors, num_classes=7, n_bins=15)
    top = oracle.multiclass_accuracy(*tensors, num_classes=7, top_k=5, average="micro")
    assert scores.ece == pytest.approx(float(error), abs=1e-6)
    assert scores.top[5] == pytest.approx(float(top), abs=1e-6)


def test_no_answer_is_wrong_but_no_false_alarm() -> None:
    scores = classification_scores(np.array([0, 0, 1]), np.array([0, -1, 0]), classes=3)
    assert scores.confusion.tolist() == [[1, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert scores.accuracy == 1 / 3
    assert scores.average("micro") == {"precision": 0.5, "recall": 1 / 3, "f1": 0.4}
    table = scores.per_class()
    assert table["precision"].tolist()[0] == 0.5
    assert math.isnan(table["precision"][1])
    assert math.isnan(table["recall"][2])


def test_of_equal_confidences_the_lower_class_comes_first() -> None:
    scores = classification_scores(np.array([0, 1, 2]), np.full((3, 3), 0.2), top=(1, 2))
    assert scores.top == {1: 1 / 3, 2: 2 / 3}
    assert scores.accuracy == 1 / 3


def test_no_image_has_no_numbers() -> None:
    scores = classification_scores(np.empty(0, int), np.empty((0, 3)))
    assert all(math.isnan(v) for v in (scores.accuracy, scores.balanced_accuracy, scores.ece))
    assert math.isnan(scores.top[1])
    assert math.isnan(scores.average("weighted")["f1"])
    assert math.isnan(classification_scores(np.array([], int), np.array([], int)).accuracy)


def test_logits_have_accuracy_but_no_calibration() -> None:
    scores = classification_scores(np.array([1]), np.array([[-3.0, 9.0]]))
    assert scores.accuracy == 1
    assert math.isnan(scores.ece)


@pytest.mark.parametrize(
    ("arguments", "settings", "code"),
    [
        (([0, 1], [[0.1, 0.9]]), {}, "E-SHAPE"),
        (([0, 1], [0]), {}, "E-SHAPE"),
        (([0.5], [0]), {}, "E-SHAPE"),
        (([0], [[0.4, 0.6]], [0.6]), {}, "E-SHAPE"),
        (([0], [1], [0.6, 0.5]), {}, "E-SHAPE"),
        (([2], [[0.4, 0.6]]), {}, "E-CLASS-UNKNOWN"),
        (([-1], [0]), {}, "E-CLASS-UNKNOWN"),
        (([0], [5]), {"classes": 3}, "E-CLASS-UNKNOWN"),
        (([0], [[np.nan, 0.6]]), {}, "E-CONFIDENCE-RANGE"),
        (([0], [[0.4, 0.6]]), {"top": (0,)}, "E-TOP-K"),
    ],
)
def test_bad_single_labels_are_refused(arguments: Any, settings: Any, code: str) -> None:
    with pytest.raises(RequestError) as refused:
        classification_scores(*map(np.array, arguments), **settings)
    assert refused.value.code == code


def test_an_unknown_mean_is_refused() -> None:
    with pytest.raises(RequestError, match="E-MEAN-UNKNOWN"):
        classification_scores(np.array([0]), np.array([0])).average("median")


def binary(seed: int, ties: bool) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.random(200) < 0.3
    confidence = np.clip(rng.random(200) * 0.8 + truth * 0.2, 0, 1)
    return truth, np.round(confidence, 1) if ties else confidence


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_binary_equals_scikit_learn(seed: int, ties: bool) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, confidence = binary(seed, ties)
    scores = binary_scores(truth, confidence, threshold=0.6)
    yes = confidence >= 0.6
    assert scores.accuracy == metrics.accuracy_score(truth, yes)
    assert scores.precision == metrics.precision_score(truth, yes)
    assert scores.recall == metrics.recall_score(truth, yes)
    assert scores.f1 == metrics.f1_score(truth, yes)
    close = {
        scores.roc_auc: metrics.roc_auc_score(truth, confidence),
        scores.average_precision: metrics.average_precision_score(truth, confidence),
        scores.mcc: metrics.matthews_corrcoef(truth, yes),
        scores.brier: metrics.brier_score_loss(truth, confidence),
        scores.log_loss: metrics.log_loss(truth, confidence),
    }
    for ours, theirs in close.items():
        assert ours == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_best_threshold_is_the_best_of_all(seed: int) -> None:
    truth, confidence = binary(seed, ties=True)
    scores = binary_scores(truth, confidence)
    values = {float(c): binary_scores(truth, confidence, threshold=float(c)).f1 for c in confidence}
    assert scores.best_f1 == max(values.values())
    assert scores.best_threshold == max(c for c, v in values.items() if v == scores.best_f1)


def test_binary_without_one_side_is_undefined() -> None:
    scores = binary_scores(np.zeros(3), np.array([0.1, 0.6, 0.9]))
    undefined = scores.roc_auc, scores.average_precision, scores.recall, scores.mcc, scores.best_f1
    assert all(math.isnan(v) for v in undefined)
    assert scores.precision == 0
    empty = binary_scores(np.empty(0), np.empty(0))
    assert math.isnan(empty.accuracy)
    assert math.isnan(empty.log_loss)
    assert math.isnan(binary_scores(np.ones(2), np.array([-4.0, 7.0])).brier)


@pytest.mark.parametrize(
    ("truth", "confidence", "threshold", "code"),
    [
        ([0, 2], [0.1, 0.2], 0.5, "E-TRUTH-RANGE"),
        ([0], [0.1, 0.2], 0.5, "E-SHAPE"),
        ([0], [np.inf], 0.5, "E-CONFIDENCE-RANGE"),
        ([0], [0.5], np.nan, "E-CONFIDENCE-RANGE"),
    ],
)
def test_bad_binary_input_is_refused(
    truth: Any, confidence: Any, threshold: float, code: str
) -> None:
    with pytest.raises(RequestError) as refused:
        binary_scores(np.array(truth), np.array(confidence), threshold=threshold)
    assert refused.value.code == code
    with pytest.raises(RequestError) as refused:
        multilabel_scores(np.array([truth]), np.array([confidence]), threshold=threshold)
    assert refused.value.code == code


@pytest.mark.parametrize("seed", range(5))
def test_multilabel_equals_scikit_learn(seed: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    truth = rng.random((150, 6)) < 0.4
    confidence = np.clip(rng.random(truth.shape) + 0.2 * truth, 0, 1)
    scores = multilabel_scores(truth, confidence, threshold=0.7)
    given = confidence >= 0.7
    got = scores.overall
    for over in ("micro", "macro"):
        assert got[f"{over}_precision"] == metrics.precision_score(truth, given, average=over)
        assert got[f"{over}_recall"] == metrics.recall_score(truth, given, average=over)
        assert got[f"{over}_f1"] == metrics.f1_score(truth, given, average=over)
    assert got["subset_accuracy"] == metrics.accuracy_score(truth, given)
    assert got["hamming_loss"] == pytest.approx(metrics.hamming_loss(truth, given), abs=1e-15)
    each = metrics.average_precision_score(truth, confidence, average=None)
    assert scores.average_precision == pytest.approx(each, abs=1e-12)
    assert got["map"] == pytest.approx(each.mean(), abs=1e-12)


def test_a_class_without_a_positive_is_left_out_of_the_means() -> None:
    truth = np.array([[1, 0], [1, 0]])
    scores = multilabel_scores(truth, np.array([[0.9, 0.9], [0.2, 0.1]]))
    assert math.isnan(scores.average_precision[1])
    assert scores.overall["map"] == 1
    assert scores.overall["macro_recall"] == 0.5
    assert scores.overall["subset_accuracy"] == 0
    empty = multilabel_scores(np.empty((0, 2)), np.empty((0, 2)))
    assert all(math.isnan(v) for v in empty.overall.values())
