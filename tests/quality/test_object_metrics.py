"""Metrics of annotations on scenes drawn by hand, and against shapely and NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from boxscore.quality import object_metrics as om
from boxscore.quality import prediction_metrics as pm
from boxscore.quality import track_metrics as tm
from boxscore.quality.registry import BUILT_IN
from boxscore.quality.shapes import hu_of
from boxscore.schema.kinds import Kind, Mark
from tests.quality.drawn import images, objects

NAN = pytest.approx(math.nan, nan_ok=True)


def test_counts_and_density() -> None:
    some = objects(
        images(3),
        [
            {"item": 0, "box": [0, 0, 50, 40]},
            {"item": 0, "box": [25, 0, 50, 40]},
            {"item": 0, "box": [0, 0, 100, 80], "crowd": True},
            {"item": 2, "box": [10, 10, 20, 20], "kind": Kind.POLYGON,
             "polygon": [(10, 10), (30, 10), (30, 30), (10, 30)]},
        ],
    )  # fmt: skip
    assert om.object_count(some).tolist() == [2, 0, 1]
    assert om.frame_object_density(some).tolist() == [100 * 75 * 40 / 8000, 0, 100 * 400 / 8000]
    assert om.small_object_share(some).tolist()[::2] == [0, 1]
    assert np.isnan(om.small_object_share(some)[1])


def test_density_is_the_area_of_shapelys_union() -> None:
    shapely = pytest.importorskip("shapely")
    rng = np.random.default_rng(1)
    box = rng.uniform(0, 600, (30, 4)) * [1, 1, 0.3, 0.3]
    some = objects(images(1, (800, 800)), [{"box": b.tolist()} for b in box])
    union = shapely.union_all([shapely.box(x, y, x + w, y + h) for x, y, w, h in box])
    expected = 100 * union.area / 800**2
    assert om.frame_object_density(some)[0] == pytest.approx(expected, rel=0.01)


def test_size_and_place() -> None:
    some = objects(
        images(1),
        [
            {"box": [10, 10, 40, 20]},
            {"box": [0, 0, 100, 80]},
            {"box": [40, 30, 20, 20], "kind": Kind.ROTATED_BOX, "theta": 45.0},
            {"box": [90, 70, 20, 0]},
            {"kind": Kind.CLASSIFICATION},
        ],
    )
    assert om.object_area_absolute(some).tolist() == [800, 8000, 400, 0, NAN]
    assert om.object_area_relative(some).tolist() == [10, 100, 5, 0, NAN]
    assert om.object_aspect_ratio(some).tolist() == [2, 1.25, 1, NAN, NAN]
    reach = 50 + 10 * math.sqrt(2)
    lower = (40 + 10 * math.sqrt(2)) / 80
    expected = [0.9, 1, max(reach / 100, lower), 1.1, NAN]
    assert om.closeness_to_borders(some).tolist() == [
        pytest.approx(v, nan_ok=True) for v in expected
    ]
    assert om.truncation(some).tolist()[:3] == [0, 1, 0]
    random = om.random_on_objects(some)
    assert ((random >= 0) & (random < 1)).all() and np.unique(random).size == 5


def test_three_duplicates_each_have_a_value() -> None:
    """Encord Active stops at an object in two duplicate pairs (its issue 684)."""
    some = objects(
        images(2),
        [
            {"box": [0, 0, 10, 10]},
            {"box": [0, 0, 10, 9]},
            {"box": [0, 0, 10, 8]},
            {"box": [0, 0, 10, 10], "class_id": 1},
            {"item": 1, "box": [0, 0, 10, 10]},
        ],
    )
    assert om.annotation_duplicates(some).tolist() == pytest.approx([0.9, 0.9, 8 / 9, 0, 0])
    assert om.crowding(some).tolist() == [3, 3, 3, 3, 0]
    assert om.occlusion_by_overlap(some).tolist() == pytest.approx([1, 1, 1, 1, 0])


def test_turned_boxes_overlap_as_they_are() -> None:
    pair = [
        {"box": [20, 20, 40, 10], "kind": Kind.ROTATED_BOX, "theta": 0.0},
        {"box": [20, 20, 40, 10], "kind": Kind.ROTATED_BOX, "theta": 90.0},
    ]
    found = om.annotation_duplicates(objects(images(1), pair))
    assert found.tolist() == pytest.approx([100 / 700] * 2)


def test_rarity_tightness_and_fill() -> None:
    bitmap = np.zeros((80, 100), np.uint8)
    bitmap[20:40, 10:50] = 1
    bitmap[20:30, 10:30] = 0
    some = objects(
        images(1),
        [
            {"box": [10, 20, 40, 20], "kind": Kind.BITMASK, "bitmap": bitmap},
            {"box": [10, 20, 80, 20], "kind": Kind.BITMASK, "bitmap": bitmap},
            {
                "box": [0, 0, 9, 9],
                "kind": Kind.BITMASK,
                "bitmap": bitmap,
                "marks": Mark.BOX_COMPUTED,
            },
            {"box": [0, 0, 9, 9], "class_id": 1},
        ],
    )
    assert om.box_tightness(some).tolist() == [1, 0.5, NAN, NAN]
    assert om.mask_fill(some).tolist() == [0.75, 0.75, 0.75, NAN]
    assert om.object_area_absolute(some).tolist() == [600, 600, 600, 81]
    assert om.class_rarity(some).tolist() == pytest.approx([-math.log2(0.75)] * 3 + [2])


def test_a_missing_object_is_seen_even_over_an_empty_frame() -> None:
    """Encord Active skips frames without objects, so that gaps of them are never found."""
    box = [10, 10, 20, 20]
    rows = [{"item": k, "box": box, "track": "a"} for k in (0, 1, 3, 4)]
    some = objects(images(5, sequence="v"), rows)
    assert tm.missing_objects(some).tolist() == [1, 0, 1, 1]


def test_a_broken_track_and_two_sequences() -> None:
    box = [10, 10, 20, 20]
    names = ["a", "a", "a", "b", "b", "b"]
    tracks = ["t", "u", "t", "t", "t", "t"]
    rows = [{"item": k, "box": box, "track": tracks[k]} for k in range(6)]
    some = objects(images(6, sequence=names), rows)
    assert tm.missing_objects(some).tolist() == [1, 1, 0.5, 1, 1, 1]
    alone = objects(images(2, sequence=["a", "b"]), [{"item": k, "box": box} for k in range(2)])
    assert tm.missing_objects(alone).tolist() == [1, 1]
    still = objects(images(1), [{"box": box}])
    assert np.isnan(tm.missing_objects(still)).all()


def test_inconsistent_class_and_track() -> None:
    rows = [
        {"item": 0, "box": [0, 0, 20, 20], "track": "a"},
        {"item": 1, "box": [0, 0, 20, 18], "track": "a", "class_id": 1},
        {"item": 2, "box": [0, 0, 20, 18], "track": "b", "class_id": 1},
        {"item": 3, "box": [60, 40, 20, 18], "track": "b", "class_id": 1},
    ]
    some = objects(images(4, sequence="v"), rows)
    assert tm.inconsistent_objects(some).tolist() == pytest.approx([1, 0.1, 0, 1])


def test_occlusion_in_video() -> None:
    sides = [20, 20, 20, 20, 20, 5]
    rows = [{"item": k, "box": [0, 0, 20, s], "track": "a"} for k, s in enumerate(sides)]
    found = tm.occlusion_in_video(objects(images(6, sequence="v"), rows))
    assert found.tolist() == pytest.approx([100] * 5 + [1 / math.hypot(5 / 6, 5 / 6)])
    short = tm.occlusion_in_video(objects(images(4, sequence="v"), rows[:4]))
    assert np.isnan(short).all()


def test_hu_moments_are_opencvs_and_invariant() -> None:
    mask = np.zeros((60, 60), np.uint8)
    mask[10:30, 10:20] = 1
    mask[10:15, 10:40] = 1
    found = hu_of(mask)
    assert hu_of(np.rot90(mask)) == pytest.approx(found, abs=1e-12)
    assert hu_of(np.roll(mask, 9, axis=0)) == pytest.approx(found, abs=1e-12)
    cv2 = pytest.importorskip("cv2")
    expected = cv2.HuMoments(cv2.moments(mask, binaryImage=True)).ravel()
    assert found == pytest.approx(expected, abs=1e-12)


def test_shape_similarity_falls_where_the_shape_changes() -> None:
    square, bar = np.zeros((80, 100), np.uint8), np.zeros((80, 100), np.uint8)
    square[10:30, 10:30] = 1
    bar[10:14, 5:95] = 1
    rows: list[dict[str, Any]] = [
        {"item": k, "box": [0, 0, 9, 9], "kind": Kind.BITMASK, "bitmap": b, "track": "a"}
        for k, b in enumerate([square, square, bar])
    ]
    found = tm.polygon_shape_similarity(objects(images(3, sequence="v"), rows))
    assert found[0] == 1 and found[1] == pytest.approx(1) and found[2] < 0.95
    rows.insert(2, rows[0])
    outlier = tm.shape_outliers(objects(images(3), sorted(rows, key=lambda row: row["item"])))
    assert np.argmin(outlier) == 3


PROBABILITIES = np.array([[0.7, 0.2, 0.1], [1.0, 0.0, 0.0], [0.25, 0.25, 0.5]])


def test_acquisition_functions_by_definition() -> None:
    entropy = [0.7 * math.log2(1 / 0.7) + 0.2 * math.log2(5) + 0.1 * math.log2(10), 0, 1.5]
    assert pm.entropy(PROBABILITIES).tolist() == pytest.approx(entropy)
    assert pm.least_confidence(PROBABILITIES).tolist() == pytest.approx([0.3, 0, 0.5])
    assert pm.margin(PROBABILITIES).tolist() == pytest.approx([0.5, 1, 0.25])
    assert pm.variance(PROBABILITIES).tolist() == pytest.approx(PROBABILITIES.var(axis=1))


def test_entropy_is_scipys() -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = stats.entropy(PROBABILITIES, base=2, axis=1)
    assert pm.entropy(PROBABILITIES) == pytest.approx(expected)


def test_acquisition_by_image() -> None:
    box = [0, 0, 9, 9]
    rows: list[dict[str, Any]] = [
        {"item": 0, "box": box, "confidence": 0.5},
        {"item": 0, "box": box, "confidence": 1.0, "class_id": 1},
        {"item": 1, "confidence": 0.5, "kind": Kind.CLASSIFICATION},
        {"item": 1, "confidence": 0.25, "kind": Kind.CLASSIFICATION, "class_id": 1},
        {"item": 2, "box": box, "confidence": 3.0},
    ]
    some = objects(images(4), rows, predicted=True)
    assert pm.entropy_of_images(some).tolist() == [0.5, 1.5, NAN, NAN]
    assert pm.least_confidence_of_images(some).tolist() == [0.25, 0.5, NAN, NAN]
    assert pm.margin_of_images(some).tolist() == [0.5, 0.25, NAN, NAN]
    assert pm.mean_object_confidence(some).tolist() == [0.75, NAN, NAN, NAN]
    assert pm.confidence(some).tolist() == [0.5, 1, 0.5, 0.25, 3]
    assert pm.confidence_margin(some).tolist() == [-0.5, 0.5, NAN, NAN, 3]


@pytest.mark.parametrize("predicted", [False, True])
def test_nothing_at_all_is_measured(predicted: bool) -> None:
    for count in (0, 2):
        none = objects(images(count), [], predicted=predicted)
        for metric in BUILT_IN:
            if none.role in metric.card.roles and metric.card.reads == "objects":
                size = count if metric.card.on == "image" else 0
                assert metric(none).shape == (size,)


def test_keypoints_with_a_box_have_its_area_and_single_points_none() -> None:
    rows = [
        {"box": [10, 10, 20, 30], "kind": Kind.KEYPOINTS},
        {"box": [40, 10, 0, 0], "kind": Kind.KEYPOINTS},
        {"box": [40, 10, 9, 9], "kind": Kind.POLYLINE},
        {"box": [10, 10, 10, 30], "kind": Kind.KEYPOINTS},
    ]
    some = objects(images(1), rows)
    nothing = math.nan
    for found, expected in (
        (om.object_area_absolute(some), [600, nothing, nothing, 300]),
        (om.object_area_relative(some), [7.5, nothing, nothing, 3.75]),
        (om.occlusion_by_overlap(some), [0.5, nothing, nothing, 1.0]),
        (om.small_object_share(some), [1.0]),
    ):
        assert found.tolist() == pytest.approx(expected, nan_ok=True)
