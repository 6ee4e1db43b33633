"""Arrays of a training loop: the same numbers as files give, in one call or batch by batch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import boxscore as bs
from boxscore.errors import RequestError

PERFECT = 1 - 2**-52
"""What pycocotools gives a perfect class: it adds one spacing to the number of predictions."""
DEMO = Path(str(bs.__file__)).parent / "demo"


def arrays() -> tuple[dict[str, Any], dict[str, Any]]:
    """The demo's annotations and the float32 model's results as plain arrays."""
    truth = json.loads((DEMO / "annotations.json").read_text())["annotations"]
    found = json.loads((DEMO / "predictions_float32.json").read_text())
    return {
        "image": np.array([a["image_id"] for a in truth]),
        "class": np.array([a["category_id"] for a in truth]),
        "box": np.array([a["bbox"] for a in truth]),
        "area": np.array([a["area"] for a in truth]),
        "crowd": np.array([a["iscrowd"] for a in truth]),
    }, {
        "image": np.array([p["image_id"] for p in found]),
        "class": np.array([p["category_id"] for p in found]),
        "box": np.array([p["bbox"] for p in found]),
        "confidence": np.array([p["score"] for p in found]),
    }


def test_arrays_give_the_numbers_of_the_files() -> None:
    files = bs.score_files(
        DEMO / "annotations.json", DEMO / "predictions_float32.json", task="bbox"
    )
    truth, found = arrays()
    document = bs.evaluate(truth, found)
    assert document["metrics"] == files["metrics"]
    assert document["metrics"]["AP"] == pytest.approx(0.29997, abs=5e-6)


def test_order_of_rows_does_not_matter_between_images() -> None:
    truth, found = arrays()
    whole = bs.evaluate(truth, found)["metrics"]
    order = np.argsort(-found["image"], kind="stable")
    assert bs.evaluate(truth, {k: v[order] for k, v in found.items()})["metrics"] == whole


def per_image() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """One image after the other, under the names that other evaluators use."""
    truth, found = arrays()
    for image in np.unique(truth["image"]).tolist():
        mine, theirs = truth["image"] == image, found["image"] == image
        corners = found["box"][theirs] + np.pad(found["box"][theirs][:, :2], ((0, 0), (2, 0)))
        labels = truth["box"][mine] + np.pad(truth["box"][mine][:, :2], ((0, 0), (2, 0)))
        yield {
            "boxes": labels, "labels": truth["class"][mine],
            "iscrowd": truth["crowd"][mine], "area": truth["area"][mine],
        }, {
            "boxes": corners, "labels": found["class"][theirs],
            "scores": found["confidence"][theirs],
        }  # fmt: skip


def test_batches_and_merged_processes_give_the_same_numbers() -> None:
    batches = list(per_image())
    whole = bs.Evaluator(box_format="xyxy")
    first, second = bs.Evaluator(box_format="xyxy"), bs.Evaluator(box_format="xyxy")
    for k, (truth, found) in enumerate(batches):
        whole.update([truth], [found])
        (first if k < 20 else second).update([truth], [found])
    merged = first.merge(deepcopy(second)).compute()
    assert merged == whole.compute()
    assert merged["metrics"]["AP"] == pytest.approx(0.29997, abs=5e-5)
    assert merged["images"] == len(batches)


def test_an_evaluator_can_be_sent_to_another_process() -> None:
    evaluator = bs.Evaluator(classes=["cat"])
    sent = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    with sent as pool:
        back = pool.submit(with_one_batch, evaluator).result()
    assert back.compute()["metrics"]["AP"] == PERFECT


def with_one_batch(evaluator: bs.Evaluator) -> bs.Evaluator:
    """What a worker process does."""
    evaluator.update(ONE, FOUND)
    return evaluator


def test_nothing_on_either_side_is_undefined_not_zero() -> None:
    empty = {"image": [], "class": [], "box": np.empty((0, 4))}
    document = bs.evaluate(empty, empty | {"confidence": []})
    assert document["metrics"]["AP"] is None
    one = {"image": [1], "class": ["cat"], "box": [[0, 0, 5, 5]]}
    assert bs.evaluate(one, empty | {"confidence": []})["metrics"]["AP"] == 0
    assert bs.evaluate(empty, one | {"confidence": [0.5]})["metrics"]["AP"] is None


ONE = {"image": [1], "class": ["cat"], "box": [[0.0, 0.0, 5.0, 5.0]]}
FOUND = {**ONE, "confidence": [0.5]}


@pytest.mark.parametrize(
    ("truth", "found", "options", "words"),
    [
        ({**ONE, "boxx": [1]}, FOUND, {}, "did you mean 'box'"),
        ({"image": [1]}, FOUND, {}, "field 'class' is missing"),
        (ONE, {**FOUND, "confidence": [0.5, 0.4]}, {}, "confidence has 2 rows, image has 1"),
        (ONE, {**FOUND, "confidence": [float("nan")]}, {}, "not finite"),
        (ONE, ONE, {}, "needs 'confidence'"),
        ({**ONE, "box": [[0, 0, -1, 5]]}, FOUND, {}, "negative size"),
        ({**ONE, "box": [[0, 0, 5]]}, FOUND, {}, "shape"),
        (ONE, FOUND, {"classes": ["dog"]}, "is not among the class ids"),
        (ONE, FOUND, {"task": "boxes"}, "task 'boxes' is unknown"),
        (ONE, FOUND, {"protocol": "kiti"}, "did you mean 'kitti'"),
        (ONE, FOUND, {"protocol": "semantic"}, "does not score task bbox"),
        (ONE, FOUND, {"box_format": "ltrb"}, "box_format 'ltrb' is unknown"),
        (ONE, FOUND, {"task": "segm"}, "needs 'mask'"),
        (ONE, FOUND, {"iou_thresholds": [0.0]}, "0"),
    ],
)
def test_what_makes_no_sense_is_refused(
    truth: dict[str, Any], found: dict[str, Any], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequestError) as refused:
        bs.evaluate(truth, found, **options)
    assert words in str(refused.value)


def test_masks_as_bitmaps_and_as_run_lengths_are_one() -> None:
    mask = pytest.importorskip("pycocotools.mask")
    bitmap = np.zeros((40, 50), np.uint8)
    bitmap[5:20, 10:30] = 1
    coded = mask.encode(np.asfortranarray(bitmap))
    truth = {"image": [1], "class": [0], "mask": [bitmap]}
    for form in (bitmap, coded, {**coded, "counts": coded["counts"].decode()}):
        found = {"image": [1], "class": [0], "mask": [form], "confidence": [1.0]}
        assert bs.evaluate(truth, found, task="segm")["metrics"]["AP"] == PERFECT
    short = {"image": [1], "class": [0], "mask": [{**coded, "counts": b"1"}], "confidence": [1.0]}
    with pytest.raises(RequestError, match="run lengths"):
        bs.evaluate(truth, short, task="segm")


def test_answers_as_scikit_learn_scores_them() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 7, 400)
    confidence = rng.dirichlet(np.ones(7), 400)
    confidence[np.arange(300), truth[:300]] += 1
    confidence /= confidence.sum(axis=1, keepdims=True)
    evaluator = bs.Evaluator(task="classification")
    other = deepcopy(evaluator)
    for part, one in zip(range(0, 400, 50), [evaluator, other] * 4, strict=True):
        one.update(truth[part : part + 50], confidence[part : part + 50])
    document = evaluator.merge(other).compute()
    given, everything = confidence.argmax(axis=1), document["metrics"]
    assert document["images"] == 400
    assert everything["accuracy"] == metrics.accuracy_score(truth, given)
    assert everything["balanced_accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(truth, given), abs=1e-15
    )
    assert everything["top5"] == metrics.top_k_accuracy_score(truth, confidence, k=5)
    assert everything["f1"] == pytest.approx(
        metrics.f1_score(truth, given, average="macro"), abs=1e-15
    )
    assert [row["precision"] for row in document["per_class"]] == pytest.approx(
        metrics.precision_score(truth, given, average=None).tolist(), abs=0
    )


def test_answers_by_name_with_one_confidence_each() -> None:
    document = bs.evaluate(
        {"class": ["cat", "dog", "dog"]},
        {"class": ["cat", "dog", "cat"], "confidence": [1.0, 1.0, 0.0]},
        task="classification",
    )
    assert [row["class"] for row in document["per_class"]] == ["cat", "dog"]
    assert document["metrics"]["accuracy"] == pytest.approx(2 / 3)
    assert document["metrics"]["ece"] == 0
    with pytest.raises(RequestError, match="class 'cow' is unknown"):
        bs.evaluate(["cow"], ["cat"], task="classification", classes=["cat", "dog"])


def test_several_answers_and_yes_or_no_as_scikit_learn_scores_them() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(6)
    truth = rng.random((300, 4)) < 0.3
    confidence = np.clip(truth * 0.4 + rng.random((300, 4)) * 0.6, 0, 1)
    several = bs.evaluate(truth, confidence, task="classification", threshold=0.4)["metrics"]
    assert several["map"] == pytest.approx(
        metrics.average_precision_score(truth, confidence, average="macro"), abs=1e-12
    )
    assert several["micro_f1"] == pytest.approx(
        metrics.f1_score(truth, confidence >= 0.4, average="micro"), abs=1e-15
    )
    binary = bs.evaluate(truth[:, 0], confidence[:, 0], task="classification")["metrics"]
    assert binary["roc_auc"] == pytest.approx(
        metrics.roc_auc_score(truth[:, 0], confidence[:, 0]), abs=1e-12
    )


def test_class_maps_batch_by_batch_count_every_pixel_once() -> None:
    rng = np.random.default_rng(7)
    truth, found = rng.integers(0, 4, (2, 6, 20, 30))
    truth[0, :5] = 255
    names = ["road", "sky", "tree", "car"]
    whole = bs.evaluate(truth, found, task="semantic", classes=names)
    first, second = (bs.Evaluator(task="semantic", classes=names) for _ in range(2))
    first.update(truth[:2], found[:2])
    second.update(list(truth[2:]), list(found[2:]))
    assert first.merge(second).compute() == whole
    known = truth < 4
    iou = [
        (known & (truth == k) & (found == k)).sum() / (known & ((truth == k) | (found == k))).sum()
        for k in range(4)
    ]
    assert whole["images"] == 6
    assert [row["iou"] for row in whole["per_class"]] == iou
    assert whole["metrics"]["miou"] == pytest.approx(np.mean(iou), abs=1e-15)
    with pytest.raises(RequestError, match="name the classes"):
        bs.evaluate(truth, found, task="semantic")


def test_segment_maps_give_panoptic_quality() -> None:
    segments = np.array([[1, 1, 2, 2], [1, 1, 2, 2]])
    moved = np.array([[1, 1, 1, 2], [1, 1, 2, 2]])
    truth = [{"map": segments, "ids": [1, 2], "class": ["cat", "sky"]}]
    found = [{"map": moved, "ids": [1, 2], "class": ["cat", "sky"]}]
    document = bs.evaluate(truth, found, task="panoptic", classes=["cat", "sky"], things=["cat"])
    assert document["metrics"]["PQ_things"] == pytest.approx(4 / 5)
    assert document["metrics"]["PQ_stuff"] == pytest.approx(3 / 4)
    with pytest.raises(RequestError, match="thing 'dog' is no class"):
        bs.Evaluator(task="panoptic", classes=["cat"], things=["dog"]).update(truth, found)
