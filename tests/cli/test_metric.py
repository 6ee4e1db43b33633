"""`boxscore metric` and the routes of metrics, as their users see them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from boxscore.project import Project
from tests.api.asking import answers, responses
from tests.cli.program import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    """The demo with all metrics."""
    target = tmp_path_factory.mktemp("metrics") / "demo"
    shutil.copytree(demo_folder, target)
    done = run("metric", "run", "--json", cwd=target)
    assert done.code == 0 and done.json["failures"] == []
    return target


def test_list_and_show(folder: Path) -> None:
    listed = run("metric", "list", cwd=folder).out
    for title in ("Brightness", "Annotation Duplicates", "Entropy", "Frame object density"):
        assert title in listed
    assert run("metric", "list", "--json", cwd=folder).json == Project.open(folder).metrics
    shown = run("metric", "show", "Brightness", "confidence_margin", "--run", "int8", cwd=folder)
    assert shown.code == 2 and "E-METRIC-PLACE" in shown.err
    shown = run("metric", "show", "brightness", cwd=folder)
    assert "41 values, 0 undefined" in shown.out and "█" in shown.out
    one = run("metric", "show", "Sharpness", "--json", cwd=folder).json
    assert one["metric"]["title"] == "Sharpness" and sum(one["histogram"]["counts"]) == 41


def test_run_again_computes_nothing(folder: Path) -> None:
    again = run("metric", "run", "--all", cwd=folder)
    assert again.code == 0 and ": 0 values computed" in again.out
    assert run("metric", "run", "Brightness", "--all", cwd=folder).code == 2


def test_performance(folder: Path) -> None:
    args = ("metric", "performance", "int8", "Object Area - Relative", "--bins", "4")
    document = run(*args, "--json", cwd=folder).json
    assert document == Project.open(folder).metric_performance(
        "int8", "Object Area - Relative", bins=4
    )
    shown = run(*args, cwd=folder).out.splitlines()
    assert shown[0].split() == [
        "from", "to", "predictions", "precision", "objects", "recall", "confidence", "gap"
    ]  # fmt: skip
    assert len(shown) == 8 and "Wilson" in shown[-2]


def test_add_and_remove(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(
        "from boxscore.quality import metric\n"
        "@metric('Redness')\n"
        "def red(pixels):\n"
        "    return float(pixels.rgb[..., 0].mean())\n"
        "@metric('Fails')\n"
        "def fails(pixels):\n"
        "    raise OSError('no luck')\n"
    )
    done = run("metric", "add", file, "-t", folder, cwd=tmp_path)
    assert done.code == 3 and "Fails (41×): OSError: no luck" in done.err
    assert "Redness" in run("metric", "list", cwd=folder).out
    removed = run("metric", "remove", "Redness", "Fails", cwd=folder)
    assert removed.code == 0 and removed.out.strip() == "Removed Redness, Fails"
    assert run("metric", "show", "Redness", cwd=folder).code == 2


def test_the_routes(folder: Path) -> None:
    project = Project.open(folder)
    listed, values, objects, performance = answers(
        project,
        [
            "/api/v1/metrics",
            "/api/v1/metrics/brightness/values?sort=highest&limit=3",
            "/api/v1/metrics/confidence/values?run=int8&offset=3800",
            "/api/v1/runs/int8/metric-performance?metric=Brightness&bins=5",
        ],
    )
    assert [one["id"] for one in listed["metrics"]] == [one["id"] for one in project.metrics]
    brightness = project.metric_values("Brightness")
    assert [row["value"] for row in values["rows"]] == sorted(brightness, reverse=True)[:3]
    assert values["missing"] == 0 and values["next_offset"] == 3
    assert len(objects["rows"]) == 11 and objects["next_offset"] is None
    assert len(performance["bins"]) == 5
    refused = responses(
        project, ["/api/v1/metrics/nothing/values", "/api/v1/metrics/area/values?run=x"]
    )
    assert [answer.status_code // 100 for answer in refused] == [4, 4]
