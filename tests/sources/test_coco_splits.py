"""Data sets that keep one COCO file for each split, and where their pictures lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from boxscore import Project
from boxscore.errors import SourceError

CLASSES = [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]
BOX = [4.0, 5.0, 20.0, 10.0]
OUTLINE = [[4.0, 5.0, 24.0, 5.0, 24.0, 15.0]]


def _truth(first_id: int, names: list[str], *, outlined: bool = False) -> dict[str, Any]:
    images = [
        {"id": first_id + k, "file_name": name, "width": 64, "height": 48}
        for k, name in enumerate(names)
    ]
    annotations: list[dict[str, Any]] = [
        {"id": k, "image_id": image["id"], "category_id": 1 + k % 2, "bbox": BOX, "area": 200.0,
         "iscrowd": 0}
        for k, image in enumerate(images)
    ]  # fmt: skip
    if outlined:
        annotations[0]["segmentation"] = OUTLINE
    return {"images": images, "annotations": annotations, "categories": CLASSES}


def _picture(path: Path, grey: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (64, 48), grey).save(path)


def _roboflow(root: Path, *, starts: tuple[int, int] = (0, 0)) -> Path:
    for (split, names), start in zip(
        (("train", ["a.png", "b.png", "c.png"]), ("valid", ["a.png", "d.png"])), starts, strict=True
    ):
        for k, name in enumerate(names):
            _picture(root / split / name, 10 * k)
        file = root / split / "_annotations.coco.json"
        file.write_text(json.dumps(_truth(start, names, outlined=split == "valid")))
    return root


def test_the_splits_of_a_folder_make_one_project(tmp_path: Path) -> None:
    made = Project.import_project(_roboflow(tmp_path / "pets"), target=tmp_path / "made")
    assert (made["format"], made["project"], made["images"]) == ("coco", "pets", 5)
    assert made["ground_truth"] == 5
    assert "N-COCO-SPLIT-IDS" in {w["code"] for w in made["warnings"]}
    project = Project.open(made["path"])
    items = project.items
    assert items["split"].tolist() == ["train"] * 3 + ["valid"] * 2
    assert items["title"][3] == "valid/a.png"
    assert len(set(items["data_hash"].tolist())) == 5  # train/a.png has the same bytes
    assert all((Path(made["path"]) / place).is_file() for place in items["file"])


def test_ids_that_differ_between_files_stay(tmp_path: Path) -> None:
    root = _roboflow(tmp_path / "pets", starts=(100, 7))
    made = Project.import_project(root, target=tmp_path / "made")
    assert "N-COCO-SPLIT-IDS" not in {w["code"] for w in made["warnings"]}
    project = Project.open(made["path"])
    assert project.items["source_id"].tolist() == ["7", "8", "100", "101", "102"]
    results = tmp_path / "results.json"
    found = [{"image_id": k, "category_id": c, "bbox": BOX, "score": 0.9}
             for k, c in ((7, 1), (8, 2), (100, 1), (101, 2), (102, 1))]  # fmt: skip
    results.write_text(json.dumps(found))
    assert project.import_predictions(results)["evaluation"]["metrics"]["AP"] == 1.0


@pytest.mark.parametrize("inner", ["val2017", "images/val2017", "images", "data"])
def test_pictures_are_found_where_coco_keeps_them(tmp_path: Path, inner: str) -> None:
    root = tmp_path / "coco"
    for name in ("a.png", "b.png"):
        _picture(root / inner / name, 50)
    file = root / "annotations" / "instances_val2017.json"
    file.parent.mkdir()
    file.write_text(json.dumps(_truth(1, ["a.png", "b.png"])))
    for source in (root, file):
        made = Project.import_project(source, target=tmp_path / "made", name=source.stem)
        assert made["warnings"] == []


def test_a_record_of_one_split_is_rejected_by_its_file(tmp_path: Path) -> None:
    root = _roboflow(tmp_path / "pets")
    truth = _truth(0, [f"{k}.png" for k in range(60)])
    truth["annotations"][3]["bbox"] = [1, 2, -3, 4]
    file = root / "train" / "_annotations.coco.json"
    file.write_text(json.dumps(truth))
    made = Project.import_project(root, target=tmp_path / "made")
    assert made["rejected"] == 1
    report = json.loads(Path(made["report"]).read_text())
    places = [r["place"] for r in report["records"] if r["outcome"] == "rejected"]
    assert places[0].startswith("train/_annotations.coco.json /annotations/3")


def test_splits_of_other_classes_are_refused(tmp_path: Path) -> None:
    root = _roboflow(tmp_path / "pets")
    truth = _truth(0, ["a.png", "d.png"])
    truth["categories"] = [{"id": 1, "name": "cat"}, {"id": 2, "name": "horse"}]
    (root / "valid" / "_annotations.coco.json").write_text(json.dumps(truth))
    with pytest.raises(SourceError) as refused:
        Project.import_project(root, target=tmp_path / "made")
    assert refused.value.code == "E-COCO-SPLIT-CLASSES"
    assert "dog" in str(refused.value)


def test_files_of_several_kinds_are_not_chosen_from(tmp_path: Path) -> None:
    folder = tmp_path / "annotations"
    folder.mkdir()
    for name in ("instances_train", "instances_val", "person_keypoints_val"):
        (folder / f"{name}.json").write_text(json.dumps(_truth(1, ["a.png"])))
    with pytest.raises(SourceError) as refused:
        Project.import_project(tmp_path, target=tmp_path / "made")
    assert refused.value.code == "E-COCO-FOLDER"
