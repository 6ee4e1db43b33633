"""The first lines of a report: what a person who reads nothing else has to know."""

from __future__ import annotations

from typing import Any

from boxscore.report import gate_forms
from boxscore.report.words import (
    SORTS,
    bounds,
    counted,
    fix_name,
    headline,
    interval,
    number,
    signed,
)

Document = dict[str, Any]
GOOD, BAD, OPEN = "good", "bad", "open"
TONES = {"better": GOOD, "worse": BAD, "cannot tell": OPEN}
OUTCOMES = {"passed": GOOD, "failed": BAD, "unsure": OPEN}


def verdicts(facts: Document) -> list[tuple[str, str]]:
    """Tone ("good", "bad" or "open") and sentence: of each comparison or run, then of the gate."""
    return [*_of_runs(facts), *_of_gate(facts["gate"])]


def _of_runs(facts: Document) -> list[tuple[str, str]]:
    compare = facts.get("compare")
    if compare is None:
        return [(OPEN, level(run)) for run in facts["runs"]]
    if not compare["pairs"]:
        return [(OPEN, one) for one in (*compare["notes"], *map(level, facts["runs"]))]
    return [(TONES[pair["verdict"]], pair["sentences"][0]) for pair in compare["pairs"]]


def _of_gate(gate: Document | None) -> list[tuple[str, str]]:
    if gate is None:
        return []
    told = [
        (OUTCOMES[gate_forms.tone(outcome)], gate_forms.verdict(outcome))
        for outcome in gate["outcomes"]
    ]
    return told + [(BAD, note) for note in gate["notes"]]


def level(run: Document) -> str:
    """How good one run is."""
    evaluation = run["evaluation"]
    name, value = headline(evaluation)
    found = run.get("intervals", {}).get("metrics", {}).get(name)
    known = interval(found) if found and found["low"] is not None else ""
    sure = f" (95 % {known})" if known else ""
    images = counted(evaluation["images"], "image")
    return f"{run['name']} has {name} {number(value)}{sure}, on {images}."


def details(facts: Document) -> list[str]:
    """What follows from the numbers, a sentence each: what changed, what is found, what to fix."""
    compare = facts.get("compare") or {"pairs": [], "notes": []}
    pairs = compare["pairs"]
    lines = list(compare["notes"]) if pairs else []
    for pair in pairs:
        whose = f"{pair['second']}: " if len(pairs) > 1 else ""
        lines += [f"{whose}{sentence}" for sentence in pair["sentences"][1:]]
    if len(facts["runs"]) == 1:
        lines += _counts(facts["runs"][0])
    for run in facts["runs"][-1:] if pairs else facts["runs"]:
        lines += _dearest(run)
    lines += [found["slices"][0]["sentence"] for found in facts["weak_slices"] if found["slices"]]
    return lines + _labels(facts["labels"])


def _counts(run: Document) -> list[str]:
    counts = run["evaluation"]["counts"]
    if not counts or counts["iou"] is None:
        return []
    objects, shown = counts["tp"] + counts["fn"], counts["tp"] + counts["fp"]
    return [
        f"At confidence {number(counts['confidence'])} it finds {counts['tp']} of {objects} "
        f"objects, and {counts['fp']} of its {shown} predictions are false."
    ]


def _dearest(run: Document) -> list[str]:
    """The group that brings most for each object to touch."""
    fixes = (run.get("fix_first") or {"fixes": []})["fixes"]
    if not fixes:
        return []
    fix = fixes[0]
    sure = bounds(fix["low"], fix["high"])
    return [
        f"What to fix first in {run['name']}: {SORTS.get(fix['what'], fix['what'])}, "
        f"{fix_name(fix)}: {counted(fix['errors'], 'object')} on "
        f"{counted(fix['images'], 'image')}, AP at IoU "
        f"{run['fix_first']['iou']:.2f} {signed(fix['gain'])}{f' (95 % {sure})' if sure else ''}."
    ]


def _labels(labels: Document | None) -> list[str]:
    if labels is None or not any(labels["states"].values()):
        return []
    states = labels["states"]
    return [
        f"Labels: {states['open']} are contradicted by the predictions and undecided, "
        f"{states['accepted']} corrections are accepted."
    ]
