"""Errors of every frame of a sequence; identity switches against py-motmetrics."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.queries import ErrorQuery, ImageQuery
from boxscore.project import Project
from boxscore.project.pictures.outlines import keypoints, outlines
from boxscore.project.sequences import frames_of, sequence_of, sequences
from boxscore.schema.tables import ITEMS, Table
from tests.cli.program import run
from tests.evaluation.scenes_tracking import box_iou, frames, tud_campus

EVERYTHING = -1e9


@pytest.fixture(scope="module")
def tud(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """TUD-Campus with its tracker's output."""
    folder = tmp_path_factory.mktemp("tud")
    (folder / "gt" / "TUD-Campus" / "gt").mkdir(parents=True)
    source = shared_data / "mot_tud" / "TUD-Campus"
    shutil.copy(source / "gt.txt", folder / "gt" / "TUD-Campus" / "gt" / "gt.txt")
    (folder / "found").mkdir()
    shutil.copy(source / "test.txt", folder / "found" / "TUD-Campus.txt")
    made = Project.import_project(folder / "gt", target=folder, name="tud")
    project = Project.open(str(made["path"]))
    project.import_predictions(folder / "found", name="tracker")
    return project


def test_frames_add_up_to_the_run(tud: Project) -> None:
    found = tud.frames("tracker")
    counts = tud.summary("tracker")["counts"]
    assert {name: sum(found[name]) for name in ("tp", "fp", "fn")} == {
        name: counts[name] for name in ("tp", "fp", "fn")
    }
    page = tud.image_list("tracker", ImageQuery(sort="title", limit=100))["images"]
    by_id = {(row["data_hash"], row["frame"]): row for row in page}
    ids = list(zip(found["data_hash"], found["frame"], strict=True))
    for name in ("tp", "fp", "fn"):
        assert [by_id[one][name] for one in ids] == found[name]
    assert found["title"] == sorted(found["title"]) and len(found["title"]) == 71
    assert tud.frames("tracker", "TUD-Campus", classes=(0,)) == found
    nothing = tud.frames("tracker", confidence=2.0)
    assert sum(nothing["tp"]) == sum(nothing["fp"]) == sum(nothing["switches"]) == 0
    assert sum(nothing["fn"]) == 359


def test_frames_of_a_slice_of_objects_add_up(tud: Project) -> None:
    where = "object.area=..12000"
    counts = tud.evaluate("tracker", where=where, task="bbox")["counts"]
    found = tud.frames("tracker", task="bbox", confidence=counts["confidence"], where=where)
    whole = tud.frames("tracker", task="bbox", confidence=counts["confidence"])
    for name in ("tp", "fp", "fn"):
        assert sum(found[name]) == counts[name] < sum(whole[name])
    assert found["switches"] is None and whole["switches"] is not None
    images = "sequence=TUD-Campus"
    assert tud.frames("tracker", where=images) == tud.frames("tracker")


@pytest.mark.filterwarnings("ignore")
def test_switches_lie_where_motmetrics_sees_them(tud: Project, shared_data: Path) -> None:
    oracle = pytest.importorskip("motmetrics")
    truth, predicted = tud_campus(shared_data / "mot_tud")
    events = oracle.MOTAccumulator(auto_id=True)
    numbers = []
    for number, t, p in frames(truth, predicted):
        overlap = box_iou(truth.box[t], predicted.box[p])
        distance = np.where(overlap >= 0.5, 1 - overlap, np.nan)
        events.update(truth.track[t], predicted.track[p], distance)
        numbers.append(number)
    switched = events.mot_events.query("Type == 'SWITCH'").groupby("FrameId").size()
    expected = [int(switched.get(numbers.index(k), 0)) for k in range(1, 72)]
    ours = tud.frames("tracker", confidence=EVERYTHING)["switches"]
    assert ours == expected
    assert sum(ours) == tud.evaluate("tracker", task="tracking")["metrics"]["id_switches"] == 7


def test_a_view_names_its_sequence_and_tracks(tud: Project) -> None:
    found = tud.frames("tracker")
    view = tud.item_view(found["data_hash"][0], found["frame"][0], run="tracker")
    assert view["sequence"] == "TUD-Campus"
    assert {o["track"] for o in view["objects"] if o["role"] == "ground_truth"} >= {"1", "2", "3"}
    by_id = {o["id"]: o for o in view["objects"]}
    for one in view["objects"]:
        if one["outcome"] == "tp":
            other = by_id[one["partner"]["id"]]
            assert other["partner"]["id"] == one["id"]
            assert other["partner"]["iou"] == one["partner"]["iou"] >= 0.5
    missed = [o for o in view["objects"] if o["outcome"] == "fn" and o["partner"]]
    assert missed and all(o["partner"]["iou"] < 0.5 for o in missed)


def test_a_slice_counts_as_the_view_of_its_image_does(tud: Project) -> None:
    where = "object.object_area_relative=..5"
    found = tud.frames("tracker", where=where)
    assert sum(found["fn"]) < sum(tud.frames("tracker")["fn"])
    for k in (0, 40):
        identity = found["data_hash"][k], found["frame"][k]
        view = tud.item_view(*identity, run="tracker", where=where)
        outcomes = [(o["role"], o["outcome"]) for o in view["objects"]]
        assert view["confidence"] == found["confidence"]
        assert outcomes.count(("ground_truth", "fn")) == found["fn"][k]
        assert outcomes.count(("prediction", "fp")) == found["fp"][k]
        assert outcomes.count(("prediction", "tp")) == found["tp"][k]
    with pytest.raises(RequestError):
        tud.frames("tracker", where="nothing=1")


def test_one_line_a_frame(tud: Project) -> None:
    shown = run("errors", "tracker", "--by", "frame", cwd=tud.path).out.splitlines()
    assert shown[0].split() == ["frame", "TP", "FP", "FN", "switches"]
    assert len(shown) == 1 + 71 + 1 + 1 and shown[-2].split()[0] == "all"
    document = run("errors", "tracker", "--by", "frame", "--json", cwd=tud.path).json
    assert document == tud.frames("tracker")
    wrong = run("errors", "tracker", "--by", "frame", "--sequence", "TUD", cwd=tud.path)
    assert wrong.code == 2 and "use one of 'TUD-Campus'" in wrong.err


def test_without_tracks_switches_are_unknown(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "kitti_tracking"
    made = Project.import_project(
        source / "label_02", target=tmp_path, name="kitti", format="kitti"
    )
    project = Project.open(str(made["path"]))
    project.import_predictions(source / "detections", name="cars")
    with pytest.raises(RequestError, match="3 sequences") as refused:
        project.frames("cars")
    assert "0012" in refused.value.fix
    found = project.frames("cars", "0012")
    assert found["switches"] is None and len(found["frame"]) == 78
    whole = project.errors("cars", ErrorQuery(limit=1), where="sequence=0012")
    assert sum(found["fp"]) > 0 and whole["total"] > 0
    with pytest.raises(RequestError, match="no sequence '9'"):
        project.frames("cars", "9")


def items(rows: list[tuple[str, int, str, int]]) -> Table:
    """Of (data_hash, frame, sequence, position)."""
    hashes, frame, names, position = zip(*rows, strict=True)
    texts = {"data_hash": hashes, "sequence": names}
    columns = {
        column.name: np.array(texts.get(column.name, [""] * len(rows)), object)
        if column.name
        in ("data_hash", "title", "source_id", "file", "split", "licence", "sequence")
        else np.zeros(len(rows), np.int32)
        for column in ITEMS.columns
    }
    columns["frame"] = np.array(frame, np.int32)
    columns["position"] = np.array(position, np.int32)
    return Table(ITEMS, columns)


def test_videos_go_by_their_hash_and_images_by_nothing() -> None:
    table = items(
        [("v", 5, "", 0), ("v", 1, "", 0), ("i", 0, "", 0), ("a", 0, "s", 2), ("b", 0, "s", 1)]
    )
    assert [sequence_of(table, k) for k in range(5)] == ["v", "v", "", "s", "s"]
    assert sequences(table) == ["s", "v"]
    assert frames_of(table, "v").tolist() == [1, 0]
    assert frames_of(table, "s").tolist() == [4, 3]
    for unknown in ("i", "", "x"):
        with pytest.raises(RequestError, match="no sequence"):
            frames_of(table, unknown)
    with pytest.raises(RequestError, match="2 sequences"):
        frames_of(table, None)
    with pytest.raises(RequestError, match="the project has no sequence"):
        frames_of(table.take(np.array([2])), None)


def test_turned_boxes_and_keypoints_are_drawn(tmp_path: Path, shared_data: Path) -> None:
    shapely = pytest.importorskip("shapely")
    affinity = pytest.importorskip("shapely.affinity")
    (tmp_path / "labels").mkdir()
    (tmp_path / "images").mkdir()
    picture = sorted((shared_data / "demo" / "images").glob("*.jpg"))[0]
    shutil.copy(picture, tmp_path / "images" / "a.jpg")
    corners = np.array([[0.5, 0.2], [0.8, 0.5], [0.5, 0.8], [0.2, 0.5]])
    line = "0 " + " ".join(f"{v}" for v in corners.ravel())
    (tmp_path / "labels" / "a.txt").write_text(line + "\n")
    (tmp_path / "data.yaml").write_text("path: .\nval: images\ntask: obb\nnames: [x]\n")
    made = Project.import_project(tmp_path, target=tmp_path / "made", name="turned")
    project = Project.open(str(made["path"]))
    table, truth = project.items, project.ground_truth
    drawn = outlines(table, truth, 0)
    assert drawn is not None and keypoints(truth, 0) is None
    row = {name: float(truth.table[name][0]) for name in ("x", "y", "width", "height", "theta")}
    plain = shapely.box(row["x"], row["y"], row["x"] + row["width"], row["y"] + row["height"])
    expected = affinity.rotate(plain, row["theta"], origin="center")  # y down: clockwise as seen
    ours = shapely.Polygon(np.reshape(drawn[0], (4, 2)))
    assert ours.symmetric_difference(expected).area < 1e-6 * expected.area


def test_frames_outside_a_slice_have_no_counts(tud: Project) -> None:
    where = "item=10..29"
    counts = tud.evaluate("tracker", where=where, task="bbox")["counts"]
    found = tud.frames("tracker", task="bbox", where=where)
    whole = tud.frames("tracker", task="bbox", confidence=counts["confidence"])
    assert found["confidence"] == counts["confidence"] and len(found["tp"]) == 71
    for name in ("tp", "fp", "fn", "switches"):
        inside = [k for k, value in enumerate(found[name]) if value is not None]
        assert inside == list(range(10, 30))
        assert found[name][10:30] == whole[name][10:30]
    for name in ("tp", "fp", "fn"):
        assert sum(found[name][10:30]) == counts[name]
    shown = run("errors", "tracker", "--by", "frame", "--slice", where, cwd=tud.path)
    lines = shown.out.splitlines()
    assert lines[1].split()[1:] == ["–"] * 4
    assert lines[72].split()[1:4] == [str(counts[name]) for name in ("tp", "fp", "fn")]
