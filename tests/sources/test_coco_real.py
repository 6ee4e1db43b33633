"""Real COCO files against pycocotools: the same masks, boxes, areas and order."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from boxscore.sources import coco, coco_results, sniff
from boxscore.sources.context import ProjectContext
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables

FAKE = "coco_fake100/instances_val2014_100.json"
TRUTHS = ["demo/annotations.json", FAKE, "coco_fake100/cases/gt_dataset.json"]
RESULTS = [
    (FAKE, "coco_fake100/instances_val2014_fakebbox100_results.json"),
    (FAKE, "coco_fake100/instances_val2014_fakesegm100_results.json"),
    ("demo/annotations.json", "demo/predictions_float32.json"),
    ("coco_fake100/cases/gt_dataset.json", "coco_fake100/cases/dt_dataset.json"),
    ("coco_fake100/cases/gt_ignore_test.json", "coco_fake100/cases/dt_ignore_test.json"),
    ("coco_fake100/keypoints/gt_dataset.json", "coco_fake100/keypoints/dt_dataset.json"),
]


def read(path: Path) -> ProjectTables:
    return coco.read(path, None, ImportReport(path))


def read_run(truth: Path, path: Path) -> RunTables:
    tables = read(truth)
    context = ProjectContext(items=tables.items, ontology=tables.ontology)
    return coco_results.read(path, context, ImportReport(path))


def oracle(path: Path) -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


@pytest.mark.parametrize("name", TRUTHS)
def test_ground_truth_equals_the_file_and_pycocotools(name: str, shared_data: Path) -> None:
    tables, other = read(shared_data / name), oracle(shared_data / name)
    table = tables.ground_truth.table
    assert tables.report.rejected == 0
    assert tables.items["source_id"].tolist() == [str(i) for i in sorted(other.imgs)]
    records = other.dataset["annotations"]
    masks = dict(
        zip(tables.ground_truth.masks["row"], tables.ground_truth.masks["counts"], strict=True)
    )
    for row, source in enumerate(table["source_row"].tolist()):
        record = records[source]
        assert [table[k][row] for k in ("x", "y", "width", "height")] == record["bbox"]
        assert table["area"][row] == record["area"]
        assert bool(table["crowd"][row]) == bool(record["iscrowd"])
        assert tables.items["source_id"][table["item"][row]] == str(record["image_id"])
        owner = tables.ontology.classes[table["class_id"][row]]
        assert owner.source_id == record["category_id"]
        assert masks[row] == other.annToRLE(record)["counts"]


@pytest.mark.parametrize(("truth", "name"), RESULTS)
def test_results_equal_what_pycocotools_loads(truth: str, name: str, shared_data: Path) -> None:
    run = read_run(shared_data / truth, shared_data / name)
    table = run.predictions.table
    assert run.report.rejected == 0
    assert run.mapping == {"images": "by source id", "classes": "by category id"}
    loaded = json.loads((shared_data / name).read_text())
    assert sorted(table["source_row"].tolist()) == list(range(len(loaded)))
    if "ignore" in name:
        return  # pycocotools itself cannot match its ids, text in one file and numbers in the other
    other = oracle(shared_data / truth)
    with contextlib.redirect_stdout(io.StringIO()):
        expected = other.loadRes(str(shared_data / name)).dataset["annotations"]
    for row, source in enumerate(table["source_row"].tolist()):
        record = expected[source]
        assert [table[k][row] for k in ("x", "y", "width", "height")] == list(record["bbox"])
        if "keypoints" not in name:
            assert table["area"][row] == record["area"]
        assert table["confidence"][row] == loaded[source]["score"]


def test_the_demo_has_pixels_splits_and_licences(shared_data: Path) -> None:
    tables = read(shared_data / "demo" / "annotations.json")
    assert len(tables.files) == 41
    assert set(tables.items["split"]) <= {"train", "val"}
    assert all("CC BY" in t or "copyright" in t for t in tables.items["licence"])
    assert tables.report.warnings == []
    assert tables.ground_truth.table["crowd"].sum() == 6


def test_reading_twice_gives_the_same_bytes(shared_data: Path) -> None:
    first, second = (read(shared_data / "demo" / "annotations.json") for _ in range(2))
    for name in first.items:
        assert np.array_equal(first.items[name], second.items[name])
    for name in first.ground_truth.table:
        assert np.array_equal(first.ground_truth.table[name], second.ground_truth.table[name])


def test_content_decides_the_format(shared_data: Path, tmp_path: Path) -> None:
    assert sniff(shared_data / "demo" / "predictions_int8.json") == "coco"
    (tmp_path / "p.json").write_bytes(b"\x80\x04\x95")
    assert sniff(tmp_path / "p.json") == "pickle"
