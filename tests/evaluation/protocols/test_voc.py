"""VOC against plain loops, an outside package on real files, and cases worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.protocols import protocol_of, voc
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options
from tests.evaluation.protocols.scenes import iou, same, scene, view_of

BOX = (10.0, 10.0, 20.0, 20.0)


def eleven(recall: list[float], precision: list[float]) -> float:
    total = 0.0
    for level in np.linspace(0, 1, 11):
        total += max((p for r, p in zip(recall, precision, strict=True) if r >= level), default=0)
    return total / 11


def every_step(recall: list[float], precision: list[float]) -> float:
    total, before = 0.0, 0.0
    for k, r in enumerate(recall):
        total += (r - before) * max(precision[k:])
        before = r
    return total


def twin(
    view: Comparable, least: float, average: Callable[[list[float], list[float]], float]
) -> list[float]:
    """AP per class, one prediction after the other."""
    assert view.ignored is not None
    truth, found, result = view.truth, view.predictions, []
    for class_id in range(view.classes):
        mine = [g for g in range(truth.rows.size) if truth.class_id[g] == class_id]
        difficult = {g for g in mine if view.ignored[g] or view.crowd[g]}
        rows = [k for k in range(found.rows.size) if found.class_id[k] == class_id]
        taken: set[int] = set()
        tp = fp = 0
        recall, precision = [], []
        for k in sorted(rows, key=lambda k: -view.confidence[k]):
            most, best = 0.0, -1
            for g in mine:
                overlap = iou(found.box[k], truth.box[g])
                if truth.item[g] == found.item[k] and overlap > most:
                    most, best = overlap, g
            if most >= least and best in difficult:
                continue
            if most >= least and best not in taken:
                taken.add(best)
                tp += 1
            else:
                fp += 1
            recall.append(tp / max(len(mine) - len(difficult), 1))
            precision.append(tp / (tp + fp))
        objects = len(mine) - len(difficult)
        result.append(average(recall, precision) if objects else float("nan"))
    return result


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("least", [0.3, 0.5, 0.75])
def test_equals_plain_loops(seed: int, least: float) -> None:
    view, options = scene(seed), Options(iou_thresholds=(least,))
    same(voc.evaluate(view, options).per_class["ap"], twin(view, least, every_step))
    same(voc.evaluate_2007(view, options).per_class["ap"], twin(view, least, eleven))


def test_the_scenes_have_something_to_judge() -> None:
    values = np.concatenate([voc.evaluate(scene(s), Options()).per_class["ap"] for s in range(20)])
    assert ((values > 0.1) & (values < 0.9)).mean() > 0.5


def test_only_the_nearest_object_may_be_claimed() -> None:
    close = (12.0, 10.0, 20.0, 20.0)
    view = view_of(
        [(0, 0, BOX), (0, 0, close)],
        [(0, 0, 0.9, BOX), (0, 0, 0.8, (10.5, 10.0, 20.0, 20.0))],
    )
    numbers = voc.evaluate(view, Options())
    assert numbers.overall["mAP"] == 0.5  # COCO would give the second prediction `close`
    assert numbers.ground_truth.tolist() == [2]


def test_an_overlap_equal_to_the_threshold_is_enough() -> None:
    view = view_of([(0, 0, (0, 0, 10, 10))], [(0, 0, 0.5, (0, 0, 10, 5))])
    assert voc.evaluate(view, Options()).overall == {"mAP": 1.0, "AP50": 1.0}
    assert voc.evaluate(view, Options(iou_thresholds=(0.51,))).overall["mAP"] == 0.0


def test_several_thresholds_are_averaged() -> None:
    view = view_of([(0, 0, (0, 0, 10, 10))], [(0, 0, 0.5, (0, 0, 10, 6))])
    numbers = voc.evaluate(view, Options(iou_thresholds=(0.5, 0.75)))
    assert numbers.overall == {"mAP": 0.5, "AP50": 1.0, "AP75": 0.0}


def test_what_lies_nearest_to_a_difficult_object_does_not_count() -> None:
    view = view_of(
        [(0, 0, BOX), (1, 0, BOX)],
        [(0, 0, 0.9, BOX), (0, 0, 0.8, BOX), (1, 0, 0.7, BOX)],
        items=2,
        ignored=np.array([1, 0], np.uint8),
    )
    assert voc.evaluate(view, Options()).overall["mAP"] == 1.0
    crowd = replace(view, ignored=None, crowd=np.array([1, 0], np.uint8))
    assert voc.evaluate(crowd, Options()).overall["mAP"] == 1.0


def test_of_equal_confidences_the_first_row_is_served() -> None:
    far = (100.0, 100.0, 5.0, 5.0)
    rows: list[Any] = [(0, 0, 0.5, BOX), (0, 0, 0.5, far)]
    assert voc.evaluate(view_of([(0, 0, BOX)], rows), Options()).overall["mAP"] == 1.0
    assert voc.evaluate(view_of([(0, 0, BOX)], rows[::-1]), Options()).overall["mAP"] == 0.5


PROTOCOL_NAMES = ("voc07", "voc12", "openimages", "kitti", "encord", "encord-legacy")


@pytest.mark.parametrize("name", PROTOCOL_NAMES)
def test_empty_sides_and_flat_boxes(name: str) -> None:
    protocol = protocol_of(name)
    headline = protocol.headline
    nothing = protocol.evaluate(view_of([], [], classes=2), Options())
    assert np.isnan(nothing.overall[headline])
    assert np.isnan(nothing.per_class["ap"]).all()
    high = (10.0, 10.0, 20.0, 60.0)
    missed = protocol.evaluate(view_of([(0, 0, high)], [], classes=2), Options())
    assert missed.overall[headline] == 0.0
    assert np.isnan(missed.per_class["ap"][1])
    wild = protocol.evaluate(view_of([], [(0, 0, 0.5, high)]), Options())
    assert np.isnan(wild.overall[headline]) or name == "encord"
    flat = (10.0, 10.0, 0.0, 60.0)
    both = protocol.evaluate(view_of([(0, 0, flat)], [(0, 0, 0.5, flat)]), Options())
    assert both.overall[headline] == 0.0  # boxes without area overlap nothing
    none = protocol.evaluate(view_of([], [], classes=0), Options())
    assert none.per_class["ap"].size == 0
    found = protocol.evaluate(view_of([(0, 0, high)], [(0, 0, 0.5, high)]), Options())
    if name != "kitti":  # which cannot reach 40 recall positions with one object
        assert found.overall[headline] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("name", PROTOCOL_NAMES)
def test_what_cannot_be_answered_is_refused(name: str) -> None:
    protocol = protocol_of(name)
    view = view_of([(0, 0, BOX)], [(0, 0, 0.5, BOX)])
    for bad in ((), (0.0,), (1.5,), (0.7, 0.5), (float("nan"),)):
        with pytest.raises(RequestError, match="E-IOU-RANGE"):
            protocol.evaluate(view, Options(iou_thresholds=bad))
    with pytest.raises(RequestError, match="E-OPTION-UNUSED"):
        protocol.evaluate(view, Options(area_ranges=(("all", 0.0, 1e10),)))
    with pytest.raises(RequestError, match="E-CONFIDENCE-NAN"):
        protocol.evaluate(replace(view, confidence=np.array([np.nan])), Options())


def cartucho(folder: Path) -> tuple[list[Any], list[Any], list[str], int]:
    """Rows (image, class, corners) and (image, class, confidence, corners), and class names."""
    truth: list[Any] = []
    found: list[Any] = []
    files = sorted((folder / "ground-truth").glob("*.txt"))
    for image, path in enumerate(files):
        for line in path.read_text().splitlines():
            name, *corners = line.split()[:5]
            truth.append((image, name, [float(v) for v in corners]))
        for line in (folder / "detection-results" / path.name).read_text().splitlines():
            name, confidence, *corners = line.split()
            found.append((image, name, float(confidence), [float(v) for v in corners]))
    names = sorted({row[1] for row in truth + found})
    return truth, found, names, len(files)


@pytest.mark.parametrize("eleven_points", [False, True])
def test_equals_an_outside_package_on_real_detections(
    shared_data: Path, eleven_points: bool
) -> None:
    podm = pytest.importorskip("podm.metrics", reason="pip install object-detection-metrics")
    truth, found, names, items = cartucho(shared_data / "voc_cartucho")
    box = podm.BoundingBox.of_bbox
    method = podm.MethodAveragePrecision(2 if eleven_points else 1)
    outside = podm.get_pascal_voc_metrics(
        [box(image, name, *corners) for image, name, corners in truth],
        [box(image, name, *corners, score) for image, name, score, corners in found],
        method=method,
    )

    def sized(corners: list[float]) -> list[float]:
        x0, y0, x1, y1 = corners
        return [x0, y0, x1 - x0, y1 - y0]  # the package does not add a pixel either

    view = view_of(
        [(image, names.index(name), sized(corners)) for image, name, corners in truth],
        [
            (image, names.index(name), score, sized(corners))
            for image, name, score, corners in found
        ],
        items=items,
        classes=len(names),
    )
    numbers = protocol_of("voc07" if eleven_points else "voc12").evaluate(view, Options())
    for class_id, name in enumerate(names):
        ours = numbers.per_class["ap"][class_id]
        if outside[name].num_groundtruth:
            assert ours == pytest.approx(outside[name].ap, abs=1e-12), name
        else:
            assert np.isnan(ours)
    assert numbers.overall["mAP"] == pytest.approx(podm.MetricPerClass.mAP(outside), abs=1e-12)
    assert len(names) > 20 and 0.1 < numbers.overall["mAP"] < 0.9
