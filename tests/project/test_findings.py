"""Findings, labelling lists and drift of a real project: SDK, command line and API agree."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.project import Project
from tests.api.asking import answers, responses
from tests.cli.program import run


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Project:
    folder = tmp_path_factory.mktemp("findings") / "demo"
    shutil.copytree(demo_folder, folder)
    Project.open(folder).run_metrics()
    return Project.open(folder)


def test_counts_are_those_of_the_values(project: Project) -> None:
    document = project.findings("int8", limit=10_000)
    cut = project.evaluate("int8")["counts"]["confidence"]
    counts = project.predictions("int8").table["confidence"] >= cut
    for one in document["codes"]:
        place = "int8" if one["code"].startswith("PRD") else None
        values = project.metric_values(one["metric"], run=place)
        if values.size == counts.size:
            values = values[counts]
        beyond = values <= one["threshold"] if one["side"] == "low" else values >= one["threshold"]
        assert one["count"] == beyond.sum(), one["code"]
        mine = [row for row in document["rows"] if row["code"] == one["code"]]
        assert len(mine) == one["count"]
    assert document["total"] == len(document["rows"]) and document["next_offset"] is None
    assert {row["code"] for row in document["rows"]} >= {"IMG013", "ANN013", "PRD001"}
    grey = next(row for row in document["rows"] if row["code"] == "IMG013")
    assert grey["title"] == "000000204805.jpg" and grey["value"] == 0


def test_pages_filters_and_outliers(project: Project) -> None:
    whole = project.findings("int8", code="ANN014", limit=10_000)
    pages, offset = [], 0
    while offset is not None:
        page = project.findings("int8", code="ANN014", limit=7, offset=offset)
        pages += page["rows"]
        offset = page["next_offset"]
    assert pages == whole["rows"] and {row["code"] for row in pages} == {"ANN014"}
    area = project.findings(code="IMG900", metric="area")
    (told,) = [one for one in area["outliers"] if one["metric"] == "area"]
    assert area["total"] == told["moderate"] + told["severe"] > 0
    values = project.metric_values("Area")
    low, high = told["moderate_low"], told["moderate_high"]
    assert area["total"] == ((values < low) | (values > high)).sum()
    severe = project.findings(code="IMG900", metric="area", severity="severe")
    assert severe["total"] == told["severe"]
    for wrong in ({"code": "IMG099"}, {"severity": "bad"}):
        with pytest.raises(RequestError, match="E-FINDING-UNKNOWN"):
            project.findings(**wrong)


def test_thresholds_and_the_training_size_belong_to_the_project(
    tmp_path: Path, project: Project
) -> None:
    shutil.copytree(project.path, tmp_path / "own")
    own = Project.open(tmp_path / "own")
    before = own.metric_values("Training Scale")
    assert run("config", "set", "training_size", "1280", cwd=own.path).code == 0
    assert own.metric_values("Training Scale") == pytest.approx(2 * before)
    dark = own.metric_values("Brightness") <= 0.4
    assert run("config", "set", "IMG001", "0.4", cwd=own.path).code == 0
    assert own.findings(code="IMG001")["total"] == dark.sum() > 3
    assert run("config", "get", "IMG001", cwd=own.path).out.strip() == "0.4"
    assert run("config", "unset", "IMG001", cwd=own.path).code == 0
    assert own.findings(code="IMG001")["total"] == 0
    listed = run("config", "list", "--json", cwd=own.path).json
    assert [row["name"] for row in listed if row["set"]] == ["training_size"]
    for name, value, code in (
        ("IMG099", "1", "E-SETTING-UNKNOWN"), ("training_size", "0", "E-SETTING-VALUE"),
        ("IMG001", "nan", "E-SETTING-VALUE"),
    ):  # fmt: skip
        refused = run("config", "set", name, value, cwd=own.path)
        assert refused.code == 2 and code in refused.err


def test_values_that_depend_on_the_runs_follow_them(tmp_path: Path, project: Project) -> None:
    shutil.copytree(project.path, tmp_path / "own")
    own = Project.open(tmp_path / "own")
    both = own.metric_values("Disagreement on Prediction", run="int8")
    assert np.isfinite(both).all()
    own.delete_run("float32")
    assert np.isnan(own.metric_values("Disagreement on Prediction", run="int8")).all()


def test_what_to_label_next(tmp_path: Path, project: Project) -> None:
    document = project.label_next(5, run="int8", weight=1.0, acquisition="entropy")
    entropy = project.metric_values("Entropy", run="int8")
    best = project.items["title"][np.argsort(-entropy, kind="stable")[:5]].tolist()
    assert [one["title"] for one in document["images"]] == best
    assert "every image has ground truth" in document["notes"][0]
    target = tmp_path / "next.csv"
    done = run("next", "--count", "4", "--run", "int8", "-o", target, cwd=project.path)
    assert done.code == 0 and "4 of 41" in done.out
    with target.open() as file:
        rows = list(csv.DictReader(file))
    expected = project.label_next(4, run="int8")["images"]
    assert [row["data_hash"] for row in rows] == [one["data_hash"] for one in expected]
    assert project.label_next(50)["images"][-1]["rank"] == 41
    with pytest.raises(RequestError, match="E-NEXT-ACQUISITION"):
        project.label_next(3, run="int8", acquisition="luck")


def test_images_are_far_apart_by_embeddings_where_all_have_one(
    tmp_path: Path, demo_folder: Path
) -> None:
    shutil.copytree(demo_folder, tmp_path / "demo")
    project = Project.open(tmp_path / "demo")
    rows = project.items.rows
    angle = np.linspace(0, np.pi, rows)
    np.save(tmp_path / "v.npy", np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32))
    project.import_embeddings(tmp_path / "v.npy")
    document = project.label_next(2)
    assert document["vectors"].startswith("embeddings by")
    chosen = {one["title"] for one in document["images"]}
    # The second is the one farthest from the first, at one of the ends.
    assert chosen & set(project.items["title"][[0, -1]].tolist())


def test_labelled_images_are_known_not_chosen(tmp_path: Path, demo_folder: Path) -> None:
    made = Project.init(demo_folder / "images", target=tmp_path, name="bare")
    bare = Project.open(made["path"])
    document = bare.label_next(3)
    assert document["known"] == 0 and document["notes"] == [] and len(document["images"]) == 3
    assert bare.findings(code="IMG014")["total"] == 0  # nothing is labelled at all


def test_drift_between_slices_and_projects(tmp_path: Path, project: Project) -> None:
    document = project.drift(where="metric.brightness=..0.4", against="metric.brightness=0.4..")
    by_id = {row["id"]: row for row in document["metrics"]}
    assert by_id["brightness"]["drifted"] and by_id["brightness"]["delta"] == 1
    assert not by_id["mask_fill"]["drifted"] and "random_values_on_images" not in by_id
    sides = document["first"]["images"], document["second"]["images"]
    assert sum(sides) == 41
    for row in document["classes"]:
        assert row["shares"][0] == row["counts"][0] / document["first"]["ground_truth"]
    shutil.copytree(project.path, tmp_path / "copy")
    same = project.drift(tmp_path / "copy")
    assert same["class_distance"] == 0 and not any(row["drifted"] for row in same["metrics"])
    assert all(row["ks"] == 0 and row["delta"] == 0 for row in same["metrics"])
    with pytest.raises(RequestError, match="E-DRIFT-SAME"):
        project.drift()


def test_command_line_and_api_say_the_same(project: Project) -> None:
    words = "metric.brightness=..0.4"
    routes = [
        "/api/v1/findings?run=int8&code=PRD001&limit=5",
        "/api/v1/settings",
        "/api/v1/label-next?run=int8&count=3",
        f"/api/v1/drift?slice={words}",
    ]
    found, settings, chosen, drifted = answers(project, routes)
    for name, words_ in (
        ("findings", ("--run", "int8", "--code", "PRD001", "--limit", "5")),
        ("next", ("--run", "int8", "--count", "3")),
        ("drift", ("--slice", words)),
    ):
        document = run(name, *words_, "--json", cwd=project.path).json
        assert document == {"findings": found, "next": chosen, "drift": drifted}[name]
        assert run(name, *words_, cwd=project.path).code == 0
    assert settings["settings"] == project.settings
    (refused,) = responses(project, ["/api/v1/findings?code=IMG099"])
    assert refused.status_code in (400, 404, 422)
