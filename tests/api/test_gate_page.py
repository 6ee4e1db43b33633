"""The gate over HTTP: verdicts, rules kept in the project, other tools, reports to download."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from boxscore.project import Project
from tests.api.asking import answers, responses

RULES = "version: 1\nrules:\n  - {metric: AP, at_least: 0.1}\n"


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return Project.open(tmp_path / "demo")


def test_first_rules_pass_their_own_run_and_refuse_a_worse_one(project: Project) -> None:
    rules, own, worse = answers(
        project,
        ["/api/v1/gate-rules", "/api/v1/runs/float32/gate", "/api/v1/runs/int8/gate"],
    )
    assert not rules["kept"]
    assert own["passed"] and not worse["passed"]
    assert worse["verdict"].startswith("int8 does not pass the gate against float32")
    assert "❌" in worse["comment"]
    assert worse["counts"]["failed"] == sum(c["status"] == "failed" for c in worse["checks"])


def test_kept_rules_decide_until_they_are_forgotten(project: Project) -> None:
    kept, passed, forgotten, failed = answers(
        project,
        [
            ("POST", "/api/v1/gate-rules", {"text": RULES}),
            "/api/v1/runs/int8/gate",
            ("POST", "/api/v1/gate-rules", {"text": ""}),
            "/api/v1/runs/int8/gate",
        ],
    )
    assert kept == {"text": RULES, "kept": True}
    assert passed["passed"] and len(passed["checks"]) == 1
    assert not forgotten["kept"]
    assert not failed["passed"]


def test_all_runs_are_judged_in_one_answer(project: Project) -> None:
    before, _, after = answers(
        project,
        [
            "/api/v1/gate-verdicts",
            ("POST", "/api/v1/gate-rules", {"text": RULES.replace("0.1", "0.2")}),
            "/api/v1/gate-verdicts",
        ],
    )
    assert not before["kept"] and all(row["verdict"] is None for row in before["runs"])
    found = {row["run"]: (row["verdict"], row["block"]) for row in after["runs"]}
    assert found == {"float32": ("passed", 0), "int8": ("failed", 1)}


def test_wrong_rules_are_refused_with_their_line(project: Project) -> None:
    wrong = {"text": RULES + "  - {metric: AP, at_leest: 1}\n"}
    refused, kept = responses(
        project, [("POST", "/api/v1/gate-rules", wrong), "/api/v1/gate-rules"]
    )
    assert refused.status_code == 400
    assert refused.json()["detail"] == "line 4: key 'at_leest' is unknown"
    assert "at_least" in refused.json()["fix"]
    assert not kept.json()["kept"]
    unknown = {"text": RULES + "  - {metric: AP, class: unicorn, at_least: 0.1}\n"}
    _, gate = responses(
        project, [("POST", "/api/v1/gate-rules", unknown), "/api/v1/runs/int8/gate"]
    )
    assert gate.status_code == 400
    assert "line 4" in gate.json()["detail"] and "/tmp" not in gate.json()["detail"]


def test_other_tools_start_from_the_evaluation(project: Project) -> None:
    (found,) = answers(project, ["/api/v1/runs/float32/other-tools"])
    metrics = project.evaluate("float32")["metrics"]
    assert found["coco"] == pytest.approx(metrics["AP"], abs=1e-12)
    assert {tool["tool"] for tool in found["tools"]} >= {"ultralytics", "voc07"}


@pytest.mark.parametrize(
    ("form", "start"), [("html", b"<!doctype html"), ("md", b"# demo"), ("json", b"{")]
)
def test_reports_are_downloaded(project: Project, form: str, start: bytes) -> None:
    (found,) = responses(project, [f"/api/v1/report?runs=float32&form={form}"])
    assert found.status_code == 200
    assert found.content.lower().startswith(start)
    assert f"report.{form}" in found.headers["content-disposition"]
