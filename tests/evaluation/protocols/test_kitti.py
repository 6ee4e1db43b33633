"""KITTI against the development kit's procedure in plain loops, and on real tracking frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation.protocols import kitti
from boxscore.matching.comparable import Comparable, Facts
from boxscore.matching.policy import Options
from tests.evaluation.protocols.scenes import inside, iou, scene, view_of

NAMES = ("Car", "Van", "Pedestrian", "DontCare", "Cyclist")
NEIGHBOUR = {"Car": "Van", "Pedestrian": "Person_sitting"}
LEVELS = {"easy": (40, 0, 0.15), "moderate": (25, 1, 0.3), "hard": (25, 2, 0.5)}


class Frame:
    """One image of one class at one difficulty, as the development kit sees it."""

    def __init__(self, view: Comparable, item: int, name: str, level: str) -> None:
        height, occlusion, truncation = LEVELS[level]
        names, facts = view.facts.names, view.facts
        assert facts.occlusion is not None and facts.truncation is not None
        self.least = 0.7 if name == "Car" else 0.5
        self.truth: list[tuple[Any, bool]] = []  # box, counts
        self.regions: list[Any] = []
        for g in np.flatnonzero(view.truth.item == item):
            box, own = view.truth.box[g], names[view.truth.class_id[g]]
            if own == "DontCare":
                self.regions.append(box)
            elif own == name:
                hard = (
                    facts.occlusion[g] > occlusion
                    or facts.truncation[g] > truncation
                    or box[3] < height
                )
                self.truth.append((box, not hard))
            elif own == NEIGHBOUR.get(name):
                self.truth.append((box, False))
        self.found: list[tuple[Any, float, bool]] = []  # box, confidence, counts
        for k in np.flatnonzero(view.predictions.item == item):
            box, own = view.predictions.box[k], names[view.predictions.class_id[k]]
            if box[3] < height or own == name:
                self.found.append((box, float(view.confidence[k]), bool(box[3] >= height)))

    def hits(self) -> list[float]:
        """Confidences of the hits when each object takes the most confident prediction."""
        taken: set[int] = set()
        confidences = []
        for box, counts in self.truth:
            best = -1
            for k, (found, confidence, _) in enumerate(self.found):
                fits = k not in taken and iou(found, box) > self.least
                if fits and (best < 0 or confidence > self.found[best][1]):
                    best = k
            if best >= 0:
                taken.add(best)
                if counts and self.found[best][2]:
                    confidences.append(self.found[best][1])
        return confidences

    def count(self, threshold: float) -> tuple[int, int]:
        """TP and FP among the predictions at or above a confidence."""
        taken: set[int] = set()
        tp = 0
        for box, counts in self.truth:
            best, most, low = -1, 0.0, -1
            for k, (found, confidence, high) in enumerate(self.found):
                overlap = iou(found, box)
                if k in taken or confidence < threshold or overlap <= self.least:
                    continue
                if high and overlap > most:
                    best, most = k, overlap
                elif not high and low < 0:
                    low = k
            chosen = best if best >= 0 else low
            if chosen >= 0:
                taken.add(chosen)
                tp += counts and self.found[chosen][2]
        fp = 0
        for k, (found, confidence, high) in enumerate(self.found):
            lost = any(inside(found, region) > self.least for region in self.regions)
            fp += k not in taken and confidence >= threshold and high and not lost
        return tp, fp


def thresholds(hits: list[float], objects: int) -> list[float]:
    chosen, wanted = [], 0.0
    hits = sorted(hits, reverse=True)
    for i, confidence in enumerate(hits):
        last = i == len(hits) - 1
        here, after = (i + 1) / objects, (i + 1 if last else i + 2) / objects
        if after - wanted < wanted - here and not last:
            continue
        chosen.append(confidence)
        wanted += 1 / 40
    return chosen


def twin(view: Comparable, name: str, level: str) -> float:
    """AP at 40 recall positions."""
    frames = [Frame(view, item, name, level) for item in range(view.items)]
    objects = sum(counts for frame in frames for _, counts in frame.truth)
    if not objects:
        return float("nan")
    hits = [confidence for frame in frames for confidence in frame.hits()]
    precision = [0.0] * 41
    for position, least in enumerate(thresholds(hits, objects)):
        counts = [frame.count(least) for frame in frames]
        tp, fp = sum(c[0] for c in counts), sum(c[1] for c in counts)
        precision[position] = tp / (tp + fp) if tp else 0.0
    return sum(max(precision[i:]) for i in range(1, 41)) / 40


def street(seed: int) -> Comparable:
    rng = np.random.default_rng(seed)
    view = scene(seed, classes=5, items=4, size=50)
    objects = view.truth.rows.size
    facts = Facts(
        names=NAMES,
        occlusion=rng.integers(0, 4, objects).astype(float),
        truncation=np.round(rng.random(objects) * 0.6, 2),
    )
    return replace(view, crowd=np.zeros(objects, np.uint8), ignored=None, facts=facts)


@pytest.mark.parametrize("seed", range(30))
def test_equals_plain_loops(seed: int) -> None:
    view = street(seed)
    numbers = kitti.evaluate(view, Options())
    for level in LEVELS:
        column = numbers.per_class[f"ap_{level}"]
        for class_id, name in enumerate(NAMES):
            if name in ("Van", "DontCare"):
                assert np.isnan(column[class_id])
            else:
                expected = twin(view, name, level)
                assert column[class_id] == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert np.array_equal(numbers.per_class["ap"], numbers.per_class["ap_moderate"], equal_nan=True)


@pytest.mark.parametrize("seed", range(30))
def test_serving_all_at_once_ends_where_one_by_one_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pairs = {(int(g), int(k)) for g, k in rng.integers(0, 12, (40, 2))}
    rows = sorted(pairs, key=lambda pair: (pair[0], rng.random()))
    truth, prediction = np.array(rows, np.int32).T
    served = kitti.serve_in_order(truth, prediction)
    taken: set[int] = set()
    expected = []
    for g in range(12):
        free = [i for i in range(len(rows)) if rows[i][0] == g and rows[i][1] not in taken]
        if free:
            expected.append(free[0])
            taken.add(rows[free[0]][1])
    assert served.tolist() == expected


def test_what_neither_counts_nor_is_wrong() -> None:
    tall, gone = (0.0, 0.0, 30.0, 60.0), (300.0, 0.0, 30.0, 60.0)
    truth: list[Any] = [(0, 0, tall), (0, 1, gone), (0, 3, (600.0, 0.0, 300.0, 100.0))]
    truth += [(i, 0, tall) for i in range(1, 100)]
    found: list[Any] = [(i, 0, 0.5, tall) for i in range(100)]
    good = kitti.evaluate(
        view_of(truth, found, items=100, classes=5, facts=Facts(names=NAMES)), Options()
    )
    assert good.overall["AP_moderate"] == 1.0
    assert len(good.notes) == 2  # neither truncation nor occlusion is known
    neutral: list[Any] = [
        (0, 0, 0.9, gone),  # on a van
        (0, 0, 0.9, (650.0, 10.0, 30.0, 60.0)),  # inside DontCare
        (0, 0, 0.9, (100.0, 0.0, 30.0, 24.0)),  # too low to count
    ]
    same = kitti.evaluate(
        view_of(truth, found + neutral, items=100, classes=5, facts=Facts(names=NAMES)), Options()
    )
    assert same.overall == good.overall
    wrong = [(0, 0, 0.9, (100.0, 0.0, 30.0, 60.0))]
    worse = kitti.evaluate(
        view_of(truth, found + wrong, items=100, classes=5, facts=Facts(names=NAMES)), Options()
    )
    assert worse.overall["AP_moderate"] < 1.0


def test_an_overlap_must_exceed_the_threshold() -> None:
    truth: list[Any] = [(i, 0, (0.0, 0.0, 10.0, 50.0)) for i in range(50)]
    found: list[Any] = [(i, 0, 0.5, (0.0, 0.0, 5.0, 50.0)) for i in range(50)]
    view = view_of(truth, found, items=50)
    assert kitti.evaluate(view, Options()).overall["AP_easy"] == 0.0
    assert kitti.evaluate(view, Options(iou_thresholds=(0.49,))).overall["AP_easy"] == 1.0


def test_few_objects_are_said_to_be_too_few() -> None:
    tall = (0.0, 0.0, 30.0, 60.0)
    numbers = kitti.evaluate(
        view_of([(0, 0, tall)], [(0, 0, 0.5, tall)], facts=Facts(names=("Car",))), Options()
    )
    assert numbers.overall["AP_moderate"] == 0.0
    assert "Car" in numbers.notes[0] and "fewer than 41" in numbers.notes[0]


def tracking(folder: Path) -> Comparable:
    """Three sequences of KITTI tracking, every frame one image."""
    names = ["Car", "Pedestrian", "Cyclist", "Van", "Person_sitting", "DontCare"]
    start = 0
    truth: list[Any] = []
    found: list[Any] = []
    facts: list[tuple[float, float]] = []

    def sized(corners: list[float]) -> list[float]:
        x0, y0, x1, y1 = corners
        return [x0, y0, x1 - x0, y1 - y0]

    for sequence in ("0000", "0012", "0014"):
        last = 0
        for line in (folder / "label_02" / f"{sequence}.txt").read_text().splitlines():
            frame, _, name, truncation, occlusion, _, *numbers = line.split()
            if name not in names:
                names.append(name)
            truth.append((start + int(frame), names.index(name), sized([*map(float, numbers[:4])])))
            facts.append((float(truncation), float(occlusion)))
            last = max(last, int(frame))
        for name in ("Car", "Pedestrian", "Cyclist"):
            file = folder / "detections" / name / f"{sequence}.txt"
            for line in file.read_text().splitlines():
                frame, _, *numbers = line.split(",")
                values = [float(v) for v in numbers]
                last = max(last, int(frame))
                row = (start + int(frame), names.index(name), values[4], sized(values[:4]))
                found.append(row)
        start += last + 1
    found.sort(key=lambda row: row[0])
    truncation_, occlusion_ = np.array(facts).T
    return view_of(
        truth,
        found,
        items=start,
        classes=len(names),
        facts=Facts(names=tuple(names), truncation=truncation_, occlusion=occlusion_),
    )


GOLDEN = """\
frames 338, lines 2241, found 3282
AP_easy 0.7835271177
AP_moderate 0.7347254634
AP_hard 0.7361327696
Car 0.9658393935 0.9494329631 0.9453924707
Pedestrian 0.3867792645 0.2567163970 0.2649788082
Cyclist 0.9979626952 0.9980270300 0.9980270300
"""


@pytest.mark.slow
def test_real_detections_on_tracking_frames(shared_data: Path) -> None:
    view = tracking(shared_data / "kitti_tracking")
    numbers = kitti.evaluate(view, Options())
    lines = [f"frames {view.items}, lines {view.truth.rows.size}, found {view.confidence.size}"]
    lines += [f"{name} {value:.10f}" for name, value in numbers.overall.items()]
    for class_id, name in enumerate(view.facts.names[:3]):
        values = [numbers.per_class[f"ap_{level}"][class_id] for level in LEVELS]
        lines.append(f"{name} " + " ".join(f"{v:.10f}" for v in values))
        for level, value in zip(LEVELS, values, strict=True):
            assert value == pytest.approx(twin(view, name, level), abs=1e-12)
    assert "\n".join(lines) + "\n" == GOLDEN
