"""Whole random data sets against pycocotools: every array, every number, with ==.

BOXSCORE_FUZZ_SECONDS sets how long each search lasts, BOXSCORE_FUZZ_SEED where it starts; what
it finds is pinned in test_pinned.py.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, seed, settings
from hypothesis import strategies as st

from boxscore.kernels import _core
from tests.parity import ours, pycoco

SECONDS = float(os.environ.get("BOXSCORE_FUZZ_SECONDS", "12"))
SEED = int(os.environ.get("BOXSCORE_FUZZ_SEED", "0"))
SIDE = 48  # pixels

Document = dict[str, Any]
Results = list[dict[str, Any]]

quarter = st.integers(0, 4 * SIDE).map(lambda n: n / 4)
odd_number = st.floats(0, 2 * SIDE, allow_nan=False, allow_subnormal=False)
coordinate = quarter | odd_number
size = st.sampled_from([0.0, 0.25, 8.0, 32.0, 96.0]) | coordinate
place = coordinate.map(lambda v: v + 2)  # a file with all boxes within 0..1 is refused
box = st.tuples(place, coordinate, size, size).map(list)
area = st.sampled_from([0.0, 1023.75, 1024.0, 1024.25, 9216.0, 1e5]) | quarter
score = st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]) | st.floats(0, 1)
ids = st.integers(0, 30) | st.integers(0, 2**40)


@st.composite
def polygons(draw: st.DrawFn) -> list[list[float]]:
    points = st.lists(coordinate, min_size=6, max_size=16).filter(lambda xy: len(xy) % 2 == 0)
    return draw(st.lists(points, min_size=1, max_size=2))


@st.composite
def run_lengths(draw: st.DrawFn) -> Document:
    """A rectangle with some pixels turned, as compressed text."""
    top, left = draw(st.integers(0, SIDE - 1)), draw(st.integers(0, SIDE - 1))
    bitmap = np.zeros((SIDE, SIDE), np.uint8)
    bitmap[top : top + draw(st.integers(0, SIDE)), left : left + draw(st.integers(0, SIDE))] = 1
    for pixel in draw(st.lists(st.integers(0, SIDE * SIDE - 1), max_size=4)):
        bitmap.flat[pixel] ^= 1
    return {"size": [SIDE, SIDE], "counts": _core.mask_from_bitmap(bitmap).decode()}


def heads(images: list[int], classes: list[int]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {"image_id": st.sampled_from(images), "category_id": st.sampled_from(classes)}
    )


@st.composite
def truths(draw: st.DrawFn, images: list[int], classes: list[int], masks: bool) -> Results:
    rows = draw(
        st.lists(st.tuples(heads(images, classes), box, area, st.integers(0, 7)), max_size=14)
    )
    out = [
        {**head, "id": 3 * k + 1, "bbox": b, "area": a, "iscrowd": int(crowd == 0)}
        for k, (head, b, a, crowd) in enumerate(rows)
    ]
    for row in out if masks else []:
        row["segmentation"] = draw(run_lengths()) if row["iscrowd"] else draw(polygons())
    return out


@st.composite
def datasets(draw: st.DrawFn, masks: bool) -> tuple[Document, Results]:
    """Ids with gaps, crowds, ties, zero areas, empty sides, near copies of the ground truth."""
    images = draw(st.lists(ids, min_size=1, max_size=4, unique=True))
    classes = draw(st.lists(ids.map(lambda i: i + 1), min_size=1, max_size=3, unique=True))
    annotations = draw(truths(images, classes, masks))
    results: Results = []
    boxed: bool = not masks or draw(st.booleans())
    for _ in range(draw(st.integers(0, 24))):
        near: bool = draw(st.booleans())
        copied = draw(st.sampled_from(annotations)) if annotations and near else None
        head = draw(heads(images, classes))
        if copied is not None:
            head = {k: copied[k] for k in ("image_id", "category_id")}
        row = {**head, "score": draw(score)}
        if boxed:
            moved = draw(st.sampled_from([0.0, 0.25, 1.0, 5.0]))
            row["bbox"] = [copied["bbox"][0] + moved, *copied["bbox"][1:]] if copied else draw(box)
        if masks:
            row["segmentation"] = draw(run_lengths())
            if copied and isinstance(copied["segmentation"], dict) and draw(st.booleans()):
                row["segmentation"] = copied["segmentation"]
        results.append(row)
    document = {
        "images": [
            {"id": i, "width": SIDE, "height": SIDE, "file_name": f"{i}.png"} for i in images
        ],
        "categories": [{"id": c, "name": f"class {c}"} for c in classes],
        "annotations": annotations,
    }
    return document, results


@pytest.fixture(scope="module")
def oracle() -> Iterator[pycoco.Oracle]:
    child = pycoco.Oracle()
    yield child
    child.close()


def assert_same(oracle: pycoco.Oracle, document: Document, results: Results, task: str) -> None:
    """The careful way and, where it answers, the fast one agree with pycocotools."""
    with tempfile.TemporaryDirectory() as folder:
        paths = pycoco.write(Path(folder), "set", document, results)
        expected = oracle.evaluate(*paths, task, Path(folder) / "oracle.npz")
        assert expected is not None, "pycocotools gave up"
        ours.assert_equal(ours.evaluate(*paths, task), expected)
        fast = _core.score_files(str(paths[0]), str(paths[1]), task, 2)
        event(f"fast: {not fast.odd}, AP: {expected['stats'][0] > 0}")
        if not fast.odd:
            assert np.array_equal(np.nan_to_num(fast.stats, nan=-1.0), expected["stats"])


@pytest.mark.parametrize("task", ["bbox", "segm"])
def test_random_sets_score_as_pycocotools_has_them(task: str, oracle: pycoco.Oracle) -> None:
    checks = list(HealthCheck)

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=checks)
    @given(datasets(masks=task == "segm"))
    def search(dataset: tuple[Document, Results]) -> None:
        assert_same(oracle, *dataset, task)

    end, part = time.monotonic() + SECONDS, SEED
    while time.monotonic() < end:
        seed(part)(search)()
        part += 1
