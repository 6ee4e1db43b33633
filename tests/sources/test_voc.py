"""Pascal VOC: folders of XML, results of the devkit, scores against a calculation by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import ReadRequest, Role, recognise
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.voc import read
from tests.sources.raw_traits import traits_of


def thing(name: str, *corners: float, more: str = "") -> str:
    tags = zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True)
    box = "".join(f"<{tag}>{value}</{tag}>" for tag, value in tags)
    return f"<object><name>{name}</name>{more}<bndbox>{box}</bndbox></object>"


def document(*objects: str, file: str = "a.jpg", head: str = "") -> str:
    size = "<size><width>100</width><height>50</height><depth>3</depth></size>"
    return f"{head}<annotation><filename>{file}</filename>{size}{''.join(objects)}</annotation>"


def devkit(root: Path, files: dict[str, str], pictures: tuple[str, ...] = ()) -> Path:
    """VOCdevkit's folders; pictures of 100 x 50."""
    for folder in ("Annotations", "JPEGImages", "ImageSets/Main"):
        (root / folder).mkdir(parents=True)
    for name, text in files.items():
        (root / "Annotations" / f"{name}.xml").write_text(text)
    for name in pictures:
        Image.new("RGB", (100, 50)).save(root / "JPEGImages" / f"{name}.jpg")
    return root


def read_voc(path: Path, role: Role = "truth") -> tuple[RawSet, ImportReport]:
    report = ImportReport(path)
    return read(path, ReadRequest(role=role), report), report


def results(root: Path, **lines: str) -> Path:
    root.mkdir()
    for name, text in lines.items():
        (root / f"comp4_det_test_{name}.txt").write_text(text)
    return root


def test_voc07_of_results_is_what_the_hand_gives(tmp_path: Path) -> None:
    """Cats: right 0.9, on the difficult one 0.8 (no count), wrong 0.7, right 0.6; two cats count.

    Precision is 1 up to recall 1/2 (six of eleven levels), then 2/3 (five of them).
    """
    hard = thing("cat", 60, 10, 80, 30, more="<difficult>1</difficult>")
    truth = devkit(
        tmp_path / "VOC2007",
        {
            "a": document(thing("cat", 10, 10, 30, 30), hard),
            "b": document(thing("cat", 0, 0, 20.5, 40), thing("dog", 50, 0, 70, 40), file="b.jpg"),
        },
        pictures=("a", "b"),
    )  # fmt: skip
    (truth / "ImageSets/Main/val.txt").write_text("a\n")
    (truth / "ImageSets/Main/test.txt").write_text("b\n")
    made = Project.import_project(truth, target=tmp_path)
    assert (made["format"], made["images"], made["ground_truth"]) == ("voc", 2, 4)
    assert made["warnings"] == []
    project = Project.open(made["path"])
    assert project.items["split"].tolist() == ["val", "test"]
    assert project.items["title"].tolist() == ["a.jpg", "b.jpg"]
    assert project.ground_truth.table["width"].tolist() == [20, 20, 20.5, 20]
    found = results(
        tmp_path / "found",
        cat="a 0.9 10 10 30 30\na 0.8 60 10 80 30\nb 0.7 80 0 99 40\nb 0.6 0 0 20.5 40\n",
        dog="b 0.5 50 0 70 40\n",
    )
    done = project.import_predictions(found, name="comp4")
    assert done["format"] == "voc" and done["predictions"] == 5 and done["rejected"] == 0
    cat = (6 * 1 + 5 * 2 / 3) / 11
    scores = project.evaluate("comp4", protocol="voc07")
    assert scores["metrics"]["mAP"] == pytest.approx((cat + 1) / 2, abs=1e-12)
    area = project.evaluate("comp4", protocol="voc12")["metrics"]["mAP"]
    assert area == pytest.approx((0.5 + 0.5 * 2 / 3 + 1) / 2, abs=1e-12)


@pytest.mark.parametrize(
    ("head", "code"),
    [
        ('<!DOCTYPE annotation [<!ENTITY a "b">]>', "E-XML-DOCTYPE"),
        ('<!DOCTYPE annotation SYSTEM "file:///etc/passwd">', "E-XML-DOCTYPE"),
        ("&a;", "E-XML"),
    ],
)
def test_row_123_a_doctype_refuses(tmp_path: Path, head: str, code: str) -> None:
    root = devkit(tmp_path / "set", {"a": document(thing("cat", 1, 1, 5, 5), head=head)})
    with pytest.raises(SourceError) as refused:
        read_voc(root)
    assert refused.value.code == code


def test_row_124_objects_without_a_place_are_rejected(tmp_path: Path) -> None:
    objects = (
        "<object><name>cat</name></object>",
        "<object><bndbox/></object>",
        thing("cat", 1, 1, 5, 5).replace("<xmax>5</xmax>", ""),
        thing("cat", 1, 1, 5, 5).replace("<xmax>5<", "<xmax>5,5<"),
        thing("cat", 1, 1, float("nan"), 5),
        thing("cat", 1.25, 1, 5.5, 5),
        *[thing("cat", k, 1, k + 9, 9) for k in range(120)],
        thing("cat", 9, 1, 5, 5),
    )
    root = devkit(tmp_path / "set", {"a": document(*objects)})
    raw, report = read_voc(root)
    assert dict(report.counts) == {"E-VOC-BOX": 1, "E-VOC-NAME": 1, "E-VOC-NUMBER": 3}
    assert raw.box[0].tolist() == [1.25, 1, 5.5, 5]  # as they stand: nothing subtracted
    made = Project.import_project(root, target=tmp_path / "made")
    codes = {warning["code"]: warning["count"] for warning in made["warnings"]}
    assert codes["E-BOX-NEGATIVE"] == 1 and made["rejected"] == 6


def test_row_125_the_xml_files_name_counts(tmp_path: Path) -> None:
    files = {"a": document(file="C:\\pictures\\other.jpg"), "b": document(file="b.png")}
    root = devkit(tmp_path / "set", files, pictures=("a", "b", "c"))
    raw, report = read_voc(root)
    assert [image.key for image in raw.images] == ["a", "b"]
    assert [image.title for image in raw.images] == ["a.jpg", "b.jpg"]
    assert {code: count for code, (_, count) in report.facts.items()} == {
        "W-VOC-FILENAME": 1,
        "N-VOC-NO-XML": 1,
    }


def test_marks_traits_and_other_geometry(tmp_path: Path) -> None:
    flags = "<truncated>1</truncated><occluded>1</occluded><difficult>1</difficult>"
    turned = (
        "<object><name>ship</name><robndbox><cx>50</cx><cy>20</cy><w>20</w><h>10</h>"
        "<angle>1.5707963267948966</angle></robndbox></object>"
    )
    outline = (
        "<polygon><x1>1</x1><y1>1</y1><x2>9</x2><y2>1</y2><x3>9</x3><y3>9</y3></polygon>"
        "<pose>Left</pose><part><name>head</name></part>"
    )
    text = document(
        thing("cat", 1, 1, 5, 5, more=flags), turned, thing("dog", 1, 1, 9, 9, more=outline)
    )
    (tmp_path / "a.xml").write_text(text)
    raw, report = read_voc(tmp_path)
    assert raw.columns["kind"].tolist() == [Kind.BOX, Kind.ROTATED_BOX, Kind.POLYGON]
    assert raw.columns["marks"].tolist() == [Mark.IGNORED, 0, 0]
    assert traits_of(raw) == {0: {"truncation": 1.0, "occlusion": 1.0}, 2: {"pose": 270.0}}
    assert raw.box[1].tolist() == [40, 15, 60, 25] and raw.columns["theta"][1] == 90
    assert report.facts["N-VOC-PARTS"][1] == 1


def test_two_years_of_the_devkit_stay_apart(tmp_path: Path) -> None:
    for year in ("VOC2007", "VOC2012"):
        devkit(tmp_path / year, {"1": document(thing("cat", 1, 1, 5, 5))}, pictures=("1",))
    raw, _ = read_voc(tmp_path)
    assert [image.key for image in raw.images] == ["VOC2007/1", "VOC2012/1"]


def test_predictions_in_xml_need_a_confidence(tmp_path: Path) -> None:
    sure = thing("cat", 1, 1, 5, 5, more="<confidence>0.5</confidence>")
    (tmp_path / "a.xml").write_text(document(sure, thing("cat", 1, 1, 5, 5)))
    raw, report = read_voc(tmp_path, "predictions")
    assert raw.columns["confidence"].tolist() == [0.5]
    assert dict(report.counts) == {"E-VOC-CONFIDENCE": 1}


def test_lines_that_are_no_results_are_rejected(tmp_path: Path) -> None:
    root = results(tmp_path / "found", cat="a 0.9 1 1 5 5\na 0.9 1 1 5\na 0,9 1 1 5 5\n", dog="")
    raw, report = read_voc(root, "predictions")
    assert raw.rows == 1 and [c.name for c in raw.classes] == ["cat", "dog"]
    assert dict(report.counts) == {"E-VOC-COLUMNS": 1, "E-VOC-NUMBER": 1}
    assert report.entries["E-VOC-NUMBER"][0].place == "comp4_det_test_cat.txt:3"


def test_what_is_no_voc_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<html><body/></html>")
    assert not [card for card, _ in recognise(tmp_path, "truth") if card.name == "voc"]
    with pytest.raises(SourceError, match="no XML file is one of VOC"):
        read_voc(tmp_path)
