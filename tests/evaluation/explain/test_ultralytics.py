"""The three rows of Ultralytics equal plain loops, and equal confidences in any order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import pytest

from boxscore.evaluation.explain.mean_ap import mean_ap
from boxscore.evaluation.explain.rules import Ties
from boxscore.evaluation.explain.tools import TOOLS
from boxscore.project.explaining import explained
from tests.evaluation.explain import plain_ultralytics
from tests.evaluation.explain.plain_ultralytics import Turn
from tests.evaluation.explain.test_mean_ap import AWAY, BOX, one_class
from tests.matching import brute

ROWS = ("ultralytics", "ultralytics84", "ultralytics83")
TURNS: dict[Ties, Turn] = {
    Ties.FILE_ORDER: lambda row, right: row,
    Ties.RIGHT_FIRST: lambda row, right: -right,
    Ties.WRONG_FIRST: lambda row, right: right,
}


@pytest.mark.parametrize("ties", TURNS)
@pytest.mark.parametrize("tool", ROWS)
@pytest.mark.parametrize("seed", [1, 2, 6, 8])
def test_plain_loops(seed: int, tool: str, ties: Ties) -> None:
    """Within 1e-12: the sums are the same, their order is not."""
    view = brute.scene(seed, ties=seed % 2 == 0)
    mine = mean_ap(view, replace(TOOLS[tool].rules, ties=ties))
    theirs = plain_ultralytics.averages(view, tool, TURNS[ties])
    assert (mine.at_50, mine.at_50_95) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("tool", ROWS)
def test_every_order_of_a_few_equal_ones_is_between_the_two(tool: str) -> None:
    """And both are reached: five predictions of one confidence in all 120 orders."""
    far = [[800.0, 20.0 * k, 10.0, 10.0] for k in range(3)]
    view = one_class(
        [BOX, AWAY, [90.0, 90.0, 9.0, 9.0]], [far[0], BOX, far[1], AWAY, far[2]], [0.5] * 5
    )
    low, high = (
        mean_ap(view, replace(TOOLS[tool].rules, ties=ties)).at_50
        for ties in (Ties.WRONG_FIRST, Ties.RIGHT_FIRST)
    )
    found = [plain_ultralytics.averages(view, tool, turn)[0] for turn in _orders(5)]
    assert low < high
    assert (min(found), max(found)) == pytest.approx((low, high), abs=1e-12)


def _orders(count: int) -> Iterator[Turn]:
    for order in permutations(range(count)):
        yield lambda row, _: order[row]  # noqa: B023 - used before the next one


def test_a_tool_that_keeps_the_order_of_the_file_has_no_range() -> None:
    view = brute.scene(8, ties=True)
    for tool in explained("run", view)["tools"]:
        if tool["tool"] in ROWS:
            ends = tool["any_order"]
            assert ends["low"] <= tool["value"] <= ends["high"] > ends["low"]
        else:
            assert tool["any_order"] is None
