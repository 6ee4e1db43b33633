"""Planted label errors stand first in their ranking; what is excused never does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.evaluation.suspects.answers import Answers, contradictions
from boxscore.evaluation.suspects.evidence import Frames
from boxscore.evaluation.suspects.issues import Issue
from boxscore.evaluation.suspects.logistic import chances
from boxscore.evaluation.suspects.ranking import Rankings, rank
from boxscore.matching.comparable import Comparable, Side
from boxscore.schema.kinds import Task

IMAGES, EACH, CLASSES, SIDE = 20, 4, 3, 400.0
Floats = NDArray[np.float64]


def side(item: NDArray[np.int64], class_id: NDArray[np.int64], box: Floats) -> Side:
    """One side, sorted by item."""
    order = np.argsort(item, kind="stable")
    return Side(
        rows=np.arange(item.size),
        item=item[order].astype(np.int32),
        class_id=class_id[order].astype(np.int32),
        box=box[order],
        area=np.prod(box[order, 2:], axis=1),
    )


def scene(seed: int, runs: int = 1) -> list[Comparable]:
    """Runs that find every label well, and things of little confidence elsewhere."""
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(IMAGES), EACH)
    class_id = rng.integers(0, CLASSES, item.size)
    corner = np.tile([[20.0, 20], [220, 20], [20, 220], [220, 220]], (IMAGES, 1))
    box = np.concatenate([corner, rng.uniform(60, 140, (item.size, 2))], axis=1)
    truth = side(item, class_id, box)
    return [_run(truth, rng) for _ in range(runs)]


def _run(truth: Side, rng: np.random.Generator) -> Comparable:
    size = truth.item.size
    found = truth.box + rng.normal(0, 2, truth.box.shape)
    stray = np.concatenate(
        [rng.uniform(0, 300, (2 * IMAGES, 2)), rng.uniform(20, 60, (2 * IMAGES, 2))], axis=1
    )
    places = np.repeat(np.arange(IMAGES), 2)
    item = np.concatenate([truth.item, places])
    class_id = np.concatenate([truth.class_id, rng.integers(0, CLASSES, places.size)])
    confidence = np.concatenate([rng.uniform(0.6, 0.95, size), rng.uniform(0.01, 0.2, places.size)])
    order = np.argsort(item, kind="stable")
    return Comparable(
        task=Task.BBOX,
        items=IMAGES,
        classes=CLASSES,
        truth=truth,
        crowd=np.zeros(size, np.uint8),
        predictions=side(item, class_id, np.concatenate([found, stray])),
        confidence=confidence[order],
    )


def with_labels(views: list[Comparable], truth: Side) -> list[Comparable]:
    """The same runs against other labels."""
    crowd = np.zeros(truth.item.size, np.uint8)
    return [replace(view, truth=truth, crowd=crowd) for view in views]


def ranked(views: list[Comparable], excused: NDArray[np.bool_] | None = None) -> Rankings:
    """All rankings of a scene."""
    none = np.zeros(views[0].truth.item.size, np.bool_)
    size = np.full(IMAGES, SIDE)
    return rank(
        views, Frames(width=size, height=size, excused=none if excused is None else excused)
    )


def parts(truth: Side) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Columns that may be changed."""
    return truth.item.astype(np.int64), truth.class_id.astype(np.int64), truth.box.copy()


@pytest.mark.parametrize("runs", [1, 2])
@pytest.mark.parametrize("seed", [1, 2, 3])
class TestPlanted:
    """One error among 80 good labels is the first suspect of its kind, and no other is close."""

    def test_a_missing_label(self, seed: int, runs: int) -> None:
        views = scene(seed, runs)
        truth = views[0].truth
        item, class_id, box = parts(truth)
        kept = np.arange(item.size) != 30
        found = ranked(with_labels(views, side(item[kept], class_id[kept], box[kept])))
        first = found.of[Issue.MISSING]
        suggested = found.runs[first.run[0]].view.predictions
        row = first.prediction[0]
        assert suggested.item[row] == item[30]
        assert suggested.class_id[row] == class_id[30]
        assert np.abs(suggested.box[row] - box[30]).max() < 12
        assert first.agreeing[0] == runs
        assert first.score[0] > 0.8 and (first.score[1:] < 0.5).all()

    def test_a_swapped_class(self, seed: int, runs: int) -> None:
        views = scene(seed, runs)
        item, class_id, box = parts(views[0].truth)
        right = class_id[30]
        class_id[30] = (right + 1) % CLASSES
        found = ranked(with_labels(views, side(item, class_id, box)))
        first = found.of[Issue.SWAPPED]
        assert first.truth[0] == 30
        view = found.runs[first.run[0]].view
        assert view.predictions.class_id[first.prediction[0]] == right
        assert first.score[0] > 0.8 and (first.score[1:] < 0.5).all()

    def test_a_bad_box(self, seed: int, runs: int) -> None:
        views = scene(seed, runs)
        item, class_id, box = parts(views[0].truth)
        box[30] *= [1, 1, 1.5, 1.2]
        first = ranked(with_labels(views, side(item, class_id, box))).of[Issue.LOCATED]
        assert first.truth[0] == 30
        assert first.score[0] > 0.8 and (first.score[1:] < 0.5).all()
        assert first.iou[0] < 0.7 < first.expected[0]

    @pytest.mark.parametrize("other", [0, 1])
    def test_a_duplicate(self, seed: int, runs: int, other: int) -> None:
        views = scene(seed, runs)
        item, class_id, box = parts(views[0].truth)
        item, class_id, box = (np.concatenate([c, c[[30]]]) for c in (item, class_id, box))
        class_id[-1] = (class_id[30] + other) % CLASSES
        box[-1] += [2, 2, 0, 0]
        found = ranked(with_labels(views, side(item, class_id, box)))
        first = found.of[Issue.DUPLICATE]
        assert {int(first.truth[0]), int(first.other[0])} == {30, 32}  # the copy follows its image
        assert first.score.size == 1 and first.score[0] > 0.7

    def test_a_spurious_label(self, seed: int, runs: int) -> None:
        views = scene(seed, runs)
        item, class_id, box = parts(views[0].truth)
        item, class_id = np.append(item, 7), np.append(class_id, 0)
        box = np.concatenate([box, [[165, 160, 50, 50]]])
        found = ranked(with_labels(views, side(item, class_id, box)))
        first = found.of[Issue.SPURIOUS]
        assert first.truth[0] == 32
        assert first.score[0] > 0.5 and (first.score[1:] < 0.5).all()


def test_good_labels_are_not_suspected() -> None:
    found = ranked(scene(5, 2))
    for issue, suspects in found.of.items():
        assert (suspects.score < 0.5).all(), issue


def test_crowds_and_difficult_labels_are_never_suspects_and_excuse_what_lies_on_them() -> None:
    views = scene(6)
    item, class_id, box = parts(views[0].truth)
    wrong = class_id.copy()
    wrong[30] = (wrong[30] + 1) % CLASSES
    excused = np.zeros(item.size, np.bool_)
    excused[30] = True
    found = ranked(with_labels(views, side(item, wrong, box)), excused)
    for suspects in found.of.values():
        assert 30 not in suspects.truth[suspects.truth >= 0]
    missing = found.of[Issue.MISSING]
    near = views[0].predictions.item[missing.prediction] == item[30]
    assert (missing.score[near] < 0.3).all()


def test_runs_that_share_their_errors_count_less_than_independent_ones() -> None:
    views = scene(7, 2)
    item, class_id, box = parts(views[0].truth)
    kept = np.arange(item.size) != 30
    labels = side(item[kept], class_id[kept], box[kept])
    copy = ranked(with_labels([views[0], views[0]], labels))
    apart = ranked(with_labels(views, labels))
    alone = ranked(with_labels(views[:1], labels))
    assert copy.shared[0, 1] > 0.9 > 0.5 > apart.shared[0, 1]
    first = [found.of[Issue.MISSING].score[0] for found in (alone, copy, apart)]
    assert first[0] <= first[1] < first[2]


def test_nothing_predicted_and_nothing_labelled() -> None:
    view = scene(8)[0]
    none = side(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 4)))
    silent = ranked([replace(view, predictions=none, confidence=np.zeros(0))])
    assert not any(s.score[s.score >= 0.5].size for s in silent.of.values())
    unlabelled = ranked(with_labels([view], none))
    assert not any(s.truth[s.truth >= 0].size for s in unlabelled.of.values())


def test_chances_are_those_of_a_logistic_regression_without_the_row() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    features = rng.normal(0, [1, 5, 0.1], (300, 3))
    features[0] = [6, 0, 0.3]  # far out, and against the rule: it must not vouch for itself
    yes = rng.random(300) < 1 / (1 + np.exp(-features[:, 0] - 8 * features[:, 2]))
    yes[0] = False
    weight = rng.uniform(0.2, 1, 300)
    found = chances(features, yes.astype(np.float64), weight)
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    for row in range(0, 300, 20):
        rest = np.arange(300) != row
        oracle = linear.LogisticRegression(C=1.0, tol=1e-10, max_iter=1000)
        oracle.fit(scaled[rest], yes[rest], weight[rest])
        expected = oracle.predict_proba(scaled[[row]])[0, 1]
        assert abs(found[row] - expected) < 0.004


def test_margins_of_answers_are_those_of_cleanlab() -> None:
    peer = pytest.importorskip("cleanlab.rank")
    rng = np.random.default_rng(1)
    table = rng.dirichlet(np.full(5, 0.4), 200)
    labels = rng.integers(0, 5, 200)
    rows, classes = np.arange(200), np.arange(5)
    answers = Answers(
        item=np.repeat(rows, 5), class_id=np.tile(classes, 200), confidence=table.ravel()
    )
    found = contradictions(rows, labels, answers, classes)
    expected = peer.get_label_quality_scores(labels, table, method="normalized_margin")
    assert np.abs(found.score - (1 - expected)).max() < 1e-12


def test_answers_with_the_highest_confidence_only_and_without_any() -> None:
    answers = Answers(
        item=np.array([0, 1]), class_id=np.array([1, 0]), confidence=np.array([0.9, 0.8])
    )
    found = contradictions(np.arange(3), np.zeros(3, np.int64), answers, np.arange(3))
    assert found.score == pytest.approx([(1 + 0.9 - 0.05) / 2, (1 + 0.1 - 0.8) / 2, 0])
    assert found.other.tolist() == [1, 1, -1]
