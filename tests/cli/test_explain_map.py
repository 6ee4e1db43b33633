"""`boxscore explain-map`: the document, the picture, and what the guide shows."""

from __future__ import annotations

from pathlib import Path

import pytest

import boxscore as bs
from tests.cli.program import run
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
GUIDE = ROOT / "docs" / "guides" / "why-map-differs.md"


def test_the_document_of_a_run_is_that_of_its_files(demo_folder: Path, tmp_path: Path) -> None:
    from_project = run("explain-map", "int8", "--json", "-t", demo_folder, cwd=tmp_path).json
    gt, results = DEMO / "annotations.json", DEMO / "predictions_int8.json"
    from_files = run("explain-map", results, "--gt", gt, "--json", cwd=tmp_path).json
    assert from_files | {"run": "int8"} == from_project
    assert bs.Project.open(demo_folder).explain_map("int8") == from_project
    assert from_project["from"]["mAP50_95"] == pytest.approx(0.185807, abs=5e-7)


def test_coco_is_what_evaluate_says(demo_folder: Path) -> None:
    project = bs.Project.open(demo_folder)
    start = project.explain_map("float32", tools=["voc12"])["from"]
    metrics = project.evaluate("float32")["metrics"]
    assert (start["mAP50_95"], start["mAP50"]) == (metrics["AP"], metrics["AP50"])


def test_one_tool_one_metric(demo_folder: Path, tmp_path: Path) -> None:
    done = run("explain-map", "float32", "--tool", "ultralytics", "--metric", "mAP50", "--json",
               "-t", demo_folder, cwd=tmp_path)  # fmt: skip
    (tool,) = done.json["tools"]
    assert tool["metric"] == "mAP50" and tool["value"] == tool["mAP50"]
    assert tool["steps"][0]["from"] == done.json["from"]["mAP50"]
    assert tool["steps"][-1]["to"] == tool["value"]


def test_the_guide_shows_what_the_program_prints(demo_folder: Path, tmp_path: Path) -> None:
    done = run("explain-map", "float32", "-t", demo_folder, cwd=tmp_path)
    assert done.code == 0
    guide = GUIDE.read_text(encoding="utf-8")
    blocks = [block for block in done.out.strip().split("\n\n") if block not in guide]
    assert not blocks


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nobody"], "nobody"),
        (["float32", "--tool", "ultralitics"], "did you mean 'ultralytics'"),
        (["float32", "--metric", "AP"], "mAP50"),
    ],
)
def test_refusals(arguments: list[str], problem: str, demo_folder: Path, tmp_path: Path) -> None:
    done = run("explain-map", *arguments, "-t", demo_folder, cwd=tmp_path)
    assert done.code == 2 and problem in done.err


@pytest.mark.parametrize("run_name", ["float32", "int8"])
def test_encords_own_protocols_give_what_is_explained(demo_folder: Path, run_name: str) -> None:
    project = bs.Project.open(demo_folder)
    explained = {one["tool"]: one["value"] for one in project.explain_map(run_name)["tools"]}
    for protocol in ("encord", "encord-legacy"):
        metrics = project.evaluate(run_name, protocol=protocol)["metrics"]
        assert metrics["mAP"] == pytest.approx(explained[protocol], abs=1e-12)
