"""Overlaps of rotated boxes, masks' boundaries and keypoints against outside geometry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxscore.kernels import _core
from tests.matching import slow_overlap as slow

ROTATED_TOLERANCE = 1e-12
"""Of the IoU: both sides round, Shapely at the corners already."""


def rotated(found: Any, truth: Any, crowd: bool = False) -> float:
    """IoU of two boxes given as (x, y, w, h, theta)."""
    a, b = np.array([found], float), np.array([truth], float)
    flags = np.array([crowd], np.uint8)
    overlap = _core.rotated_overlap(
        b[:, :4].copy(), b[:, 4].copy(), a[:, :4].copy(), a[:, 4].copy(), flags
    )
    return float(overlap.matrix()[0, 0])


def rotated_boxes(rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    place, size = rng.random((n, 2)) * 60 + 500, 1 + rng.random((n, 2)) ** 2 * 80
    return np.concatenate([place, size, rng.uniform(-400, 400, (n, 1))], axis=1)


@pytest.mark.parametrize("seed", range(6))
def test_rotated_boxes_equal_shapely(seed: int) -> None:
    pytest.importorskip("shapely")
    rng = np.random.default_rng(seed)
    truth, found = rotated_boxes(rng, 25), rotated_boxes(rng, 30)
    found[:8] = truth[:8]
    found[8:12] = truth[8:12]
    found[8:12, 4] += 90
    found[12:16] = truth[12:16] + rng.normal(0, 1e-9, (4, 5))
    truth[16:20, 4] = rng.integers(-8, 8, 4) * 90
    overlap = _core.rotated_overlap(
        truth[:, :4].copy(),
        truth[:, 4].copy(),
        found[:, :4].copy(),
        found[:, 4].copy(),
        np.zeros(25, np.uint8),
    )
    ours = overlap.matrix()
    judge = [[slow.rotated_iou(f[:4], f[4], t[:4], t[4]) for t in truth] for f in found]
    assert np.abs(ours - judge).max() <= ROTATED_TOLERANCE
    assert (ours > 0).mean() > 0.3
    assert ours[np.arange(8), np.arange(8)].tolist() == [1.0] * 8


@pytest.mark.parametrize(
    ("found", "truth", "iou"),
    [
        ((0, 0, 10, 4, 30), (0, 0, 10, 4, 30), 1.0),
        ((0, 0, 10, 4, 30), (0, 0, 10, 4, 210), 1.0),
        ((0, 0, 10, 4, 30), (0, 0, 10, 4, 390), 1.0),
        ((0, 0, 10, 10, 15), (0, 0, 10, 10, 105), 1.0),
        ((0, 0, 10, 4, 0), (10, 0, 10, 4, 0), 0.0),
        ((0, 0, 10, 4, 90), (7, 0, 10, 4, 90), 0.0),
        ((3, 3, 4, 4, 90), (0, 0, 10, 10, 0), 0.16),
        ((0, 0, 10, 10, 90), (5, 0, 10, 10, 0), 1 / 3),
        ((5, 5, 0, 0, 45), (0, 0, 10, 10, 10), 0.0),
        ((5, 5, 0, 0, 45), (5, 5, 0, 0, 45), 0.0),
        ((0, 0, 10, 0, 45), (0, 0, 10, 10, 45), 0.0),
        ((500, 500, 10, 10, 45), (0, 0, 10, 10, 45), 0.0),
    ],
)
def test_rotated_boxes_that_touch_contain_or_vanish(found: Any, truth: Any, iou: float) -> None:
    assert rotated(found, truth) == pytest.approx(iou, abs=1e-15)


def test_a_square_turned_by_45_degrees_is_an_octagon() -> None:
    shared = 100 * 2 * (np.sqrt(2) - 1)
    expected = shared / (200 - shared)
    assert rotated((0, 0, 10, 10, 45), (0, 0, 10, 10, 0)) == pytest.approx(expected, rel=1e-15)


def test_degrees_run_clockwise_about_the_centre() -> None:
    # A flat box whose right end dips: the pixel below right is inside, above right is not.
    flat = (0, 0, 20, 2, 30)
    below, above = (15.5, 4.5, 1, 1, 0), (15.5, -3.5, 1, 1, 0)
    assert rotated(below, flat) > 0
    assert rotated(above, flat) == 0


def test_a_crowd_region_is_divided_by_the_prediction() -> None:
    assert rotated((3, 3, 4, 4, 45), (0, 0, 10, 10, 0), crowd=True) == pytest.approx(1.0, rel=1e-15)
    assert rotated((0, 0, 10, 10, 90), (5, 0, 10, 10, 0), crowd=True) == pytest.approx(0.5)


def test_without_rotation_it_is_the_overlap_of_boxes() -> None:
    rng = np.random.default_rng(3)
    truth, found = rotated_boxes(rng, 40)[:, :4].copy(), rotated_boxes(rng, 50)[:, :4].copy()
    crowd = (rng.random(40) < 0.3).astype(np.uint8)
    ours = _core.rotated_overlap(truth, np.zeros(40), found, np.full(50, 180.0), crowd).matrix()
    assert np.array_equal(ours, _core.box_iou(found, truth, crowd))


def blob(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    """A rough shape, sometimes with holes, islands and contact with the border."""
    y, x = np.mgrid[:height, :width]
    cy, cx = rng.random() * height, rng.random() * width
    ry, rx = (0.1 + rng.random() * 0.6) * height, (0.1 + rng.random() * 0.6) * width
    mask = ((y - cy) / ry) ** 2 + ((x - cx) / rx) ** 2 < 1
    noise = rng.random((height, width))
    return np.asarray((mask & (noise > 0.02)) | (noise > 0.995), np.uint8)


SIZES = [(1, 1), (1, 40), (40, 1), (7, 9), (60, 45), (33, 120), (240, 320)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", SIZES)
def test_boundaries_equal_repeated_erosion(size: tuple[int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [blob(rng, *size), np.ones(size, np.uint8), np.zeros(size, np.uint8)]
    for mask in shapes:
        text = _core.mask_boundary(_core.mask_from_bitmap(mask), *size)
        assert np.array_equal(_core.mask_decode(text, *size), slow.boundary(mask))
        wide = _core.mask_boundary(_core.mask_from_bitmap(mask), *size, 0.1)
        assert np.array_equal(_core.mask_decode(wide, *size), slow.boundary(mask, 0.1))


@pytest.mark.parametrize("size", SIZES)
def test_boundaries_equal_opencv(size: tuple[int, int]) -> None:
    """The paper's own code: copyMakeBorder, erode, subtract."""
    cv2 = pytest.importorskip("cv2")
    mask = blob(np.random.default_rng(9), *size)
    width = max(1, round(0.02 * float(np.sqrt(size[0] ** 2 + size[1] ** 2))))
    framed = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(framed, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1]
    text = _core.mask_boundary(_core.mask_from_bitmap(mask), *size)
    assert np.array_equal(_core.mask_decode(text, *size), mask - eroded)


def column(masks: list[NDArray[np.uint8]]) -> tuple[Any, Any, Any, Any]:
    texts = [_core.mask_from_bitmap(mask) for mask in masks]
    offsets = np.cumsum([0, *map(len, texts)]).astype(np.int64)
    sizes = np.array([mask.shape for mask in masks], np.int32).reshape(-1, 2)
    counts = np.frombuffer(b"".join(texts), np.uint8)
    return counts, offsets, sizes[:, 0].copy(), sizes[:, 1].copy()


@pytest.mark.parametrize("seed", range(4))
def test_boundary_iou_is_the_lesser_of_two(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, found = [blob(rng, 90, 120) for _ in range(5)], [blob(rng, 90, 120) for _ in range(6)]
    found[0] = truth[0]
    crowd = np.array([0, 1, 0, 0, 1], np.uint8)
    ours = _core.boundary_overlap(column(truth), column(found), crowd).matrix()
    judge = [
        [slow.boundary_iou(f, t, bool(c)) for t, c in zip(truth, crowd, strict=True)] for f in found
    ]
    assert ours.tolist() == judge
    assert ours[0, 0] == 1.0


def people(rng: np.random.Generator, n: int, points: int) -> NDArray[np.float64]:
    out = np.concatenate([rng.random((n, points, 2)) * 60, np.zeros((n, points, 1))], axis=2)
    out[:, :, 2] = rng.integers(0, 3, (n, points))
    return out


@pytest.mark.parametrize("points", [1, 5, 17, 133])
def test_keypoints_equal_pycocotools(points: int) -> None:
    """To the last bit but one: NumPy's own exp differs from the C library's on some processors."""
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    rng = np.random.default_rng(points)
    truth, box = people(rng, 40, points), np.concatenate([rng.random((40, 4)) * 50])
    truth[:6, :, 2] = 0
    found = truth[rng.integers(0, 40, 50)] + rng.normal(0, 4, (50, points, 3))
    area, sigmas = rng.random(40) * 3000, 0.02 + rng.random(points) / 10
    area[7] = 0
    ours = _core.keypoint_overlap(
        np.zeros(40, np.int32), box, area, truth, found, sigmas[None]
    ).matrix()
    oracle = cocoeval.COCOeval(iouType="keypoints")
    oracle.params.kpt_oks_sigmas, oracle.params.maxDets = sigmas, [1000]
    oracle._gts[1, 1] = [
        {"keypoints": k.ravel().tolist(), "bbox": b.tolist(), "area": float(a)}
        for k, b, a in zip(truth, box, area, strict=True)
    ]
    oracle._dts[1, 1] = [
        {"keypoints": k.ravel().tolist(), "score": 1 - n / 1000} for n, k in enumerate(found)
    ]
    judge = oracle.computeOks(1, 1)
    np.testing.assert_allclose(ours, judge, rtol=1e-15, atol=1e-300)
    assert (judge > 0.1).any()


def test_each_class_has_its_own_keypoints_and_sigmas() -> None:
    """Points beyond a class's own are padding and play no part, even where none is visible."""
    rng = np.random.default_rng(1)
    sigmas = np.array([[0.05, 0.1, np.nan, np.nan], [0.03, 0.04, 0.05, 0.06]])
    class_id = np.array([0, 1, 0, 1], np.int32)
    truth, found = people(rng, 4, 4), people(rng, 3, 4)
    truth[:2, :, 2], truth[2:, :, 2] = 2, 0
    truth[class_id == 0, 2:] = 0
    box, area = rng.random((4, 4)) * 20, 100 + rng.random(4) * 300
    ours = _core.keypoint_overlap(class_id, box, area, truth, found, sigmas).matrix()
    for g, k in enumerate((2, 4, 2, 4)):
        for p in range(3):
            judge = slow.keypoint_similarity(
                found[p, :k], truth[g, :k], box[g], area[g], sigmas[class_id[g], :k]
            )
            assert ours[p, g] == pytest.approx(judge, rel=1e-12)


def test_objects_without_any_keypoint_are_like_nothing() -> None:
    bare, box = np.zeros((2, 0, 3)), np.zeros((2, 4))
    sigmas = np.zeros((1, 0))
    ours = _core.keypoint_overlap(np.zeros(2, np.int32), box, np.ones(2), bare, bare, sigmas)
    assert ours.matrix().tolist() == [[0.0, 0.0]] * 2


def test_arrays_that_do_not_fit_each_other_are_refused() -> None:
    box, theta, crowd = np.zeros((2, 4)), np.zeros(2), np.zeros(2, np.uint8)
    with pytest.raises(ValueError, match="theta"):
        _core.rotated_overlap(box, theta, box, np.zeros(3), crowd)
    with pytest.raises(ValueError, match="sigmas"):
        _core.keypoint_overlap(
            np.zeros(2, np.int32), box, theta, np.zeros((2, 3, 3)), np.zeros((2, 3, 3)), box[:1]
        )
    with pytest.raises(ValueError, match="no sigmas"):
        _core.keypoint_overlap(
            np.ones(2, np.int32), box, theta, np.zeros((2, 4, 3)), np.zeros((2, 4, 3)), box[:1]
        )
    masks = column([np.ones((3, 3), np.uint8)])
    with pytest.raises(ValueError, match="boundaries"):
        _core.boundary_overlap(masks, masks, crowd[:1], ratio=0.0)
    with pytest.raises(ValueError, match="offsets"):
        _core.mask_overlap((masks[0], np.array([0, 99]), *masks[2:]), masks, crowd[:1])
    overlap = _core.rotated_overlap(box, theta, box, theta, crowd)
    whole, one = np.zeros(2, np.int32), np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="other rows"):
        _core.candidate_pairs(whole, box, crowd, one, box[:1], overlap=overlap)
