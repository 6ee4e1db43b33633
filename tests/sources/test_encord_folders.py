"""Frames of videos and sequences, names of files, regions of masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxscore.errors import RequestError, SourceError
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import OntologyBuilder
from boxscore.schema.tables import ITEMS, Table
from boxscore.sources import encord_coco, encord_kitti
from boxscore.sources.components import components
from boxscore.sources.context import ProjectContext
from boxscore.sources.encord_coco import CocoWishes
from boxscore.sources.encord_names import FolderWishes
from boxscore.sources.item_lookup import ItemLookup, NotFound
from boxscore.sources.report import ImportReport

ROWS = (
    # data_hash, frame, title, source_id, sequence, position
    ("v", 0, "clip.mp4", "", "", 0),
    ("v", 1, "clip.mp4", "", "", 0),
    ("v", 2, "clip.mp4", "", "", 0),
    ("g0", 0, "group/a.jpg", "10", "group", 0),
    ("g1", 0, "group/b.jpg", "11", "group", 1),
    ("x", 0, "train/same.jpg", "12", "", 0),
    ("y", 0, "val/same.jpg", "13", "", 0),
    ("z", 0, "odd__7.jpg", "14", "", 0),
)


def items() -> Table:
    columns = list(zip(*ROWS, strict=True))
    texts = {
        name: np.array(columns[k], object)
        for name, k in (("data_hash", 0), ("title", 2), ("source_id", 3), ("sequence", 4))
    }
    empty = {name: np.full(len(ROWS), "", object) for name in ("file", "split", "licence")}
    numbers = {
        "frame": np.array(columns[1], np.int32),
        "position": np.array(columns[5], np.int32),
        "width": np.full(len(ROWS), 100, np.int32),
        "height": np.full(len(ROWS), 80, np.int32),
    }
    return Table(ITEMS, {**texts, **empty, **numbers})


def context() -> tuple[ProjectContext, str]:
    builder = OntologyBuilder()
    car = builder.object("car", Shape.BOUNDING_BOX)
    return ProjectContext(items=items(), ontology=builder.build()), car


@pytest.mark.parametrize(
    ("name", "frame", "row"),
    [
        ("v", 1, 1), ("clip.mp4", 2, 2), ("clip", 0, 0), (Path("/data/clip.mp4"), 1, 1),
        ("g1", None, 4), ("11", None, 4), (11, None, 4), (np.int64(11), None, 4),
        ("group", 1, 4), ("group/b.jpg", None, 4), ("group\\b.jpg", None, 4), ("b", None, 4),
        ("b.jpg", 5, 4), ("train/same.jpg", None, 5), ("val/same", None, 6),
        ("/mnt/data/val/same.jpg", None, 6), ("odd__7", None, 7),
    ],
)  # fmt: skip
def test_an_item_by_any_of_its_names(name: Any, frame: int | None, row: int) -> None:
    assert ItemLookup(items()).find(name, frame) == row


@pytest.mark.parametrize(
    ("name", "frame", "problem"),
    [
        ("v", None, "has 3 images or frames"),
        ("clip.mp4", 3, "frame 3 is not among the 3"),
        ("same.jpg", None, "names 2"),
        ("group", 2, "frame 2"),
        ("nothing", None, "is not in the project"),
        ("", None, "is not in the project"),
    ],
)
def test_a_name_that_does_not_tell_which_is_no_guess(
    name: str, frame: int | None, problem: str
) -> None:
    with pytest.raises(NotFound, match=problem):
        ItemLookup(items()).find(name, frame)


LINE = "Car 0 0 0 1 2 31 42 0 0 0 0 0 0 0 0.5\n"


def test_frames_are_honoured(tmp_path: Path) -> None:
    known, car = context()
    for name in ("clip.mp4__1.txt", "clip__2.txt", "group__1.csv", "odd__7.txt", "a.jpg.txt"):
        (tmp_path / name).write_text(LINE)
    (tmp_path / "b.jpg__4.txt").write_text(LINE)
    (tmp_path / "notes.md").write_text("left alone")
    report = ImportReport(tmp_path)
    tables = encord_kitti.read(tmp_path, known, report, FolderWishes(ontology={car: "Car"}))
    # a.jpg, odd__7 by its own name, the third frame and the second: in order of items.
    assert tables.predictions.table["item"].tolist() == [1, 2, 3, 4, 4, 7]
    assert report.rejected == 0
    assert report.counts == {"W-ENCORD-FRAME": 1, "W-DUPLICATE": 1}


def test_a_pattern_of_ones_own(tmp_path: Path) -> None:
    known, car = context()
    (tmp_path / "pred-clip-frame2.txt").write_text(LINE)
    (tmp_path / "other.txt").write_text(LINE)
    report = ImportReport(tmp_path)
    pattern = r"^pred-(?P<data_unit_title>.*)-frame(?P<frame>\d+)\.txt$"
    wishes = FolderWishes(ontology={car: "Car"}, pattern=pattern)
    tables = encord_kitti.read(tmp_path, known, report, wishes)
    assert tables.predictions.table["item"].tolist() == [2]
    assert report.facts["W-ENCORD-FILE-NAME"][1] == 1
    for bad in ("(", "no group"):
        with pytest.raises(RequestError, match="pattern"):
            wishes = FolderWishes(ontology={car: "Car"}, pattern=bad)
            encord_kitti.read(tmp_path, known, report, wishes)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    known, car = context()
    (tmp_path / "outside.txt").write_text(LINE)
    folder = tmp_path / "kitti"
    folder.mkdir()
    (folder / "a.txt").symlink_to(tmp_path / "outside.txt")
    with pytest.raises(SourceError, match="holds no file"):
        wishes = FolderWishes(ontology={car: "Car"})
        encord_kitti.read(folder, known, ImportReport(folder), wishes)


def test_coco_ids_of_frames(tmp_path: Path) -> None:
    known, car = context()
    path = tmp_path / "results.json"
    record = '{{"image_id": {}, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5}}'
    path.write_text("[" + ", ".join(record.format(k) for k in (1, 2)) + "]")
    wishes = CocoWishes(ontology={car: 3}, images={1: ["v", 2], "2": "g0", 3: "elsewhere"})
    report = ImportReport(path)
    tables = encord_coco.read(path, known, report, wishes)
    assert tables.predictions.table["item"].tolist() == [2, 3]
    assert report.facts["W-MAPPING-IMAGES"][1] == 1
    with pytest.raises(ValueError, match="both"):
        wishes = CocoWishes(ontology={car: 3}, images={1: "g0", 2: "g0"})
        encord_coco.read(path, known, report, wishes)


def flooded(mask: Any) -> list[list[int]]:
    """Regions by flooding, pixel by pixel."""
    height, width = mask.shape
    left = {(y, x) for y in range(height) for x in range(width) if mask[y, x]}
    regions = []
    while left:
        stack, region = [min(left)], []
        left.discard(stack[0])
        while stack:
            y, x = stack.pop()
            region.append(y * width + x)
            near = {(y + b, x + a) for a in (-1, 0, 1) for b in (-1, 0, 1)} & left
            left -= near
            stack += near
        regions.append(sorted(region))
    return regions


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1), st.floats(0.1, 0.9))
def test_regions_are_those_of_a_flood(height: int, width: int, seed: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share
    assert [r.tolist() for r in components(mask)] == flooded(mask)
