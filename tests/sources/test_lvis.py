"""LVIS: recognised by what only it has, and its own scores are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boxscore.project import Project
from boxscore.sources.recognising import recognised

TRUTH = {
    "images": [{"id": 1, "file_name": "a.jpg", "width": 50, "height": 40,
                "neg_category_ids": [2], "not_exhaustive_category_ids": []}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 20],
                     "area": 600, "segmentation": [[1, 2, 31, 2, 31, 22, 1, 22]]}],
    "categories": [{"id": 1, "name": "cat", "frequency": "f"},
                   {"id": 2, "name": "dog", "frequency": "r"}],
}  # fmt: skip
RESULTS = [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 20], "score": 0.5}]


def test_truth_and_results(tmp_path: Path) -> None:
    truth, found = tmp_path / "lvis_val.json", tmp_path / "found.json"
    truth.write_text(json.dumps(TRUTH))
    found.write_text(json.dumps(RESULTS))
    said = recognised(truth, "truth")
    assert (said.format, [name for name, _ in said.others]) == ("lvis", ["coco"])
    made = Project.import_project(truth, target=tmp_path)
    assert made["format"] == "lvis"
    project = Project.open(made["path"])
    done = project.import_predictions(found, name="model")
    assert done["format"] == "lvis"
    assert "N-LVIS-PROTOCOL" in [w["code"] for w in done["warnings"]]
    assert project.evaluate("model", task="bbox", protocol="lvis")["metrics"][
        "AP"
    ] == pytest.approx(1)


def test_without_its_keys_it_is_coco(tmp_path: Path) -> None:
    document = json.loads(json.dumps(TRUTH))
    del document["images"][0]["neg_category_ids"]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    assert recognised(path, "truth").format == "coco"
