"""YOLO's rotated boxes, written as four corners, and data sets whose splits are lists of images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxscore.project import Project
from boxscore.schema.kinds import Kind
from boxscore.sinks.yolo import rotated_corners
from boxscore.sources.formats import ReadRequest
from boxscore.sources.report import ImportReport
from boxscore.sources.rotated_corners import rectangle_around
from boxscore.sources.yolo import read

BOXES = [([30, 40, 60, 20], 30.0), ([100, 50, 40, 40], -15.0), ([10, 100, 80, 30], 80.0)]
WIDTH, HEIGHT = 320, 200


def picture(path: Path, width: int, height: int) -> None:
    Image.new("RGB", (width, height)).save(path)


def line(number: int, box: list[int], theta: float, confidence: str = "") -> str:
    corners = rotated_corners(box, theta) / [WIDTH, HEIGHT]
    return " ".join([str(number), *(f"{v:.6f}" for v in corners.ravel()), confidence]).strip()


def made(root: Path, extra: str = "") -> Path:
    (root / "labels" / "val").mkdir(parents=True)
    (root / "images" / "val").mkdir(parents=True)
    lines = [line(k % 2, *BOXES[k]) for k in range(3)]
    (root / "labels" / "val" / "a.txt").write_text("\n".join(lines) + "\n")
    picture(root / "images" / "val" / "a.png", WIDTH, HEIGHT)
    (root / "data.yaml").write_text(f"val: images/val\nnames: [plane, ship]\n{extra}")
    return root


def test_corners_of_turned_rectangles_are_rotated_boxes(tmp_path: Path) -> None:
    done = Project.import_project(made(tmp_path / "set"), target=tmp_path / "made")
    assert (done["format"], done["ground_truth"], done["rejected"]) == ("yolo", 3, 0)
    assert [w["code"] for w in done["warnings"]] == ["N-YOLO-OBB"]
    project = Project.open(done["path"])
    table = project.ground_truth.table
    assert set(table["kind"].tolist()) == {int(Kind.ROTATED_BOX)}
    got = np.stack([table[n] for n in ("x", "y", "width", "height", "theta")], axis=1)
    assert got == pytest.approx(np.array([[*box, theta] for box, theta in BOXES]), abs=2e-3)
    found = tmp_path / "found"
    found.mkdir()
    lines = [line(k % 2, *BOXES[k], confidence="0.9") for k in range(3)]
    (found / "a.txt").write_text("\n".join(lines) + "\n")
    run = project.import_predictions(found, name="model")
    assert (run["task"], run["predictions"]) == ("obb", 3)
    assert run["evaluation"]["metrics"]["AP"] == pytest.approx(1)


def test_data_yaml_says_that_they_are_polygons(tmp_path: Path) -> None:
    root = made(tmp_path / "set", "task: segment\n")
    raw = read(root, ReadRequest(role="truth"), ImportReport(root))
    assert set(raw.columns["kind"].tolist()) == {int(Kind.POLYGON)}


def test_upright_outlines_are_polygons_unless_data_yaml_says_obb(tmp_path: Path) -> None:
    root = made(tmp_path / "set")
    (root / "labels" / "val" / "a.txt").write_text(line(0, [30, 40, 60, 20], 0.0) + "\n")
    raw = read(root, ReadRequest(role="truth"), ImportReport(root))
    assert raw.columns["kind"].tolist() == [int(Kind.POLYGON)]
    (root / "data.yaml").write_text("val: images/val\nnames: [plane]\ntask: obb\n")
    raw = read(root, ReadRequest(role="truth"), ImportReport(root))
    assert raw.columns["kind"].tolist() == [int(Kind.ROTATED_BOX)]


def test_the_smallest_rectangle_is_that_of_shapely() -> None:
    shapely = pytest.importorskip("shapely")
    rng = np.random.default_rng(5)
    corners = rng.uniform(0, 100, (50, 4, 2))
    box, theta = rectangle_around(corners)
    for k in range(50):
        ours = shapely.Polygon(rotated_corners(box[k].tolist(), float(theta[k])))
        theirs = shapely.MultiPoint(corners[k]).minimum_rotated_rectangle
        assert ours.area == pytest.approx(theirs.area, rel=1e-9)
        assert ours.buffer(1e-6).contains(shapely.MultiPoint(corners[k]))


def test_a_degenerate_outline_is_an_empty_box() -> None:
    box, theta = rectangle_around(np.full((1, 4, 2), 7.0))
    assert box.tolist() == [[7, 7, 0, 0]] and theta.tolist() == [0]


def listing(root: Path, lines: str, extra: str = "") -> Path:
    for name in "abc":
        (root / "labels" / "val").mkdir(parents=True, exist_ok=True)
        (root / "labels" / "val" / f"{name}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
        (root / "images" / "val").mkdir(parents=True, exist_ok=True)
        picture(root / "images" / "val" / f"{name}.png", 20, 10)
    (root / "val.txt").write_text(lines)
    (root / "data.yaml").write_text(f"{extra}val: val.txt\nnames: [cat]\n")
    return root


@pytest.mark.parametrize("start", ["./images/val/", "images/val/", "/their/disk/coco/images/val/"])
@pytest.mark.parametrize("extra", ["", "path: ../datasets/coco\n"])
def test_a_split_may_be_a_list_of_images(tmp_path: Path, start: str, extra: str) -> None:
    root = listing(tmp_path / "set", f"{start}a.png\n{start}c.png\n", extra)
    done = Project.import_project(root, target=tmp_path / "made")
    assert (done["images"], done["ground_truth"], done["rejected"]) == (2, 2, 0)
    items = Project.open(done["path"]).items
    assert sorted(Path(title).stem for title in items["title"]) == ["a", "c"]
    assert set(items["split"]) == {"val"}


def test_a_list_leads_nowhere_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "x.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    root = listing(tmp_path / "set", "../images/x.png\n../../etc/passwd\nimages/val/a.png\n")
    raw = read(root, ReadRequest(role="truth"), ImportReport(root))
    assert [image.key for image in raw.images] == ["val/a"]
