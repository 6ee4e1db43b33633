"""Images that a model was not run on are said to count."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from boxscore import Project
from boxscore.project.imports.unseen import unseen_note
from boxscore.schema.tables import ITEMS, Table


def _items(splits: list[str]) -> Table:
    empty = np.full(len(splits), "", object)
    numbers = np.zeros(len(splits), np.int32)
    columns = {c.name: numbers if c.dtype == "int32" else empty for c in ITEMS.columns}
    return Table(ITEMS, columns | {"split": np.array(splits, object)})


@pytest.mark.parametrize(
    ("splits", "seen", "words"),
    [
        (["train"] * 5 + ["val"] * 3, [5, 6, 7], "any of the 5 images of split train"),
        (["train"] * 5 + ["val"] * 4, [5, 6, 7], "(split=val)"),
        (["a"] * 2 + ["b"] * 2 + ["c"] * 2, [0, 2], "split c"),
        ([""] * 10, [0, 1, 2], "7 of 10 images"),
        ([""] * 10, list(range(9)), ""),
        (["val"] * 4, [0, 1, 2, 3], ""),
        (["val"] * 4, [], ""),
        ([], [], ""),
    ],
)
def test_what_is_said(splits: list[str], seen: list[int], words: str) -> None:
    note = unseen_note(_items(splits), np.array(seen, np.int32))
    assert (words in note) if words else note == ""


def test_import_and_evaluation_say_it_until_a_slice_is_chosen(tmp_path: Path) -> None:
    images = [
        {"id": k, "file_name": f"{k}.jpg", "width": 50, "height": 50, "split": split}
        for k, split in enumerate(["train", "train", "val"])
    ]
    box = [5, 5, 20, 20]
    labels = [
        {"id": k, "image_id": k, "category_id": 1, "bbox": box, "area": 400, "iscrowd": 0}
        for k in range(3)
    ]
    truth = {"images": images, "annotations": labels, "categories": [{"id": 1, "name": "cat"}]}
    (tmp_path / "truth.json").write_text(json.dumps(truth))
    found = [{"image_id": 2, "category_id": 1, "bbox": box, "score": 0.9}]
    (tmp_path / "found.json").write_text(json.dumps(found))
    made = Project.import_project(tmp_path / "truth.json", target=tmp_path / "made")
    project = Project.open(made["path"])
    document = project.import_predictions(tmp_path / "found.json", name="run")
    assert "W-IMAGES-UNSEEN" in {w["code"] for w in document["warnings"]}
    assert "split train" in document["evaluation"]["notes"][-1]
    sliced = project.evaluate("run", where="split=val")
    assert sliced["metrics"]["AP"] == pytest.approx(1.0, abs=1e-15)
    assert not sliced.get("notes")
    assert not project.evaluate("run", only_predicted=True).get("notes")
