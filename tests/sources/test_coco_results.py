"""Catalogue rows 97 to 107: COCO results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.coco_ids import COCO_IDS
from tests.sources.coco_files import (
    Case,
    by_row,
    changed,
    context,
    judge,
    project,
    read_results,
    results,
    write,
)


def edit(key: str, value: Any) -> Any:
    def change(document: Any) -> None:
        document[5][key] = value

    return change


def without(key: str) -> Any:
    def change(document: Any) -> None:
        del document[5][key]

    return change


def many_unknown(document: Any) -> None:
    for record in document[:7]:
        record["image_id"] = 12345


def ids_as_text(document: Any) -> None:
    for record in document:
        record["image_id"] = str(record["image_id"])


def twice(document: Any) -> None:
    document.append(dict(document[17]))


def mixed(document: Any) -> None:
    del document[1]["bbox"]
    document[1]["segmentation"] = [[10, 10, 50, 10, 50, 50]]
    del document[2]["bbox"]
    del document[3]["bbox"]
    document[3]["keypoints"] = [10, 20, 0.5, 30, 40, 0.9]


CASES = [
    Case("97", lambda d: [], "A"),
    Case("98", without("score"), "RR", "E-COCO-MISSING", "/5/score: score is missing (image id 2)"),
    Case("98-null", edit("score", None), "RR", "E-COCO-MISSING", "score is null"),
    Case("99", edit("score", float("nan")), "RR", "E-COCO-NOT-FINITE", "/5/score"),
    Case("99-inf", edit("score", float("inf")), "RR", "E-COCO-NOT-FINITE", "inf"),
    Case("99-text", edit("score", "NaN"), "RR", "E-COCO-NOT-FINITE", "not finite"),
    Case("100", edit("score", -0.1), "W", "W-COCO-SCORE-RANGE", "outside 0..1"),
    Case("100-above", edit("score", 1.7), "W", "W-COCO-SCORE-RANGE", "1.7"),
    Case("101", edit("score", "0.9"), "W", "W-COCO-NUMBER-AS-TEXT", "0.9 read as 0.9"),
    Case("102", edit("image_id", 999), "RR", "E-COCO-IMAGE-UNKNOWN", "image id 999"),
    Case("102-many", many_unknown, "RF", "E-DOCTOR", "not found: 12345"),
    Case("103", edit("category_id", 2), "RR", "E-COCO-CATEGORY-UNKNOWN", "category id 2"),
    Case("104", twice, "W", "W-COCO-DUPLICATE", "/120: the same prediction again"),
    Case("107", mixed, "A"),
    Case("16", ids_as_text, "A"),
    Case("17", edit("score", True), "RR", "E-COCO-NUMBER", "True"),
    Case("59", edit("bbox", [1, 2, -3, 4]), "RR", "E-COCO-BBOX-NEG", "/5/bbox[2]: width -3"),
    Case("58", edit("bbox", [1, 2, 0, 4]), "W", "W-COCO-BBOX-ZERO", "kept"),
]


@by_row(CASES)
def test_each_row_comes_to_what_the_catalogue_says(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / "results.json", changed(case, results()))
    where = context(tmp_path)
    judge(case, lambda: read_results(path, where))


def test_results_keep_their_numbers_and_their_order(tmp_path: Path) -> None:
    document = results()[::-1]
    tables = read_results(write(tmp_path / "r.json", document), context(tmp_path))
    table = tables.predictions.table
    assert np.all(np.diff(table["item"]) >= 0)
    back = np.argsort(table["source_row"])
    assert table["confidence"][back].tolist() == [r["score"] for r in document]
    assert table["x"][back].tolist() == [r["bbox"][0] for r in document]
    assert table["area"].tolist() == [30.0 * 40.0] * 120
    assert tables.mapping == {"images": "by source id", "classes": "by category id"}
    first = table["source_row"][table["item"] == 0]
    assert np.all(np.diff(first) > 0)


def test_row_97_an_empty_list_says_so(tmp_path: Path) -> None:
    tables = read_results(write(tmp_path / "r.json", []), context(tmp_path))
    assert tables.predictions.rows == 0
    assert "0 predictions" in "\n".join(tables.report.lines())


def test_row_104_repeats_are_kept_and_marked(tmp_path: Path) -> None:
    document = results()
    twice(document)
    table = read_results(write(tmp_path / "r.json", document), context(tmp_path)).predictions.table
    assert table["item"].size == 121
    marked = table["marks"] & Mark.DUPLICATE > 0
    assert table["source_row"][marked].tolist() == [120]


def test_row_107_kinds_in_one_file(tmp_path: Path) -> None:
    document = results()
    mixed(document)
    predictions = read_results(write(tmp_path / "r.json", document), context(tmp_path)).predictions
    kinds = [Kind.BOX, Kind.POLYGON, Kind.CLASSIFICATION, Kind.KEYPOINTS]
    table = predictions.table
    assert table["kind"][:4].tolist() == kinds
    assert np.isnan(table["x"][2])
    assert [table[k][3] for k in ("x", "y", "width", "height")] == [10, 20, 20, 20]
    assert predictions.points["row"].tolist() == [1, 1, 1, 3, 3]


def test_more_than_five_percent_refuses_and_five_do_not(tmp_path: Path) -> None:
    where = context(tmp_path)
    document = results()
    for record in document[:6]:
        record["score"] = None
    assert read_results(write(tmp_path / "r.json", document), where).report.rejected == 6
    document[6]["score"] = None
    with pytest.raises(SourceError, match="7 of 120 records are unusable"):
        read_results(write(tmp_path / "r.json", document), where)
    with pytest.raises(SourceError) as caught:
        read_results(write(tmp_path / "r.json", document), where, strict=True)
    assert caught.value.code == "E-COCO-MISSING"


@pytest.mark.parametrize(
    ("name_of", "how"),
    [
        (lambda k: f"{k:06}.png", "by file name"),
        (lambda k: f"{k:06}", "by file stem"),
        (lambda k: k, "by number in the file stem"),
    ],
)
def test_image_ids_may_be_file_names(name_of: Any, how: str, tmp_path: Path) -> None:
    truth = project()
    for record in truth["images"]:
        record["id"] += 5000
    for record in truth["annotations"]:
        record["image_id"] += 5000
    document = results()
    for record in document:
        record["image_id"] = name_of(record["image_id"])
    tables = read_results(write(tmp_path / "r.json", document), context(tmp_path, truth))
    assert tables.mapping["images"] == how
    assert tables.predictions.table["item"].tolist() == sorted(k // 4 for k in range(120))


@pytest.mark.parametrize(
    ("ids", "read"),
    [
        ((1, 3, 90), ["person", "car", "toothbrush"]),  # COCO's own: 90 is beyond 80 classes
        ((1, 3, 80), None),  # counted from 1: toothbrush, where COCO's 80 is a toaster
    ],
)
def test_cocos_own_ids_are_only_read_where_nothing_else_fits(
    ids: tuple[int, ...], read: list[str] | None, tmp_path: Path
) -> None:
    box = [10, 10, 30, 30]
    truth = {
        "images": [{"id": 1, "file_name": "1.jpg", "width": 100, "height": 100}],
        "categories": [{"id": k, "name": name} for k, name in enumerate(COCO_IDS)],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 0, "bbox": box, "area": 900, "iscrowd": 0}
        ],
    }
    found = [{"image_id": 1, "category_id": n, "bbox": box, "score": 0.9} for n in ids]
    (tmp_path / "gt.json").write_text(json.dumps(truth))
    (tmp_path / "dt.json").write_text(json.dumps(found))
    Project.import_project(tmp_path / "gt.json", target=tmp_path, name="p")
    project = Project.open(tmp_path / "p")
    if read is None:
        with pytest.raises(SourceError, match="source id plus one"):
            project.import_predictions(tmp_path / "dt.json", name="r")
        assert project.run_names() == []
        return
    project.import_predictions(tmp_path / "dt.json", name="r")
    rows = project.predictions("r").table["class_id"].tolist()
    assert [project.ontology.classes[k].name for k in rows] == read
