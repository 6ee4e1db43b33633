"""Tables whose cells hold all boxes of an image, and files of one image each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boxscore.errors import SourceError
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import ReadRequest, Role, format_of
from boxscore.sources.raw import RawSet
from boxscore.sources.recognising import recognised
from boxscore.sources.report import ImportReport


def read_as(
    form: str, path: Path, role: Role = "predictions", classes: tuple[str, ...] = ("cat", "dog")
) -> tuple[RawSet, ImportReport]:
    """Read a path that is recognised."""
    assert recognised(path, role).format == form
    report = ImportReport(path)
    known = tuple((k, name) for k, name in enumerate(classes))
    return format_of(form, role).read(path, ReadRequest(role=role, classes=known), report), report


def names(raw: RawSet) -> list[str | None]:
    return [raw.classes[k].name for k in raw.columns["class_ref"]]


def table(root: Path, *lines: str) -> Path:
    path = root / "submission.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_class_confidence_and_box(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "image_id,PredictionString",
        "a,cat 0.9 10 20 30 40 wild dog .5 1 2 3 4",
        "b,14 1 0 0 1 1",
        "c,",
        "d,cat 0.9 1 2 3",
        "e,cat 9 1 2 3 4",
    )
    raw, report = read_as("prediction-string", path)
    assert raw.box.tolist() == [[10, 20, 30, 40], [1, 2, 3, 4]] and names(raw) == [
        "cat",
        "wild dog",
    ]
    assert raw.columns["confidence"].tolist() == [0.9, 0.5]
    assert [image.key for image in raw.images] == ["a", "b", "c", "d", "e"]
    assert raw.convention.corners is None  # for the doctor to say
    assert report.facts["N-NOTHING-FOUND"][1] == 1
    assert report.rejected_codes == {"E-PREDICTION-STRING": 2}


def test_classes_by_number_stay_numbers(tmp_path: Path) -> None:
    path = table(tmp_path, "id,PredictionString", "a,3 0.9 10 20 30 40")
    raw, _ = read_as("prediction-string", path)
    assert [(c.number, c.name) for c in raw.classes] == [(3, None)]


def test_boxes_without_a_class_want_a_project_of_one(tmp_path: Path) -> None:
    path = table(tmp_path, "image_id,PredictionString", "a,0.9 10 20 3 4 .8 1 2 3 4")
    raw, _ = read_as("prediction-string", path, classes=("wheat",))
    assert names(raw) == ["wheat", "wheat"] and raw.columns["confidence"].tolist() == [0.9, 0.8]
    with pytest.raises(SourceError, match="name no class, and the project has 2"):
        read_as("prediction-string", path)


def test_labels_of_boxes_alone(tmp_path: Path) -> None:
    lines = "image_name,BoxesString,domain", "a.png,1 2 30 40;5 6 70 80,x", "b.png,no_box,x"
    raw, report = read_as("prediction-string", table(tmp_path, *lines), "truth")
    assert raw.box.tolist() == [[1, 2, 30, 40], [5, 6, 70, 80]] and names(raw) == ["object"] * 2
    assert raw.convention.corners == "xyxy" and raw.convention.scale == "pixels"
    assert [image.key for image in raw.images] == ["a.png", "b.png"]
    assert report.facts["W-CLASS-NONE"][1] == 1


def test_labels_with_classes(tmp_path: Path) -> None:
    path = table(tmp_path, "ImageId,PredictionString", "a,cat 1 2 3 4 dog 5 6 7 8", "b,cat 1 2 9 9")
    raw, _ = read_as("prediction-string", path, "truth")
    assert names(raw) == ["cat", "dog", "cat"] and raw.box[1].tolist() == [5, 6, 7, 8]


def test_shares_are_left_to_open_images(tmp_path: Path) -> None:
    path = table(tmp_path, "ImageID,PredictionString", "a,cat 0.9 .1 .2 .3 .4")
    assert recognised(path, "predictions").format == "openimages"
    path = table(tmp_path, "ImageID,PredictionString", "a,cat 0.9 10 20 30 40")
    assert recognised(path, "predictions").format == "prediction-string"


def test_classes_of_images_as_lines(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("0.80 tabby cat\n0.20 7\n")
    (tmp_path / "labels/b.txt").write_text("0.60 7\n0.30 tabby cat\n")
    raw, _ = read_as("class-lines", tmp_path)
    assert names(raw) == ["tabby cat", "7", "7", "tabby cat"]
    assert raw.columns["confidence"].tolist() == [0.8, 0.2, 0.6, 0.3]
    assert set(raw.columns["kind"].tolist()) == {Kind.CLASSIFICATION}


def test_classes_of_images_as_json(tmp_path: Path) -> None:
    answer = [{"name": "cat", "class": 0, "confidence": 0.75}]
    (tmp_path / "a.json").write_text(json.dumps(answer))
    raw, _ = read_as("ultralytics", tmp_path)
    assert names(raw) == ["cat"] and raw.columns["kind"].tolist() == [Kind.CLASSIFICATION]
    assert [image.key for image in raw.images] == ["a"]


def test_a_table_for_each_image(tmp_path: Path) -> None:
    box = "\"{'x1': 1.0, 'y1': 2.0, 'x2': 11.0, 'y2': 22.0}\""
    turned = "\"{'x1': 1, 'y1': 2, 'x2': 3, 'y2': 4, 'x3': 5, 'y3': 6, 'x4': 7, 'y4': 8}\""
    (tmp_path / "a.csv").write_text(f",name,class,confidence,box\n0,cat,0,0.9,{box}\n")
    (tmp_path / "b.csv").write_text('""\n')
    (tmp_path / "c.csv").write_text(f",name,class,confidence,box\n0,dog,1,0.9,{turned}\n")
    (tmp_path / "d.csv").write_text(f"class,confidence,box\ndog,0.9,{box}\n")
    raw, report = read_as("image-tables", tmp_path)
    assert raw.box.tolist() == [[1, 2, 10, 20]] and names(raw)[0] == "cat"
    assert [image.key for image in raw.images] == ["a", "b", "c", "d"]
    assert raw.place(0) == "a.csv:2"
    assert report.entries["E-TABLE-VALUE"][0].place == "c.csv:2"
    assert report.entries["E-TABLE-COLUMNS"][0].place == "d.csv:2"


def test_via_as_a_table(tmp_path: Path) -> None:
    head = "filename,file_size,file_attributes,region_count,region_id"
    rect = '{""name"":""rect"",""x"":1,""y"":2,""width"":30,""height"":4}'
    path = tmp_path / "via.csv"
    path.write_text(
        f"{head},region_shape_attributes,region_attributes\n"
        f'a.jpg,9,"{{}}",2,0,"{rect}","{{""class"":""cat""}}"\n'
        f'a.jpg,9,"{{}}",2,1,"{{broken","{{""class"":""dog""}}"\n'
        'b.jpg,9,"{}",0,0,"{}","{}"\n'
    )
    raw, report = read_as("via", path, "truth")
    assert raw.box.tolist() == [[1, 2, 30, 4]] and names(raw) == ["cat"]
    assert [image.key for image in raw.images] == ["a", "b"]
    assert report.rejected_codes == {"E-VIA-SHAPE": 1}


def test_wider_face(tmp_path: Path) -> None:
    (tmp_path / "truth.txt").write_text(
        "0--Parade/a.jpg\n2\n1 2 30 40 0 0 0 0 0 0\n5 6 7 8 2 0 0 1 0 0\n"
        "0--Parade/b.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n"
        "1--Handshaking/c.jpg\n1\n9 9 9 9\n"
    )
    raw, report = read_as("wider", tmp_path / "truth.txt", "truth")
    assert raw.box.tolist() == [[1, 2, 30, 40], [5, 6, 7, 8]] and names(raw) == ["face"] * 2
    assert raw.columns["marks"].tolist() == [0, int(Mark.IGNORED)]
    assert len(raw.images) == 3 and report.rejected_codes == {"E-WIDER-BOX": 1}
    (tmp_path / "found").mkdir()
    (tmp_path / "found/a.txt").write_text("a\n2\n1 2 30 40 0.9\n5 6 7 8 .2\n")
    (tmp_path / "found/b.txt").write_text("b\n0\n")
    raw, _ = read_as("wider", tmp_path / "found", classes=("Face",))
    assert raw.columns["confidence"].tolist() == [0.9, 0.2] and names(raw) == ["Face"] * 2
    assert [image.key for image in raw.images] == ["a", "b"]
