"""A question under a slice has the answer of a project that holds nothing but the slice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.project import Project
from tests.api.asking import answers
from tests.cli.program import run

WHERE = "split=val"
OF_ALL_IMAGES = ("class_rarity", "co_occurrence_surprise", "shape_outlier_detection")
"""Metrics whose value on one image depends on the others of its project."""
RULES = """version: 1
baseline: float32
support: 5
rules:
  - {metric: AP, at_least: 0.1}
  - {metric: AP, margin: 0.01}
  - {metric: broken, at_most: 0.1}
  - {metric: AP, size: large, largest_drop: 0.05}
  - {metric: AP50, class: "*", margin: 0.1}
  - {error: class, largest_rise: 0.02}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Project:
    folder = tmp_path_factory.mktemp("narrowed") / "demo"
    shutil.copytree(demo_folder, folder)
    return measured(Project.open(folder))


@pytest.fixture(scope="module")
def part(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Only the images of the slice, with both runs."""
    made = project.subset(WHERE, target=tmp_path_factory.mktemp("part"), name="part", symlinks=True)
    return measured(Project.open(made["path"]))


def measured(project: Project) -> Project:
    """With all values that need no pixels, in one publication."""
    project.findings("int8", pixels=False)
    return project


def without_row(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Row numbers are those of a project; everything else says the same in both."""
    return [{name: value for name, value in row.items() if name != "row"} for row in rows]


def test_values_of_metrics(project: Project, part: Project) -> None:
    told = 0
    for card in part.metrics:
        if card["reads"] in ("pixels", "embeddings") or card["id"] in OF_ALL_IMAGES:
            continue
        for owner in (None, "int8"):
            asked: dict[str, Any] = {"run": owner, "limit": 7, "offset": 2, "sort": "highest"}
            try:
                expected = part.metric(card["id"], **asked)
            except RequestError:  # it is none of this side
                continue
            found = project.metric(card["id"], where=WHERE, **asked)
            assert without_row(found.pop("rows")) == without_row(expected.pop("rows"))
            assert found == expected, card["id"]
            told += 1
    assert told > 40


def test_values_of_some_objects(project: Project) -> None:
    table = project.ground_truth.table
    values = project.metric_values("object_area_relative")
    chosen = (table["class_id"] == 0) & (table["area"] <= 5000)
    chosen &= (project.items["split"] == "val")[table["item"]]
    found = project.metric(
        "object_area_relative", where=f"{WHERE},object.area=..5000", classes=(0,), limit=500
    )
    assert [row["row"] for row in found["rows"]] == sorted(
        np.flatnonzero(chosen).tolist(), key=lambda row: (values[row], row)
    )
    sure = project.metric("object_area_relative", run="int8", where="object.confidence=0.5..")
    assert sure["total"] == (project.predictions("int8").table["confidence"] >= 0.5).sum() > 0
    unsure = project.metric("object_area_relative", run="int8", where="!object.confidence=0.5..")
    assert unsure["total"] == (project.predictions("int8").table["confidence"] < 0.5).sum()
    assert project.metric("object_area_relative", where="object.confidence=0.5..")["total"] == 0
    images = project.metric("object_count", where="object.class=cup", classes=(0,))
    assert images["total"] == project.items.rows
    with pytest.raises(RequestError, match="E-CLASS-UNKNOWN"):
        project.metric("object_count", classes=(999,))
    with pytest.raises(RequestError):
        project.findings(where="object.iou=0.5..", pixels=False)


def test_findings(project: Project, part: Project) -> None:
    found = project.findings("int8", where=WHERE, pixels=False, limit=500)
    expected = part.findings("int8", pixels=False, limit=500)
    for one in (found, expected):
        for name in ("codes", "outliers", "rows"):
            one[name] = [row for row in one[name] if row["metric"] not in OF_ALL_IMAGES]
    assert found["outliers"] == expected["outliers"] and found["codes"] == expected["codes"]
    assert without_row(found["rows"]) == without_row(expected["rows"]) and found["rows"]
    people = project.findings("int8", classes=(0,), pixels=False, limit=500)
    assert {row["class_name"] for row in people["rows"]} == {None, "person"}


def test_the_gate(project: Project, part: Project, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    found = project.gate(rules, run="int8", where=WHERE)
    expected = part.gate(rules, run="int8")
    assert found["checks"] == expected["checks"] and found["counts"] == expected["counts"]
    assert found["slice"] == WHERE and expected["slice"] is None
    titles = part.items["title"].tolist()
    assert project.gate(rules, run="int8", where=titles)["checks"] == expected["checks"]
    own = tmp_path / "own.yaml"
    own.write_text("rules:\n  - {metric: AP, slice: split=train, at_least: 0, unsure: fail}\n")
    (check,) = project.gate(own, run="int8", where=WHERE)["checks"]
    assert (check["status"], check["blocks"], check["objects"]) == ("unsure", True, 0)
    assert "split=train" in check["reason"] and WHERE in check["reason"]
    half = "object.area=5000.."
    own.write_text(f"rules:\n  - {{metric: AP, slice: '{half}', at_least: 0}}\n")
    (check,) = project.gate(own, run="int8", where=WHERE)["checks"]
    assert check["value"] == project.evaluate("int8", where=f"{WHERE},{half}")["metrics"]["AP"]
    (check,) = project.gate(own, run="int8", where="object.area=..4999")["checks"]
    assert check["status"] == "unsure"
    with pytest.raises(RequestError, match="E-SLICE-VALUE"):
        project.gate(rules, run="int8", where="split=vla")


def test_drift(project: Project, part: Project) -> None:
    dark, bright = "metric.object_count=..6", "metric.object_count=7.."
    found = project.drift(where=f"{WHERE},{dark}", against=f"{WHERE},{bright}", pixels=False)
    expected = part.drift(where=dark, against=bright, pixels=False)
    for one in (found, expected):
        for row in one["metrics"]:
            del row["q"], row["drifted"]  # how many metrics there are is not the slice's
        one["metrics"] = sorted(
            (row for row in one["metrics"] if row["id"] not in OF_ALL_IMAGES),
            key=lambda row: str(row["id"]),
        )
        one["first"].pop("name"), one["second"].pop("name")
    assert found == expected
    rest = project.drift(where=WHERE, rest=True, pixels=False)
    other = project.drift(where=WHERE, against=f"!{WHERE}", pixels=False)
    assert rest["second"].pop("name") == "the rest" and other["second"].pop("name")
    assert rest == other
    people = project.drift(where=f"{WHERE},object.class=person", rest=True, pixels=False)
    (row,) = [row for row in people["classes"] if row["shares"][0]]
    assert row["class_name"] == "person" and row["counts"][0] == people["first"]["ground_truth"]
    for wrong in ({"rest": True}, {"where": WHERE, "rest": True, "other": part}):
        with pytest.raises(RequestError):
            project.drift(**wrong)


def test_label_issues(project: Project) -> None:
    whole = project.label_issues(limit=10_000)["issues"]
    found = project.label_issues(where=WHERE, limit=10_000)
    assert found["issues"] == [one for one in whole if one["image"]["split"] == "val"]
    assert sum(kind["count"] for kind in found["kinds"]) == found["total"] < len(whole)
    people = project.label_issues(classes=(0,), limit=10_000)["issues"]
    assert people == [one for one in whole if (one["label"] or one["suggestion"])["class_id"] == 0]
    where = "object.class=person,!object.x=..0.5"
    right = project.label_issues(where=where, limit=10_000)["issues"]

    def centre(issue: dict[str, Any]) -> float:
        x, _, width, _ = (issue["label"] or issue["suggestion"])["box"]
        return float((x + width / 2) / issue["image"]["width"])

    assert right == [one for one in people if centre(one) > 0.5]
    assert {one["kind"] for one in right} > {"missing"}


def test_what_was_decided_stays_in_its_slice(project: Project, tmp_path: Path) -> None:
    own = Project.open(shutil.copytree(project.path, tmp_path / "own"))
    keys = [own.label_issues(kinds=[kind])["issues"][0]["key"] for kind in ("missing", "swapped")]
    issues = {one["key"]: one for one in own.label_issues(limit=10_000)["issues"]}
    for key in keys:
        own.decide(key, "accept")
    own.delete_run("float32")
    own.delete_run("int8")
    project.export("int8", format="coco", output=tmp_path / "empty")
    record = json.loads(next((tmp_path / "empty").glob("*.json")).read_text())[:1]
    (tmp_path / "one.json").write_text(json.dumps(record))
    own.import_predictions(tmp_path / "one.json", name="one")
    for key in keys:
        image, label = issues[key]["image"], issues[key]["label"] or issues[key]["suggestion"]
        asked = f"title={image['title']},object.class={label['class_name']}"
        assert key in [one["key"] for one in own.label_issues(where=asked)["issues"]]
        elsewhere = own.label_issues(where=f"!title={image['title']}", limit=500)["issues"]
        assert key not in [one["key"] for one in elsewhere]
        other = own.label_issues(where=f"!object.class={label['class_name']}", limit=500)
        assert key not in [one["key"] for one in other["issues"]]


def test_command_line_and_api_say_the_same(project: Project) -> None:
    where = "split=val,object.area=..20000"
    q = urlencode({"slice": where})
    routes = [
        f"/api/v1/metrics/object_count/values?{q}&bins=20&sort=lowest&limit=20",
        f"/api/v1/findings?run=int8&limit=20&{q}",
        f"/api/v1/labels?state=open&limit=20&{q}",
        f"/api/v1/drift?{q}&rest=true",
        f"/api/v1/drift/metric?{q}&rest=true&metric=object_count",
        f"/api/v1/runs/int8/gate?{q}",
    ]
    values, found, issues, drifted, spread, gate = answers(project, routes)
    words = ("--slice", where, "--json")

    def said(*command: str) -> Any:
        return run(*command, *words, cwd=project.path).json

    assert said("metric", "show", "object_count") == values
    assert said("labels", "list") == issues
    assert said("drift", "--rest", "--metric", "object_count") == spread
    assert json.loads(json.dumps(project.drift(where=where, rest=True, pixels=False))) == drifted
    sdk = project.findings("int8", where=where, limit=20, pixels=False)
    assert json.loads(json.dumps(sdk)) == found
    (project.path.parent / "gate.yaml").write_text(project.gate_rules()["text"])
    asked = said("gate", "../gate.yaml", "--run", "int8")
    assert {name: asked[name] for name in ("slice", "passed", "counts")} == {
        name: gate[name] for name in ("slice", "passed", "counts")
    }
    assert f"on {where}" in gate["verdict"]
