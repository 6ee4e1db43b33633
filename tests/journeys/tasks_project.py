"""A project of masks and answers on the demo's pictures, as the Encord packages write them."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np

from boxscore.project import Project
from encord_active.lib.db.predictions import (
    Format,
    FrameClassification,
    ObjectDetection,
    Prediction,
)
from tests.cli.program import run
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
TRANSFORMER = """
from encord_active.lib.labels.label_transformer import (
    ClassificationLabel, DataLabel, LabelTransformer, PolygonLabel,
)
import numpy as np

class Mine(LabelTransformer):
    def from_custom_labels(self, label_files, data_files):
        square = np.array([[0.2, 0.2], [0.6, 0.2], [0.6, 0.7], [0.2, 0.7]])
        return [
            DataLabel(path, label)
            for k, path in enumerate(data_files)
            for label in (
                PolygonLabel(("road", "roof", "river")[k % 3], square),
                ClassificationLabel("day" if k % 2 else "night"),
            )
        ]
"""


def make(folder: Path) -> Path:
    """The project with the runs `shapes` (masks, every fourth of another class) and `answers`."""
    (folder / "mine.py").write_text(TRANSFORMER)
    labels = ("-lg", "none", "--transformer", "mine.py")
    made = run("init", DEMO, "-dg", "**/*.jpg", *labels, "-n", "tasks", cwd=folder)
    assert made.code == 0, made.err
    for what in ("data-mapping", "ontology"):
        assert run("print", "--json", what, "-t", "tasks", cwd=folder).code == 0
    hashes = sorted(json.loads((folder / "data_mapping.json").read_text()))
    ontology = json.loads((folder / "ontology_output.json").read_text())
    for name, predictions in (
        ("shapes", _shapes(hashes, ontology["objects"])),
        ("answers", _answers(hashes, ontology["classifications"])),
    ):
        path = folder / f"{name}.pkl"
        path.write_bytes(pickle.dumps(predictions))
        done = run("import", "predictions", path, "-t", "tasks", cwd=folder)
        assert done.code == 0, done.err
    return Project.open(str(folder / "tasks")).path


def _shapes(hashes: list[str], objects: dict[str, str]) -> list[Prediction]:
    square = np.array([[0.2, 0.2], [0.6, 0.2], [0.6, 0.7], [0.25, 0.7]])
    names = list(objects.values())
    return [
        Prediction(
            data_hash=data_hash,
            confidence=0.5 + k / 100,
            object=ObjectDetection(
                format=Format.POLYGON, data=square, feature_hash=names[k // 4 % len(names)]
            ),
        )
        for k, data_hash in enumerate(hashes)
    ]


def _answers(hashes: list[str], classifications: object) -> list[Prediction]:
    options = list(_options(classifications))
    return [
        Prediction(
            data_hash=data_hash,
            confidence=0.55 + k / 100,
            classification=FrameClassification(**options[k // 3 % len(options)]),
        )
        for k, data_hash in enumerate(hashes)
    ]


def _options(node: object) -> list[dict[str, str]]:
    """Every option of an ontology's classifications, as a prediction names it."""
    if not isinstance(node, dict):
        return []
    names = ("feature_hash", "attribute_hash", "option_hash")
    if "option_hash" in node:
        return [{name: str(node[name]) for name in names}]
    return [option for child in node.values() for option in _options(child)]
