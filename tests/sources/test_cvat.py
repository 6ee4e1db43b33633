"""CVAT XML: every shape, tracks of a video, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.kernels import _core
from boxscore.project import Project
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.cvat import read
from boxscore.sources.formats import ReadRequest
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from tests.sources.raw_traits import traits_of

LABELS = (
    "<labels><label><name>car</name></label><label><name>body</name></label>"
    "<label><name>neck</name><parent>body</parent></label>"
    "<label><name>hip</name><parent>body</parent></label></labels>"
)
BOX = '<box label="car" occluded="{}" xtl="1.5" ytl="2" xbr="11" ybr="8" {}>{}</box>'


def images(*shapes: str, name: str = "sub/a.jpg") -> str:
    head = f"<meta><task>{LABELS}</task></meta>"
    image = f'<image id="0" name="{name}" subset="val" width="20" height="10">'
    return (
        f"<annotations><version>1.1</version>{head}{image}{''.join(shapes)}</image></annotations>"
    )


def read_text(tmp_path: Path, text: str) -> tuple[RawSet, ImportReport]:
    path = tmp_path / "annotations.xml"
    path.write_text(text)
    report = ImportReport(path)
    return read(path, ReadRequest(role="truth"), report), report


def only(raw: RawSet) -> tuple[Kind, list[list[float]]]:
    """Kind and points (x, y, visibility) of the one record."""
    assert raw.rows == 1
    points = np.stack([raw.points[n] for n in ("x", "y", "visibility")], axis=1)
    return Kind(int(raw.columns["kind"][0])), points.tolist()


def test_boxes_their_traits_and_turns(tmp_path: Path) -> None:
    notes = (
        '<attribute name="speed">3.5</attribute><attribute name="colour">red</attribute>'
        '<attribute name="difficult">1</attribute><attribute name="track_id">7</attribute>'
    )
    raw, report = read_text(
        tmp_path, images(BOX.format(1, "", notes), BOX.format(0, 'rotation="30"', ""))
    )
    assert raw.columns["kind"].tolist() == [Kind.BOX, Kind.ROTATED_BOX]
    assert raw.box.tolist() == [[1.5, 2, 11, 8]] * 2
    assert raw.columns["theta"].tolist() == [0, 30]
    assert raw.columns["marks"].tolist() == [Mark.IGNORED, 0]
    assert traits_of(raw) == {0: {"occlusion": 1.0, "speed": 3.5}} and list(raw.track) == ["7", ""]
    assert [c.name for c in raw.classes] == ["car", "body"]
    image = raw.images[0]
    assert (image.key, image.width, image.height, image.split) == ("sub/a.jpg", 20, 10, "val")
    assert report.facts["N-CVAT-ATTRIBUTES"][1] == 1


@pytest.mark.parametrize(
    ("shape", "kind", "points"),
    [
        ('<polygon label="car" points="1,1;9,1.5;9,9"/>', Kind.POLYGON,
         [[1, 1, 2], [9, 1.5, 2], [9, 9, 2]]),
        ('<polyline label="car" points="1,1;9,1"/>', Kind.POLYLINE, [[1, 1, 2], [9, 1, 2]]),
        ('<points label="car" points="1,1;3,4"/>', Kind.KEYPOINTS, [[1, 1, 2], [3, 4, 2]]),
        ('<skeleton label="body"><points label="hip" outside="0" occluded="1" points="3,4"/>'
         '<points label="neck" outside="0" occluded="0" points="1,2"/></skeleton>',
         Kind.KEYPOINTS, [[1, 2, 2], [3, 4, 1]]),
        ('<skeleton label="body"><points label="hip" outside="1" points="3,4"/></skeleton>',
         Kind.KEYPOINTS, [[0, 0, 0], [0, 0, 0]]),
        ('<tag label="car"/>', Kind.CLASSIFICATION, []),
    ],
)  # fmt: skip
def test_shapes_of_points(
    tmp_path: Path, shape: str, kind: Kind, points: list[list[float]]
) -> None:
    raw, report = read_text(tmp_path, images(shape))
    assert only(raw) == (kind, points) and not report.rejected
    if kind is Kind.CLASSIFICATION:
        assert raw.classes[-1].question == "tags"


def test_an_ellipse_has_its_area(tmp_path: Path) -> None:
    raw, _ = read_text(
        tmp_path, images('<ellipse label="car" cx="10" cy="5" rx="4" ry="2" rotation="90"/>')
    )
    kind, points = only(raw)
    x, y, _ = np.array(points).T
    area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
    assert kind is Kind.POLYGON and area == pytest.approx(np.pi * 8, rel=0.05)
    assert np.ptp(y) == pytest.approx(8) and np.ptp(x) == pytest.approx(4, rel=0.05)


def test_a_mask_is_what_its_runs_say(tmp_path: Path) -> None:
    """Rows of 3 pixels: .## #.. — in the lower right corner of the image as well."""
    shape = '<mask label="car" rle="1, 3, 2" left="{}" top="{}" width="3" height="2"/>'
    for left, top in ((2, 1), (17, 8), (0, 0)):
        raw, _ = read_text(tmp_path, images(shape.format(left, top)))
        wanted = np.zeros((10, 20), np.uint8)
        wanted[top, left + 1 : left + 3] = wanted[top + 1, left] = 1
        assert np.array_equal(_core.mask_decode(raw.masks[0], 10, 20), wanted)


def test_a_cuboid_is_the_box_around_it(tmp_path: Path) -> None:
    corners = {"tl1": (2, 1), "bl1": (2, 6), "tr1": (7, 1), "br1": (7, 6),
               "tl2": (4, 0), "bl2": (4, 5), "tr2": (9, 0), "br2": (9, 5)}  # fmt: skip
    given = " ".join(f'x{name}="{x}" y{name}="{y}"' for name, (x, y) in corners.items())
    raw, report = read_text(tmp_path, images(f'<cuboid label="car" {given}/>'))
    assert raw.box.tolist() == [[2, 0, 9, 6]] and report.facts["W-CVAT-CUBOID"][1] == 1


def test_tracks_of_a_video(tmp_path: Path) -> None:
    box = '<box frame="{}" outside="{}" occluded="0" keyframe="1" xtl="1" ytl="1" xbr="5" ybr="5"/>'
    text = (
        f"<annotations><meta><task><size>4</size>{LABELS}<original_size><width>64</width>"
        "<height>48</height></original_size><source>clip.mp4</source></task></meta>"
        f'<track id="3" label="car">{box.format(0, 0)}{box.format(2, 0)}{box.format(3, 1)}</track>'
        "</annotations>"
    )
    raw, report = read_text(tmp_path, text)
    assert raw.rows == 2 and list(raw.track) == ["3", "3"]
    assert [raw.images[i].position for i in raw.columns["image"]] == [0, 2]
    assert sorted(image.position for image in raw.images) == [0, 1, 2, 3]
    assert {(i.sequence, i.width, i.height) for i in raw.images} == {("clip.mp4", 64, 48)}
    assert raw.images[0].key == "clip.mp4/frame_000000"
    assert report.facts["N-CVAT-OUTSIDE"][1] == 1
    made = Project.import_project(tmp_path / "annotations.xml", target=tmp_path)
    assert (made["format"], made["images"], made["ground_truth"]) == ("cvat", 4, 2)


def test_frames_by_start_stop_and_step(tmp_path: Path) -> None:
    text = (
        "<annotations><meta><task><size>3</size><start_frame>10</start_frame>"
        "<stop_frame>20</stop_frame><frame_filter>step=5</frame_filter></task></meta></annotations>"
    )
    raw, _ = read_text(tmp_path, text)
    assert [image.position for image in raw.images] == [10, 15, 20]


@pytest.mark.parametrize(
    "shape",
    [
        '<box label="car" xtl="1" ytl="2" xbr="11"/>',
        '<box label="car" xtl="1" ytl="2" xbr="11" ybr="NaN"/>',
        '<box xtl="1" ytl="2" xbr="11" ybr="5"/>',
        '<polygon label="car" points="1,1;2,2"/>',
        '<polygon label="car" points="1,1;2;3,3"/>',
        '<polyline label="car" points="1,1"/>',
        '<points label="car" points=""/>',
        '<ellipse label="car" cx="1" cy="1" rx="0" ry="1"/>',
        '<skeleton label="body"/>',
        '<mask label="car" rle="1, 3" left="0" top="0" width="3" height="2"/>',
        '<mask label="car" rle="1, x" left="0" top="0" width="3" height="2"/>',
        '<mask label="car" rle="6" left="18" top="0" width="3" height="2"/>',
        '<mask label="car" rle="6" left="0" top="0" width="1e12" height="2"/>',
        '<mask label="car" rle="6" left="0" top="0" width="-3" height="-2"/>',
        '<blob label="car"/>',
    ],
)
def test_a_shape_without_its_numbers_is_rejected(tmp_path: Path, shape: str) -> None:
    raw, report = read_text(tmp_path, images(shape, BOX.format(0, "", "")))
    assert raw.rows == 1 and dict(report.counts) == {"E-CVAT-SHAPE": 1}
    assert report.entries["E-CVAT-SHAPE"][0].place == "annotations.xml:1"


def test_what_is_no_cvat_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no XML file of CVAT"):
        read_text(tmp_path, "<annotation/>")
    with pytest.raises(SourceError, match="is no XML"):
        read_text(tmp_path, images(BOX.format(0, "", "")).removesuffix("</annotations>"))


def test_tasks_of_a_project_share_names(tmp_path: Path) -> None:
    """As CVAT exports a project: frame_0.png of every task; two tasks may be of one subset."""
    box = '<box label="car" xtl="1" ytl="2" xbr="8" ybr="9"/>'
    parts = [
        f'<image id="{k}" name="f_0.png" subset="{subset}" task_id="{k}" width="20" height="10">'
        f"{box}</image>"
        for k, subset in enumerate(("Train", "Val", "Val", "Val"))
    ]
    raw, report = read_text(tmp_path, f"<annotations>{''.join(parts)}</annotations>")
    keys = ["f_0.png", "Val/f_0.png", "2/f_0.png", "3/f_0.png"]
    assert [image.key for image in raw.images] == keys
    assert raw.columns["image"].tolist() == [0, 1, 2, 3]
    assert [image.split for image in raw.images] == ["Train", "Val", "Val", "Val"]
    assert report.facts["W-CVAT-SHARED"][1] == 3


def test_a_tracked_skeleton_has_tracks_of_its_points(tmp_path: Path) -> None:
    at = 'frame="0" outside="0" occluded="0" keyframe="1"'
    inner = f'<track id="0" label="hip"><points {at} points="3,4"/></track>'
    outer = f'<track id="3" label="body"><skeleton {at} points="1,2;3,4"/>{inner}</track>'
    size = "<original_size><width>20</width><height>10</height></original_size>"
    head = f"<meta><task><size>1</size>{LABELS}{size}</task></meta>"
    raw, report = read_text(tmp_path, f"<annotations>{head}{outer}</annotations>")
    assert only(raw) == (Kind.KEYPOINTS, [[1, 2, 2], [3, 4, 2]]) and not report.rejected
    assert list(raw.track) == ["3"] and report.facts["N-CVAT-POINTS"][1] == 1
