"""Open Images against plain loops, against TensorFlow's own evaluation, and cases by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.protocols import openimages
from boxscore.matching.comparable import Comparable, Facts
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Verdict
from tests.evaluation.protocols.scenes import inside, iou, same, scene, view_of
from tests.evaluation.protocols.test_voc import every_step

PARENT = np.array([-1, 0, 1, 0, -1], np.int32)  # 0 > 1 > 2, 0 > 3, and 4 alone
A, B = (10.0, 10.0, 20.0, 20.0), (60.0, 10.0, 20.0, 20.0)


def above(class_id: int, parent: Any) -> list[int]:
    """The class and every class above it."""
    chain = []
    while class_id >= 0:
        chain.append(class_id)
        class_id = int(parent[class_id])
    return chain


def garden(seed: int, verified: bool = True) -> Comparable:
    rng = np.random.default_rng(seed)
    view = scene(seed, classes=5)
    objects = view.truth.rows.size
    assert view.ignored is not None
    group = rng.random(objects) < 0.25
    pairs = rng.permutation(view.items * view.classes)[:8]
    labels = np.stack([pairs // 5, pairs % 5, rng.integers(0, 3, 8)], axis=1).astype(np.int32)
    facts = Facts(parent=PARENT, group_of=group, verified=labels if verified else None)
    difficult = view.ignored * ~group
    return replace(view, crowd=np.zeros(objects, np.uint8), ignored=difficult, facts=facts)


def known(view: Comparable) -> set[tuple[int, int]]:
    """Images and classes that count."""
    parent, labels = view.facts.parent, view.facts.verified
    if labels is None:
        return {(i, c) for i in range(view.items) for c in range(view.classes)}
    truth = view.truth
    pairs = {
        (int(i), a)
        for i, c in zip(truth.item, truth.class_id, strict=True)
        for a in above(c, parent)
    }
    for item, class_id, verdict in labels.tolist():
        if verdict == Verdict.NEGATIVE:
            pairs |= {(item, c) for c in range(view.classes) if class_id in above(c, parent)}
        else:
            pairs |= {(item, a) for a in above(class_id, parent)}
    return pairs


def image(view: Comparable, item: int, class_id: int) -> tuple[list[int], list[int]]:
    """Rows of truth and of predictions (by confidence) on an image that are of a class."""
    parent, truth, found = view.facts.parent, view.truth, view.predictions
    mine = [
        g
        for g in np.flatnonzero(truth.item == item).tolist()
        if class_id in above(truth.class_id[g], parent)
    ]
    rows = [
        k
        for k in np.flatnonzero(found.item == item).tolist()
        if class_id in above(found.class_id[k], parent)
    ]
    return mine, sorted(rows, key=lambda k: -view.confidence[k])


def judge(view: Comparable, item: int, class_id: int, least: float) -> list[tuple[float, bool]]:
    """Confidence and verdict of the predictions of one class on one image that count."""
    mine, rows = image(view, item, class_id)
    group, difficult = view.facts.group_of, view.ignored
    assert group is not None and difficult is not None
    singles, groups = [g for g in mine if not group[g]], [g for g in mine if group[g]]
    verdicts: list[tuple[float, bool]] = []
    taken: set[int] = set()
    for k in rows:
        box = view.predictions.box[k]
        near = max(singles, key=lambda g: iou(box, view.truth.box[g]), default=-1)
        if near >= 0 and iou(box, view.truth.box[near]) >= least:
            if difficult[near]:
                continue
            if near not in taken:
                taken.add(near)
                verdicts.append((view.confidence[k], True))
                continue
        around = max(groups, key=lambda g: inside(box, view.truth.box[g]), default=-1)
        if around >= 0 and inside(box, view.truth.box[around]) >= least:
            if around not in taken:
                taken.add(around)
                verdicts.append((view.confidence[k], True))
            continue
        verdicts.append((view.confidence[k], False))
    return verdicts


def objects_of(view: Comparable, class_id: int) -> int:
    assert view.ignored is not None
    mine = [g for item in range(view.items) for g in image(view, item, class_id)[0]]
    return sum(not view.ignored[g] for g in mine)


def twin(view: Comparable, least: float) -> list[float]:
    """AP per class."""
    result, pairs = [], known(view)
    for class_id in range(view.classes):
        verdicts = [
            verdict
            for item in range(view.items)
            if (item, class_id) in pairs
            for verdict in judge(view, item, class_id, least)
        ]
        verdicts.sort(key=lambda v: -v[0])
        hits = np.cumsum([right for _, right in verdicts]).tolist()
        objects = objects_of(view, class_id)
        recall = [hit / max(objects, 1) for hit in hits]
        precision = [hit / (k + 1) for k, hit in enumerate(hits)]
        result.append(every_step(recall, precision) if objects else float("nan"))
    return result


def distinct(view: Comparable) -> Comparable:
    """Without equal confidences: where the twin's order of images decides, it need not be ours."""
    spread = np.arange(view.confidence.size) * 1e-7
    return replace(view, confidence=view.confidence + spread)


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("least", [0.3, 0.5])
def test_equals_plain_loops(seed: int, least: float) -> None:
    view = distinct(garden(seed, verified=seed % 3 > 0))
    numbers = openimages.evaluate(view, Options(iou_thresholds=(least,)))
    expected = twin(view, least)
    same(numbers.per_class["ap"], expected)
    assert numbers.ground_truth.tolist() == [objects_of(view, c) for c in range(view.classes)]
    if not np.isnan(expected).all():
        same(numbers.overall["mAP"], np.nanmean(expected))


@pytest.mark.parametrize("seed", range(30))
def test_equals_tensorflow_object_detection(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "float", float, raising=False)  # it speaks an older NumPy
    monkeypatch.setattr(np, "NAN", np.nan, raising=False)
    package = "object_detection.utils"
    reason = "pip install --no-deps tf-object-detection-api, and six"
    images = pytest.importorskip(f"{package}.per_image_evaluation", reason=reason)
    metrics = pytest.importorskip(f"{package}.metrics", reason=reason)
    view = distinct(garden(seed))
    group, difficult = view.facts.group_of, view.ignored
    assert group is not None and difficult is not None
    judged = images.PerImageEvaluation(1, 0.5, 1.0, 10_000, 1.0)

    def corners(box: Any) -> Any:
        return np.stack([box[:, 1], box[:, 0], box[:, 1] + box[:, 3], box[:, 0] + box[:, 2]], 1)

    pairs, ours = known(view), openimages.evaluate(view, Options()).per_class["ap"]
    for class_id in range(view.classes):
        scores, labels = [np.empty(0)], [np.empty(0)]
        for item in range(view.items):
            mine, rows = image(view, item, class_id)
            if (item, class_id) not in pairs or not rows:
                continue
            confidence, right, _ = judged.compute_object_detection_metrics(
                corners(view.predictions.box[rows]),
                view.confidence[rows],
                np.zeros(len(rows), int),
                corners(view.truth.box[mine]),
                np.zeros(len(mine), int),
                difficult[mine].astype(bool),
                group[mine],
            )
            scores.append(confidence[0])
            labels.append(right[0].astype(float))
        precision, recall = metrics.compute_precision_recall(
            np.concatenate(scores), np.concatenate(labels), objects_of(view, class_id)
        )
        expected = metrics.compute_average_precision(precision, recall)
        assert ours[class_id] == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_a_prediction_of_a_class_is_one_of_every_class_above() -> None:
    facts = Facts(parent=PARENT)
    view = view_of([(0, 2, A)], [(0, 3, 0.9, A)], classes=5, facts=facts)
    numbers = openimages.evaluate(view, Options())
    same(numbers.per_class["ap"], [1.0, 0.0, 0.0, np.nan, np.nan])
    assert numbers.ground_truth.tolist() == [1, 1, 1, 0, 0]
    assert numbers.predictions.tolist() == [1, 0, 0, 1, 0]
    assert numbers.notes == (openimages.UNVERIFIED,)


def test_only_verified_classes_count() -> None:
    found = [(0, 0, 0.9, A), (1, 0, 0.95, A)]
    truth = [(0, 0, A)]

    def score(labels: list[tuple[int, int, int]], **facts: Any) -> float:
        verified = np.array(labels, np.int32).reshape(-1, 3)
        view = view_of(truth, found, items=2, classes=2, facts=Facts(verified=verified, **facts))
        return openimages.evaluate(view, Options()).overall["mAP"]

    assert score([]) == 1.0  # nothing is known of image 1
    assert score([(1, 0, Verdict.NEGATIVE)]) == 0.5
    assert score([(1, 0, Verdict.POSITIVE)]) == 0.5
    assert score([(1, 1, Verdict.NEGATIVE)]) == 1.0
    assert score([(1, 1, Verdict.NEGATIVE)], parent=np.array([1, -1])) == pytest.approx(0.5)


def test_a_group_is_found_once_and_missed_once() -> None:
    group = (0.0, 0.0, 100.0, 100.0)
    facts = Facts(group_of=np.array([True, False]))
    truth, single = [(0, 0, group), (0, 0, (300.0, 0.0, 10.0, 10.0))], (300.0, 0.0, 10.0, 10.0)
    both = [(0, 0, 0.9, A), (0, 0, 0.8, B), (0, 0, 0.7, single)]
    assert openimages.evaluate(view_of(truth, both, facts=facts), Options()).overall["mAP"] == 1.0
    empty = view_of(truth, both[2:], facts=facts)
    assert openimages.evaluate(empty, Options()).overall["mAP"] == 0.5
    crowd = replace(empty, facts=Facts(), crowd=np.array([1, 0], np.uint8))
    assert openimages.evaluate(crowd, Options()).overall["mAP"] == 0.5


def test_most_detections_and_a_loop_in_the_tree() -> None:
    view = view_of([(0, 0, A)], [(0, 0, 0.9, B), (0, 0, 0.8, A)])
    assert openimages.evaluate(view, Options()).overall["mAP"] == 0.5
    assert openimages.evaluate(view, Options(max_detections=1)).overall["mAP"] == 0.0
    loop = replace(view, classes=2, facts=Facts(parent=np.array([1, 0])))
    with pytest.raises(RequestError, match="E-CLASS-LOOP"):
        openimages.evaluate(loop, Options())
