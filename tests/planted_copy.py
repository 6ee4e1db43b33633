"""The demo with one picture replaced by a smaller, recompressed copy of another split's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import PIL.Image

from boxscore.project import Project

DEMO = Path(__file__).parents[1] / "src" / "boxscore" / "demo"


def demo_with_a_copy(folder: Path) -> tuple[Project, int]:
    """The project, and the row of the copy; its original is row 0."""
    truth = json.loads((DEMO / "annotations.json").read_text())
    images = sorted(truth["images"], key=lambda image: image["id"])
    other = next(k for k, image in enumerate(images) if image["split"] != images[0]["split"])
    shutil.copytree(DEMO / "images", folder / "images")
    with PIL.Image.open(DEMO / "images" / images[0]["file_name"]) as picture:
        size = images[other]["width"], images[other]["height"]
        copy = picture.convert("RGB").resize(size)
    copy.save(folder / "images" / images[other]["file_name"], quality=60)
    made = Project.import_project(
        DEMO / "annotations.json", images=folder / "images", target=folder, name="demo"
    )
    project = Project.open(made["path"])
    for run in ("float32", "int8"):
        project.import_predictions(DEMO / f"predictions_{run}.json", name=run)
    return project, other
