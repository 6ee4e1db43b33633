"""Catalogue rows 30 to 70: the lists of a COCO project, its files, boxes and flags."""

from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import SourceError
from boxscore.schema.kinds import Kind, Mark, Shape
from tests.sources.coco_files import (
    HEIGHT,
    WIDTH,
    Case,
    Document,
    by_row,
    changed,
    judge,
    project,
    read_project,
    write,
)

Change = Any


def edit(*path: Any, value: Any) -> Change:
    """A change that sets one value deep in the document."""

    def change(document: Any) -> None:
        at = document
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value

    return change


def without(*path: Any) -> Change:
    """A change that removes one key."""

    def change(document: Any) -> None:
        at = document
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]

    return change


def box(*numbers: Any) -> Change:
    return edit("annotations", 5, "bbox", value=list(numbers))


def append(key: str, **record: Any) -> Change:
    def change(document: Document) -> None:
        document[key].append(record)

    return change


def every_box(convert: Any) -> Change:
    def change(document: Document) -> None:
        for k, record in enumerate(document["annotations"]):
            record["bbox"] = convert(k, *record["bbox"])
            record.pop("segmentation", None)

    return change


def cycle(document: Document) -> None:
    document["categories"][0]["supercategory"] = "cat"
    document["categories"][1]["supercategory"] = "person"


def odd_category_ids(document: Document) -> None:
    new = {1: -4, 3: 0, 7: 10**9}
    for record in document["categories"]:
        record["id"] = new[record["id"]]
    for record in document["annotations"]:
        record["category_id"] = new[record["category_id"]]


def image_of_image_3(key: str, value: Any) -> Change:
    return edit("images", 2, key, value=value)


PERSON = {"id": 1, "name": "person"}
FIRST = {"id": 1, "file_name": "000001.png", "width": WIDTH, "height": HEIGHT}

STRUCTURE = [
    Case("30", without("images"), "RF", "E-COCO-STRUCTURE", "images"),
    Case("30-null", edit("images", value=None), "RF", "E-JSON-MEMBER", "images"),
    Case("30-dict", edit("images", value={"id": 1}), "RF", "E-JSON-MEMBER", "images"),
    Case("31", without("annotations"), "W", "W-COCO-NO-ANNOTATIONS", "without labels"),
    Case("32", without("categories"), "RF", "E-COCO-STRUCTURE", "categories"),
    Case("33", without("info"), "A"),
    Case("34", append("images", **FIRST), "W", "W-COCO-IMAGE-TWICE", "/images/30/id"),
    Case(
        "34-other",
        append("images", **FIRST | {"file_name": "x.png"}),
        "RF",
        "E-COCO-IMAGE-DUPLICATE",
        "x.png",
    ),
    Case(
        "35", image_of_image_3("file_name", "000001.png"), "W", "W-COCO-FILE-SHARED", "000001.png"
    ),
    Case(
        "36",
        edit("annotations", 5, "id", value=1000),
        "W",
        "W-COCO-ANNOTATION-ID",
        "/annotations/5",
    ),
    Case("37", append("categories", id=1, name="dog"), "RF", "E-COCO-CATEGORY-DUPLICATE", "dog"),
    Case("37-same", append("categories", **PERSON), "W", "W-COCO-CATEGORY-TWICE", "once"),
    Case("38", append("categories", id=9, name="person"), "A"),
    Case("39", odd_category_ids, "A"),
    Case(
        "40",
        edit("annotations", 5, "image_id", value=999),
        "RR",
        "E-COCO-IMAGE-UNKNOWN",
        "/annotations/5/image_id: image id 999 is not among the images (annotation id 1005",
    ),
    Case(
        "41",
        edit("annotations", 5, "category_id", value=2),
        "RR",
        "E-COCO-CATEGORY-UNKNOWN",
        "category id 2 is not among the 3 categories (annotation id 1005, image id 2)",
    ),
    Case("42", edit("annotations", 5, "category_id", value=None), "RR", "E-COCO-MISSING", "null"),
    Case("42-none", without("annotations", 5, "category_id"), "RR", "E-COCO-MISSING", "missing"),
    Case("43", cycle, "A"),
    Case("44-empty", edit("categories", 0, "name", value=""), "A"),
    Case("44-html", edit("categories", 0, "name", value="<img onerror=x>"), "A"),
    Case("44-rtl", edit("categories", 0, "name", value="a\u202eb"), "W", "W-COCO-NAME-CONTROL"),
    Case(
        "44-long", append("categories", id=9, name="x" * 10_000), "RR", "E-COCO-NAME-LONG", "1024"
    ),
    Case("45", without("images", 2, "width"), "RR", "E-COCO-IMAGE-SIZE", "missing", rejected=5),
    Case("46-zero", image_of_image_3("width", 0), "RR", "E-COCO-IMAGE-SIZE", "/width", rejected=5),
    Case("46-minus", image_of_image_3("height", -3), "RR", "E-COCO-IMAGE-SIZE", "-3", rejected=5),
    Case("46-huge", image_of_image_3("height", 10**9), "RR", "E-COCO-IMAGE-SIZE", "", rejected=5),
    Case(
        "46-nan", image_of_image_3("width", float("nan")), "RR", "E-COCO-NOT-FINITE", "", rejected=5
    ),
    *(
        Case(f"48-{n}", image_of_image_3("file_name", name), "RR", "E-IMAGE-NAME", "", rejected=5)
        for n, name in enumerate(
            ("/etc/passwd", "../a.png", "a/../../b.png", "C:\\a.png", "\\\\srv\\a.png", "a\\..\\b")
        )
    ),
    Case("52-empty", image_of_image_3("file_name", ""), "RR", "E-IMAGE-NAME", "empty", rejected=5),
    Case(
        "52-null", image_of_image_3("file_name", None), "RR", "E-COCO-MISSING", "null", rejected=5
    ),
    Case(
        "52-number", image_of_image_3("file_name", 7), "RR", "E-COCO-TEXT", "not text", rejected=5
    ),
    Case(
        "54",
        image_of_image_3("coco_url", "http://example.org/3.png"),
        "W",
        "W-IMAGE-MISSING",
        "(30)",
    ),
]

BOXES = [
    Case("57-three", box(1, 2, 3), "RR", "E-COCO-BBOX", "3 numbers"),
    Case("57-five", box(1, 2, 3, 4, 5), "RR", "E-COCO-BBOX", "5 numbers"),
    Case("57-text", box(1, "2", 3, 4), "RR", "E-COCO-NUMBER", "/annotations/5/bbox[1]"),
    Case("57-null", box(1, 2, None, 4), "RR", "E-COCO-NUMBER", "bbox[2]"),
    Case("58", box(10, 20, 0, 5), "W", "W-COCO-BBOX-ZERO", "covers no area: kept"),
    Case(
        "59",
        box(10, 20, -3, 5),
        "RR",
        "E-COCO-BBOX-NEG",
        "/annotations/5/bbox[2]: width -3 must be >= 0 (annotation id 1005, image id 2)",
    ),
    Case("59-height", box(10, 20, 3, -0.5), "RR", "E-COCO-BBOX-NEG", "bbox[3]: height -0.5"),
    Case("60", box(WIDTH + 20, 5, 10, 10), "W", "W-COCO-BBOX-OUTSIDE", "outside"),
    Case("60-before", box(-50, 5, 10, 10), "W", "W-COCO-BBOX-OUTSIDE", "outside"),
    Case("61", box(90, 70, 30, 30), "A"),
    Case("62", box(-0.4, 0, WIDTH + 0.9, HEIGHT), "A"),
    Case(
        "63",
        every_box(lambda k, x, y, w, h: [x / WIDTH, y / HEIGHT, w / WIDTH, h / HEIGHT]),
        "RF",
        "E-COCO-BBOX-NORMALISED",
        "looks normalised",
    ),
    Case(
        "64",
        every_box(lambda k, x, y, w, h: [x + k % 60, y, x + k % 60 + w, y + h]),
        "W",
        "W-COCO-BBOX-CORNERS",
        "corners",
    ),
    Case("65", box(1e308, 2, 1e308, 4), "RR", "E-COCO-NOT-FINITE", "overflows"),
    Case("66", without("annotations", 5, "area"), "W", "W-COCO-AREA", "missing: computed as 1215"),
    Case("66-text", edit("annotations", 5, "area", value="big"), "W", "W-COCO-DROPPED", "big"),
    Case("66-minus", edit("annotations", 5, "area", value=-3), "W", "W-COCO-AREA", "area -3"),
    Case("66-mask", without("annotations", 4, "area"), "W", "W-COCO-AREA", "computed as 12"),
    Case("67", without("annotations", 5, "iscrowd"), "W", "W-COCO-ISCROWD", "taken as 0"),
    Case("67-text", edit("annotations", 5, "iscrowd", value="0"), "W", "W-COCO-FLAG", "read as 0"),
    Case(
        "67-two", edit("annotations", 5, "iscrowd", value=2), "RR", "E-COCO-FLAG", "neither 0 nor 1"
    ),
    Case(
        "68",
        edit("annotations", 5, "keypoints", value=[1, 2]),
        "W",
        "W-COCO-KEYPOINTS",
        "dropped (annotation id 1005",
    ),
    Case(
        "69",
        edit("annotations", 5, "segmentation", value=[]),
        "W",
        "W-COCO-SEGMENTATION-EMPTY",
        "box",
    ),
    Case(
        "69-nested",
        edit("annotations", 5, "segmentation", value=[[]]),
        "W",
        "W-COCO-SEGMENTATION-EMPTY",
        "box only",
    ),
    Case(
        "70",
        edit("annotations", 5, "attributes", value={"rotation": "steep"}),
        "W",
        "W-COCO-ROTATION",
        "dropped",
    ),
    Case(
        "70-nan",
        edit("annotations", 5, "attributes", value={"rotation": float("nan")}),
        "W",
        "W-COCO-ROTATION",
        "dropped",
    ),
]


@by_row(STRUCTURE + BOXES)
def test_each_row_comes_to_what_the_catalogue_says(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / "annotations.json", changed(case, project()))
    tables = judge(case, lambda: read_project(path))
    if tables is not None and case.row != "31" and case.outcome in "AW":
        assert tables.ground_truth.rows == 120


@by_row([c for c in STRUCTURE + BOXES if c.outcome in ("RR", "W") and c.row != "54"])
def test_strict_refuses_whatever_is_rejected_or_repaired(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / "annotations.json", changed(case, project()))
    with pytest.raises(SourceError) as caught:
        read_project(path, strict=True)
    assert caught.value.code == case.code


def test_marks_are_kept_with_the_annotation(tmp_path: Path) -> None:
    document = project()
    for k, numbers in enumerate([(10, 20, 0, 5), (120, 5, 10, 10), (90, 70, 30, 30), (0, 0, 5, 5)]):
        document["annotations"][k] |= {"bbox": numbers, "area": 25.0, "segmentation": None}
    table = read_project(write(tmp_path / "a.json", document)).ground_truth.table
    expected = [Mark.ZERO_AREA, Mark.OUTSIDE, Mark.CLIPPED, Mark.NONE]
    assert table["marks"][:4].tolist() == expected
    assert table["x"][:4].tolist() == [10, 120, 90, 0]


def test_row_38_equal_names_are_told_apart_by_id(tmp_path: Path) -> None:
    document = project()
    document["categories"].append({"id": 9, "name": "person"})
    classes = read_project(write(tmp_path / "a.json", document)).ontology.classes
    assert [c.name for c in classes] == ["person (1)", "cat", "traffic light", "person (9)"]
    assert len({c.feature_hash for c in classes}) == 4


def test_items_come_in_order_of_their_ids_and_so_do_annotations(tmp_path: Path) -> None:
    document = project()
    document["images"].reverse()
    document["annotations"].reverse()
    tables = read_project(write(tmp_path / "a.json", document))
    assert tables.items["source_id"].tolist() == [str(k) for k in range(1, 31)]
    table = tables.ground_truth.table
    assert np.all(np.diff(table["item"]) >= 0)
    assert table["source_row"][:4].tolist() == [116, 117, 118, 119]
    assert table["source_id"][:4].tolist() == [1003, 1002, 1001, 1000]


def test_licence_split_and_title_are_kept(tmp_path: Path) -> None:
    document = project()
    document["images"][0] |= {"license": 1, "split": "val", "flickr_url": "http://f/1"}
    items = read_project(write(tmp_path / "a.json", document)).items
    assert items["licence"][0] == "CC BY 2.0 · http://example.org/by · http://f/1"
    assert items["split"][:2].tolist() == ["val", ""]
    assert items["title"][0] == "000001.png"


def test_shapes_follow_from_what_annotations_have(tmp_path: Path) -> None:
    document = project()
    for record in document["annotations"]:
        record.pop("segmentation", None)
    runs = {"size": [HEIGHT, WIDTH], "counts": [10, 5, WIDTH * HEIGHT - 15]}
    document["annotations"][0]["segmentation"] = [[1, 1, 9, 1, 9, 9]]
    document["annotations"][1]["segmentation"] = runs
    document["categories"].append({"id": 9, "name": "hand", "keypoints": ["a", "b"]})
    tables = read_project(write(tmp_path / "a.json", document))
    shapes = [o.shape for o in tables.ontology.objects]
    assert shapes == [Shape.POLYGON, Shape.BITMASK, Shape.BOUNDING_BOX, Shape.SKELETON]
    assert tables.ground_truth.table["kind"][:3].tolist() == [Kind.POLYGON, Kind.BITMASK, Kind.BOX]
    assert tables.ground_truth.masks["row"].tolist() == [0, 1]


# ---- picture files ----


def pictures(folder: Path, names: list[str], size: tuple[int, int] = (WIDTH, HEIGHT)) -> None:
    folder.mkdir(exist_ok=True)
    for k, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (k, 2 * k, 0)).save(folder / name, format="PNG")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`images` beside the annotation file, with all 30 pictures."""
    pictures(tmp_path / "images", [f"{k + 1:06}.png" for k in range(30)])
    return tmp_path / "images"


def read_with(document: Document, folder: Path) -> Any:
    return read_project(write(folder.parent / "a.json", document), images=folder)


def test_pictures_are_found_beside_the_annotations(folder: Path) -> None:
    tables = read_project(write(folder.parent / "a.json", project()))
    assert len(tables.files) == 30
    assert tables.items["file"][0] == "images/000001.png"
    assert tables.report.warnings == []
    assert len(set(tables.items["data_hash"])) == 30


def test_ids_depend_on_content_and_name_alone(folder: Path, tmp_path: Path) -> None:
    first = read_with(project(), folder).items["data_hash"].tolist()
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    assert read_with(project(), elsewhere).items["data_hash"].tolist() == first
    Image.new("RGB", (WIDTH, HEIGHT), (9, 9, 9)).save(elsewhere / "000001.png")
    again = read_with(project(), elsewhere).items["data_hash"].tolist()
    assert again[1:] == first[1:]
    assert again[0] != first[0]


def test_row_35_a_shared_file_is_listed_once(folder: Path) -> None:
    document = project()
    document["images"][1]["file_name"] = "000001.png"
    tables = read_with(document, folder)
    assert len(tables.files) == 29
    assert len(set(tables.items["data_hash"])) == 30


def test_row_45_a_missing_size_is_read_from_the_file(folder: Path) -> None:
    document = project()
    del document["images"][2]["width"]
    tables = read_with(document, folder)
    assert (tables.items["width"][2], tables.items["height"][2]) == (WIDTH, HEIGHT)
    assert tables.report.counts == {"W-COCO-IMAGE-SIZE": 1}


def test_row_47_a_different_size_is_counted_and_the_declared_one_kept(folder: Path) -> None:
    Image.new("L", (50, 40)).save(folder / "000003.png")
    tables = read_with(project(), folder)
    assert tables.report.counts == {"W-IMAGE-SIZE": 1}
    assert tables.items["width"][2] == WIDTH


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (HEIGHT, WIDTH)])
def test_row_47_exif_turns_the_picture(folder: Path, size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size)
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(folder / "000003.png", format="JPEG", exif=exif)
    counts = read_with(project(), folder).report.counts
    assert counts == {"W-IMAGE-EXIF": 1, "W-IMAGE-SUFFIX": 1}


def test_row_48_a_name_out_of_the_folder_is_never_opened(folder: Path) -> None:
    secret = folder.parent / "secret.png"
    Image.new("RGB", (WIDTH, HEIGHT)).save(secret)
    for name in ("../secret.png", str(secret), "..\\secret.png", "x/../../secret.png"):
        document = project()
        document["images"][2]["file_name"] = name
        tables = read_with(document, folder)
        assert tables.report.rejected_codes["E-IMAGE-NAME"] == 1
        assert all(file.path != secret for file in tables.files)


def test_links_out_of_the_folder_are_not_followed(folder: Path) -> None:
    secret = folder.parent / "secret.png"
    (folder / "000003.png").rename(secret)
    (folder / "000003.png").symlink_to(secret)
    tables = read_with(project(), folder)
    assert tables.report.rejected_codes == {"E-IMAGE-LINK": 1, "E-COCO-IMAGE-UNKNOWN": 4}


def test_row_49_backslashes(folder: Path) -> None:
    document = project()
    pictures(folder, ["sub/x.png"])
    document["images"][2]["file_name"] = "sub\\x.png"
    tables = read_with(document, folder)
    assert tables.report.counts == {"W-IMAGE-BACKSLASH": 1}
    assert tables.items["file"][2] == "images/sub/x.png"


def test_row_50_another_case(folder: Path) -> None:
    document = project()
    (folder / "000003.png").rename(folder / "Abc.PNG")
    document["images"][2]["file_name"] = "abc.png"
    assert read_with(document, folder).report.counts == {"W-IMAGE-CASE": 1}
    pictures(folder, ["ABC.png"])
    tables = read_with(document, folder)
    assert tables.report.rejected_codes["E-IMAGE-AMBIGUOUS"] == 1


def test_row_51_another_unicode_form(folder: Path) -> None:
    name = "\xe4pfel.png"
    document = project()
    (folder / "000003.png").rename(folder / unicodedata.normalize("NFD", name))
    document["images"][2]["file_name"] = unicodedata.normalize("NFC", name)
    assert read_with(document, folder).report.counts == {"W-IMAGE-UNICODE": 1}


@pytest.mark.parametrize("kind", ["folder", "fifo", "socket"])
def test_row_53_what_is_no_file_is_rejected_without_waiting(kind: str, tmp_path: Path) -> None:
    names = [f"{k + 1:06}.png" for k in range(30) if k != 2]
    pictures(tmp_path / "i", names)
    place = tmp_path / "i" / "000003.png"
    listener = socket.socket(socket.AF_UNIX)
    try:
        if kind == "folder":
            place.mkdir()
        elif kind == "fifo":
            os.mkfifo(place)
        else:
            listener.bind(str(place))
        tables = read_with(project(), tmp_path / "i")
    finally:
        listener.close()
    assert tables.report.rejected_codes == {"E-IMAGE-KIND": 1, "E-COCO-IMAGE-UNKNOWN": 4}


def test_row_55_missing_files_leave_items_without_pixels(folder: Path) -> None:
    (folder / "000003.png").unlink()
    tables = read_with(project(), folder)
    assert tables.report.facts["W-IMAGE-MISSING"][1] == 1
    assert tables.items["file"][2] == ""
    assert tables.ground_truth.rows == 120


def test_row_55_not_one_file_in_a_given_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(SourceError, match="E-IMAGES-MISSING"):
        read_with(project(), tmp_path / "other")
    with pytest.raises(SourceError, match="is not a folder"):
        read_with(project(), tmp_path / "nothing")


def test_row_56_files_that_are_not_listed_are_counted(folder: Path) -> None:
    pictures(folder, ["more.png", "and_more.png"])
    (folder / "notes.txt").write_text("not an image")
    assert read_with(project(), folder).report.facts["W-IMAGE-UNLISTED"][1] == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"hello", "text"), (b"<!doctype html>", "HTML"), (b"<svg/>", "SVG")],
)
def test_row_139_what_is_no_picture_is_named(folder: Path, content: bytes, says: str) -> None:
    (folder / "000003.png").write_bytes(content)
    tables = read_with(project(), folder)
    assert tables.report.rejected_codes["E-IMAGE-KIND"] == 1
    assert says in "\n".join(tables.report.lines())


def test_the_images_folder_stays_untouched(folder: Path) -> None:
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}
    read_with(project(), folder)
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()} == before
