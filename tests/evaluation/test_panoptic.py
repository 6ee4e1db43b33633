"""Panoptic quality against the definition in plain loops, torchmetrics and hand-made images."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import RequestError
from boxscore.evaluation.panoptic import PanopticScores, Segments, evaluate
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Task
from tests.evaluation import slow_panoptic
from tests.evaluation.masks import masked_view

CLASSES = 5


def blocks(rng: Any, labels: int) -> Any:
    """An id map of 8 x 8 blocks of 3 x 3 pixels, with noise."""
    coarse = rng.integers(0, labels, (8, 8)).repeat(3, axis=0).repeat(3, axis=1)
    return np.where(rng.random(coarse.shape) < 0.1, rng.integers(0, labels, coarse.shape), coarse)


def scene(seed: int) -> tuple[Any, dict[int, tuple[int, bool]], Any, dict[int, int]]:
    """A truth with void and crowds, and a prediction that agrees with most of it."""
    rng = np.random.default_rng(seed)
    truth = blocks(rng, 7) * 11
    found = np.where(rng.random((24, 24)) < 0.2, blocks(rng, 9), truth // 11) * 3
    crowds = 0
    listed: dict[int, tuple[int, bool]] = {}
    for g in np.unique(truth[truth > 0]).tolist():
        crowd = crowds < 1 and rng.random() < 0.3
        crowds += crowd
        listed[g] = int(rng.integers(0, CLASSES)), bool(crowd)
    found_class = {}
    for p in np.unique(found[found > 0]).tolist():
        same = listed.get(p // 3 * 11)
        found_class[p] = same[0] if same and rng.random() < 0.8 else int(rng.integers(0, CLASSES))
    return truth, listed, found, found_class


def segments(ids: Any, listed: dict[int, tuple[int, bool]]) -> Segments:
    return Segments(
        map=ids,
        ids=np.array(list(listed), np.int64),
        class_id=np.array([v[0] for v in listed.values()], np.int64),
        crowd=np.array([v[1] for v in listed.values()], np.bool_),
    )


def plain(ids: Any, classes: dict[int, int]) -> Segments:
    return segments(ids, {k: (v, False) for k, v in classes.items()})


def slow(scenes: list[Any]) -> dict[int, list[Any]]:
    total: dict[int, list[Any]] = {}
    for one in scenes:
        for class_id, row in slow_panoptic.count(*one).items():
            before = total.get(class_id, [0.0, 0, 0, 0])
            total[class_id] = [a + b for a, b in zip(before, row, strict=True)]
    return total


def scored(scenes: list[Any]) -> PanopticScores:
    scores = PanopticScores(CLASSES)
    for truth, listed, found, found_class in scenes:
        scores.update(segments(truth, listed), plain(found, found_class))
    return scores


@pytest.mark.parametrize("seed", range(8))
def test_counts_and_means_are_those_of_the_definition(seed: int) -> None:
    scenes = [scene(100 * seed + k) for k in range(6)]
    expected, scores = slow(scenes), scored(scenes)
    assert sum(row[1] for row in expected.values()) > 5
    for class_id in range(CLASSES):
        row = expected.get(class_id, [0.0, 0, 0, 0])
        got = scores.tp[class_id], scores.fp[class_id], scores.fn[class_id]
        assert got == tuple(row[1:])
        assert scores.iou[class_id] == pytest.approx(row[0], abs=1e-12)
    thing = np.array([True, False, True, False, True])
    overall = scores.numbers(thing).overall
    for group, chosen in (("", {0, 1, 2, 3, 4}), ("_things", {0, 2, 4}), ("_stuff", {1, 3})):
        means = tuple(overall[f"{name}{group}"] for name in ("PQ", "SQ", "RQ"))
        assert means == pytest.approx(slow_panoptic.average(expected, chosen), abs=1e-12)


def coco_sample(folder: Path) -> list[tuple[Any, dict[int, tuple[int, bool]]]]:
    """The id maps of the sample and their segments, classes numbered by category."""
    document = json.loads((folder / "panoptic_examples.json").read_text())
    number = {c["id"]: k for k, c in enumerate(document["categories"])}
    out = []
    for annotation in document["annotations"]:
        with Image.open(folder / "panoptic_examples" / annotation["file_name"]) as picture:
            colours = np.asarray(picture.convert("RGB")).astype(np.int64)
        ids = colours @ np.array([1, 256, 65536])
        rows = annotation["segments_info"]
        out.append((ids, {s["id"]: (number[s["category_id"]], bool(s["iscrowd"])) for s in rows}))
    return out


def test_coco_sample(shared_data: Path) -> None:
    sample = coco_sample(shared_data / "panoptic_sample")
    perfect, shifted = PanopticScores(200), PanopticScores(200)
    scenes = []
    for ids, listed in sample:
        moved = np.roll(ids, (3, -5), axis=(0, 1))
        moved[moved == 0] = max(listed) + 1
        classes = {k: v[0] for k, v in listed.items()} | {max(listed) + 1: 199}
        classes = {k: v for k, v in classes.items() if (moved == k).any()}
        shifted.update(segments(ids, listed), plain(moved, classes))
        own = {k: v[0] for k, v in listed.items()}
        perfect.update(segments(ids, listed), plain(ids, own))
        scenes.append((ids, listed, moved, classes))
    exact = perfect.numbers().overall
    assert (exact["PQ"], exact["SQ"], exact["RQ"]) == (1, 1, 1)
    overall = shifted.numbers().overall
    got = overall["PQ"], overall["SQ"], overall["RQ"]
    assert got == pytest.approx(slow_panoptic.average(slow(scenes), set(range(200))), abs=1e-12)
    assert [round(v, 6) for v in got] == [0.51255, 0.568066, 0.689459]
    assert (shifted.tp.sum(), shifted.fp.sum(), shifted.fn.sum()) == (30, 18, 17)


@pytest.mark.parametrize("seed", range(3))
def test_quality_is_that_of_torchmetrics(seed: int) -> None:
    torch = pytest.importorskip("torch")
    oracle = pytest.importorskip("torchmetrics.functional.detection")
    truth, listed, found, found_class = scene(seed)
    listed = {g: (class_id, False) for g, (class_id, _) in listed.items()}
    listed[99] = 0, False
    truth, found = np.where(truth == 0, 99, truth), np.where(found == 0, 99, found)
    found_class[99] = 0

    def pairs(ids: Any, classes: dict[int, int]) -> Any:
        class_map = np.vectorize(classes.__getitem__)(ids)
        return torch.tensor(np.stack([class_map, ids], axis=-1)[None])

    theirs = oracle.panoptic_quality(
        pairs(found, found_class),
        pairs(truth, {g: v[0] for g, v in listed.items()}),
        things=set(range(CLASSES)),
        stuffs={CLASSES},
    )
    scores = PanopticScores(CLASSES)
    scores.update(segments(truth, listed), plain(found, found_class))
    assert scores.numbers().overall["PQ"] == pytest.approx(float(theirs), abs=1e-6)


def test_processes_add_up() -> None:
    scenes = [scene(k) for k in range(4)]
    whole, first, second = scored(scenes), scored(scenes[:1]), scored(scenes[1:])
    first.merge(second)
    assert np.array_equal(first.tp, whole.tp)
    assert np.array_equal(first.fp, whole.fp)
    assert np.array_equal(first.fn, whole.fn)
    assert first.iou == pytest.approx(whole.iou, abs=1e-12)


def test_no_match_counts_zero_and_says_so() -> None:
    scores = PanopticScores(2)
    ids = np.array([[1, 2]])
    scores.update(plain(ids, {1: 0, 2: 1}), plain(ids, {1: 0, 2: 0}))
    numbers = scores.numbers()
    assert numbers.overall["SQ"] == 0.5
    assert math.isnan(numbers.per_class["sq"][1])
    assert math.isnan(numbers.overall["PQ_things"])
    assert len(numbers.notes) == 2
    assert all(math.isnan(v) for v in PanopticScores(2).numbers().overall.values())


@pytest.mark.parametrize(
    ("truth", "found", "code"),
    [
        (plain(np.array([[1, 2]]), {1: 0}), plain(np.array([[1, 1]]), {1: 0}), "SEGMENT"),
        (plain(np.array([[1, 1]]), {1: 0}), plain(np.array([[1, 0]]), {1: 0, 2: 0}), "SEGMENT"),
        (plain(np.array([[-1, 1]]), {-1: 0, 1: 0}), plain(np.array([[0, 0]]), {}), "SEGMENT"),
        (plain(np.array([[1, 1]]), {1: 7}), plain(np.array([[0, 0]]), {}), "CLASS"),
        (plain(np.array([[1, 1]]), {1: 0}), plain(np.array([[0]]), {}), "SHAPE"),
        (plain(np.array([[0.5, 1]]), {1: 0}), plain(np.array([[0, 0]]), {}), "SHAPE"),
    ],
)
def test_bad_segments_are_refused(truth: Segments, found: Segments, code: str) -> None:
    with pytest.raises(RequestError, match=f"E-[A-Z]*-?{code}"):
        PanopticScores(2).update(truth, found)


def test_bad_sizes_are_refused() -> None:
    with pytest.raises(RequestError, match="E-SHAPE"):
        PanopticScores(2).merge(PanopticScores(3))


def test_masks_become_segments() -> None:
    # (item, class, first pixel, last pixel, confidence) of ten pixels; class 1 is stuff.
    truth = [(0, 0, 0, 2, 1), (0, 1, 4, 5, 1), (0, 1, 7, 8, 1)]
    found = [(0, 0, 0, 3, 0.9), (0, 0, 2, 4, 0.5), (0, 1, 5, 8, 0.8), (1, 0, 0, 9, 0.9)]
    view = masked_view(Task.PANOPTIC, (2, 5), truth, found, thing=[True, False])
    numbers = evaluate(view, Options())
    # Truth 111-22-22-, predictions 1111233334: pixel 3, 6 and 9 are void.
    assert numbers.ground_truth.tolist() == [1, 1]
    assert numbers.per_class["pq"].tolist() == [1 / 1.5, 3 / 4]
    assert numbers.overall["PQ_stuff"] == 0.75
    assert "2 pixels of predictions" in numbers.notes[0]
    assert "65.0%" in numbers.notes[1]


def test_crowds_excuse_and_ignored_truth_is_void() -> None:
    truth = [(0, 0, 0, 4, 1), (0, 1, 5, 9, 1)]
    found = [(0, 0, 0, 3, 0.9), (0, 1, 5, 9, 0.8)]
    view = masked_view(Task.PANOPTIC, (2, 5), truth, found, crowd=[0], ignored=[1])
    numbers = evaluate(view, Options())
    assert numbers.ground_truth.tolist() == numbers.predictions.tolist() == [0, 0]
    counted = evaluate(masked_view(Task.PANOPTIC, (2, 5), truth, found), Options())
    assert counted.per_class["pq"].tolist() == [0.8, 1]
    one = evaluate(masked_view(Task.PANOPTIC, (2, 5), truth, found), Options(class_agnostic=True))
    assert one.overall["PQ"] == 0.9


@pytest.mark.parametrize(("truth", "found"), [([], []), ([(0, 0, 0, 5, 1)], [])])
def test_empty_sides(truth: Any, found: Any) -> None:
    numbers = evaluate(masked_view(Task.PANOPTIC, (2, 5), truth, found), Options())
    assert numbers.overall["PQ"] == 0 if truth else math.isnan(numbers.overall["PQ"])
