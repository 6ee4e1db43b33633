"""Runs that are unlike, and rules that outlived what they speak of: refused, or said plainly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from boxscore.errors import BoxscoreError, RequestError, SourceError
from boxscore.project import Project
from boxscore.report import write_report
from tests.api.asking import responses
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
FLOOR = "version: 1\nrules:\n  - {metric: AP, at_least: 0.1}\n"
DROP = "version: 1\nbaseline: %s\nrules:\n  - {metric: AP, largest_drop: 0.5}\n"


@pytest.fixture(scope="module")
def project(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The demo with runs of other images: a third, another third, none at all."""
    folder = tmp_path_factory.mktemp("unlike")
    made = Project.open(shutil.copytree(demo_folder, folder / "demo"))
    rows = json.loads((DEMO / "predictions_int8.json").read_text())
    images = sorted({row["image_id"] for row in rows})
    for name, chosen in (("third", images[::3]), ("others", images[1::3]), ("nothing", [])):
        path = folder / f"{name}.json"
        path.write_text(json.dumps([row for row in rows if row["image_id"] in chosen]))
        made.import_predictions(path, name=name)
    return made


def _top(project: Project, folder: Path, runs: list[str]) -> str:
    """What the Markdown says before its first section."""
    write_report(project, runs, folder / "r.md", examples=0)
    return (folder / "r.md").read_text().partition("\n## ")[0]


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (["third", "others"], "The runs are not compared: runs 'third', 'others' have predictions "
                              "on no common image."),
        (["float32", "nothing"], "The runs are not compared: run 'nothing' has no prediction"),
        (["float32", "nothing", "int8"], "int8 is worse than float32: AP -0.114"),
        (["float32", "nothing", "int8"], "nothing is not compared with float32: run 'nothing' has"),
        (["float32", "int8", "third"], "- int8: Objects: "),
        (["float32", "int8", "third"], "- third: Objects: "),
        (["nothing", "int8", "third"], "third is not compared with nothing: run 'nothing' has"),
        (["float32", "third"], "Only the 14 images count on which every run has predictions."),
    ],
)  # fmt: skip
def test_a_report_says_on_top_what_is_not_compared(
    project: Project, tmp_path: Path, runs: list[str], said: str
) -> None:
    assert said in _top(project, tmp_path, runs)


def test_a_report_of_a_run_without_predictions(project: Project, tmp_path: Path) -> None:
    said = _top(project, tmp_path, ["nothing"])
    assert "nothing has AP 0.000" in said
    assert "finds 0 of 415 objects" in said
    write_report(project, ["nothing"], tmp_path / "r.html")
    assert "nothing has AP 0.000" in (tmp_path / "r.html").read_text()


@pytest.mark.parametrize(
    ("baseline", "run", "problem"),
    [
        ("nothing", "float32", "'nothing' has no predictions"),
        ("nothing", "nothing", "'nothing' has no predictions"),
        ("third", "others", "'third' shares no image with run 'others'"),
        ("gone", "float32", "'gone' is gone"),
    ],
)
def test_a_gate_refuses_a_baseline_that_says_nothing(
    project: Project, tmp_path: Path, baseline: str, run: str, problem: str
) -> None:
    (tmp_path / "rules.yaml").write_text(DROP % baseline)
    with pytest.raises(RequestError, match=problem) as refused:
        project.gate(tmp_path / "rules.yaml", run=run)
    assert refused.value.code == "E-GATE-BASELINE"


def test_a_run_of_fewer_images_is_judged_on_all_and_the_gate_says_so(
    project: Project, tmp_path: Path
) -> None:
    (tmp_path / "rules.yaml").write_text(DROP % "float32")
    for run, lacking in (("third", 27), ("nothing", 41)):
        found = project.gate(tmp_path / "rules.yaml", run=run)
        assert f"{run} has no prediction on {lacking} of the 41 images" in found["notes"][0]
        assert found["checks"][0]["value"] == project.evaluate(run)["metrics"]["AP"]


def test_no_first_rules_are_made_from_an_empty_run(project: Project, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="'nothing' has no predictions"):
        project.write_gate_rules(tmp_path / "rules.yaml", baseline="nothing")
    assert not (tmp_path / "rules.yaml").exists()


def test_a_baseline_says_nothing_of_images_that_it_has_not_seen(
    project: Project, tmp_path: Path
) -> None:
    """It would be 0 there, and whatever the run finds no drop."""
    rules, seen = tmp_path / "rules.yaml", set(project.predictions("third").table["item"].tolist())
    rest = [k for k in range(project.items.rows) if k not in seen]
    slices = {name: f"item={'+'.join(map(str, rows))}" for name, rows in
              (("rest", rest), ("some", [min(seen), *rest]), ("seen", sorted(seen)))}  # fmt: skip
    head = DROP % "third" + "unsure: fail\n"
    for name, status in (("rest", "unsure"), ("some", "passed"), ("seen", "passed")):
        rule = f"  - {{metric: AP, slice: '{slices[name]}', largest_drop: 0.9, support: 1}}\n"
        rules.write_text(head.replace("rules:\n", "rules:\n" + rule))
        check = project.gate(rules, run="float32")["checks"][0]
        assert (check["status"], check["blocks"]) == (status, status == "unsure")
        if status == "unsure":
            assert check["reason"] == "baseline 'third' has no predictions on these images"
    rules.write_text(DROP % "third")
    with pytest.raises(RequestError, match="no predictions on these images") as refused:
        project.gate(rules, run="float32", where=slices["rest"])
    assert refused.value.code == "E-GATE-BASELINE"
    assert project.gate(rules, run="float32", where=slices["seen"])["passed"]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{metric: AP, class: persn, at_least: 0}", "line 3: class 'persn' is unknown"),
        ("{metric: AP, slice: split=vla, at_least: 0}", "line 3: no image has split 'vla'"),
        ("{metric: AP, slice: slice=gone, at_least: 0}", "line 3: no slice gone is saved"),
        ("{metric: AP, slice: tag=gone, at_least: 0}", "line 3: nothing has the tag gone"),
    ],
)
def test_a_report_refuses_rules_of_what_is_unknown(
    project: Project, tmp_path: Path, rule: str, problem: str
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(f"version: 1\nrules:\n  - {rule}\n")
    with pytest.raises(SourceError, match=problem):
        write_report(project, ["int8"], tmp_path / "r.md", rules=rules)
    assert not (tmp_path / "r.md").exists()


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (DROP % "gone", "The gate cannot be asked of int8: baseline 'gone' is gone."),
        (DROP % "nothing", "The gate cannot be asked of int8: baseline 'nothing' has no"),
        (DROP.replace("baseline: %s", 'baseline: {run: float32, ground_truth: "0"}'),
         "The gate cannot be asked of int8: the images, classes or labels are not those"),
        (FLOOR.replace("AP,", "AP, class: persn,"), "The gate cannot be asked of int8: line 3"),
    ],
)  # fmt: skip
def test_kept_rules_that_no_longer_hold_are_said_on_top(
    project: Project, tmp_path: Path, rules: str, said: str
) -> None:
    project.keep_gate_rules(rules)
    try:
        assert said in _top(project, tmp_path, ["int8"])
        (refused,) = responses(project, ["/api/v1/runs/int8/gate"])
        assert refused.status_code == 400 and refused.json()["fix"]
    finally:
        project.keep_gate_rules("")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/compare?runs=third&runs=others",
        "/api/v1/compare?runs=float32&runs=nothing",
        "/api/v1/compare?runs=float32&runs=gone",
        "/api/v1/runs/float32/gate?baseline=nothing",
        "/api/v1/runs/float32/gate?baseline=gone",
        "/api/v1/runs/int8/weak-slices?baseline=nothing",
        "/api/v1/report?runs=gone&form=md",
    ],
)
def test_the_app_is_told_why(project: Project, path: str) -> None:
    (refused,) = responses(project, [path])
    assert 400 <= refused.status_code < 500
    assert refused.json()["detail"] and refused.json()["fix"]


def test_a_named_rule_file_that_cannot_be_asked_is_refused(
    project: Project, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(DROP % "gone")
    with pytest.raises(BoxscoreError, match="'gone' is gone"):
        write_report(project, ["int8"], tmp_path / "r.html", rules=rules)
    write_report(project, ["int8"], tmp_path / "r.md", rules=rules, baseline="float32")
    assert "int8 passes the gate against float32" in (tmp_path / "r.md").read_text()


def test_projects_of_other_classes_are_told_apart(project: Project, tmp_path: Path) -> None:
    truth = json.loads((DEMO / "annotations.json").read_text())
    truth["categories"].append({"id": 9_999, "name": "unicorn"})
    (tmp_path / "t.json").write_text(json.dumps(truth))
    made = Project.import_project(tmp_path / "t.json", target=tmp_path, name="other")
    other = Project.open(made["path"])
    other.import_predictions(DEMO / "predictions_float32.json", name="float32")
    found = project.what_changed("float32", "float32", within=other)
    assert "classes" in found["changed"] and "model" not in found["changed"]
    assert "the classes" in found["sentence"]
