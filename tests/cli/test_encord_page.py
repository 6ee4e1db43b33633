"""Encord Active's page "Importing model predictions", followed to the letter on real images."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import run
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"

TRANSFORMER = """
from encord_active.lib.labels.label_transformer import (
    BoundingBox, BoundingBoxLabel, ClassificationLabel, DataLabel, LabelTransformer, PolygonLabel,
)
import numpy as np

class Mine(LabelTransformer):
    def from_custom_labels(self, label_files, data_files):
        square = np.array([[0.2, 0.2], [0.6, 0.2], [0.6, 0.7], [0.2, 0.7]])
        return [
            DataLabel(path, label)
            for k, path in enumerate(data_files)
            for label in (
                BoundingBoxLabel("thing", BoundingBox(x=0.1, y=0.2, w=0.5, h=0.25)),
                PolygonLabel("region", square),
                ClassificationLabel("day" if k % 2 else "night"),
            )
        ]
"""

SCRIPT = """
import json, pickle
import numpy as np
from encord_active.lib.db.predictions import (
    BoundingBox, Format, FrameClassification, ObjectDetection, Prediction,
)
from PIL import Image

mapping = json.load(open("data_mapping.json"))
ontology = json.load(open("ontology_output.json"))
things, regions = ontology["objects"]["thing"], ontology["objects"]["region"]

def hashes(node, found=()):
    if isinstance(node, dict):
        if "option_hash" in node or "optionHash" in node:
            yield node
        for child in node.values():
            yield from hashes(child)

answer = next(iter(hashes(ontology["classifications"])))
predictions = []
for data_hash, title in mapping.items():
    width, height = Image.open(IMAGES + "/" + title).size
    mask = np.zeros((height, width))
    mask[height // 4 : height // 2, width // 4 : width // 2] = 1
    square = np.array([[0.2, 0.2], [0.6, 0.2], [0.6, 0.7], [0.2, 0.7]])
    box = BoundingBox(x=0.1, y=0.2, w=0.5, h=0.25)
    for found in (
        ObjectDetection(format=Format.BOUNDING_BOX, data=box, feature_hash=things),
        ObjectDetection(format=Format.POLYGON, data=square, feature_hash=regions),
        ObjectDetection(format=Format.MASK, data=mask, feature_hash=regions),
    ):
        predictions.append(Prediction(data_hash=data_hash, confidence=0.8, object=found))
    predictions.append(
        Prediction(
            data_hash=data_hash,
            confidence=0.9,
            classification=FrameClassification(
                feature_hash=answer.get("feature_hash") or answer["featureHash"],
                attribute_hash=answer.get("attribute_hash") or answer["attributeHash"],
                option_hash=answer.get("option_hash") or answer["optionHash"],
            ),
        )
    )
with open("predictions.pkl", "wb") as f:
    pickle.dump(predictions, f)
print(len(predictions))
"""


OLDEST = """
import json, pickle
from encord_active.app.db.predictions import BoundingBox, Format, Prediction

mapping = json.load(open("data_mapping.json"))
things = json.load(open("ontology_output.json"))["objects"]["thing"]
box = BoundingBox(x=0.1, y=0.2, w=0.5, h=0.25)
predictions = [
    Prediction(
        data_hash=h, class_id=things, confidence=0.8, format=Format.BOUNDING_BOX, data=box
    )
    for h in mapping
]
with open("predictions.pkl", "wb") as f:
    pickle.dump(predictions, f)
print(len(predictions))
"""


@pytest.mark.parametrize(("script", "each"), [(SCRIPT, 4), (OLDEST, 1)], ids=["nested", "oldest"])
def test_a_pickle_of_all_four_types(script: str, each: int, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(TRANSFORMER)
    made = run(
        "init", DEMO / "images", "--transformer", "mine.py", "-n", "p",
        cwd=tmp_path, name="encord-active",
    )  # fmt: skip
    assert made.code == 0, made.err
    project = tmp_path / "p"
    for what in ("data-mapping", "ontology"):
        assert run("print", "--json", what, cwd=project, name="encord-active").code == 0
    script = script.replace("IMAGES", repr(str(DEMO / "images")))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(41 * each)
    imported = run("import", "predictions", "predictions.pkl", cwd=project, name="encord-active")
    assert imported.code == 0, imported.err
    assert f"{41 * each} predictions on 41 images" in imported.out
    (one,) = run("runs", "--json", cwd=project).json
    assert one["name"] == "predictions" and one["predictions"] == 41 * each
    assert run("verify", cwd=project).code == 0


def test_the_coco_commands_of_the_page(tmp_path: Path) -> None:
    done = run(
        "import", "project", "--coco", "-i", DEMO / "images", "-a", DEMO / "annotations.json",
        "-n", "p", cwd=tmp_path, name="encord-active",
    )  # fmt: skip
    assert done.code == 0, done.err
    results = tmp_path / "results.json"
    results.write_bytes((DEMO / "predictions_float32.json").read_bytes())
    done = run("import", "predictions", "--coco", results, cwd=tmp_path / "p", name="encord-active")
    assert done.code == 0, done.err
    assert "0.29997" in done.out
    assert json.loads(run("runs", "--json", cwd=tmp_path / "p").out)[0]["name"] == "results"


def test_the_project_is_found_around_the_current_folder(tmp_path: Path) -> None:
    results = DEMO / "predictions_float32.json"
    for name in ("one", "two"):
        done = run(
            "import", "project", "--coco", "-i", DEMO / "images", "-a", DEMO / "annotations.json",
            "-n", name, cwd=tmp_path, name="encord-active",
        )  # fmt: skip
        assert done.code == 0, done.err
        if name == "one":
            command = ("import", "predictions", "--coco", results, "--dry-run")
            assert run(*command, cwd=tmp_path, name="encord-active").code == 0
    inside = run(*command, cwd=tmp_path / "two" / "parts", name="encord-active")
    assert inside.code == 0, inside.err
    several = run(*command, cwd=tmp_path, name="encord-active")
    assert several.code == 2 and "one, two" in several.err
    named = run(*command, "--target", tmp_path / "one", cwd=tmp_path, name="encord-active")
    assert named.code == 0, named.err
