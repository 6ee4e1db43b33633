"""The gate: what its rules decide, what they may say, and the forms of its outcome."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from boxscore.errors import BoxscoreError, RequestError, SourceError
from boxscore.project import Project
from boxscore.project.gate.rules import read_rules
from boxscore.report import gate_forms
from tests.project.answered import add_guesses, project_of_answers


@pytest.fixture(scope="module")
def project(demo_folder: Path) -> Project:
    return Project.open(demo_folder)


def checked(project: Project, folder: Path, rules: str, run: str = "int8", **more: Any) -> Any:
    path = folder / "rules.yaml"
    path.write_text(rules)
    return project.gate(path, run=run, **more)


def one(project: Project, folder: Path, rule: str, run: str = "int8", head: str = "") -> Any:
    text = f"{head}\nbaseline: float32\nrules:\n  - {{{rule}}}\n"
    (check,) = checked(project, folder, text, run)["checks"]
    return check


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("metric: AP, at_least: 0.18", "passed"),
        ("metric: AP, at_least: 0.19", "failed"),
        ("metric: AP, largest_drop: 0.115", "passed"),
        ("metric: AP, largest_drop: 0.114", "failed"),
        ("metric: AP, margin: 0.3", "passed"),
        ("metric: AP, margin: 0.01", "failed"),
        ("metric: AP, margin: 0.11", "unsure"),
        ("metric: fp, at_most: 222", "passed"),
        ("metric: fp, at_most: 221", "failed"),
        ("metric: broken, at_most: 0.191", "passed"),
        ("metric: broken, at_most: 0.19", "failed"),
        ("metric: AP, size: large, largest_drop: 0.1", "failed"),
        ("metric: recall, size: large, largest_drop: 0.9", "passed"),
        ("metric: AP, class: person, largest_drop: 0.2", "passed"),
        ("metric: ap50, class: person, largest_drop: 0.2", "failed"),
        ("metric: broken, class: person, at_most: 0.5", "passed"),
        ("metric: AP, slice: split=val, largest_drop: 0.1", "failed"),
        ("error: class, largest_rise: 0.02", "failed"),
        ("error: background, largest_rise: 0", "passed"),
        ("error: missed, metric: count, at_most: 1", "failed"),
        ("metric: AP, class: horse, at_least: 0.9", "unsure"),
        ("metric: AP50, class: car, margin: 0.1, support: 5", "unsure"),
    ],
)
def test_rules_decide(project: Project, tmp_path: Path, rule: str, status: str) -> None:
    check = one(project, tmp_path, rule)
    assert check["status"] == status, check
    assert (check["reason"] is not None) == (status == "unsure")
    assert check["blocks"] == (status == "failed")


def test_numbers_are_those_of_the_other_commands(project: Project, tmp_path: Path) -> None:
    check = one(project, tmp_path, "metric: AP, slice: split=val, largest_drop: 0")
    runs = [project.evaluate(run, where="split=val") for run in ("float32", "int8")]
    assert [check["baseline"], check["value"]] == [run["metrics"]["AP"] for run in runs]
    check = one(project, tmp_path, "metric: broken, size: large, at_most: 1")
    pair = project.compare("float32", "int8")["pairs"][0]
    large = next(row for row in pair["sizes"] if row["name"] == "large")
    assert check["value"] == large["broken"] / large["objects"]
    assert check["objects"] == large["objects"]
    check = one(project, tmp_path, "error: class, class: person, at_most: 1")
    budget = project.error_budget("int8")["per_class"]
    person = next(row for row in budget if row["class"] == "person")
    assert check["value"] == person["kinds"]["class"]["delta_ap"]


def test_every_class_shares_the_error(project: Project, tmp_path: Path) -> None:
    rule = "metric: AP50, class: '*', margin: 0.1, support: 40"
    text = f"baseline: float32\nrules:\n  - {{{rule}}}\n"
    checks = checked(project, tmp_path, text)["checks"]
    assert [check["class"] for check in checks] == ["person"]
    many = checked(project, tmp_path, text.replace("40", "20"))["checks"]
    assert {check["objects"] >= 20 for check in many} == {True} and len(many) > 3
    alone, among = checks[0], next(c for c in many if c["class"] == "person")
    assert among["low"] < alone["low"] and alone["high"] < among["high"]


def test_no_class_with_enough_objects_does_not_go_unnoticed(
    project: Project, tmp_path: Path
) -> None:
    rule = "metric: AP, class: '*', at_least: 0.9, support: 5000"
    check = one(project, tmp_path, rule)
    assert (check["status"], check["blocks"]) == ("unsure", False)
    assert "no class has the 5000" in check["reason"]
    assert one(project, tmp_path, rule + ", unsure: fail")["blocks"]


def test_what_cannot_be_told_blocks_where_the_rules_say_so(
    project: Project, tmp_path: Path
) -> None:
    rule = "metric: AP, margin: 0.11"
    assert not one(project, tmp_path, rule)["blocks"]
    assert one(project, tmp_path, f"{rule}, unsure: fail")["blocks"]
    assert one(project, tmp_path, rule, head="unsure: fail")["blocks"]


def test_a_first_file_passes_for_its_own_run(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    made = project.write_gate_rules(path, baseline="float32")
    asked = {rule.metric for rule in read_rules(path).rules}
    assert "f1" in asked and not asked & {"precision", "recall"}
    good = project.gate(path, run="float32")
    assert good["passed"] and good["counts"]["failed"] == 0
    assert len({check["line"] for check in good["checks"]}) == made["count"]
    assert not project.gate(path, run="int8")["passed"]
    assert project.gate(path, run="int8", baseline="int8")["counts"]["failed"] == 1  # the floor
    with pytest.raises(RequestError, match="exists"):
        project.write_gate_rules(path, baseline="int8")
    with pytest.raises(RequestError, match="cannot be written"):
        project.write_gate_rules(tmp_path / "no" / "rules.yaml", baseline="int8")


def test_the_baseline_is_known_by_its_content(tmp_path: Path) -> None:
    made, _ = Project.demo(tmp_path)
    path = tmp_path / "rules.yaml"
    made.write_gate_rules(path, baseline="float32")
    made.rename_run("float32", "old")
    assert made.gate(path, run="int8")["baseline"] == "old"
    made.delete_run("old")
    with pytest.raises(RequestError, match="'float32' is gone") as gone:
        made.gate(path, run="int8")
    assert gone.value.code == "E-GATE-BASELINE"
    made.rename_run("int8", "float32")
    with pytest.raises(RequestError, match="not the run that the rules were written for"):
        made.gate(path, run="float32")
    text = path.read_text()
    path.write_text(text.replace('ground_truth: "', 'ground_truth: "0'))
    with pytest.raises(RequestError) as changed:
        made.gate(path, run="float32", baseline="float32")
    assert changed.value.code == "E-GATE-LABELS"


@pytest.mark.parametrize(
    ("text", "line", "problem", "fix"),
    [
        ("rules:\n  - {metric: AP, at_leest: 1}", 2, "at_leest", "at_least"),
        ("rule:\n  - {metric: AP}", 1, "'rule'", "'rules'"),
        ("rules:\n  - {at_least: 1}", 2, "no metric", "metric"),
        ("rules:\n  - {metric: AP}", 2, "no condition", "at_least"),
        ("rules: []", 1, "no rules", "list"),
        ("iou: 0.5", 1, "no rules", "list"),
        ("rules:\n  - AP", 1, "no rule", "metric"),
        ("rules:\n  - metric: AP\n    margin: -1", 3, "margin -1", "number"),
        ("rules:\n  - metric: AP\n    margin: .nan", 3, "margin nan", "number"),
        ("rules:\n  - metric: AP\n    at_least: true", 3, "at_least True", "number"),
        ("iou: 2\nrules:\n  - {metric: AP, at_least: 0}", 1, "iou 2", "number"),
        ("rules:\n  - metric: AP\n    size: hugee\n    at_least: 0", 3, "'hugee'", "small"),
        ("rules:\n  - metric: AQ\n    at_least: 0", 3, "'AQ'", "AP"),
        ("rules:\n  - metric: AP\n    class: persn\n    at_least: 0", 4, "'persn'", "'person'"),
        ("rules:\n  - metric: AP\n    slice: split=vla\n    at_least: 0", 4, "'vla'", "'val'"),
        ("rules:\n  - metric: AP\n    slice: splt=val\n    at_least: 0", 4, "splt", "split"),
        ("rules:\n  - error: backgruond\n    at_most: 0", 2, "backgruond", "'background'"),
        ("rules:\n  - error: class\n    size: small\n    at_most: 0", 4, "'cost'", "none"),
        ("baseline: int8\nrules:\n  - {metric: f1, margin: 0}", 3, "no margin", "largest_drop"),
        ("version: 2\nrules:\n  - {metric: AP, at_least: 0}", 1, "version", "1"),
        ("baseline: [a]\nrules:\n  - {metric: AP, at_least: 0}", 1, "baseline", "run"),
        ("unsure: maybe\nrules:\n  - {metric: AP, at_least: 0}", 1, "'maybe'", "pass"),
        ("rules:\n  - {metric: AP, at_least: 0, confidence: 0.2}", 2, "confidence", "number"),
        ("rules:\n  - {metric: AP, at_least: 0, support: 1.5}", 2, "whole", "number"),
        ("baseline: int8\nrules:\n  - {metric: broken, largest_drop: 0}", 3, "sense", "at_most"),
        ("baseline: int8\nrules:\n  - {error: class, margin: 0}", 3, "sense", "largest_rise"),
        ("rules: &a\n  - {metric: AP, at_least: 0}", 1, "anchor", "plain"),
        ("rules:\n  - {metric: AP, metric: AP}", 2, "twice", "plain"),
    ],
)
def test_wrong_rules_are_refused_with_their_line(
    project: Project, tmp_path: Path, text: str, line: int, problem: str, fix: str
) -> None:
    with pytest.raises(SourceError) as refused:
        checked(project, tmp_path, text)
    assert refused.value.where == f"line {line}"
    assert problem in refused.value.problem or problem in str(refused.value)
    assert fix in refused.value.fix


def test_a_change_needs_a_baseline(project: Project, tmp_path: Path) -> None:
    rules = "rules:\n  - {metric: AP, largest_drop: 0.01}\n"
    with pytest.raises(RequestError, match="no baseline is named"):
        checked(project, tmp_path, rules)
    assert not checked(project, tmp_path, rules, baseline="float32")["passed"]
    floors = "rules:\n  - {metric: AP, at_least: 0.1}\n"
    assert checked(project, tmp_path, floors)["baseline"] is None
    for missing in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(BoxscoreError):
            project.gate(missing, run="int8")


def test_answers_have_a_gate_too(tmp_path: Path) -> None:
    made = project_of_answers(tmp_path, "rg" * 12, [("red", 0.9), ("green", 0.9)] * 12)
    add_guesses(made, tmp_path, [("red", 0.9), ("red", 0.9)] * 12, "lazy")
    path = tmp_path / "rules.yaml"
    made.write_gate_rules(path, baseline="guesses")
    assert made.gate(path, run="guesses")["passed"]
    failed = [c["subject"] for c in made.gate(path, run="lazy")["checks"] if c["blocks"]]
    assert failed == ["accuracy", "accuracy"]  # twelve answers a class are too few to be asked
    for number in ("metric: f1", "metric: recall, class: red"):
        with pytest.raises(SourceError, match="no margin"):
            checked(
                made, tmp_path, f"baseline: guesses\nrules:\n  - {{{number}, margin: 0}}", "lazy"
            )


def test_a_change_of_a_tenth_is_one_of_a_tenth(tmp_path: Path) -> None:
    """0.7 less 0.8 is stored as -0.10000000000000009."""
    right, wrong = ("red", 0.9), ("green", 0.9)
    made = project_of_answers(tmp_path, "r" * 9 + "g", [*[right] * 7, *[wrong] * 3])
    add_guesses(made, tmp_path, [*[right] * 6, *[wrong] * 4], "worse")
    rules = "baseline: guesses\nrules:\n  - {metric: accuracy, largest_drop: 0.1}\n"
    (check,) = checked(made, tmp_path, rules, "worse")["checks"]
    assert check["difference"] < -0.1 and check["status"] == "passed"


# --- forms -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outcome(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("gate") / "rules, 100%.yaml"
    project.write_gate_rules(path, baseline="float32")
    return project.gate(path, run="int8")


def test_junit(outcome: Any) -> None:
    suite = ElementTree.fromstring(gate_forms.junit(outcome))
    assert int(suite.attrib["tests"]) == len(suite) == len(outcome["checks"])
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert int(suite.attrib["failures"]) == outcome["counts"]["failed"] > 0
    assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))
    odd = outcome | {"run": "a\0b<&\ud800"}
    assert ElementTree.fromstring(gate_forms.junit(odd)).attrib["name"].startswith("boxscore gate")


def test_github_annotations_stay_on_their_lines(outcome: Any) -> None:
    lines = gate_forms.github(outcome).splitlines()
    blocked = [check for check in outcome["checks"] if check["blocks"]]
    assert sum(line.startswith("::error ") for line in lines) == len(blocked)
    assert all("rules%2C 100%25.yaml,line=" in line for line in lines)
    odd = outcome | {"checks": [blocked[0] | {"subject": "x\n::error::y"}]}
    assert len(gate_forms.github(odd).splitlines()) == 1


def test_gitlab_issues_keep_their_fingerprints(outcome: Any) -> None:
    issues = json.loads(gate_forms.gitlab(outcome))
    assert len(issues) == outcome["counts"]["failed"] + outcome["counts"]["unsure"]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert {issue["severity"] for issue in issues} == {"critical", "minor"}


def test_files_are_named_from_the_top_of_the_repository(
    outcome: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(outcome["rules"])
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(path.parent.parent))
    monkeypatch.chdir(path.parent)
    inside = f"{path.parent.name}/{path.name}"
    for rules in (str(path), path.name):
        issue = json.loads(gate_forms.gitlab(outcome | {"rules": rules}))[0]
        assert issue["location"]["path"] == inside
        case = ElementTree.fromstring(gate_forms.junit(outcome | {"rules": rules}))[0]
        assert case.attrib["file"] == inside
    monkeypatch.delenv("GITHUB_WORKSPACE")
    assert gate_forms.place(str(path)) == path.name
    assert gate_forms.place("/elsewhere/rules.yaml") == "/elsewhere/rules.yaml"


def test_gitlab_sees_rules_of_the_same_words_apart(outcome: Any) -> None:
    twice = [outcome["checks"][0] | {"status": "failed"}] * 2
    issues = json.loads(gate_forms.gitlab(outcome | {"checks": twice}))
    assert len({issue["fingerprint"] for issue in issues}) == 2


def test_a_gate_that_nothing_told_is_no_green_pass(outcome: Any) -> None:
    counts = {"passed": 0, "failed": 0, "unsure": 3}
    unsure = outcome | {"passed": True, "counts": counts}
    assert "but no rule could be told: 0 rules passed" in gate_forms.verdict(unsure)
    assert gate_forms.markdown(unsure).startswith("### ❔ ")
    assert gate_forms.tone(outcome) == "failed"


def test_markdown_cells_hold_their_text(outcome: Any) -> None:
    text = gate_forms.markdown(outcome)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == len(outcome["checks"]) + 2
    assert {row.count("|") for row in rows} == {9}
    odd = outcome["checks"][0] | {"subject": "a|b <script> `c`\n| d"}
    row = gate_forms.markdown(outcome | {"checks": [odd]}).splitlines()[-1]
    assert row.replace("\\|", "").count("|") == 9 and "<script" not in row
