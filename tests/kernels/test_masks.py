"""Mask kernels against pycocotools: the same bytes, areas, boxes and overlaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxscore.kernels import _core

HEIGHT, WIDTH = 61, 83
mask_oracle = pytest.importorskip("pycocotools.mask")


def bitmaps(seed: int) -> list[Any]:
    """Noise, a rectangle, nothing, everything, a column, a checkerboard."""
    rng = np.random.default_rng(seed)
    noise = (rng.random((HEIGHT, WIDTH)) < rng.random()).astype(np.uint8)
    box = np.zeros_like(noise)
    top, left = rng.integers(0, 40, 2)
    box[top : top + 20, left : left + 30] = 1
    column = np.zeros_like(noise)
    column[:, 7] = 1
    checks = (np.indices(noise.shape).sum(axis=0) % 2).astype(np.uint8)
    return [noise, box, np.zeros_like(noise), np.ones_like(noise), column, checks]


@pytest.mark.parametrize("seed", range(5))
def test_run_lengths_are_those_of_pycocotools(seed: int) -> None:
    for bitmap in bitmaps(seed):
        counts = _core.mask_from_bitmap(bitmap)
        oracle = mask_oracle.encode(np.asfortranarray(bitmap))
        assert counts == oracle["counts"]
        assert np.array_equal(_core.mask_decode(counts, HEIGHT, WIDTH), bitmap)
        flat = np.frombuffer(counts, np.uint8)
        sizes = np.array([HEIGHT], np.int32), np.array([WIDTH], np.int32)
        area, box = _core.mask_area_box(flat, np.array([0, flat.size]), *sizes)
        assert area[0] == mask_oracle.area(oracle)
        assert box[0].tolist() == mask_oracle.toBbox(oracle).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_overlaps_are_those_of_pycocotools(seed: int) -> None:
    found, truth = bitmaps(seed), bitmaps(seed + 50)
    crowd = np.array([0, 1, 0, 1, 0, 1], np.uint8)
    ours = _core.mask_iou(
        [_core.mask_from_bitmap(b) for b in found],
        [_core.mask_from_bitmap(b) for b in truth],
        crowd,
        HEIGHT,
        WIDTH,
    )
    encoded = [[mask_oracle.encode(np.asfortranarray(b)) for b in side] for side in (found, truth)]
    oracle = mask_oracle.iou(*encoded, crowd.tolist())
    assert np.array_equal(ours, oracle)


@pytest.mark.parametrize("seed", range(30))
def test_polygons_fill_the_pixels_that_pycocotools_fills(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = [rng.uniform(-9, 99, 2 * int(rng.integers(3, 12))) for _ in range(rng.integers(1, 4))]
    if seed % 3 == 0:
        parts = [np.round(p) for p in parts]
    flat = np.concatenate(parts)
    ends = np.concatenate([[0], np.cumsum([p.size for p in parts])]).astype(np.int64)
    counts, offsets, _ = _core.masks_from_polygons(
        flat,
        ends,
        np.array([0, len(parts)]),
        np.array([HEIGHT], np.int32),
        np.array([WIDTH], np.int32),
    )
    oracle = mask_oracle.merge(mask_oracle.frPyObjects([p.tolist() for p in parts], HEIGHT, WIDTH))
    assert counts[offsets[0] : offsets[1]].tobytes() == oracle["counts"]


@pytest.mark.parametrize(
    "text", [b"\xff\xff", b"0", b"", b"PPPPPPPPPPPPPPPPPPPP", b"abc\x00", b"1" * 5000]
)
def test_damaged_run_lengths_are_told_apart(text: bytes) -> None:
    flat = np.frombuffer(text, np.uint8)
    size = np.array([HEIGHT], np.int32), np.array([WIDTH], np.int32)
    _, _, problem = _core.masks_from_compressed(flat, np.array([0, flat.size]), *size)
    assert problem[0] != 0


def test_box_overlaps_are_those_of_pycocotools() -> None:
    rng = np.random.default_rng(3)
    found, truth = rng.random((200, 4)) * 50, rng.random((150, 4)) * 50
    found[::9, 2] = 0
    crowd = (rng.random(150) < 0.3).astype(np.uint8)
    oracle = mask_oracle.iou(found, truth, crowd.tolist())
    assert np.array_equal(_core.box_iou(found, truth, crowd), oracle)
