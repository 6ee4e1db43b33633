"""Weak slices and importance of the demo's runs: the loss of int8 is found without being told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.queries import ErrorQuery
from boxscore.evaluation.searched_facets import Condition
from boxscore.project import Project
from boxscore.project.slices import searched_facets
from boxscore.project.slices.searched_facets import RARITY, searched_metrics
from boxscore.project.slices.words import named
from tests.api.asking import answers
from tests.cli.program import run

LARGE = "object_area_relative"
SIZES = (LARGE, "object_area_absolute", "object_size_in_training")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    path = tmp_path_factory.mktemp("weak") / "demo"
    shutil.copytree(demo_folder, path)
    return path


@pytest.fixture(scope="module")
def project(folder: Path) -> Project:
    found = Project.open(folder)
    found.run_metrics()
    return found


def test_int8_loses_large_objects(project: Project) -> None:
    document = project.weak_slices("int8", "float32")
    first = document["slices"][0]
    (condition,) = first["conditions"]
    assert condition["facet"] in SIZES
    assert condition["high"] is None
    assert first["lost"] > 5 * first["gained"]
    assert first["name"] in document["lead"] and "confirmed on held-out images" in document["lead"]
    rows = project.metric_importance("int8", "float32")["rows"]
    assert rows[0]["metric"] in SIZES
    assert rows[0]["higher"]["low"] > 0.5 and rows[0]["adjusted"]["low"] > 0.5


def test_a_slice_opens_its_objects(project: Project) -> None:
    first = project.weak_slices("int8", "float32")["slices"][0]
    cut = project.evaluate("int8")["counts"]["confidence"]
    query = ErrorQuery(among=first["where"], confidence=cut)
    missed = project.errors("int8", query)["facets"]["outcome"]["fn"]
    found = [
        project.metric_performance("int8", LARGE, bins=1, confidence=cut, where=first["where"])[
            "bins"
        ][0][k]
        for k in ("objects", "fn")
    ]
    assert found == [first["units"], missed]
    people = project.errors("int8", ErrorQuery(among="object.class=person"))
    assert {one["class_name"] for one in people["objects"]} == {"person"}
    for among, code in (
        ("object.class=unicorn", "E-SLICE-VALUE"),
        ("object.brightness=0..1", "E-SLICE-KEY"),
        ("object.x=2..1", "E-SLICE-RANGE"),
        ("object.x=8..9", "E-SLICE-EMPTY"),
    ):
        with pytest.raises(RequestError, match=code):
            project.errors("int8", ErrorQuery(among=among))
    with pytest.raises(RequestError, match="E-SLICE-OBJECT"):
        project.label_next(where="object.x=0..1")


def test_the_same_question_has_the_same_answer(project: Project, folder: Path) -> None:
    again = Project.open(folder).weak_slices("int8", "float32")
    assert again == project.weak_slices("int8", "float32")
    with pytest.raises(RequestError, match="level 0"):
        project.weak_slices("int8", level=0)


def test_a_class_is_not_hidden_in_a_bundle_of_rare_ones(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = project._state()
    assert RARITY not in {one.card.id for one in searched_metrics(state)}
    monkeypatch.setattr(searched_facets, "MOST_VALUES", 79)  # of 80 classes
    assert RARITY in {one.card.id for one in searched_metrics(state)}


def test_counts_are_named_by_what_there_is() -> None:
    for most, name in ((0.0, "images without objects"), (3.0, "images with 3 objects or fewer")):
        condition = Condition(facet=0, high=7.0, most=most)
        assert named("object_count", None, condition) == name


def test_calibration_and_averages(project: Project) -> None:
    document = project.metric_performance("int8", LARGE, bins=5)
    counts = project.evaluate("int8")["counts"]
    assert document["precision"] == counts["precision"]
    assert document["recall"] == counts["recall"]
    for one in document["bins"]:
        gap = one["mean_confidence"]["estimate"] - one["precision"]["estimate"]
        assert one["calibration_gap"]["estimate"] == gap
        assert one["low"] <= one["most"] <= one["high"]


def test_command_and_route_tell_the_same(project: Project, folder: Path) -> None:
    expected = project.weak_slices("int8", "float32")
    told = run("slices", "int8", "--baseline", "float32", "--json", "-t", folder, cwd=folder)
    assert json.loads(told.out) == expected
    shown = run("slices", "int8", "--baseline", "float32", "-t", folder, cwd=folder).out
    assert expected["lead"] in shown and expected["slices"][0]["where"] in shown
    importance = run("metric", "importance", "int8", "--json", "-t", folder, cwd=folder)
    routes = answers(
        project,
        [
            "/api/v1/runs/int8/weak-slices?baseline=float32",
            "/api/v1/runs/int8/metric-importance",
            f"/api/v1/runs/int8/errors?outcome=fn&among={expected['slices'][0]['where']}",
        ],
    )
    assert routes[:2] == [expected, json.loads(importance.out)]
    assert 0 < routes[2]["total"] < expected["slices"][0]["units"]


def test_a_run_without_predictions_has_recall_by_any_metric(folder: Path) -> None:
    (folder / "nothing.json").write_text("[]")
    project = Project.open(folder)
    project.import_predictions(folder / "nothing.json", format="coco", name="nothing")
    bins = project.metric_performance("nothing", LARGE, bins=3)["bins"]
    assert [one["objects"] > 0 for one in bins] == [True] * 3
    assert {one["recall"]["estimate"] for one in bins} == {0.0}
    assert {one["precision"]["estimate"] for one in bins} == {None}
    project.delete_run("nothing")
