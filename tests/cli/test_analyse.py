"""`errors`, `thresholds` and `evaluate --intervals` on the demo."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import run


def test_errors_cost_what_mending_them_gains(demo_folder: Path) -> None:
    document = run("errors", "float32", "--json", cwd=demo_folder).json
    metrics = run("evaluate", "float32", "--json", cwd=demo_folder).json["metrics"]
    assert document["ap"] == pytest.approx(metrics["AP50"], abs=1e-4)
    assert list(document["kinds"]) == [
        "class", "location", "both", "duplicate", "background", "missed",
    ]  # fmt: skip
    assert all(kind["delta_ap"] >= 0 for kind in document["kinds"].values())
    shown = run("errors", "float32", cwd=demo_folder).out
    assert shown.splitlines()[1].split()[:2] == ["poor", "box"]
    assert f"{document['kinds']['location']['delta_ap']:.4f}" in shown


def test_errors_by_frame_need_a_sequence(demo_folder: Path) -> None:
    refused = run("errors", "float32", "--by", "frame", cwd=demo_folder)
    assert refused.code == 2 and "E-SEQUENCE-NONE" in refused.err
    for option in (["--by", "frame", "--per-class"], ["--sequence", "x"], ["--confidence", "1"]):
        assert run("errors", "float32", *option, cwd=demo_folder).code == 2


def test_thresholds_are_written_and_serve_their_goal(demo_folder: Path, tmp_path: Path) -> None:
    target = ("-t", demo_folder)
    done = run(
        "thresholds", "float32", "--goal", "precision", "--floor", "0.8", *target, cwd=tmp_path
    )
    assert done.code == 0
    document = json.loads((tmp_path / "thresholds.json").read_text())
    assert document["all_classes"]["precision"] >= 0.8
    at = str(document["all_classes"]["confidence"])
    counts = run("evaluate", "float32", "--confidence", at, "--json", *target, cwd=tmp_path).json[
        "counts"
    ]
    assert [counts[k] for k in ("tp", "fp", "fn")] == [
        document["all_classes"][k] for k in ("tp", "fp", "fn")
    ]
    best = run("thresholds", "float32", "--json", *target, cwd=tmp_path).json
    plain = run("evaluate", "float32", "--json", *target, cwd=tmp_path).json["counts"]
    assert best["all_classes"]["f1"] == plain["f1"]


def test_intervals_hold_their_estimate(demo_folder: Path) -> None:
    first, second = run("evaluate", "--intervals", "--json", cwd=demo_folder).json
    for document in (first, second):
        for name, value in document["metrics"].items():
            found = document["intervals"][name]
            assert found["estimate"] == pytest.approx(value, abs=1e-12)
            assert found["low"] is None or found["low"] < value < found["high"]
    assert first["intervals"]["AP"]["low"] > second["intervals"]["AP"]["high"]
    again = run("evaluate", "float32", "--intervals", "--json", cwd=demo_folder).json
    assert again["intervals"] == first["intervals"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("errors", "float33"), "float32"),
        (("errors", "float32", "--iou", "0.05"), "E-IOU-RANGE"),
        (("thresholds", "float32", "--floor", "2"), "E-GOAL-RANGE"),
        (("thresholds", "float32", "--goal", "cost", "--cost-fp", "-1"), "E-GOAL-RANGE"),
    ],
)
def test_what_makes_no_sense_is_refused(
    demo_folder: Path, tmp_path: Path, arguments: tuple[str, ...], code: str
) -> None:
    done = run(*arguments, "-t", demo_folder, cwd=tmp_path)
    assert done.code == 2
    assert code in done.err
    assert list(tmp_path.iterdir()) == []


def test_what_to_fix_first_is_ordered_and_opens_its_errors(demo_folder: Path) -> None:
    asked = ("fix-first", "int8", "--order", "gain", "--limit", "100", "--json")
    document = run(*asked, cwd=demo_folder).json
    gains = [found["gain"] for found in document["fixes"]]
    assert gains == sorted(gains, reverse=True)
    assert gains[0] > 0.1
    budget = run("errors", "int8", "--json", cwd=demo_folder).json
    for found in document["fixes"]:
        assert found["low"] <= found["gain"] + 0.05
        if found["what"] == "kind":
            expected = budget["kinds"][found["name"]]["delta_ap"]
            assert found["gain"] == pytest.approx(expected, abs=1e-12)
    large = next(f for f in document["fixes"] if f["name"] == "large")
    assert large["gain"] > 0.15  # where int8 loses most
    shown = run("fix-first", "int8", cwd=demo_folder).out
    assert "wrong class" in shown
    assert run("fix-first", "int8", "--order", "size", cwd=demo_folder).code == 2
