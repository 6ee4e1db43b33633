"""From COCO's mAP to another tool's, one rule at a time, and which rule moves how much."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from boxscore.evaluation.explain.mean_ap import MeanAp
from boxscore.evaluation.explain.rules import Rules, Ties
from boxscore.evaluation.explain.sentences import LABELS, explanation, shown
from boxscore.evaluation.explain.tools import Tool

Value = Callable[[Rules], MeanAp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rule changed.

    Attributes:
        rule: Name of the field of `Rules`.
        before, after: Its value at the start and the tool's own.
        start, end: mAP before and after; the end of a step is the start of the next.
    """

    rule: str
    before: Any
    after: Any
    start: float
    end: float

    @property
    def points(self) -> float:
        """Hundredths of mAP that it moves; nan where mAP is undefined."""
        return 100 * (self.end - self.start)

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "rule": LABELS[self.rule],
            "choice": shown(self.after),
            "instead_of": shown(self.before),
            "from": _defined(self.start),
            "to": _defined(self.end),
            "points": _defined(self.points),
            "explanation": explanation(self.rule, self.after),
        }


def waterfall(value: Value, start: Rules, end: Rules, metric: str) -> list[Step]:
    """Change every rule that differs, in the order of the fields of `Rules`.

    Args:
        value: mAP under any rules.
        metric: "mAP50" or "mAP50_95".

    Returns:
        One step per rule that differs, also where it moves nothing. The first starts at the
        value of `start`, the last ends at that of `end`.
    """
    steps: list[Step] = []
    rules, before = start, value(start).of(metric)
    for name in (field.name for field in fields(Rules)):
        old, new = getattr(rules, name), getattr(end, name)
        if old == new:
            continue
        rules = replace(rules, **{name: new})
        after = value(rules).of(metric)
        steps.append(Step(rule=name, before=old, after=new, start=before, end=after))
        before = after
    return steps


def compared(value: Value, base: Tool, tool: Tool, metric: str | None) -> dict[str, Any]:
    """One tool against `base`: its values, the steps between, the rule that matters most."""
    chosen = metric if metric in tool.metrics else tool.metrics[0]
    steps = waterfall(value, base.rules, tool.rules, chosen)
    own = value(tool.rules)
    start, end = value(base.rules).of(chosen), own.of(chosen)
    most = max(steps, key=lambda step: abs(step.points), default=None)
    moved = most is not None and abs(most.points) > 0
    return {
        "tool": tool.name,
        "title": tool.title,
        "mAP50": _defined(own.at_50),
        "mAP50_95": _defined(own.at_50_95) if "mAP50_95" in tool.metrics else None,
        "metric": chosen,
        "from": _defined(start),
        "value": _defined(end),
        "points": _defined(100 * (end - start)),
        "any_order": _any_order(value, tool.rules, chosen),
        "steps": [step.document() for step in steps],
        "matters_most": LABELS[most.rule] if most is not None and moved else None,
    }


def _any_order(value: Value, rules: Rules, metric: str) -> dict[str, float | None] | None:
    """Least and greatest value in any order of equal confidences; None where it is defined.

    The order in the curve, that is; matching keeps the order of the file.
    """
    if rules.ties is not Ties.UNSTABLE:
        return None
    ends = {"low": Ties.WRONG_FIRST, "high": Ties.RIGHT_FIRST}
    return {
        end: _defined(value(replace(rules, ties=ties)).of(metric)) for end, ties in ends.items()
    }


def _defined(value: float) -> float | None:
    return value if math.isfinite(value) else None
