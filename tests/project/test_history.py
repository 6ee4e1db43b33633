"""Runs over time: a change of the numbers is traced to model, images, classes or labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from boxscore.project import Project
from tests.api.asking import answers
from tests.cli.program import run
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
PARTS = ["model", "images", "classes", "labels", "protocol"]


def project_of(folder: Path, truth: Any, results: str = "predictions_float32.json") -> Project:
    folder.mkdir()
    (folder / "truth.json").write_text(json.dumps(truth))
    Project.import_project(folder / "truth.json", target=folder, name="p")
    project = Project.open(folder / "p")
    project.import_predictions(DEMO / results, name="run")
    return project


@pytest.fixture(scope="module")
def truth() -> Any:
    return json.loads((DEMO / "annotations.json").read_text())


def without_an_image(truth: Any) -> Any:
    gone = truth["images"][0]["id"]
    return truth | {
        "images": truth["images"][1:],
        "annotations": [one for one in truth["annotations"] if one["image_id"] != gone],
    }


def with_a_moved_box(truth: Any) -> Any:
    first, *others = truth["annotations"]
    x, *rest = first["bbox"]
    return truth | {"annotations": [first | {"bbox": [x + 1, *rest]}, *others]}


def with_another_name(truth: Any) -> Any:
    first, *others = truth["categories"]
    return truth | {"categories": [first | {"name": "somebody"}, *others]}


def test_what_changed_is_named(tmp_path: Path, truth: Any) -> None:
    base = project_of(tmp_path / "base", truth)
    cases = {
        "same": (truth, []),
        "image": (without_an_image(truth), ["images"]),
        "box": (with_a_moved_box(truth), ["labels"]),
        "name": (with_another_name(truth), ["classes"]),
    }
    for name, (document, changed) in cases.items():
        other = project_of(tmp_path / name, document)
        found = base.what_changed("run", "run", within=other)
        assert found["changed"] == changed, name
        if changed:
            assert found["sentence"].startswith("The predictions are the same; ")
    assert base.what_changed("run", "run", within=other)["metrics"]["AP"]["first"] > 0
    image = Project.open(tmp_path / "image" / "p")
    found = base.what_changed("run", "run", within=image)
    assert found["images"] == {"only_first": 1, "only_second": 0, "shared": 40}
    box = base.what_changed("run", "run", within=Project.open(tmp_path / "box" / "p"))
    assert box["labels"] == {"images_changed": 1}
    both = project_of(tmp_path / "both", with_a_moved_box(truth), "predictions_int8.json")
    found = base.what_changed("run", "run", within=both)
    assert found["changed"] == ["model", "labels"]
    assert "no one of them explains the numbers alone" in found["sentence"]


def test_log_and_diff_print_it(demo_folder: Path) -> None:
    project = Project.open(demo_folder)
    (document,) = answers(project, ["/api/v1/history"])
    assert document == run("log", "--json", cwd=demo_folder).json == project.history()
    assert [one["run"] for one in document["runs"]] == ["float32", "int8"]
    assert [list(one["hashes"]) for one in document["runs"]] == [PARTS, PARTS]
    assert document["runs"][0]["value"] == project.evaluate("float32")["metrics"]["AP"]
    table = run("log", cwd=demo_folder).out
    assert all(one["hashes"]["labels"][:8] in table for one in document["runs"])
    diff = run("diff", "float32", "int8", cwd=demo_folder).out
    assert diff.startswith("Only the predictions changed")
    same = run("diff", "int8", "int8", "--in", demo_folder, "--json", cwd=demo_folder).json
    assert same["changed"] == []
    assert run("diff", "float32", "int9", cwd=demo_folder).code == 2
