"""A gate: rules on the numbers of a run and on their change since a baseline, pass or fail."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.document import defined
from boxscore.evaluation.margins import judge, two_sided
from boxscore.project.comparison.comparing import task_of_all
from boxscore.project.comparison.shared_images import comparable_baseline, shared_images
from boxscore.project.fingerprint import ground_truth_hash
from boxscore.project.gate.numbers import Found, Numbers
from boxscore.project.gate.rules import CONDITION_WORDS, EVERY_CLASS, Rule, Rules, read_rules
from boxscore.project.loading import Loaded
from boxscore.project.slices.narrowing import meant
from boxscore.project.slices.slicing import Where
from boxscore.schema.kinds import DETECTION, Task

Document = dict[str, Any]
PASSED, FAILED, UNSURE = "passed", "failed", "unsure"
ROUNDING = 1e-12
"""A change from 0.8 to 0.7 is one of 0.1, though their difference as stored is a bit more."""


def gate(
    state: Loaded, path: Path, run: str, baseline: str | None = None, where: Where = None
) -> Document:
    """Check a run by a file of rules.

    Args:
        baseline: Takes the place of the one in the file.
        where: A slice that every rule is asked on; its own slice is a part of it then.

    Returns:
        "passed", and under "checks" every rule with its numbers; a rule on every class gives one
        for each class with enough objects.

    Raises:
        SourceError: The rules cannot be read, or name what the project does not have.
        RequestError: A run is unknown, the baseline is gone or another one, or the labels changed.
    """
    rules = read_rules(path)
    state.record(run)
    compared = any(rule.needs_baseline for rule in rules.rules)
    against = _baseline(state, rules, baseline) if compared else None
    _same_labels(state, rules)
    task = rules.task or task_of_all(state, (run,) if against is None else (against, run))
    asked_on, chosen = _asked_on(state, where, task)
    if against is not None:
        comparable_baseline(state, against, run, chosen)
    numbers = Numbers(state, rules, run, against, task, asked_on)
    for rule in rules.rules:
        _check_slice(numbers, rule)
        numbers.check(rule)
    checks = [check for rule in rules.rules for check in _checks(numbers, rule)]
    notes = [] if against is None else shared_images(state, (against, run), chosen, "all").notes
    counts = Counter(check["status"] for check in checks)
    return {
        "rules": str(path),
        "run": run,
        "baseline": against,
        "task": task.value,
        "slice": asked_on if where is None or isinstance(where, str) else "a list",
        "ground_truth": ground_truth_hash(state),
        "passed": not any(check["blocks"] for check in checks),
        "counts": {status: counts[status] for status in (PASSED, FAILED, UNSURE)},
        "notes": list(notes),
        "checks": checks,
    }


def _asked_on(state: Loaded, where: Where, task: Task) -> tuple[str | None, Items]:
    """A slice as an expression, to which that of a rule can be added, and its images."""
    slice_of = meant(state, where)
    if task not in DETECTION:
        slice_of.only_images(task)
    if where is None or isinstance(where, str):
        return where or None, slice_of.items
    assert slice_of.items is not None
    rows = np.flatnonzero(slice_of.items).tolist()
    return f"item={'+'.join(map(str, rows))}", slice_of.items


def _baseline(state: Loaded, rules: Rules, named: str | None) -> str:
    """The run that changes are counted from; the file pins it by its content."""
    if named is not None:
        return state.record(named).name
    if rules.sha256 is not None:
        same = [r.name for r in state.records.values() if r.sha256 == rules.sha256]
        if same:
            return rules.baseline if rules.baseline in same else same[0]
        if rules.baseline in state.records:
            raise RequestError(
                f"baseline {rules.baseline!r} is not the run that the rules were written for",
                fix="import that one again, name another with --baseline, or write the rules anew",
                code="E-GATE-BASELINE",
            )
    if rules.baseline is None:
        raise RequestError(
            "the rules speak of a change, but no baseline is named",
            fix="name one with --baseline, or under baseline: in the file",
            code="E-GATE-BASELINE",
        )
    if rules.baseline not in state.records:
        raise RequestError(
            f"baseline {rules.baseline!r} is gone",
            fix=f"import it again or name another with --baseline; "
            f"{near_misses(rules.baseline, list(state.records))}",
            code="E-GATE-BASELINE",
        )
    return rules.baseline


def _same_labels(state: Loaded, rules: Rules) -> None:
    if rules.ground_truth not in (None, ground_truth_hash(state)):
        raise RequestError(
            "the images, classes or labels are not those that the rules were written for",
            fix="write the rules anew with `boxscore gate --init`, or drop ground_truth: to accept",
            code="E-GATE-LABELS",
        )


def _check_slice(numbers: Numbers, rule: Rule) -> None:
    try:
        numbers.check_slice(rule)
    except RequestError as bad:
        raise numbers.rules.wrong(rule.line, bad.problem, bad.fix) from None


def _checks(numbers: Numbers, rule: Rule) -> list[Document]:
    """One document; of a rule on every class one for each class with enough objects."""
    if numbers.outside(rule):
        return [_nothing(rule, f"nothing of {rule.slice} is in the slice {numbers.where}")]
    if rule.needs_baseline and (lost := numbers.no_baseline(rule)) is not None:
        return [_nothing(rule, lost)]
    if rule.class_name != EVERY_CLASS:
        return [_checked(numbers, rule, 1)]
    rows = numbers.evaluation(numbers.run, numbers.asked_on(rule))["per_class"]
    meant = [
        replace(rule, class_name=row["class"])
        for row in rows
        if row["class"] in numbers.classes and int(row["ground_truth"]) >= rule.support
    ]
    if not meant:
        few = f"too few objects: no class has the {rule.support} that are needed"
        return [_nothing(rule, few)]
    return [_checked(numbers, one, len(meant)) for one in meant]


def _nothing(rule: Rule, reason: str) -> Document:
    """A rule that has nothing to rest on must not pass unnoticed."""
    return _document(rule, Found(None, 0), None) | {
        "reason": reason, "status": UNSURE, "blocks": rule.unsure == "fail",
    }  # fmt: skip


def _checked(numbers: Numbers, rule: Rule, family: int) -> Document:
    found = numbers.of(rule, numbers.run)
    before = None if numbers.baseline is None else numbers.of(rule, numbers.baseline).value
    document = _document(rule, found, None if rule.metric == "broken" else before)
    if found.objects < rule.support:
        document["reason"] = f"too few objects: {found.objects}, at least {rule.support} are needed"
        status = UNSURE
    elif rule.condition == "margin":
        status = _margin(numbers, rule, family, document)
    else:
        status = _point(rule, document)
    document["status"] = status
    document["blocks"] = status == FAILED or (status == UNSURE and rule.unsure == "fail")
    return document


def _document(rule: Rule, found: Found, before: float | None) -> Document:
    """What a rule asks and what was found, before it is judged."""
    change = None if found.value is None or before is None else found.value - before
    return {
        "line": rule.line,
        "subject": subject(rule),
        "metric": rule.metric,
        "class": rule.class_name,
        "size": rule.size,
        "slice": rule.slice,
        "error": rule.error,
        "condition": rule.condition,
        "limit": rule.limit,
        "rule": f"{CONDITION_WORDS[rule.condition]} {rule.limit:g}",
        "objects": found.objects,
        "value": found.value,
        "baseline": before,
        "difference": change,
        "low": None,
        "high": None,
        "confidence": rule.confidence if rule.condition == "margin" else None,
        "reason": None,
    }


def subject(rule: Rule) -> str:
    """What a rule is about, in words."""
    parts = [f"{rule.metric} of {rule.error} errors" if rule.error else rule.metric]
    parts += [f"class {rule.class_name}"] if rule.class_name else []
    parts += [f"{rule.size} objects"] if rule.size else []
    parts += [rule.slice] if rule.slice else []
    return ", ".join(parts)


def _point(rule: Rule, document: Document) -> str:
    """Floors, ceilings and changes of the numbers as they are."""
    absolute = rule.condition in ("at_least", "at_most")
    value = document["value"] if absolute else document["difference"]
    if value is None:
        document["reason"] = "the number is undefined"
        return UNSURE
    good = {
        "at_least": value >= rule.limit,
        "at_most": value <= rule.limit,
        "largest_drop": value >= -rule.limit - ROUNDING,
        "largest_rise": value <= rule.limit + ROUNDING,
    }[rule.condition]
    return PASSED if good else FAILED


def _margin(numbers: Numbers, rule: Rule, family: int, document: Document) -> str:
    """Non-inferiority: a one-sided bound of the difference against the margin.

    Of several classes at once each has its share of the error (Bonferroni).
    """
    bounds, place = numbers.bounds(rule, two_sided(rule.confidence, family))
    low, high = defined(float(bounds.low[place])), defined(float(bounds.high[place]))
    document.update(low=low, high=high)
    if low is None or high is None:
        document["reason"] = str(bounds.reason[place]) or "the number is undefined"
        return UNSURE
    found = judge(low, high, rule.limit)
    if found == "unsure":
        document["reason"] = "the images do not tell whether the drop is within the margin"
    return {"within": PASSED, "beyond": FAILED, "unsure": UNSURE}[found]
