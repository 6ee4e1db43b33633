"""Drift of one metric: common bins of both sides, their images; between slices and projects."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.api.served import Served
from boxscore.errors import RequestError
from boxscore.project import Project
from boxscore.project.shelf import Shelf, project_id
from tests.api.asking import answers
from tests.cli.program import run

SIDES: dict[str, Any] = {"where": "split=train", "against": "split=val"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Project:
    path = tmp_path_factory.mktemp("drift") / "demo"
    shutil.copytree(demo_folder, path)
    found = Project.open(path)
    found.metric("Brightness")  # decodes the images
    return found


@pytest.mark.parametrize("metric", ["brightness", "object_area_relative", "object_count"])
def test_bins_hold_every_value_of_both_sides(project: Project, metric: str) -> None:
    document = project.drift_metric(metric, bins=12, **SIDES)
    edges = np.array(document["edges"])
    assert edges.size <= 13 and (np.diff(edges) >= 0).all()
    row = next(
        one for one in project.drift(pixels=False, **SIDES)["metrics"] if one["id"] == metric
    )
    assert document["drift"] == {k: row[k] for k in document["drift"]}
    split = project.items["split"].astype(str)
    values = project.metric_values(metric)
    item = project.ground_truth.table["item"]
    for counts, name, size in zip(document["counts"], ("train", "val"), row["values"], strict=True):
        mine = values[(split if metric != "object_area_relative" else split[item]) == name]
        assert sum(counts) == size == np.isfinite(mine).sum()
        assert counts == np.histogram(mine, edges)[0].tolist()


def test_a_bin_lists_its_values(project: Project) -> None:
    whole = project.drift_metric("Brightness", **SIDES)
    assert whole["rows"] is None and whole["bin"] is None
    chosen = int(np.argmax(whole["counts"][1]))
    document = project.drift_metric("Brightness", bin=chosen, limit=2, **SIDES)
    low, high = document["edges"][chosen : chosen + 2]
    for counts, rows in zip(document["counts"], document["rows"], strict=True):
        assert len(rows) == min(2, counts[chosen])
        assert all(low <= row["value"] <= high for row in rows)
    wrong: list[dict[str, Any]] = [{"bin": 500}, {"bins": 0}, {"limit": 10_000}]
    for bad in wrong:
        with pytest.raises(RequestError, match="E-METRIC-BINS"):
            project.drift_metric("Brightness", **SIDES, **bad)
    with pytest.raises(RequestError, match="E-DRIFT-METRIC"):
        project.drift_metric("Confidence Margin", **SIDES)


def test_two_projects_of_one_server(project: Project, tmp_path: Path) -> None:
    copy = project.path.parent / "other"
    shutil.copytree(project.path, copy)
    first, second = project_id(project.path), project_id(copy)
    told, one, same = answers(
        Served(Shelf(project.path.parent)),
        [
            f"/p/{first}/api/v1/drift?other={second}",
            f"/p/{first}/api/v1/drift/metric?metric=brightness&bin=0&other={second}&slice=split=val",
            f"/p/{first}/api/v1/drift?other={first}&slice=split=train&against=split=val",
        ],
    )
    assert {row["ks"] for row in told["metrics"]} == {0.0} and not told["metrics"][0]["drifted"]
    assert (one["first"]["images"], one["second"]["images"]) == (22, 41)
    assert len(one["rows"]) == 2
    assert same == project.drift(pixels=False, **SIDES)
    shown = run(
        "drift", "--slice", "split=train", "--against", "split=val", "--metric", "brightness",
        "--json", "-t", project.path, cwd=tmp_path,
    )  # fmt: skip
    assert json.loads(shown.out) == project.drift_metric("brightness", **SIDES)


def test_classes_against_a_metric_in_every_way(project: Project) -> None:
    document = project.metric_by_class("int8", "object_area_relative")
    per_class = {row["class"]: row for row in project.evaluate("int8")["per_class"]}
    for row in document["classes"]:
        known = per_class[row["class_name"]]
        assert row["objects"] == known["tp"] + known["fn"]
        assert row["predictions"] == known["tp"] + known["fp"]
        if row["objects"]:
            assert row["recall"]["value"] == known["tp"] / row["objects"]
    (route,) = answers(project, ["/api/v1/runs/int8/metric-by-class?metric=object_area_relative"])
    told = run(
        "metric", "performance", "int8", "object_area_relative", "--by-class", "--json",
        "-t", project.path, cwd=project.path,
    )  # fmt: skip
    assert route == json.loads(told.out) == document
