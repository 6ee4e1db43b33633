"""Catalogue rows 71 to 96: polygons and run-length codes, in truth and in results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as oracle

from boxscore.schema.kinds import Kind, Mark
from tests.sources.coco_files import (
    HEIGHT,
    WIDTH,
    Case,
    Document,
    by_row,
    changed,
    context,
    judge,
    project,
    read_project,
    read_results,
    results,
    write,
)

PIXELS = WIDTH * HEIGHT
NOTHING = "segmentation"


def given(value: Any) -> Any:
    """A change of the sixth record's segmentation, in a project or in results."""

    def change(document: Any) -> None:
        records = document["annotations"] if isinstance(document, dict) else document
        records[5]["segmentation"] = value

    return change


def literal(number: str) -> Any:
    """A polygon with a number put in as text."""

    def change(document: Any) -> str:
        given([[1, 2, 30, 4, 5, "@"]])(document)
        return json.dumps(document).replace('"@"', number)

    return change


def runs(counts: Any, size: Any = (HEIGHT, WIDTH)) -> Any:
    return given({"size": list(size) if isinstance(size, tuple) else size, "counts": counts})


def code(*pieces: int, height: int = HEIGHT, width: int = WIDTH) -> str:
    """pycocotools' string for run lengths."""
    document = {"size": [height, width], "counts": list(pieces)}
    text: str = oracle.frPyObjects(document, height, width)["counts"].decode()
    return text


GOOD = code(100, 50, PIXELS - 150)
ZEROS = [100, *([0, 0] * 500), 50, PIXELS - 150]

REJECTED = [
    Case("71", given([[1, 2, 3, 4]]), "RR", "E-COCO-POLYGON-SHORT", "/5/segmentation[0]: 2 points"),
    Case("72", given([[1, 2, 3, 4, 5, 6, 7]]), "RR", "E-COCO-POLYGON-ODD", "7 numbers"),
    Case("73", literal("NaN"), "RR", "E-COCO-NOT-FINITE", "segmentation[0][5]"),
    Case("74", literal("Infinity"), "RR", "E-COCO-NOT-FINITE", "not finite"),
    Case("74-big", literal("1e308"), "RR", "E-COCO-POLYGON-RANGE", ""),
    Case("75", literal("1e9"), "RR", "E-COCO-POLYGON-RANGE", ""),
    Case("80", given([[1.0, 2.0] * 100_001]), "RR", "E-COCO-POLYGON-POINTS", ""),
    Case("81-deep", given([[[1, 2, 3, 4, 5, 6]]]), "RR", "E-COCO-POLYGON-DEPTH", "nested"),
    Case("81-flat", given([1, 2, 3, 4, 5, 6]), "RR", "E-COCO-POLYGON-DEPTH", "list of lists"),
    Case("82", runs([10, 20]), "RR", "E-COCO-RLE-TOTAL", ""),
    Case("82-text", runs(code(10, 20, PIXELS - 30)[:-2]), "RR", "E-COCO-RLE-COUNTS", ""),
    Case("83", runs([10, PIXELS]), "RR", "E-COCO-RLE-TOTAL", ""),
    Case("83-text", runs(code(10, PIXELS)), "RR", "E-COCO-RLE-TOTAL", ""),
    Case("84", runs([]), "RR", "E-COCO-RLE-COUNTS", ""),
    Case("84-text", runs(""), "RR", "E-COCO-RLE-COUNTS", ""),
    Case("85", runs([10, -5, PIXELS - 5]), "RR", "E-COCO-RLE-COUNTS", ""),
    Case("86", runs([10, 2**31, 5]), "RR", "E-COCO-RLE-TOTAL", ""),
    Case("86-more", runs([10, 2**40, 5]), "RR", "E-COCO-RLE-TOTAL", ""),
    Case("87", runs([10.5, PIXELS - 10.5]), "RR", "E-COCO-RLE-COUNTS", "10.5"),
    Case("89", runs("b'" + GOOD + "'"), "RR", "E-COCO-RLE-COUNTS", "looks like str(bytes)"),
    Case("89-twice", runs(GOOD + "\\\\"), "RR", "E-COCO-RLE-COUNTS", "looks like str(bytes)"),
    Case("90", runs(code(*range(1, 60))[:40]), "RR", "E-COCO-RLE-TOTAL", ""),
    Case("91", runs("o" * 60), "RR", "E-COCO-RLE-COUNTS", ""),
    Case("92", runs("h\xe9llo"), "RR", "E-COCO-RLE-COUNTS", "not a run-length code"),
    Case("93", runs([0], (0, 0)), "RR", "E-COCO-RLE-SIZE", "no size"),
    Case("93-minus", runs([5], (-1, -5)), "RR", "E-COCO-RLE-SIZE", "no size"),
    Case("93-huge", runs([10**10], (10**5, 10**5)), "RR", "E-COCO-RLE-SIZE", ""),
    Case(
        "94",
        runs([100], (10, 10)),
        "RR",
        "E-COCO-RLE-SIZE",
        "[10, 10] is not the image's [80, 100]",
    ),
    Case("95", runs([PIXELS], (WIDTH, HEIGHT)), "RR", "E-COCO-RLE-SIZE", "[width, height] given"),
    Case("96", runs(["10", "20"]), "RR", "E-COCO-RLE-COUNTS", "10"),
    Case("96-no", runs(None), "RR", "E-COCO-RLE-COUNTS", "None"),
    Case("96-size", runs(GOOD, "80x100"), "RR", "E-COCO-RLE-SIZE", "80x100"),
]

ACCEPTED = [
    Case("76", given([[-5, -5, 1e6, 3, 5, 60]]), "A"),
    Case("77", given([[-1e5, 3, 50, 3, 50, 60]]), "A"),
    Case("78", given([[10, 10, 50, 50, 50, 10, 10, 50]]), "A"),
    Case("79", given([[10, 10, 10, 10, 10, 10]]), "W", "W-COCO-MASK-EMPTY", "covers no pixel"),
    Case("88", runs(ZEROS), "A"),
    Case("88-text", runs(code(*ZEROS)), "A"),
]


@by_row(REJECTED + ACCEPTED)
def test_truth_comes_to_what_the_catalogue_says(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / "annotations.json", changed(case, project()))
    tables = judge(case, lambda: read_project(path))
    assert tables.ground_truth.rows == (119 if case.outcome == "RR" else 120)


@by_row(REJECTED)
def test_results_come_to_what_the_catalogue_says(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / "results.json", changed(case, results()))
    where = context(tmp_path)
    tables = judge(case, lambda: read_results(path, where))
    assert tables.predictions.rows == 119


def test_row_79_a_polygon_without_area_is_marked(tmp_path: Path) -> None:
    document = project()
    given([[10, 10, 10, 10, 10, 10]])(document)
    truth = read_project(write(tmp_path / "a.json", document)).ground_truth
    assert truth.table["marks"][5] & Mark.ZERO_AREA


def test_row_77_clipped_polygons_are_counted(tmp_path: Path) -> None:
    document = project()
    given([[-1e5, 3, 50, 3, 50, 60]])(document)
    tables = read_project(write(tmp_path / "a.json", document))
    assert tables.report.facts["N-COCO-POLYGON-CLIPPED"][1] == 1


def test_row_88_zero_runs_are_merged(tmp_path: Path) -> None:
    document = project()
    document["annotations"][5]["segmentation"] = {"size": [HEIGHT, WIDTH], "counts": ZEROS}
    truth = read_project(write(tmp_path / "a.json", document)).ground_truth
    at = truth.masks["row"].tolist().index(5)
    assert truth.masks["counts"][at] == code(100, 50, PIXELS - 150).encode()


def test_rings_of_kwcoco_are_polygons(tmp_path: Path) -> None:
    """One object of rings, or a list of them; holes are filled, and counted."""
    ring = [[10, 10], [50, 10], [50, 50]]
    flat = [number for pair in ring for number in pair]
    plain = project()
    plain["annotations"][5]["segmentation"] = [flat]
    wanted = read_project(write(tmp_path / "plain.json", plain)).ground_truth
    at = wanted.masks["row"].tolist().index(5)
    drawn = {"exterior": ring, "interiors": []}
    holed = drawn | {"interiors": [[[20, 12], [22, 12], [22, 14]]]}
    for value, repairs in ((drawn, 0), ([drawn], 0), ([holed], 1)):
        document = project()
        document["annotations"][5]["segmentation"] = value
        tables = read_project(write(tmp_path / "a.json", document))
        assert tables.ground_truth.masks["counts"][at] == wanted.masks["counts"][at]
        assert len(tables.report.entries.get("W-COCO-HOLES", [])) == repairs
    for wrong in (
        {"exterior": [[1, 2, 3]]},
        [drawn, {"exterior": 7}],
        {"exterior": [["a", 2]] * 3},
    ):
        document = project()
        document["annotations"][5]["segmentation"] = wrong
        tables = read_project(write(tmp_path / "a.json", document))
        assert tables.report.rejected == 1


SHAPES = [
    [[10, 10, 50, 50, 50, 10, 10, 50]],
    [[3.5, 2.25, 90.1, 7.7, 60, 79.9]],
    [[1, 1, 20, 1, 20, 20, 1, 20], [40, 40, 60, 40, 60, 60]],
    [[-20, -20, 120, -20, 120, 100, -20, 100]],
    [[0, 0, 100, 0, 100, 80, 0, 80]],
]


@pytest.mark.parametrize("shape", SHAPES)
def test_row_78_polygons_become_the_masks_of_pycocotools(shape: Any, tmp_path: Path) -> None:
    document = project()
    given(shape)(document)
    truth = read_project(write(tmp_path / "a.json", document)).ground_truth
    expected = oracle.merge(oracle.frPyObjects(shape, HEIGHT, WIDTH))["counts"]
    at = truth.masks["row"].tolist().index(5)
    assert truth.masks["counts"][at] == expected
    points = truth.points
    mine = points["row"] == 5
    flat = np.stack([points["x"][mine], points["y"][mine]], axis=1).ravel()
    assert flat.tolist() == [number for part in shape for number in part]
    assert np.unique(points["part"][mine]).tolist() == list(range(len(shape)))


def test_a_result_with_a_mask_alone_has_the_masks_box_and_area(tmp_path: Path) -> None:
    document = results()
    for record in document[:2]:
        del record["bbox"]
    document[0]["segmentation"] = SHAPES[1]
    document[1]["segmentation"] = {"size": [HEIGHT, WIDTH], "counts": GOOD}
    document[2]["segmentation"] = SHAPES[1]
    tables = read_results(write(tmp_path / "r.json", document), context(tmp_path))
    table = tables.predictions.table
    mask = oracle.merge(oracle.frPyObjects(SHAPES[1], HEIGHT, WIDTH))
    assert [table[k][0] for k in ("x", "y", "width", "height")] == oracle.toBbox(mask).tolist()
    assert table["area"][0] == oracle.area(mask)
    assert table["area"][1] == 50
    assert table["area"][2] == 30.0 * 40.0
    assert table["kind"][:4].tolist() == [Kind.POLYGON, Kind.BITMASK, Kind.POLYGON, Kind.BOX]
    assert table["marks"][0] & Mark.BOX_COMPUTED
    assert not table["marks"][2] & Mark.BOX_COMPUTED
    assert tables.predictions.masks["row"].tolist() == [0, 1, 2]


def test_row_106_a_box_that_disagrees_with_its_mask_is_kept(tmp_path: Path) -> None:
    document: list[Document] = results()
    document[7]["segmentation"] = [[60, 60, 70, 60, 70, 70]]
    tables = read_results(write(tmp_path / "r.json", document), context(tmp_path))
    assert tables.report.counts == {"W-COCO-BOX-MASK": 1}
    assert tables.predictions.table["x"][7] == 11.25
