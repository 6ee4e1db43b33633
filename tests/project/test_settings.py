"""What a project keeps: values, what is usual, what its folder holds; the same by every way in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from boxscore.errors import RequestError
from boxscore.project import Project
from tests.api.asking import answers, posted, responses
from tests.cli.program import run


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    return Project.open(shutil.copytree(demo_folder, tmp_path / "demo"))


def values(project: Project) -> dict[str, float | str]:
    return {row["name"]: row["value"] for row in project.settings}


def test_every_way_in_sets_and_resets(project: Project) -> None:
    before = project.settings
    project.change_settings({"IMG001": 0.2, "key_2": " to fix "})
    assert run("config", "set", "protocol", "voc12", cwd=project.path).code == 0
    answer = posted(project, "/api/v1/settings", {"changes": {"key_9": "seen", "IMG002": "0.9"}})
    now = values(project)
    set_ = {"IMG001": 0.2, "IMG002": 0.9, "protocol": "voc12"}
    assert now == {row["name"]: row["value"] for row in before} | set_ | {
        "key_2": "to fix", "key_9": "seen",
    }  # fmt: skip
    assert answer.json()["settings"] == project.settings
    assert run("config", "list", "--json", cwd=project.path).json == project.settings
    assert run("config", "get", "key_2", cwd=project.path).out.strip() == "to fix"
    posted(project, "/api/v1/settings", {"changes": {"key_9": None, "key_2": "", "IMG002": None}})
    project.change_settings({"IMG001": None, "protocol": None})
    assert project.settings == before


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("IMG099", 1, "E-SETTING-UNKNOWN"), ("key_0", "a", "E-SETTING-UNKNOWN"),
        ("IMG001", "dark", "E-SETTING-VALUE"), ("IMG001", float("nan"), "E-SETTING-VALUE"),
        ("IMG001", "1e400", "E-SETTING-VALUE"), ("training_size", 0, "E-SETTING-VALUE"),
        ("training_size", 1.5, "E-SETTING-VALUE"), ("training_size", "inf", "E-SETTING-VALUE"),
        ("task", "boxes", "E-SETTING-VALUE"), ("protocol", "voc", "E-SETTING-VALUE"),
        ("key_1", "a,b", "E-TAG-NAME"), ("key_1", "x" * 101, "E-TAG-NAME"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(
    project: Project, name: str, value: float | str, code: str
) -> None:
    before = project.settings
    with pytest.raises(RequestError) as bad:
        project.change_settings({"IMG003": 0.5, name: value})
    assert bad.value.code == code and project.settings == before
    if value == value:  # JSON has no nan
        answer = posted(project, "/api/v1/settings", {"changes": {name: value}})
        assert answer.status_code in (400, 422) and answer.json()["code"] in (code, "E-QUERY")
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_usual_protocol_is_taken_where_none_is_named(project: Project) -> None:
    named = {name: project.evaluate("int8", protocol=name) for name in ("coco", "voc12")}
    (report,) = responses(project, ["/api/v1/report?runs=int8&form=json"])
    project.change_settings({"protocol": "voc12"})
    assert project.evaluate("int8") == named["voc12"]
    assert project.evaluate("int8", protocol="coco") == named["coco"]
    (summary, runs) = answers(project, ["/api/v1/runs/int8/summary", "/api/v1/runs"])
    assert summary["protocol"] == "voc12" and summary["metrics"] == named["voc12"]["metrics"]
    assert next(p["name"] for p in runs["runs"][1]["tasks"][0]["protocols"]) == "voc12"
    # What is compared over time goes by rules of its own.
    assert runs["runs"][1]["metrics"] == named["coco"]["metrics"]
    assert responses(project, ["/api/v1/report?runs=int8&form=json"])[0].json() == report.json()
    # A protocol that does not score the task is left out.
    project.change_settings({"protocol": "panoptic"})
    assert project.evaluate("int8") == named["coco"]


def test_the_usual_task_is_taken_where_a_run_can_be_scored_so(tmp_path: Path) -> None:
    corners = [[4, 4, 40, 4, 40, 30, 4, 30]]
    box = {"bbox": [4, 4, 36, 26], "image_id": 1, "category_id": 1}
    label = {**box, "id": 1, "area": 936, "iscrowd": 0, "segmentation": corners}
    truth = {
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}],
        "annotations": [label],
        "categories": [{"id": 1, "name": "roof"}],
    }
    left_half = {"bbox": [4, 4, 36, 26], "segmentation": [[4, 4, 22, 4, 22, 30, 4, 30]]}
    runs = {"masks": {**box, **left_half, "score": 0.9}, "boxes": {**box, "score": 0.9}}
    for name, document in {"truth": truth, **{n: [one] for n, one in runs.items()}}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    made = Project.import_project(tmp_path / "truth.json", format="coco", target=tmp_path)
    project = Project.open(made["path"])
    for name in runs:
        project.import_predictions(tmp_path / f"{name}.json", name=name)
    own = {name: project.evaluate(name) for name in runs}
    assert [own[name]["task"] for name in runs] == ["segm", "bbox"]
    boxes = project.evaluate("masks", task="bbox")
    assert boxes["metrics"]["AP"] > 0.99 > own["masks"]["metrics"]["AP"]
    project.change_settings({"task": "bbox"})
    assert [project.evaluate(name) for name in runs] == [boxes, own["boxes"]]
    project.change_settings({"task": "segm"})  # which boxes alone cannot be scored as
    assert [project.evaluate(name) for name in runs] == list(own.values())
    usual = {card["name"]: card["usual_task"] for card in project.run_cards()}
    assert usual == {"masks": "segm", "boxes": "bbox"}


def test_the_folder_is_counted_to_the_byte(project: Project) -> None:
    document = project.storage()
    files = [p for p in project.path.rglob("*") if p.is_file() and p.name != "writer.lock"]
    assert document["bytes"] == sum(p.lstat().st_size for p in files)
    assert document["bytes"] == sum(row["bytes"] for row in document["rows"])
    named = [row["what"] for row in document["rows"] if row["place"] == "parts/"]
    assert named[1].startswith("Run float32") and named[2].startswith("Run int8")
    (stored, system) = answers(project, ["/api/v1/storage", "/api/v1/system"])
    assert [r["what"] for r in stored["rows"]] == [r["what"] for r in document["rows"]]
    assert str(project.path) not in str(stored) and system["facts"]["Packages"]["boxscore"]
    said = run("storage", "--json", cwd=project.path).json
    assert [row["what"] for row in said["rows"]] == [r["what"] for r in document["rows"]]
