"""Labels of whole videos: UA-DETRAC's XML and VATIC's text."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxscore.errors import SourceError
from boxscore.schema.kinds import Mark
from boxscore.sources import detrac, vatic
from boxscore.sources.formats import ReadRequest
from boxscore.sources.report import ImportReport
from tests.sources.raw_traits import traits_of

TRUTH = ReadRequest(role="truth")
DETRAC = """<?xml version="1.0"?>
<sequence name="MVI_1">
  <ignored_region><box left="1" top="2" width="3" height="4"/></ignored_region>
  <frame num="1"><target_list>
    <target id="7"><box left="10.5" top="20" width="30" height="40"/>
      <attribute vehicle_type="bus" truncation_ratio="0.25" speed="3"/></target>
  </target_list></frame>
  <frame num="3"><target_list>
    <target id="7"><box left="11.5" top="20" width="30" height="40"/></target>
  </target_list></frame>
</sequence>
"""
VATIC = """0 412 0 842 124 0 0 1 0 "worker"
0 410 0 840 124 2 0 0 1 "worker" "tired"
1 5 6 7 8 1 1 0 0 "tool box"
"""


def test_detrac_frames_regions_and_traits(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(DETRAC)
    raw = detrac.read(tmp_path, TRUTH, ImportReport(tmp_path))
    assert [(i.key, i.position) for i in raw.images] == [
        ("MVI_1/000001", 1), ("MVI_1/000003", 3), ("MVI_1/000002", 2),
    ]  # fmt: skip
    assert [c.name for c in raw.classes] == ["bus", "vehicle", "ignored region"]
    assert raw.box.tolist()[:2] == [[10.5, 20, 30, 40], [11.5, 20, 30, 40]]
    assert raw.box.tolist()[2:] == [[1, 2, 3, 4]] * 3
    assert list(raw.track) == ["7", "7", "", "", ""]
    assert traits_of(raw) == {0: {"truncation": 0.25, "speed": 3.0}}
    assert raw.columns["crowd"].tolist() == [False, False, True, True, True]
    assert raw.columns["marks"].tolist()[2:] == [int(Mark.IGNORED)] * 3


@pytest.mark.parametrize(
    ("old", "new"),
    [('left="10.5"', 'left="1O"'), ('num="3"', 'num="0"'), (' width="30" height="40"/>', "/>")],
)
def test_what_is_wrong_in_detrac_is_rejected_with_its_place(
    tmp_path: Path, old: str, new: str
) -> None:
    path = tmp_path / "a.xml"
    path.write_text(DETRAC.replace(old, new, 1))
    report = ImportReport(path)
    detrac.read(path, TRUTH, report)
    assert report.rejected == 1
    assert report.entries["E-DETRAC-VALUE"][0].place.startswith("a.xml:")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<annotation/>", "E-DETRAC-EMPTY"),
        (DETRAC[:-20], "E-XML"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]>" + DETRAC.split("?>")[1], "E-XML-DOCTYPE"),
        (DETRAC.replace('num="3"', 'num="999"').replace("<ignored_region>", "<ignored_region>" +
         "<box left='1' top='1' width='1' height='1'/>" * 10_011), "E-DETRAC-SIZE"),
    ],
)  # fmt: skip
def test_what_is_no_detrac_is_refused(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(content)
    with pytest.raises(SourceError) as refused:
        detrac.read(path, TRUTH, ImportReport(path))
    assert refused.value.code == code


def test_a_frame_far_beyond_the_rows_makes_no_frames_between(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(DETRAC.replace('num="3"', 'num="9999999"'))
    report = ImportReport(path)
    raw = detrac.read(path, TRUTH, report)
    assert len(raw.images) < 10
    assert [w["code"] for w in report.warnings] == ["W-FRAMES-FAR"]


def test_vatic_frames_lost_boxes_and_attributes(tmp_path: Path) -> None:
    path = tmp_path / "clip.txt"
    path.write_text(VATIC)
    report = ImportReport(path)
    raw = vatic.read(path, TRUTH, report)
    assert sorted(i.key for i in raw.images) == [f"clip/00000{k}" for k in range(3)]
    assert raw.box.tolist() == [[412, 0, 842, 124], [410, 0, 840, 124]]
    assert raw.convention.corners == "xyxy"
    assert traits_of(raw)[0] == {"occlusion": 1.0, "generated": 0.0}
    assert report.facts["N-VATIC-LOST"][1] == report.facts["N-VATIC-ATTRIBUTES"][1] == 1


@pytest.mark.parametrize(
    "line", ["0 1 2 3 4 0 0 0 worker", '0 1 2 3 x 0 0 0 0 "a"', '0 1 2 3 4 -1 0 0 0 "a"', '0 "a"']
)
def test_what_is_no_row_of_vatic_is_rejected(tmp_path: Path, line: str) -> None:
    path = tmp_path / "clip.txt"
    path.write_text(VATIC + line + "\n")
    report = ImportReport(path)
    raw = vatic.read(path, TRUTH, report)
    assert raw.rows == 2
    assert [entry.place for entry in report.entries["E-VATIC-ROW"]] == ["clip.txt:4"]


def test_a_folder_without_dumps_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words\n")
    with pytest.raises(SourceError) as refused:
        vatic.read(tmp_path, TRUTH, ImportReport(tmp_path))
    assert refused.value.code == "E-VATIC-EMPTY"
