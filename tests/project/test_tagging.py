"""Tags, notes and saved slices of a project: what is meant, where it counts, what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from boxscore import Project
from boxscore.errors import RequestError
from boxscore.evaluation.queries import ErrorQuery
from boxscore.project.slices.tagging import Selection


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


def test_a_tag_is_a_slice(project: Project) -> None:
    images = project.tag("mine", "split=val")
    row = {"tag": "mine", "images": images, "labels": 0, "predictions": {}, "holding": images}
    assert project.tags() == [row]
    by_tag = project.evaluate("int8", where="tag=mine")
    assert by_tag["metrics"] == project.evaluate("int8", where="split=val")["metrics"]
    others = project.evaluate("int8", where="!tag=mine")
    assert others["images"] == project.items.rows - images


def test_answers_follow_the_tag(project: Project) -> None:
    titles = project.items["title"].tolist()
    project.tag("some", titles[:25])
    first = project.intervals("int8", where="tag=some")
    project.tag("some", titles[25:35])
    assert project.evaluate("int8", where="tag=some")["images"] == 35
    assert project.intervals("int8", where="tag=some") != first
    assert project.undo() == "tag some"
    assert project.evaluate("int8", where="tag=some")["images"] == 25


def test_objects_of_a_list_are_tagged_and_listed(project: Project) -> None:
    page = project.errors("int8", ErrorQuery(outcome="error", limit=20))
    ids = [found["id"] for found in page["objects"]]
    assert project.tag("look", Selection(objects=ids, run="int8")) == 20
    again = project.errors("int8", ErrorQuery(tag="look", limit=50))
    assert {found["id"] for found in again["objects"]} == set(ids)
    assert all(found["tags"] == ["look"] for found in again["objects"])
    shown = {found["item"]["data_hash"] for found in again["objects"]}
    assert project.evaluate("int8", where="tag=look")["images"] == len(shown)
    assert project.untag("look", Selection(objects=ids[:5], run="int8")) == 5
    assert project.errors("int8", ErrorQuery(tag="look"))["total"] == 15


def test_tags_of_a_deleted_run_go_and_others_stay(project: Project) -> None:
    ids = [f["id"] for f in project.errors("int8", ErrorQuery(outcome="fp", limit=3))["objects"]]
    project.tag("bad", Selection(objects=ids, run="int8"))
    ids = [f["id"] for f in project.errors("float32", ErrorQuery(outcome="fp", limit=2))["objects"]]
    project.tag("bad", Selection(objects=ids, run="float32"))
    project.rename_run("float32", "full")
    project.delete_run("int8")
    assert project.tags()[0]["predictions"] == {"full": 2}


def test_notes(project: Project) -> None:
    title = str(project.items["title"][0])
    assert project.note("blurred", [title]) == 1
    assert [(n["on"], n["title"], n["text"]) for n in project.notes()] == [
        ("image", title, "blurred")
    ]
    project.note("", [title])
    assert project.notes() == []


def test_saved_slices(project: Project) -> None:
    assert not project.save_slice("people at val", "split=val,class=person")
    named = project.evaluate("int8", where="slice=people at val")
    assert named["metrics"] == project.evaluate("int8", where="split=val,class=person")["metrics"]
    project.forget_slice("people at val")
    with pytest.raises(RequestError) as refused:
        project.evaluate("int8", where="slice=people at val")
    assert refused.value.code == "E-SLICE-SAVED"


@pytest.mark.parametrize(
    ("name", "selection", "code"),
    [
        ("a,b", "split=val", "E-TAG-NAME"),
        ("a=b", "split=val", "E-TAG-NAME"),
        ("", "split=val", "E-TAG-NAME"),
        ("!a", "split=val", "E-TAG-NAME"),
        ("a", "split=nowhere", "E-SLICE-VALUE"),
        ("a", Selection(), "E-SELECTION-EMPTY"),
        ("a", Selection(objects=["P1"]), "E-SELECTION-RUN"),
        ("a", Selection(objects=["P999999"], run="int8"), "E-SELECTION-OBJECT"),
        ("a", Selection(objects=["X1"], run="int8"), "E-SELECTION-OBJECT"),
    ],
)
def test_what_is_refused(
    project: Project, name: str, selection: Selection | str, code: str
) -> None:
    with pytest.raises(RequestError) as refused:
        project.tag(name, selection)
    assert refused.value.code == code
    assert project.tags() == []


def test_a_saved_slice_means_no_other(project: Project) -> None:
    project.save_slice("v", "split=val")
    with pytest.raises(RequestError) as refused:
        project.save_slice("w", "slice=v")
    assert refused.value.code == "E-SLICE-NESTED"
