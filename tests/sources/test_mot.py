"""MOTChallenge text: the published numbers of TUD-Campus, folders, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxscore.project import Project
from boxscore.schema.kinds import Mark
from boxscore.sources.formats import ReadRequest, Role
from boxscore.sources.mot import read
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from tests.sources.raw_traits import traits_of

ROW = "1,7,10,20,30,40,1,3,0.5\n"


def read_path(path: Path, role: Role = "truth") -> tuple[RawSet, ImportReport]:
    report = ImportReport(path)
    return read(path, ReadRequest(role=role), report), report


def test_tud_campus_has_its_published_numbers(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "mot_tud" / "TUD-Campus"
    made = Project.import_project(folder / "gt.txt", target=tmp_path)
    assert (made["format"], made["images"], made["ground_truth"]) == ("mot", 71, 359)
    project = Project.open(made["path"])
    assert len(set(project.items["width"].tolist())) == 1
    done = project.import_predictions(folder / "test.txt", name="tracker")
    assert (done["format"], done["predictions"], done["rejected"]) == ("mot", 222, 0)
    assert done["mapping"]["images"] == "by position in the only sequence"
    scores = project.evaluate("tracker", task="tracking")["metrics"]
    published = [round(scores[name], 3) for name in ("MOTA", "MOTP", "IDF1")]
    assert published == [0.526, 0.277, 0.558]


def test_a_folder_of_sequences(tmp_path: Path) -> None:
    for name in ("A", "B"):
        (tmp_path / "train" / name / "gt").mkdir(parents=True)
        (tmp_path / "train" / name / "gt" / "gt.txt").write_text(ROW + ROW.replace("40,1", "40,0"))
        info = f"[Sequence]\nname={name}\nseqLength=3\nimWidth=640\nimHeight=480\n"
        (tmp_path / "train" / name / "seqinfo.ini").write_text(info)
    raw, report = read_path(tmp_path / "train")
    assert {(i.sequence, i.position) for i in raw.images} == {
        (s, f) for s in "AB" for f in (1, 2, 3)
    }
    assert {(i.width, i.height) for i in raw.images} == {(640, 480)}
    assert raw.columns["marks"].tolist() == [0, int(Mark.IGNORED)] * 2
    assert raw.classes[int(raw.columns["class_ref"][0])].name == "car"
    assert traits_of(raw)[3] == {"visibility": 0.5}
    assert "N-MOT-IGNORED" in report.facts
    (tmp_path / "found").mkdir()
    for name in ("A", "B"):
        (tmp_path / "found" / f"{name}.txt").write_text("1,1,10,20,30,40,0.5,-1,-1,-1\n")
    found, _ = read_path(tmp_path / "found", "predictions")
    assert [image.sequence for image in found.images] == ["A", "B"]
    assert found.columns["confidence"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize("wrong", ["1,2,3", "0,1,1,1,1,1,1", "1,x,1,1,1,1,1", "1.5,1,1,1,1,1,1"])
def test_wrong_rows_are_rejected_with_their_line(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "A.txt").write_text(f"{ROW}{wrong}\n")
    raw, report = read_path(tmp_path / "A.txt")
    assert raw.rows == 1
    assert [entry.place for entry in report.entries["E-MOT-ROW"]] == ["A.txt:2"]


def test_plain_files_read_as_others_do(tmp_path: Path, shared_data: Path) -> None:
    text = (shared_data / "mot_tud" / "TUD-Campus" / "test.txt").read_text()
    (tmp_path / "A.txt").write_text(text)
    quick, _ = read_path(tmp_path / "A.txt", "predictions")
    (tmp_path / "A.txt").write_text(text.replace("\n", "\n\n", 1))
    slow, _ = read_path(tmp_path / "A.txt", "predictions")
    assert np.array_equal(quick.box, slow.box) and list(quick.track) == list(slow.track)
