"""Tables of annotations: CSV and JSON lines, header names, delimiters, shapes, wrong values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxscore import Project
from boxscore.errors import SourceError
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import ReadRequest, Role, format_of, recognise
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.table_columns import columns_of
from tests.sources.raw_traits import traits_of


def read_text(
    folder: Path, text: str, role: Role = "truth", form: str = "csv"
) -> tuple[RawSet, ImportReport]:
    path = folder / f"table.{form}"
    path.write_bytes(text.encode())
    report = ImportReport(path)
    return format_of(form, role).read(path, ReadRequest(role=role), report), report


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_decimal_commas(tmp_path: Path, delimiter: str) -> None:
    comma = "1,5" if delimiter != "," else '"1,5"'
    rows = [["image", "class", "score", "xmin", "ymin", "xmax", "ymax"]]
    rows += [["a.jpg", "cat", "0.25", comma, "2", "30", "40"], ["b.jpg", "dog", "1", *"1234"]]
    raw, report = read_text(
        tmp_path, "\r\n".join(delimiter.join(row) for row in rows), "predictions"
    )
    assert raw.box.tolist() == [[1.5, 2, 30, 40], [1, 2, 3, 4]]
    assert raw.convention.words == "xyxy, pixels"
    assert raw.columns["confidence"].tolist() == [0.25, 1] and not report.warnings
    best, *_ = recognise(tmp_path / "table.csv", "predictions")
    assert best[0].name == "csv"


def test_sizes_beside_corners_are_the_images(tmp_path: Path) -> None:
    header = "filename,width,height,class,xmin,ymin,xmax,ymax"
    raw, _ = read_text(tmp_path, f"{header}\na.jpg,640,480,cat,1,2,3,4\n")
    assert (raw.images[0].width, raw.images[0].height) == (640, 480)
    assert raw.box.tolist() == [[1, 2, 3, 4]]


def test_shares_of_the_image(tmp_path: Path) -> None:
    text = "image,class,x_center,y_center,width,height\na,cat,0.5,0.5,0.2,0.1\n"
    assert read_text(tmp_path, text)[0].convention.words == "cxcywh, relative"


def test_classes_of_whole_images(tmp_path: Path) -> None:
    raw, _ = read_text(tmp_path, "image,class,confidence\na,cat,0.5\nb,,0.5\n", "predictions")
    assert raw.columns["kind"].tolist() == [int(Kind.CLASSIFICATION)]
    assert [image.key for image in raw.images] == ["a", "b"]
    assert raw.classes[0].question == "class"


def test_a_row_without_a_class_is_an_image_without_objects(tmp_path: Path) -> None:
    raw, report = read_text(tmp_path, "image,class,x,y,width,height\na,cat,1,2,3,4\nb,,,,,\n")
    assert raw.rows == 1 and len(raw.images) == 2 and not report.rejected


def test_frames_tracks_and_facts(tmp_path: Path) -> None:
    text = "video,frame,label,x,y,w,h,track_id,iscrowd,ignored\nv,3,car,1,2,3,4,7,1,0\n"
    raw, _ = read_text(tmp_path, text)
    assert (raw.images[0].sequence, raw.images[0].position) == ("v", 3)
    text = (
        "image,class,x,y,w,h,area,group_of,occlusion\na,car,1,2,3,4,11,true,2\nb,car,1,2,3,4,,,\n"
    )
    told, _ = read_text(tmp_path, text)
    assert told.columns["area"][0] == 11 and np.isnan(told.columns["area"][1])
    assert told.columns["marks"].tolist() == [int(Mark.GROUP_OF), 0]
    assert traits_of(told) == {0: {"occlusion": 2.0}}
    assert list(raw.track) == ["7"] and raw.columns["crowd"].tolist() == [True]


@pytest.mark.parametrize(
    "value", ["[1, 2, 9, 2, 9, 8]", "[[1, 2], [9, 2], [9, 8]]", "[[1, 2, 9, 2, 9, 8]]"]
)
def test_polygons(tmp_path: Path, value: str) -> None:
    raw, _ = read_text(tmp_path, f'image,class,polygon\na,cat,"{value}"\n')
    assert raw.columns["kind"].tolist() == [int(Kind.POLYGON)]
    assert raw.points["x"].tolist() == [1, 9, 9] and raw.points["y"].tolist() == [2, 2, 8]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a,cat,1,2,3", "E-TABLE-COLUMNS"),
        ("a,cat,1,2,3,x", "E-TABLE-VALUE"),
        ("a,cat,1,2,3,nan", "E-TABLE-VALUE"),
        ("a,cat,1,2,3,", "E-TABLE-VALUE"),
        (",cat,1,2,3,4", "E-TABLE-VALUE"),
    ],
)
def test_wrong_rows_are_rejected_with_their_line(tmp_path: Path, row: str, code: str) -> None:
    raw, report = read_text(tmp_path, f"image,class,x,y,width,height\nb,cat,1,2,3,4\n{row}\n")
    assert raw.rows == 1
    assert [entry.place for entry in report.entries[code]] == ["line 3"]


@pytest.mark.parametrize(
    "text", ["", "image,x,y\na,1,2\n", "image,class\n\0\n", 'image,class\na,"' + "x" * 200_000]
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError):
        read_text(tmp_path, text)


def test_lines_of_json(tmp_path: Path) -> None:
    record = {"image": "a", "class": "cat", "x": 1, "y": 2.5, "width": 3, "height": 4}
    text = f"{json.dumps(record)}\nnonsense\n{json.dumps(record | {'class': 'dog'})}\n"
    raw, report = read_text(tmp_path, text, form="jsonl")
    assert raw.box.tolist() == [[1, 2.5, 3, 4]] * 2
    assert [entry.place for entry in report.entries["E-JSONL-LINE"]] == ["line 2"]
    best, *_ = recognise(tmp_path / "table.jsonl", "truth")
    assert best[0].name == "jsonl"


def test_the_first_of_two_names_counts() -> None:
    assert columns_of(["File Name", "LABEL", "image_id"]) == {"image": 0, "class": 1}


def test_masks_as_run_lengths(tmp_path: Path) -> None:
    """`527` are runs of 5, 2 and 7 pixels, column by column; the second covers the object."""
    from boxscore.project import Project

    text = "image,class,image_width,image_height,rle\na,cat,2,7,527\n"
    (tmp_path / "masks.csv").write_text(text)
    made = Project.import_project(tmp_path / "masks.csv", target=tmp_path, name="made")
    assert (made["ground_truth"], made["rejected"]) == (1, 0)
    table = Project.open(made["path"]).ground_truth.table
    assert table["area"].tolist() == [2]
    assert table["kind"].tolist() == [int(Kind.BITMASK)]


def test_cells_of_boxes_keypoints_and_traits(tmp_path: Path) -> None:
    rows = [
        {"image": "a", "class": "cat", "bbox": [1, 2, 3, 4], "traits": '{"alpha": 1.5}'},
        {"image": "a", "class": "man", "bbox": {"x1": 1, "y1": 2, "x2": 4, "y2": 6},
         "keypoints": [1, 2, 2, 3, 4, 0]},
        {"image": "a", "class": "cat", "polyline": [0, 0, 5, 5]},
        {"image": "a", "class": "wet", "question": "weather"},
        {"image": "a", "class": "cat", "bbox": [1, 2, 3]},
        {"image": "a", "class": "cat", "bbox": [1, 2, 3, 4], "keypoints": [1, 2]},
    ]  # fmt: skip
    raw, report = read_text(tmp_path, "\n".join(map(json.dumps, rows)), form="jsonl")
    kinds = [Kind.BOX, Kind.KEYPOINTS, Kind.POLYLINE, Kind.CLASSIFICATION]
    assert sorted(raw.columns["kind"].tolist()) == sorted(map(int, kinds))
    assert traits_of(raw) == {0: {"alpha": 1.5}}
    assert raw.box[:2].tolist() == [[1, 2, 3, 4], [1, 2, 3, 4]]
    assert raw.points["visibility"][:2].tolist() == [2, 0]
    assert report.counts == {"E-TABLE-VALUE": 1, "E-TABLE-KEYPOINTS": 1}
    places = [entry.place for kept in report.entries.values() for entry in kept]
    assert sorted(places) == ["line 5", "line 6"]


def test_outlines_and_points_of_ultralytics(tmp_path: Path) -> None:
    """Cells of `to_csv`: as Python writes a dictionary; an outline of nothing leaves its box."""
    box = "\"{'x1': 1.0, 'y1': 2.0, 'x2': 9.0, 'y2': 8.0}\""
    cells = {
        "segments": [
            "{'x': [1.0, 9.0, 9.0], 'y': [2.0, 2.0, 8.0]}", "{'x': [], 'y': []}",
            "{'x': [1.0, 9.0, 9.0], 'y': [2.0, 2.0]}",
        ],
        "keypoints": [
            "{'x': [1.0, 9.0], 'y': [2.0, 8.0], 'visible': [0.9, 0.1]}", "",
            "{'x': [1.0, 9.0]}",
        ],
    }  # fmt: skip
    for name, (good, none, wrong) in cells.items():
        text = f"name,class,confidence,box,image,{name}\n"
        text += "".join(f'cat,0,0.5,{box},a.png,"{cell}"\n' for cell in (good, none, wrong))
        path = tmp_path / f"{name}.csv"
        path.write_text(text)
        report = ImportReport(path)
        raw = format_of("csv", "predictions").read(path, ReadRequest(role="predictions"), report)
        drawn = Kind.POLYGON if name == "segments" else Kind.KEYPOINTS
        assert sorted(raw.columns["kind"].tolist()) == sorted([int(Kind.BOX), int(drawn)])
        assert raw.box.tolist() == [[1, 2, 8, 6]] * 2
        assert set(raw.points["visibility"].tolist()) == {2}
        assert list(report.rejected_codes.values()) == [1]
    assert raw.points["x"].tolist() == [1, 9] and raw.points["y"].tolist() == [2, 8]


def test_columns_that_are_not_read_are_said(tmp_path: Path) -> None:
    raw, report = read_text(tmp_path, "image,class,x,y,w,h,note,who\na,cat,1,2,3,4,n,w\n")
    assert raw.rows == 1
    assert report.facts["N-TABLE-COLUMNS"] == ("columns not read: note, who", 2)


def test_plain_pieces_and_odd_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boxscore.sources.csv_text.PIECE", 64)
    lines = [f"{k % 7}.jpg,cat,{k},2,3,4" for k in range(100)]
    lines[40] = "a.jpg,cat,1"
    lines[70] = ""
    for end in ("\n", "\r\n"):
        raw, report = read_text(tmp_path, end.join(["image,class,x,y,w,h", *lines]))
        assert raw.rows == 98 and report.counts == {"E-TABLE-COLUMNS": 1}
        assert report.entries["E-TABLE-COLUMNS"][0].place == "line 42"
        assert raw.columns["line"].tolist() == [k for k in range(2, 102) if k not in (42, 72)]
        assert raw.box[:, 0].tolist() == [k for k in range(100) if k not in (40, 70)]
    quoted, _ = read_text(tmp_path, "\n".join(["image,class,x,y,w,h", *lines, '"z",cat,1,2,3,4']))
    assert quoted.rows == 99 and len(quoted.images) == len(raw.images) + 1


def test_a_disarmed_formula_is_the_text_it_was(tmp_path: Path) -> None:
    raw, _ = read_text(tmp_path, "image,class,x,y,w,h\n'=a.jpg,'@it's,1,2,3,4\n")
    assert raw.images[0].key == "=a.jpg" and raw.classes[0].name == "@it's"


def test_a_table_without_a_header_is_told_by_its_cells(tmp_path: Path) -> None:
    truth, found = tmp_path / "boxes.csv", tmp_path / "found.csv"
    truth.write_text(
        "images/a.jpg,10,20,110,220,hot dog\nimages/b.jpg,,,,,\nimages/c.jpg,1,2,x,4,cat\n"
        + "images/d.jpg,5,6,50,60,cat\n" * 30
    )
    made = Project.import_project(truth, target=tmp_path / "made")
    assert (made["format"], made["images"], made["ground_truth"], made["rejected"]) == (
        "csv",
        4,
        31,
        1,
    )
    report = json.loads(Path(made["report"]).read_text())
    assert "line 3" in [r["place"] for r in report["records"] if r["outcome"] == "rejected"]
    found.write_text("images/a.jpg,10,20,110,220,hot dog,0.9\nimages/d.jpg,5,6,50,60,cat,.8\n")
    assert Project.open(made["path"]).import_predictions(found)["predictions"] == 2


def test_a_table_of_unknown_columns_is_no_broken_json(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b,c\n1,2,3\n")
    with pytest.raises(SourceError) as refused:
        Project.import_project(path, target=tmp_path / "made")
    assert refused.value.code == "E-FORMAT"


def test_a_folder_with_a_table_for_each_split(tmp_path: Path) -> None:
    """Roboflow's layout for TensorFlow: pictures beside their table; one name stands in both."""
    for split, names in {"train": "ab", "valid": "a"}.items():
        (tmp_path / split).mkdir()
        rows = [f"{name}.jpg,40,30,cat,1,2,9,8" for name in names]
        head = "filename,width,height,class,xmin,ymin,xmax,ymax"
        (tmp_path / split / "_annotations.csv").write_text("\n".join([head, *rows, ""]))
        for name in names:
            Image.new("RGB", (40, 30)).save(tmp_path / split / f"{name}.jpg")
    (tmp_path / "valid" / "other.csv").write_text("image,label\na.jpg,cat\n")
    (tmp_path / "notes.csv").write_text("epoch,loss\n1,2\n")
    made = Project.import_project(tmp_path, target=tmp_path / "made")
    assert (made["format"], made["ground_truth"], made["rejected"]) == ("csv", 3, 0)
    assert [w["code"] for w in made["warnings"]] == ["W-TABLE-OTHER"]
    items = Project.open(made["path"]).items
    found = dict(zip(items["title"].tolist(), items["split"].tolist(), strict=True))
    assert found == {"train/a.jpg": "train", "train/b.jpg": "train", "valid/a.jpg": "val"}
    alone = Project.import_project(tmp_path / "train" / "_annotations.csv", target=tmp_path / "one")
    assert not alone["warnings"]


def test_rejected_rows_of_a_folder_name_their_file(tmp_path: Path) -> None:
    head = "image,class,x,y,width,height\n"
    for name, row in {"a": "a,cat,1,2,3,4", "b": "b,cat,1", "c": "c,cat,1,2,3,x"}.items():
        (tmp_path / f"{name}.csv").write_text(f"{head}{row}\n")
    report = ImportReport(tmp_path)
    raw = format_of("csv", "truth").read(tmp_path, ReadRequest(role="truth"), report)
    places = [entry.place for kept in report.entries.values() for entry in kept]
    assert raw.rows == 1 and sorted(places) == ["b.csv: line 2", "c.csv:2"]


def test_records_with_lists_of_numbers(tmp_path: Path) -> None:
    """What many write by hand: a name, a class and a box of each object, in a JSON list."""
    one = {"image": "a.png", "category_name": "cat", "score": 0.5, "bbox": [1, 2, 3, 4]}
    path = tmp_path / "found.json"
    path.write_text(json.dumps([one, one | {"segmentation": [[1, 2, 9, 2, 9, 9]]}]))
    assert [card.name for card, _ in recognise(path, "predictions")] == ["jsonl"]
    request = ReadRequest(role="predictions")
    raw = format_of("jsonl", "predictions").read(path, request, ImportReport(path))
    assert raw.box.tolist() == [[1, 2, 3, 4]] * 2 and raw.classes[0].name == "cat"
    for other in ({"label": [{"x": 1}]}, {"regions": [[1, 2]]}):
        path.write_text(json.dumps([one | other]))
        assert [card.name for card, _ in recognise(path, "predictions")] == []
