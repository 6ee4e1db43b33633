"""Exports and subsets of a selection hold exactly what was selected, with the slice's numbers."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.queries import ErrorQuery, ImageQuery
from boxscore.project import Project
from boxscore.project.slices.tagging import Selection
from tests.api.asking import answers, responses
from tests.cli.program import run


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


def test_numbers_of_a_subset_are_those_of_the_slice(project: Project, tmp_path: Path) -> None:
    where = "split=val,class=person"
    made = project.subset(where, name="people", target=tmp_path / "out")
    copy = Project.open(made["path"])
    assert copy.run_names() == project.run_names() == made["runs"]
    for name in copy.run_names():
        ours, whole = copy.evaluate(name), project.evaluate(name, where=where)
        assert ours["metrics"] == whole["metrics"]
        assert (
            copy.summary(name, confidence=0.3)["counts"]
            == (project.summary(name, confidence=0.3, where=where)["counts"])
        )
    assert made["images"] == copy.items.rows == project.summary("int8", where=where)["images"]
    assert Project.verify(copy.path)["problems"] == []
    assert all(copy.image_path(h, 0) for h in copy.data_mapping())


def test_a_subset_by_linked_pictures_and_one_run(project: Project, tmp_path: Path) -> None:
    done = run("subset", "--slice", "split=val", "-n", "val", "--run", "int8", "--symlinks",
               "-o", tmp_path / "out", "--json", "-t", project.path, cwd=tmp_path)  # fmt: skip
    assert done.code == 0 and done.json["images"] == 22
    copy = Project.open(done.json["path"])
    assert copy.run_names() == ["int8"]
    pictures = [p for p in (copy.path / "images").rglob("*") if not p.is_dir()]
    assert pictures and all(p.is_symlink() and p.exists() for p in pictures)
    again = run("subset", "--slice", "split=val", "-n", "val", "-o", tmp_path / "out",
                "-t", project.path, cwd=tmp_path)  # fmt: skip
    assert again.code == 2 and "E-PROJECT-EXISTS" in again.err


def test_a_filter_selects_what_its_pages_list(project: Project) -> None:
    query = ErrorQuery(outcome="fp", kind="class", iou=0.6)
    listed = project.errors("int8", query, where="split=val")["total"]
    selection = Selection(errors=query, within="split=val", run="int8")
    assert project.tag("mistaken", selection) == listed > 0
    assert project.errors("int8", ErrorQuery(tag="mistaken", iou=0.6))["total"] == listed
    assert project.undo() == "tag mistaken" and project.tags() == []
    with pytest.raises(RequestError, match="name the run"):
        project.tag("x", Selection(errors=query))


def test_an_export_holds_the_selected_objects_alone(project: Project) -> None:
    page = project.errors("int8", ErrorQuery(outcome="error", limit=20))
    ids = [found["id"] for found in page["objects"]]
    asked = {"what": "int8", "format": "coco", "selection": {"run": "int8", "objects": ids}}
    (answer,) = responses(project, [("POST", "/api/v1/exports", asked)])
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        (name,) = [n for n in packed.namelist() if n.endswith("results.json")]
        rows = json.loads(packed.read(name))
    wanted = [found for found in page["objects"] if found["id"].startswith("P")]
    assert sorted(row["score"] for row in rows) == sorted(w["confidence"] for w in wanted)
    assert sorted(row["bbox"] for row in rows) == sorted(w["box"] for w in wanted)


def test_selections_over_http(project: Project) -> None:
    chosen = {"run": "int8", "filter": {"outcome": "fn", "slice": "split=val"}}
    body = {"tag": "missed", "selection": chosen}
    changed, made, labels = answers(
        project,
        [
            ("POST", "/api/v1/tags/add", body),
            ("POST", "/api/v1/subsets", {"name": "missed ones", "selection": chosen}),
            "/api/v1/tags",
        ],
    )
    assert labels["tags"][0]["labels"] == changed["changed"] > 0
    assert made["images"] == project.summary("int8", where="tag=missed")["images"]
    bad = [
        ("POST", "/api/v1/exports", {"what": "int8", "format": "nope", "selection": chosen}),
        ("POST", "/api/v1/exports", {"what": "nope", "format": "coco", "selection": chosen}),
        ("POST", "/api/v1/subsets", {"name": "x", "selection": {}}),
        ("POST", "/api/v1/tags/add", {"tag": "x", "selection": {"filter": {"iou": 2}}}),
    ]
    assert {r.json()["code"][:2] for r in responses(project, bad)} == {"E-"}
    assert {r.status_code for r in responses(project, bad)} <= {400, 404, 422}


@pytest.mark.parametrize(
    "asked",
    [
        {"labelled": "none", "outcome": "fp"},
        {"labelled": 0, "predicted": 0},
        {"predicted": "none", "outcome": "error"},
        {"below": 0.3, "outcome": "fp", "kind": "location"},
    ],
    ids=str,
)
def test_the_list_of_images_takes_the_filter_of_the_objects(
    demo_folder: Path, asked: dict[str, Any]
) -> None:
    project = Project.open(demo_folder)
    objects = project.errors("int8", ErrorQuery(limit=500, **asked), where="split=val")
    images = project.image_list("int8", ImageQuery(limit=500, **asked), where="split=val")
    assert objects["total"] == len(objects["objects"]) > 0
    expected = {found["item"]["data_hash"] for found in objects["objects"]}
    assert {row["data_hash"] for row in images["images"]} == expected
