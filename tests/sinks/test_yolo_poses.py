"""YOLO files of poses and boxes side by side, and what MOT leaves out, come back or are counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

import boxscore as bs
from boxscore.schema.kinds import Kind
from tests.sinks.objects import differing, objects_of

HEAD = {"image": "a.png", "image_width": 64, "image_height": 48, "class": "man"}
POSE = {"x": 2, "y": 3, "width": 20, "height": 22}
POINTS = [[3, 4, 2], [10, 11, 1], [16, 12, 2]]
BOX = {"x": 8, "y": 4, "width": 24, "height": 30}
TRUTH = [{**HEAD, **POSE, "keypoints": json.dumps(POINTS)}, {**HEAD, **BOX}]


def project_of(tmp_path: Path, rows: list[dict[str, Any]]) -> bs.Project:
    file = tmp_path / "truth.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    made = bs.Project.import_project(file, target=tmp_path, name="made")
    return bs.Project.open(made["path"])


def test_poses_and_boxes_of_a_ground_truth(tmp_path: Path) -> None:
    project = project_of(tmp_path, TRUTH)
    project.export("ground-truth", format="yolo", output=tmp_path / "out")
    (labels,) = (tmp_path / "out").rglob("a.txt")  # in shares: a picture tells the size
    picture = Path(str(labels).replace("labels", "images")).with_suffix(".png")
    picture.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 48)).save(picture)
    made = bs.Project.import_project(tmp_path / "out", target=tmp_path, name="again")
    assert (made["format"], made["rejected"]) == ("yolo", 0)
    again = bs.Project.open(made["path"])
    table = again.ground_truth.table
    assert [Kind(k).name for k in table["kind"]] == ["KEYPOINTS", "BOX"]


def test_poses_and_boxes_of_a_run(tmp_path: Path) -> None:
    project = project_of(tmp_path, TRUTH)
    (tmp_path / "run.jsonl").write_text(
        "".join(json.dumps(row | {"confidence": 0.5 + k / 4}) + "\n" for k, row in enumerate(TRUTH))
    )
    project.import_predictions(tmp_path / "run.jsonl", name="run")
    project.export("run", format="yolo", output=tmp_path / "out")
    done = project.import_predictions(tmp_path / "out", name="again")
    assert (done["format"], done["predictions"], done["rejected"]) == ("yolo", 2, 0)
    mine, theirs = (
        objects_of(project.predictions(name).annotations, project) for name in ("run", "again")
    )
    seen = ((3.0, 4.0, 2), (10.0, 11.0, 2), (16.0, 12.0, 2))  # a run has no visibility in YOLO
    mine[0]["keypoints"] = seen
    assert differing(mine, theirs, 1e-9).keys() <= {"area"}


def test_images_outside_of_sequences_are_counted(tmp_path: Path) -> None:
    frames: list[dict[str, Any]] = [
        {**HEAD, **BOX, "image": f"a/{k}.jpg", "sequence": "a", "position": k, "track": "1"}
        for k in (1, 2)
    ]
    project = project_of(tmp_path, [*frames, {**HEAD, **BOX}, {**HEAD, **BOX, "image": "b.png"}])
    done = project.export("ground-truth", format="mot", output=tmp_path / "out")
    assert (done["images"], done["annotations"]) == (2, 2)
    assert done["left_out"] == {"images outside of sequences": 2}
    rows = (tmp_path / "out" / "a" / "gt" / "gt.txt").read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["1", "2"]
