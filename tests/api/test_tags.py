"""Tags, notes and saved slices over HTTP."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from boxscore.project import Project
from tests.api.asking import answers, responses

ERRORS = "/api/v1/runs/int8/errors"


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


def test_tagging_from_a_list(project: Project) -> None:
    ids = [found["id"] for found in answers(project, [ERRORS])[0]["objects"]][:20]
    change = {"tag": "look", "selection": {"objects": ids, "run": "int8"}}
    done, listed, tagged, undone, after = answers(
        project,
        [
            ("POST", "/api/v1/tags/add", change),
            "/api/v1/tags",
            f"{ERRORS}?tag=look",
            ("POST", "/api/v1/undo", None),
            "/api/v1/tags",
        ],
    )
    assert done == {"changed": 20}
    assert listed["tags"][0]["tag"] == "look"
    assert tagged["total"] == 20
    assert undone == {"undone": "tag look"}
    assert after["tags"] == []


def test_images_notes_and_slices(project: Project) -> None:
    titles = project.items["title"][:2].tolist()
    selection = {"images": titles}
    found = answers(
        project,
        [
            ("POST", "/api/v1/tags/add", {"tag": "a", "selection": selection}),
            ("POST", "/api/v1/tags/remove", {"tag": "a", "selection": {"images": titles[:1]}}),
            ("POST", "/api/v1/notes", {"text": "see", "selection": selection}),
            ("POST", "/api/v1/slices", {"name": "v", "where": "split=val"}),
            "/api/v1/tags",
            "/api/v1/runs/int8/images?slice=tag=a",
            ("DELETE", "/api/v1/slices/v", None),
        ],
    )
    assert [one.get("changed") for one in found[:4]] == [2, 1, 2, 0]
    assert [note["title"] for note in found[4]["notes"]] == titles
    assert found[4]["slices"] == [{"name": "v", "where": "split=val"}]
    assert found[5]["total"] == 1
    assert found[5]["images"][0]["tags"] == ["a"]


def test_wrong_changes_are_problems(project: Project) -> None:
    wrong = [
        ("POST", "/api/v1/tags/add", {"tag": "a=b", "selection": {"where": "split=val"}}),
        ("POST", "/api/v1/tags/add", {"tag": "a", "selection": {}}),
        ("POST", "/api/v1/tags/add", {"tag": "a" * 101, "selection": {"where": "split=val"}}),
        ("POST", "/api/v1/tags/add", "no object"),
        ("POST", "/api/v1/slices", {"name": "v", "where": "split=nowhere"}),
        ("DELETE", "/api/v1/slices/none", None),
    ]
    found = responses(project, wrong)
    assert all(400 <= r.status_code < 500 for r in found), [r.status_code for r in found]
    assert all(r.headers["content-type"] == "application/problem+json" for r in found)
