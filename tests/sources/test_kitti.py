"""KITTI's text files: real labels and detections, every style of line, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Mark
from boxscore.sources.formats import ReadRequest, Role, recognise
from boxscore.sources.kitti import read
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from tests.sources.raw_traits import traits_of

CAR = "Car 0.5 1 -1.5 10 20 50 60 1.5 1.6 4 1 2 30 0.1"
REGION = "DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10"


def read_text(
    folder: Path, text: str, role: Role = "truth", name: str = "000001.txt"
) -> tuple[RawSet, ImportReport]:
    (folder / name).write_bytes(text.encode())
    report = ImportReport(folder)
    return read(folder, ReadRequest(role=role), report), report


def codes(report: ImportReport) -> list[str]:
    return [warning["code"] for warning in report.warnings]


def test_real_tracks_and_detections(shared_data: Path, tmp_path: Path) -> None:
    """COCO's numbers are of the three classes that were looked for; Van, the fourth, has none."""
    root = shared_data / "kitti_tracking"
    made = Project.import_project(root / "label_02", target=tmp_path)
    assert (made["format"], made["images"], made["ground_truth"]) == ("kitti", 338, 2241)
    project = Project.open(made["path"])
    done = project.import_predictions(root / "detections", name="pointrcnn")
    assert (done["format"], done["predictions"], done["rejected"]) == ("kitti", 3282, 0)
    assert done["mapping"]["images"] == "by sequence and position"
    scores = project.evaluate("pointrcnn", task="bbox")
    names = ("Car", "Pedestrian", "Cyclist")
    rows = [row for row in scores["per_class"] if row["class"] in names]
    for key, expected in (("ap", 0.413424), ("ap50", 0.649371), ("ar100", 0.547334)):
        assert round(float(np.mean([row[key] for row in rows])), 6) == expected
    kitti = project.evaluate("pointrcnn", task="bbox", protocol="kitti")["metrics"]
    found = [kitti[f"AP_{level}"] for level in ("easy", "moderate", "hard")]
    assert found == pytest.approx([0.7835271177, 0.7347254634, 0.7361327696], abs=1e-10)


def test_facts_of_an_object(tmp_path: Path) -> None:
    raw, _ = read_text(tmp_path, CAR)
    assert raw.box.tolist() == [[10, 20, 50, 60]]
    traits = traits_of(raw)[0]
    assert (traits["truncation"], traits["occlusion"], traits["alpha"]) == (0.5, 1, -1.5)
    assert (traits["length_3d"], traits["rotation_y"]) == (4, 0.1)


def test_pictures_beside_the_labels(tmp_path: Path) -> None:
    from PIL import Image

    for name in ("label_2", "image_2"):
        (tmp_path / "training" / name).mkdir(parents=True)
    (tmp_path / "training/label_2/000001.txt").write_text(CAR)
    for number in (1, 2):
        picture = Image.new("RGB", (90, 70))
        picture.save(tmp_path / "training" / "image_2" / f"{number:06d}.png")
    made = Project.import_project(tmp_path / "training", target=tmp_path, name="made")
    project = Project.open(made["path"])
    assert project.items["title"].tolist() == ["000001.png", "000002.png"]
    assert project.items["width"].tolist() == [90, 90]


@pytest.mark.parametrize(
    ("role", "columns", "rejected"),
    [
        ("truth", 15, 0),
        ("truth", 16, 0),
        ("truth", 14, 1),
        ("truth", 17, 1),
        ("predictions", 16, 0),
        ("predictions", 15, 1),
        ("predictions", 17, 1),
    ],
)
def test_row_109_counts_of_columns(tmp_path: Path, role: Role, columns: int, rejected: int) -> None:
    words = [*CAR.split(), "0.9", "7"][:columns]
    raw, report = read_text(tmp_path, " ".join(words), role)
    assert (raw.rows, report.rejected) == (1 - rejected, rejected)
    if rejected:
        assert report.entries["E-KITTI-COLUMNS"][0].place == "000001.txt:1"


@pytest.mark.parametrize("parted", ["\t", "  ", ",", ", "])
def test_row_110_columns_however_parted(tmp_path: Path, parted: str) -> None:
    text = "\r\n".join([parted.join(CAR.split())] * 2)
    raw, report = read_text(tmp_path, text)
    assert raw.box.tolist() == [[10, 20, 50, 60]] * 2
    assert codes(report) == (["W-KITTI-COMMA"] if "," in parted else [])


def test_row_111_regions_are_kept_and_counted(tmp_path: Path) -> None:
    raw, report = read_text(tmp_path, f"{CAR}\n{REGION}\n")
    assert raw.columns["crowd"].tolist() == [False, True]
    assert raw.columns["marks"].tolist() == [0, int(Mark.IGNORED)]
    assert 1 not in traits_of(raw) and codes(report) == ["N-KITTI-DONTCARE"]
    raw, report = read_text(tmp_path, f"{CAR} 0.9\n{REGION} 0.9\n", "predictions")
    assert raw.rows == 1 and codes(report) == ["N-KITTI-DONTCARE"]


def test_row_112_corners_in_the_wrong_order_are_rejected(tmp_path: Path) -> None:
    lines = [CAR] * 30 + [CAR.replace("10 20 50", "50 20 10")]
    (tmp_path / "000001.txt").write_text("\n".join(lines))
    made = Project.import_project(tmp_path, format="kitti", target=tmp_path, name="made")
    assert (made["ground_truth"], made["rejected"]) == (30, 1)
    assert "E-BOX-NEGATIVE" in [warning["code"] for warning in made["warnings"]]


def test_row_113_an_empty_file_is_an_image_without_objects(tmp_path: Path) -> None:
    (tmp_path / "000000.txt").write_text("")
    raw, report = read_text(tmp_path, CAR)
    assert [image.key for image in raw.images] == ["000000", "000001"]
    assert raw.rows == 1 and not report.warnings


def test_row_114_a_file_of_no_image_is_counted(tmp_path: Path) -> None:
    for folder in ("truth", "found"):
        (tmp_path / folder).mkdir()
        for number in range(40):
            (tmp_path / folder / f"{number:06d}.txt").write_text(CAR + " 0.5\n")
    (tmp_path / "found" / "999999.txt").write_text(CAR + " 0.5\n")
    made = Project.import_project(tmp_path / "truth", format="kitti", target=tmp_path, name="made")
    done = Project.open(made["path"]).import_predictions(tmp_path / "found", format="kitti")
    assert (done["predictions"], done["rejected"]) == (40, 1)


def test_row_115_a_type_with_a_space_is_one_class(tmp_path: Path) -> None:
    """As labelformat and Datumaro write COCO's `traffic light`; numbers that lack are rejected."""
    light = CAR.replace("Car", "traffic light")
    lacking = light.removesuffix(CAR.split()[-1]).rstrip()
    raw, report = read_text(tmp_path, f"{light}\n{CAR}\n{lacking}\n")
    assert [raw.classes[k].name for k in raw.columns["class_ref"]] == ["traffic light", "Car"]
    assert np.array_equal(raw.box[0], raw.box[1])
    assert report.facts["W-KITTI-SPACE"][1] == 1
    assert report.rejected == 1


def test_row_116_an_endless_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="64 KiB"):
        read_text(tmp_path, CAR + "\n" + "1 " * 40_000)


def test_row_117_a_decimal_comma_is_named(tmp_path: Path) -> None:
    _, report = read_text(tmp_path, f"{CAR}\n{CAR.replace('0.5', '0,5')}\n")
    (entry,) = report.entries["E-KITTI-NUMBER"]
    assert entry.fix == "write a decimal point, not a comma"


def test_tracks_are_recognised_and_read(tmp_path: Path) -> None:
    raw, _ = read_text(tmp_path, f"0 3 {CAR}\n2 -1 {REGION}\n", name="0007.txt")
    assert list(raw.track) == ["3", ""]
    assert {(image.sequence, image.position) for image in raw.images} == {
        ("0007", frame) for frame in range(3)
    }
    best, *_ = recognise(tmp_path, "truth")
    assert best[0].name == "kitti"
