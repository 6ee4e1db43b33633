"""Numbers and findings in words, the same in HTML and Markdown."""

from __future__ import annotations

from importlib.metadata import version
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


def counted(count: int, what: str) -> str:
    """A count with its noun: 1 image, 2 images."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


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


SORTS = {"kind": "kind of error", "labels": "labels"}
"""Sorts of groups whose own word says too little."""


def fix_name(fix: Document) -> str:
    """A group of errors as a person reads it."""
    if fix["what"] == "kind":
        return KINDS[fix["name"]]
    if fix["what"] == "kind of a class":
        return f"{fix['name']}: {KINDS[fix['kind']]}"
    return str(fix["name"])


def fix_rows(run: Document) -> list[list[str]]:
    """Of every group: what it is, AP with it fixed, the gain and its bounds, the effort."""
    return [
        [
            SORTS.get(fix["what"], fix["what"]), fix_name(fix), number(fix["ap"]),
            signed(fix["gain"]), bounds(fix["low"], fix["high"]), str(fix["errors"]),
            str(fix["images"]), number(fix["per_hundred"]),
        ]
        for fix in (run.get("fix_first") or {"fixes": []})["fixes"]
    ]  # fmt: skip


FIX_HEAD = ["fix", "", "AP then", "gained", "95 %", "objects", "images", "per 100 objects"]


def fix_note(run: Document) -> str:
    """What the table of fixes is of."""
    found = run["fix_first"]
    return (
        f"AP at IoU {found['iou']:.2f} is {number(found['ap'])}. Each line is what it would be if "
        "that alone were fixed, the most for each object to touch first; errors at confidence "
        f"{number(found['confidence'])} or above."
    )


def signed(value: float | None, digits: int = 3) -> str:
    """A change; an undefined one is a dash."""
    return "–" if value is None else f"{value:+.{digits}f}"


def bounds(low: float | None, high: float | None) -> str:
    """Both bounds of a change, where there are some."""
    return "" if low is None or high is None else f"{low:+.3f} to {high:+.3f}"


def band_note(band: Document) -> str:
    """What the band of a curve is, or why there is none."""
    if band["reason"]:
        return f"No band: {band['reason']}."
    return f"Band: 95 % of the precision at each recall, {_drawn(band)}."


def budget_note(budget: Document) -> str:
    """What the intervals of the costs of errors are, or why there are none."""
    found = budget["intervals"]
    return f"No intervals: {found['reason']}." if found["reason"] else f"95 %: {_drawn(found)}."


def _drawn(found: Document) -> str:
    many = "" if found["clusters"] == 1 else "s"
    return f"{found['replicates']} sets of {found['clusters']} {found['unit']}{many} drawn anew"


def cost_bounds(budget: Document, kind: str) -> str:
    """The 95 % bounds of what a kind of error costs."""
    ends = budget["intervals"]["kinds"][kind]
    return bounds(ends["low"], ends["high"])


def identity(run: Document) -> str:
    """Where a run came from."""
    return f"{run['file']} ({run['format']}), SHA-256 {run['sha256'][:12]}"


def change_rows(pair: Document) -> list[list[str]]:
    """Of two runs: metric, both values, the difference and its bounds."""
    rows = []
    for name, found in (pair["metrics"] | pair["rates"]).items():
        rows.append([name, number(found["first"]), number(found["second"]), *_change_cells(found)])
    return rows


MOST_FLIPPED = 10
FLIPS = {"objects": "objects", "broken": "broken", "fixed": "fixed"}
ALARMS = {"new": "new", "removed": "gone"}


def flips(pair: Document) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the classes that lost most, with false positives where there are any."""
    counted = FLIPS | (ALARMS if pair["false_positives"] else {})
    changed = [row for row in pair["per_class"] if row["broken"] > row["fixed"]]
    rows = [
        [
            row["name"],
            *(str(row[key]) for key in counted),
            row["verdict"],
            *_change_cells(row.get("change")),
        ]
        for row in changed[:MOST_FLIPPED]
    ]
    return ["class", *counted.values(), "verdict", "change", "95 %"], rows


def _change_cells(found: Document | None) -> list[str]:
    """A difference and its bounds; of what has no number of its own nothing."""
    if found is None:
        return ["", ""]
    return [signed(found["difference"]), bounds(found["low"], found["high"])]


def weak_sentences(found: Document) -> list[str]:
    """The confirmed slices, or that there are none, and what was not looked at."""
    lines = [one["sentence"] for one in found["slices"]]
    lines = lines or [f"None of {found['tested']} that were tested is confirmed."]
    if found["waiting"]:
        lines.append(
            f"{len(found['waiting'])} metrics are not computed yet and were left out; "
            "boxscore metric run computes them."
        )
    return lines


def label_rows(labels: Document) -> list[list[str]]:
    """Of the likeliest suspects: kind, image, why and how sure."""
    return [
        [
            one["kind"], one["image"] or "–", one["sentence"], number(one["score"], 2),
        ]
        for one in labels["issues"]
    ]  # fmt: skip


def record_rows(facts: Document) -> list[list[str]]:
    """Protocols, hashes, tags and saved slices."""
    runs, project = facts["runs"], facts["project"]
    shared = runs[0]["hashes"]
    rows = [["Boxscore", version("boxscore")]]
    rows += [[f"SHA-256 of the {name}", shared[name]] for name in ("images", "classes", "labels")]
    for run in runs:
        rows.append([f"{run['name']}: predictions", identity(run)])
        rows.append([f"{run['name']}: SHA-256 of the predictions", run["sha256"]])
        protocol = definition(run["evaluation"])
        rows.append([f"{run['name']}: protocol", f"{protocol}, {run['hashes']['protocol'][:12]}"])
    for tag in project["tags"]:
        predictions = sum(tag["predictions"].values())
        rows.append(
            [f"tag {tag['tag']}", f"{counted(tag['images'], 'image')}, "
             f"{counted(tag['labels'], 'label')}, {counted(predictions, 'prediction')}"]
        )  # fmt: skip
    return rows + [[f"slice {name}", where] for name, where in project["slices"].items()]
