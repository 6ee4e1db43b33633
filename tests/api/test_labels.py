"""The routes of label issues: a page, a decision, scores, an export; and who is refused."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from boxscore.project import Project
from tests.api.asking import answers, posted, responses


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    return Project.open(shutil.copytree(demo_folder, tmp_path / "demo"))


def test_pages_are_those_of_the_project(project: Project) -> None:
    first, rest = answers(project, ["/api/v1/labels?limit=3", "/api/v1/labels?offset=3&limit=500"])
    whole = project.label_issues(limit=503)
    assert first["next_offset"] == 3 and rest["next_offset"] is None
    assert json.loads(json.dumps(whole["issues"])) == first["issues"] + rest["issues"]
    kind = "swapped"
    some = answers(project, [f"/api/v1/labels?kind={kind}"])[0]
    assert {issue["kind"] for issue in some["issues"]} == {kind}
    assert some["total"] == {k["kind"]: k["count"] for k in first["kinds"]}[kind]


def test_a_decision_its_scores_its_export_and_undo(project: Project) -> None:
    key = project.label_issues(kinds=["missing"])["issues"][0]["key"]
    made = posted(project, "/api/v1/labels/decisions", {"key": key, "choice": "accept"})
    assert made.status_code == 200 and made.json()["choice"] == "accept"
    review, scores = answers(project, ["/api/v1/labels/decisions", "/api/v1/labels/scores"])
    assert [one["key"] for one in review["decisions"]] == [key]
    assert scores == json.loads(json.dumps(project.scores_with_corrections()))
    assert scores["runs"][0]["accepted"]["AP"] != scores["runs"][0]["now"]["AP"]
    found = responses(project, ["/api/v1/labels/export?what=patch&format=coco"])[0]
    assert found.headers["content-disposition"].endswith('"labels-patch-coco.zip"')
    with zipfile.ZipFile(io.BytesIO(found.content)) as archive:
        patch = json.loads(archive.read("patch.json"))
    assert [record["change"] for record in patch["annotations"]] == ["added"]
    undone = posted(project, "/api/v1/labels/undo", {})
    assert undone.json()["key"] == key
    assert project.label_review()["decisions"] == []


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("decisions", {"key": "ffffffffffffffff", "choice": "accept"}, 404, "E-LABELS-KEY"),
        ("decisions", {"key": "x", "choice": "burn"}, 422, "E-QUERY"),
        ("decisions", {"key": "x" * 65, "choice": "accept"}, 422, "E-QUERY"),
        ("decisions", {"key": "x", "choice": "skip", "note": "x" * 2001}, 422, "E-QUERY"),
        ("undo", {}, 400, "E-LABELS-UNDO"),
    ],
)
def test_what_is_refused(
    project: Project, path: str, body: dict[str, str], status: int, code: str
) -> None:
    refused = posted(project, f"/api/v1/labels/{path}", body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"] == "application/problem+json"
    assert project.label_review()["decisions"] == []


def test_no_other_site_and_no_stranger_decides(project: Project) -> None:
    body = {"key": project.label_issues()["issues"][0]["key"], "choice": "accept"}
    path = "/api/v1/labels/decisions"
    assert posted(project, path, body, origin="https://elsewhere.example").status_code == 403
    assert posted(project, path, body, sec_fetch_site="cross-site").status_code == 403
    assert posted(project, path, body, authorization="Bearer no").status_code == 401
    assert posted(project, path, body, content_type="text/plain").status_code == 422
    assert project.label_review()["decisions"] == []


def test_an_export_without_fixes_is_a_problem(project: Project) -> None:
    found = responses(project, ["/api/v1/labels/export", "/api/v1/labels?state=lost"])
    assert [r.json()["code"] for r in found] == ["E-LABELS-NONE", "E-QUERY"]
