"""Lists of images with their boxes, a line each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.sources.box_lists import read, recognise
from boxscore.sources.formats import ReadRequest, Role
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport


def reading(path: Path, role: Role = "truth") -> tuple[RawSet, ImportReport]:
    report = ImportReport(path)
    return read(path, ReadRequest(role=role), report), report


def test_paths_with_spaces_names_and_images_without_boxes(tmp_path: Path) -> None:
    (tmp_path / "coco.names").write_text("cat\ndog\n")
    lines = "C:\\my images\\a 1.jpg 1,2,30,40,1 5,6,7,8,0\n/data/b.jpg\n"
    (tmp_path / "list.txt").write_text(lines)
    raw, report = reading(tmp_path)
    assert [image.key for image in raw.images] == ["a 1.jpg", "b.jpg"]
    assert [(c.number, c.name) for c in raw.classes] == [(0, "cat"), (1, "dog")]
    assert raw.box.tolist() == [[1, 2, 30, 40], [5, 6, 7, 8]]
    assert raw.columns["class_ref"].tolist() == [1, 0]
    assert report.rejected == 0


def test_images_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("a/0.jpg 1,2,3,4,0\nb/0.jpg 1,2,3,4,0\n")
    assert [image.key for image in reading(path)[0].images] == ["a/0.jpg", "b/0.jpg"]


def test_predictions_have_a_confidence(tmp_path: Path) -> None:
    path = tmp_path / "found.txt"
    path.write_text("a.jpg 1,2,3,4,0,0.75 1,2,3,4,1,.5\n")
    assert recognise(path, "predictions").share > 0.9
    raw, _ = reading(path, "predictions")
    assert raw.columns["confidence"].tolist() == [0.75, 0.5]
    truth, report = reading(path)
    assert np.isnan(truth.columns["confidence"]).all()
    assert report.facts["N-LIST-CONFIDENCE"][1] == 2
    path.write_text("a.jpg 1,2,3,4,0\n")
    assert recognise(path, "predictions").share == 0


@pytest.mark.parametrize(
    "box",
    ["1,2,3,4", "1,2,x,4,0", "1,2,3,4,0.5", "1,2,3,4,-1", "1,2,3,4,2", "1,2,3,4,0,1,1",
     "1,2,nan,4,0", ",", "1,2,3,4,99999999999"],
)  # fmt: skip
def test_a_wrong_box_is_rejected_with_its_line(tmp_path: Path, box: str) -> None:
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    path = tmp_path / "list.txt"
    path.write_text(f"a.jpg 1,2,3,4,0\nb.jpg {box} 1,2,3,4,1\n")
    raw, report = reading(path)
    assert raw.rows == 2
    assert [entry.place for entry in report.entries["E-LIST-BOX"]] == ["line 2"]


def test_a_folder_without_a_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    with pytest.raises(SourceError) as refused:
        reading(tmp_path)
    assert refused.value.code == "E-LIST-EMPTY"
