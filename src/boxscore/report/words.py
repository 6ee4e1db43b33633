"""Numbers and findings in words, the same in HTML and Markdown."""

from __future__ import annotations

from typing import Any

from boxscore.evaluation.protocols import PROTOCOLS

Document = dict[str, Any]
KINDS = {
    "class": "wrong class",
    "location": "poor box",
    "both": "wrong class and poor box",
    "duplicate": "duplicate",
    "background": "nothing there",
    "missed": "missed",
}


def number(value: float | None, digits: int = 3) -> str:
    """A score; an undefined one is a dash."""
    return "–" if value is None else f"{value:.{digits}f}"


def interval(found: Document | None) -> str:
    """The 95 % bounds, or why there are none."""
    if found is None:
        return ""
    if found["low"] is None:
        return str(found["reason"] or "")
    return f"{found['low']:.3f} to {found['high']:.3f}"


def definition(evaluation: Document) -> str:
    """Which protocol the numbers are of."""
    card = PROTOCOLS.get(evaluation["protocol"])
    return card.title if card else "The most confident answer per image and question"


def headline(evaluation: Document) -> tuple[str, float | None]:
    """The number that a run is known by."""
    card = PROTOCOLS.get(evaluation["protocol"])
    metrics = evaluation["metrics"]
    name = card.headline if card and card.headline in metrics else next(iter(metrics))
    return name, metrics[name]


def findings(run: Document) -> list[str]:
    """What to fix first: the dearest kinds of error, the most missed class, the worst confusion."""
    found: list[str] = []
    budget = run.get("error_budget")
    if budget:
        kinds = sorted(budget["kinds"].items(), key=lambda pair: -(pair[1]["delta_ap"] or 0))
        for kind, cost in kinds[:2]:
            if cost["delta_ap"]:
                found.append(
                    f"Without {KINDS[kind]} errors ({cost['count']}), AP at IoU "
                    f"{budget['iou']:.2f} would be {cost['delta_ap']:.3f} higher."
                )
    rows = [row for row in run["evaluation"]["per_class"] if row.get("fn")]
    if rows:
        worst = max(rows, key=lambda row: row["fn"])
        found.append(
            f"{worst['class']}: {worst['fn']} of {worst['ground_truth']} are missed, "
            "the most of any class."
        )
    pairs = run.get("confused") or []
    if pairs:
        pair = pairs[0]
        found.append(
            f"{pair['labelled_name']} is taken for {pair['predicted_name']} {pair['count']} times."
        )
    return found


def identity(run: Document) -> str:
    """Where a run came from."""
    return f"{run['file']} ({run['format']}), SHA-256 {run['sha256'][:12]}"


def change_rows(pair: Document) -> list[list[str]]:
    """Of two runs: metric, both values, the difference and its bounds."""
    rows = []
    for name, found in pair["metrics"].items():
        change = "–" if found["difference"] is None else f"{found['difference']:+.3f}"
        bounds = "" if found["low"] is None else f"{found['low']:+.3f} to {found['high']:+.3f}"
        rows.append([name, number(found["first"]), number(found["second"]), change, bounds])
    return rows
