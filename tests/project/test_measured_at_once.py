"""Questions about failures compute what they lack in one pass, and go on without what is lost."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

import boxscore
from boxscore.project import Project
from tests.cli.program import run
from tests.project.test_metrics import decoded

DISTANCE = """
from boxscore.quality import metric

@metric("Distance from the middle", on="object", reads="objects")
def distance(objects):
    centre = objects.box[:, :2] + objects.box[:, 2:] / 2
    return abs(centre / objects.image_size - 0.5).max(axis=1)
"""


@pytest.fixture
def project(tmp_path: Path, demo_folder: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


@pytest.mark.parametrize("question", ["weak_slices", "metric_importance"])
def test_every_image_is_decoded_once_for_all_metrics(
    project: Project, question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project._state().generation
    rows = decoded(monkeypatch)
    steps: list[str] = []

    def progress(step: str) -> AbstractContextManager[object]:
        steps.append(step)
        return nullcontext()

    getattr(project, question)("int8", progress=progress)
    assert sorted(rows) == list(range(41))
    assert project._state().generation - before <= 6
    assert any(step.startswith("metrics of images") for step in steps)


def test_a_new_run_does_without_metrics_whose_code_is_not_kept(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "own.py").write_text(DISTANCE)
    project.add_metrics(tmp_path / "own.py")
    demo = Path(boxscore.__file__).parent / "demo"
    project.import_predictions(demo / "predictions_int8.json", name="new")
    importance = project.metric_importance("new")
    assert importance["waiting"] == ["Distance from the middle"]
    told = run("slices", "new", "--no-pairs", "-t", project.path, cwd=tmp_path)
    assert told.code == 0 and "Without Distance from the middle" in told.out
