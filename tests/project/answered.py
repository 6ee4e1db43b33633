"""A project of answers: pictures that show one of three colours, and a run of guesses."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from PIL import Image

from boxscore.project import Project
from encord_active.lib.db.predictions import FrameClassification, Prediction

COLOURS = ("red", "green", "blue")
TRANSFORMER = """
from pathlib import Path
from encord_active.lib.labels.label_transformer import (
    ClassificationLabel, DataLabel, LabelTransformer,
)

class Colours(LabelTransformer):
    def from_custom_labels(self, label_files, data_files):
        return [
            DataLabel(path, ClassificationLabel(Path(path).stem.split("-")[1]))
            for path in data_files
        ]
"""

Guess = tuple[str, float]


def project_of_answers(folder: Path, colours: str, guesses: list[Guess | None]) -> Project:
    """One picture a colour (its first letter), one guess a picture; None is no guess."""
    pictures = folder / "pictures"
    pictures.mkdir()
    names = [next(c for c in COLOURS if c[0] == letter) for letter in colours]
    for number, name in enumerate(names):
        picture = Image.new("RGB", (8, 8), (number, number, number))
        picture.save(pictures / f"{number:03}-{name}.png")
    script = folder / "colours.py"
    script.write_text(TRANSFORMER)
    Project.init(pictures, target=folder, name="answers", transformer=script)
    project = Project.open(folder / "answers")
    add_guesses(project, folder, guesses, "guesses")
    return project


def add_guesses(project: Project, folder: Path, guesses: list[Guess | None], name: str) -> None:
    """Import a run of one guess a picture, in order of the pictures; None is no guess."""
    hash_of = {title: data_hash for data_hash, title in project.data_mapping().items()}
    hashes = {row.name: row for row in project.ontology.classes}
    rows: list[Any] = []
    for title, guess in zip(sorted(hash_of), guesses, strict=True):
        if guess is None:
            continue
        row = hashes[guess[0]]
        answer = FrameClassification(
            row.feature_hash, str(row.attribute_hash), str(row.option_hash)
        )
        rows.append(
            Prediction(data_hash=hash_of[title], confidence=guess[1], classification=answer)
        )
    path = folder / f"{name}.pkl"
    path.write_bytes(pickle.dumps(rows))
    project.import_predictions(path, name=name)
