"""Metrics after an import: the result comes first, and nothing that happens then undoes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import boxscore
from boxscore.cli.measuring import measure
from boxscore.project import Project
from boxscore.project.pictures.reader import PixelReader
from boxscore.quality.pixels import Pixels
from tests.cli.program import run

DEMO = Path(boxscore.__file__).parent / "demo"


def test_an_import_computes_all_metrics_unless_told_not_to(tmp_path: Path) -> None:
    words = ("import", "project", DEMO / "annotations.json", "-i", DEMO / "images", "-n", "p")
    assert run(*words, cwd=tmp_path).code == 0
    project = Project.open(tmp_path / "p")
    assert project.run_metrics()["computed"] == 0
    results = DEMO / "predictions_int8.json"
    done = run("import", "predictions", results, "-n", "a", "--no-metrics", cwd=project.path)
    assert done.code == 0
    assert project.metric("Confidence", run="a", pixels=False)["total"] == 3811
    state = {one["title"]: one["state"] for one in project.metrics}
    assert [place["computed"] for place in state["Crowding"]] == [421, 0]
    assert run("import", "predictions", results, "-n", "b", cwd=project.path).code == 0
    assert Project.open(project.path).run_metrics()["computed"] == 0


def test_metrics_can_be_stopped_and_can_fail_without_harm(
    tmp_path: Path, demo_folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = tmp_path / "demo"
    shutil.copytree(demo_folder, folder)
    calls: list[int] = []
    real = PixelReader.pixels

    def pixels(self: PixelReader, row: int) -> Pixels:
        calls.append(row)
        if len(calls) > 5:
            raise KeyboardInterrupt
        return real(self, row)

    with monkeypatch.context() as stopping:
        stopping.setattr(PixelReader, "pixels", pixels)
        measure(folder)
    assert "goes on" in capsys.readouterr().err
    (folder / Project.open(folder).items["file"][0]).write_bytes(b"none")
    measure(folder)
    captured = capsys.readouterr()
    assert captured.out == "" and "pixels (1×)" in captured.err
    assert Project.open(folder).run_metrics()["computed"] == 0
    measure(tmp_path / "nowhere")
    assert "metrics were not computed" in capsys.readouterr().err
