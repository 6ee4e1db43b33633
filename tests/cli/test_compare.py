"""`compare` on the demo: its first lines, its flips by brute force, its refusals."""

from __future__ import annotations

from math import comb
from pathlib import Path

import numpy as np
import pytest

from boxscore.evaluation.flips import mcnemar
from boxscore.kernels import _core
from boxscore.project import Project
from boxscore.schema.tables import boxes_of
from tests.cli.program import run


def test_the_first_three_lines_answer_the_question(demo_folder: Path) -> None:
    done = run("compare", "float32", "int8", cwd=demo_folder)
    assert done.code == 0
    first, second, third = done.out.splitlines()[:3]
    assert first.startswith("int8 is worse than float32: AP -0.114 (95 % -")
    assert "79 broken, 7 fixed" in second
    assert third.startswith("Large objects lost most: APl -0.280 (95 % -")
    other = run("compare", "int8", "float32", cwd=demo_folder).out
    assert other.startswith("float32 is better than int8: AP +0.114")


def test_a_run_against_itself_cannot_be_told_apart(demo_folder: Path) -> None:
    document = run("compare", "int8", "int8", "--json", cwd=demo_folder).json["pairs"][0]
    assert document["flips"]["fixed"] == document["flips"]["broken"] == 0
    assert document["flips"]["p"] == 1
    for found in document["metrics"].values():
        assert found["difference"] == 0
        assert found["verdict"] == "cannot tell"


def found_by_hand(project: Project, name: str, confidence: float) -> set[int]:
    """Ground truths that a run finds at IoU 0.5, in plain loops."""
    truth, table = project.ground_truth.table, project.predictions(name).table
    boxes, labels = boxes_of(table), boxes_of(truth)
    found: set[int] = set()
    for p in np.argsort(-table["confidence"], kind="stable").tolist():
        if table["confidence"][p] < confidence:
            break
        same = (truth["item"] == table["item"][p]) & (truth["class_id"] == table["class_id"][p])
        best, taken = 0.5, -1
        for g in np.flatnonzero(same & ~truth["crowd"]).tolist():
            iou = _core.box_iou(boxes[p : p + 1], labels[g : g + 1], np.zeros(1, np.uint8))[0, 0]
            if g not in found and iou >= best:
                best, taken = iou, g
        found |= {taken} - {-1}
    return found


def test_flips_agree_with_a_count_by_hand(demo_folder: Path) -> None:
    project = Project.open(demo_folder)
    document = project.compare("float32", "int8")
    first, second = (
        found_by_hand(project, name, confidence)
        for name, confidence in zip(document["runs"], document["confidences"], strict=True)
    )
    pair = document["pairs"][0]
    assert pair["flips"]["right_in_both"] == len(first & second)
    assert pair["flips"]["fixed"] == len(second - first)
    assert pair["flips"]["broken"] == len(first - second)
    for kind in ("right_in_both", "fixed", "broken", "wrong_in_both"):
        assert sum(row[kind] for row in pair["per_class"]) == pair["flips"][kind]


def test_differences_are_those_of_the_two_evaluations(demo_folder: Path) -> None:
    document = run("compare", "float32", "int8", "--json", cwd=demo_folder).json["pairs"][0]
    both = run("evaluate", "--json", cwd=demo_folder).json
    for name, found in document["metrics"].items():
        assert [found["first"], found["second"]] == [d["metrics"][name] for d in both]
        assert found["difference"] == pytest.approx(found["second"] - found["first"], abs=1e-12)


@pytest.mark.parametrize(("fixed", "broken"), [(0, 0), (3, 1), (7, 79), (12, 12), (700, 800)])
def test_mcnemar_is_the_binomial_test(fixed: int, broken: int) -> None:
    n, fewer = fixed + broken, min(fixed, broken)
    expected = min(1.0, 2 * sum(comb(n, k) for k in range(fewer + 1)) / 2**n) if n else 1.0
    assert mcnemar(fixed, broken) == pytest.approx(expected, rel=0.02 if n > 1000 else 1e-12)


def test_what_cannot_be_compared_is_refused(demo_folder: Path) -> None:
    done = run("compare", "float32", "int4", cwd=demo_folder)
    assert done.code == 2
    assert "int8" in done.err
