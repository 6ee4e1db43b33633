"""The bundled demo: 41 freely licensed COCO images and two real models' predictions."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

NAME = "demo"
RUNS = ("float32", "int8")


def make_demo(target: Path) -> tuple[Path, bool]:
    """Make the demo project inside `target` unless it is there with both runs.

    Returns:
        Its folder, and whether anything had to be made.
    """
    from boxscore.project.project import Project
    from boxscore.store.layout import is_project

    root = target / NAME
    made = False
    with as_file(files("boxscore") / "demo") as data:
        if not is_project(root):
            target.mkdir(parents=True, exist_ok=True)
            Project.import_project(
                data / "annotations.json", images=data / "images", target=target, name=NAME
            )
            made = True
        project = Project.open(root)
        for run in RUNS:
            if run not in project.run_names():
                project.import_predictions(data / f"predictions_{run}.json", name=run)
                made = True
    return root, made
