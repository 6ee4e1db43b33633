"""Maps of values to masks: the bytes that pycocotools makes of each value alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxscore.kernels import _core


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize("shape", [(1, 1), (1, 200), (200, 1), (61, 64), (37, 131)])
def test_each_value_has_the_mask_of_its_pixels(dtype: Any, shape: tuple[int, int]) -> None:
    oracle = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(shape[0] + shape[1])
    top = np.iinfo(dtype).max
    palette = np.array([0, 1, 7, top - 1, top], dtype)
    values = palette[rng.integers(0, palette.size, shape)]
    values[: shape[0] // 2] = palette[1]
    found = _core.masks_from_map(values, 100)
    assert found is not None
    known, text, offsets = found
    assert known.tolist() == np.unique(values).tolist()
    for k, value in enumerate(known.tolist()):
        bitmap = np.asfortranarray((values == value).astype(np.uint8))
        assert text[offsets[k] : offsets[k + 1]] == oracle.encode(bitmap)["counts"]


def test_more_values_than_admitted_are_none() -> None:
    values = np.arange(12, dtype=np.uint16).reshape(3, 4)
    assert _core.masks_from_map(values, 12) is not None
    assert _core.masks_from_map(values, 11) is None


def test_a_map_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="pixels"):
        _core.masks_from_map(np.zeros((0, 4), np.uint8), 10)
