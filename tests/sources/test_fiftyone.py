"""FiftyOne's JSON: samples with fields, labels of images, and what is wrong in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import SourceError
from boxscore.project import Project


def detection(label: object = "cat", box: object = (0.25, 0.5, 0.5, 0.25), **more: Any) -> Any:
    return {"_cls": "Detection", "label": label, "bounding_box": box, **more}


def samples(*truth: Any, found: tuple[Any, ...] = ()) -> dict[str, Any]:
    one = {
        "filepath": "data/a.jpg",
        "tags": ["val"],
        "metadata": {"width": 200, "height": 100},
        "ground_truth": {"_cls": "Detections", "detections": list(truth)},
        "model": {"_cls": "Detections", "detections": list(found)},
        "poses": {"_cls": "Keypoints", "keypoints": []},
    }
    return {"name": "d", "samples": [one]}


def folder(tmp_path: Path, document: object, name: str = "samples.json") -> Path:
    made = tmp_path / "export"
    made.mkdir(exist_ok=True)
    (made / name).write_text(json.dumps(document))
    return made


def test_samples_hold_both_sides(tmp_path: Path) -> None:
    source = folder(tmp_path, samples(detection(), found=(detection(confidence=0.5),)))
    made = Project.import_project(source, target=tmp_path / "made")
    assert (made["format"], made["images"], made["ground_truth"]) == ("fiftyone", 1, 1)
    assert "N-FIFTYONE-KIND" in [w["code"] for w in made["warnings"]]
    project = Project.open(made["path"])
    table = project.ground_truth.table
    assert [float(table[n][0]) for n in ("x", "y", "width", "height")] == [50, 50, 100, 25]
    assert project.items["split"].tolist() == ["val"]
    done = project.import_predictions(source, name="model")
    assert (done["format"], done["predictions"]) == ("fiftyone", 1)
    assert done["evaluation"]["metrics"]["AP"] == pytest.approx(1)


def test_labels_by_image_with_numbers_of_classes(tmp_path: Path) -> None:
    document = {
        "classes": ["cat", "dog"],
        "labels": {"a": [{"label": 1, "bounding_box": [0, 0, 0.5, 0.5]}], "b": None},
    }
    source = folder(tmp_path, document, "labels.json")
    made = Project.import_project(source, target=tmp_path / "made")
    assert (made["images"], made["ground_truth"], made["classes"]) == (2, 1, 2)
    project = Project.open(made["path"])
    assert project.ground_truth.table["class_id"].tolist() == [1]


@pytest.mark.parametrize(
    "wrong",
    [detection(None), detection(box=[0, 0, 1]), detection(box="x"), detection(box=[0, 0, None, 1]),
     detection(True)],
)  # fmt: skip
def test_a_wrong_label_is_rejected_with_its_sample(tmp_path: Path, wrong: Any) -> None:
    good = [detection(box=[k / 50, 0, 0.1, 0.1]) for k in range(30)]
    made = Project.import_project(folder(tmp_path, samples(*good, wrong)), target=tmp_path / "made")
    assert (made["ground_truth"], made["rejected"]) == (30, 1)


def test_several_fields_of_predictions_are_refused_with_their_names(tmp_path: Path) -> None:
    made = Project.import_project(folder(tmp_path, samples(detection())), target=tmp_path / "made")
    document = samples(found=(detection(confidence=0.5),))
    document["samples"][0]["other"] = document["samples"][0]["model"]
    path = folder(tmp_path, document) / "samples.json"
    with pytest.raises(SourceError) as refused:
        Project.open(made["path"]).import_predictions(path)
    assert refused.value.code == "E-FIFTYONE-FIELD"
    assert "model, other" in str(refused.value)
