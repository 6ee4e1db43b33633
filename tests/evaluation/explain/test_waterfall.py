"""A waterfall starts at COCO, ends at the tool, and its steps sum to the difference."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from boxscore.errors import RequestError
from boxscore.evaluation.explain.mean_ap import mean_ap
from boxscore.evaluation.explain.rules import Rules
from boxscore.evaluation.explain.sentences import LABELS, SENTENCES, explanation
from boxscore.evaluation.explain.tools import COCO, METRICS, TOOLS, Tool
from boxscore.evaluation.explain.waterfall import compared, waterfall
from boxscore.project.explaining import explained
from tests.matching import brute


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
@pytest.mark.parametrize("seed", [1, 2, 5, 8])
def test_the_steps_sum_to_the_difference(seed: int, tool: Tool) -> None:
    """Exactly, as fractions; the points themselves are rounded to 64 bits each."""
    view = brute.scene(seed, ties=seed % 2 == 0)
    for metric in METRICS:
        steps = waterfall(lambda rules: mean_ap(view, rules), COCO.rules, tool.rules, metric)
        start, end = (mean_ap(view, r).of(metric) for r in (COCO.rules, tool.rules))
        assert steps[0].start == start and steps[-1].end == end
        assert all(one.end == two.start for one, two in pairwise(steps))
        moved = sum(Fraction(step.end) - Fraction(step.start) for step in steps)
        assert moved == Fraction(end) - Fraction(start)
        assert sum(step.points for step in steps) == pytest.approx(100 * (end - start), abs=1e-12)


def test_every_rule_that_differs_is_one_step_in_the_stated_order() -> None:
    view = brute.scene(3)
    order = [field.name for field in fields(Rules)]
    for tool in TOOLS.values():
        steps = waterfall(lambda rules: mean_ap(view, rules), COCO.rules, tool.rules, "mAP50")
        differs = [n for n in order if getattr(tool.rules, n) != getattr(COCO.rules, n)]
        assert [step.rule for step in steps] == differs


def test_every_choice_has_a_name_and_a_sentence() -> None:
    assert set(LABELS) == {field.name for field in fields(Rules)}
    for tool in (COCO, *TOOLS.values()):
        for field in fields(Rules):
            assert explanation(field.name, getattr(tool.rules, field.name))
    said = list(SENTENCES.values())
    assert len(set(said)) == len(said)


def test_the_rule_that_matters_most_moves_most() -> None:
    view = brute.scene(8)
    for tool in TOOLS.values():
        document = compared(lambda rules: mean_ap(view, rules), COCO, tool, None)
        size = {step["rule"]: abs(step["points"]) for step in document["steps"]}
        assert size[document["matters_most"]] == max(size.values()) > 0


def test_undefined_is_null() -> None:
    view = brute.scene(8)
    alone = view.truth.class_id[:1]
    only_crowd = {
        "truth": brute.side(view.truth.item[:1], alone, view.truth.box[:1]),
        "crowd": view.crowd[:1] * 0 + 1,
    }
    document = explained("r", replace(view, **only_crowd), ["ultralytics"])  # type: ignore[arg-type]
    assert document["from"]["mAP50"] is None
    (tool,) = document["tools"]
    assert tool["value"] is None and tool["points"] is None and tool["matters_most"] is None


@pytest.mark.parametrize(
    ("arguments", "code"),
    [({"tools": ["ultralitics"]}, "E-TOOL-UNKNOWN"), ({"metric": "AP"}, "E-METRIC")],
)
def test_unknown_words_are_refused(arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError, match=code):
        explained("r", brute.scene(8), **arguments)


def test_a_run_without_boxes_is_refused() -> None:
    view = brute.scene(8)
    none = brute.side([], [], view.predictions.box[:0])
    with pytest.raises(RequestError, match="E-EXPLAIN-EMPTY"):
        explained("r", replace(view, predictions=none, confidence=view.confidence[:0]))
