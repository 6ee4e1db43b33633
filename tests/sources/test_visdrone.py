"""VisDrone's images and videos."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.sources.recognising import recognised

LABELS = ("0,0,60,40,0,0,0,0", "10,20,30,15,1,1,0,1,", "60,20,30,15,0,1,0,0", "10,60,40,20,1,4,0,0",
          "70,60,20,20,1,11,0,0")  # fmt: skip
FOUND = ("61,21,30,15,0.9,1,-1,-1", "11,20,30,15,0.8,1,-1,-1", "12,60,40,20,0.7,4,-1,-1",
         "70,10,9,9,0.6,4,-1,-1")  # fmt: skip


def write(root: Path, *lines: str, name: str = "0000001_00000_d_0000001.txt") -> Path:
    root.mkdir(parents=True)
    (root / name).write_text("\n".join(lines) + "\n")
    return root


def test_ignored_objects_count_for_nothing(tmp_path: Path) -> None:
    """As pycocotools has it with the regions, objects of score 0 and others as crowds."""
    labels = write(tmp_path / "set" / "annotations", *LABELS)
    (tmp_path / "set" / "images").mkdir()
    picture = tmp_path / "set" / "images" / "0000001_00000_d_0000001.jpg"
    Image.new("RGB", (120, 90)).save(picture)
    for path in (labels, labels.parent):
        made = Project.import_project(path, target=tmp_path / path.name)
        assert (made["format"], made["ground_truth"], made["warnings"]) == ("visdrone", 5, [])
    project = Project.open(made["path"])
    done = project.import_predictions(write(tmp_path / "found", *FOUND), name="run")
    assert (done["format"], done["predictions"], done["rejected"]) == ("visdrone", 4, 0)
    assert project.evaluate("run")["metrics"]["AP"] == oracle()


def oracle() -> float:
    truth = COCO()
    truth.dataset = {
        "images": [{"id": 1, "width": 120, "height": 90}],
        "categories": [{"id": k} for k in range(12)],
        "annotations": [
            {"id": k, "image_id": 1, "category_id": row[5], "bbox": row[:4],
             "area": row[2] * row[3], "iscrowd": int(row[4] == 0 or row[5] in (0, 11))}
            for k, row in enumerate(([int(v) for v in s.split(",") if v] for s in LABELS), 1)
        ],
    }  # fmt: skip
    truth.createIndex()
    rows = [[float(v) for v in text.split(",")] for text in FOUND]
    found = [{"image_id": 1, "category_id": int(r[5]), "bbox": r[:4], "score": r[4]} for r in rows]
    judge = COCOeval(truth, truth.loadRes(found), "bbox")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    return float(judge.stats[0])


def test_a_wrong_row_is_rejected_with_its_line(tmp_path: Path) -> None:
    rows = [LABELS[1]] * 30
    labels = write(tmp_path / "set" / "annotations", *rows, "1,2,3,4,1,12,0,0")
    made = Project.import_project(labels, target=tmp_path / "made")
    assert (made["ground_truth"], made["rejected"]) == (30, 1)
    example = next(w["example"] for w in made["warnings"] if w["code"] == "E-VISDRONE-ROW")
    assert "0000001_00000_d_0000001.txt:31" in example


def test_videos_are_no_tracks_of_pedestrians(tmp_path: Path) -> None:
    rows = [f"{k},{k},{row}" for k, row in enumerate(LABELS[1:], 1)]
    labels = write(tmp_path / "annotations", *rows, name="uav0000086.txt")
    with pytest.raises(SourceError, match="is of VisDrone's videos"):
        Project.import_project(labels, target=tmp_path / "made")
    tracks = [f"{k},7,10,20,30,40,1,-1,-1,-1" for k in range(1, 9)]
    assert recognised(write(tmp_path / "tracks", *tracks), "truth").format == "mot"
