"""A first file of rules, made from a baseline: what it can do today is the measure."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError, writing
from boxscore.project.comparison.shared_images import comparable_baseline
from boxscore.project.fingerprint import ground_truth_hash
from boxscore.project.loading import Loaded
from boxscore.project.numbers import Question, evaluation_document
from boxscore.project.tasks import task_of
from boxscore.schema.kinds import DETECTION, Task

Document = dict[str, Any]
SUPPORT = 20
HEADLINES = {
    Task.CLASSIFICATION: ("accuracy", "recall"),
    Task.SEMANTIC: ("miou", "iou"),
    Task.PANOPTIC: ("PQ", "PQ"),
    Task.TRACKING: ("HOTA", "HOTA"),
}
"""Of tasks that match no objects one by one: the number that stands for a run, and for a class."""
FLOOR = 0.9
"""Share of the baseline's headline below which a model is refused whatever else it can do."""

HEAD = """\
# Rules for `boxscore gate`, made from run {run}. Change the limits to what your product needs.
# at_least, at_most             a floor, a ceiling
# largest_drop, largest_rise    against the baseline, of the numbers as they are
# margin                        not worse than the baseline by more than this: refused when the
#                               images show a larger drop at this confidence; what they cannot
#                               tell is "unsure", which passes unless `unsure: fail` stands here
version: 1
{task}baseline:
  run: {run}
  sha256: {sha256}
  ground_truth: {ground_truth}
iou: 0.5
support: {support}        # fewest objects that a number must rest on
confidence: 0.95   # one-sided, of margins
unsure: pass
rules:
"""


def start_rules(state: Loaded, path: Path, baseline: str, task: str | None = None) -> Document:
    """Write a file of rules that the baseline itself passes.

    Args:
        task: What the rules score; None is the run's own.

    Raises:
        RequestError: There is a file already, the run or the task is unknown, or the run is empty.
    """
    comparable_baseline(state, state.record(baseline).name, baseline)
    text, count = first_rules(state, baseline, task)
    _write_new(path, text)
    return {"rules": str(path), "baseline": baseline, "count": count}


def first_rules(state: Loaded, baseline: str, named: str | None = None) -> tuple[str, int]:
    """The text of rules that the baseline itself passes, and how many there are."""
    record = state.record(baseline)
    task = task_of(state, baseline, named)
    entries = _entries(state, baseline, task)
    text = HEAD.format(
        task="" if named is None else f"task: {task.value}\n",
        run=_quoted(baseline),
        sha256=_quoted(record.sha256),
        ground_truth=_quoted(ground_truth_hash(state)),
        support=SUPPORT,
    ) + "".join(f"  - {{{', '.join(f'{k}: {v}' for k, v in one.items())}}}\n" for one in entries)
    return text, len(entries)


def _quoted(text: str) -> str:
    """A YAML text; JSON's are among them."""
    return json.dumps(text)


def _write_new(path: Path, text: str) -> None:
    if path.exists():
        raise RequestError(
            f"{path} exists", fix="choose another name, or delete it", code="E-GATE-EXISTS"
        )
    with writing(path), path.open("x", encoding="utf-8") as file:
        file.write(text)


def _entries(state: Loaded, run: str, task: Task) -> list[dict[str, Any]]:
    document = evaluation_document(state, run, Question(task=task))
    if task not in DETECTION:
        headline, of_class = HEADLINES[task]
        change = "margin" if task is Task.CLASSIFICATION else "largest_drop"
        return [
            {"metric": headline, "at_least": _floor(document["metrics"][headline])},
            {"metric": headline, change: 0.01},
            {"metric": of_class, "class": '"*"', "largest_drop": 0.1},
        ]
    metrics = document["metrics"]
    entries: list[dict[str, Any]] = [
        {"metric": "AP", "at_least": _floor(metrics["AP"])},
        {"metric": "AP", "margin": 0.01},
        {"metric": "AP50", "margin": 0.02},
        {"metric": "f1", "largest_drop": 0.03},
        {"metric": "broken", "at_most": 0.1},
    ]
    sizes = {"small": "APs", "medium": "APm", "large": "APl"}
    entries += [
        {"metric": "AP", "size": size, "margin": 0.03}
        for size, name in sizes.items()
        if metrics.get(name) is not None
    ]
    entries.append({"metric": "AP50", "class": '"*"', "margin": 0.1})
    if task is Task.KEYPOINTS:
        return entries
    entries += [
        {"error": kind, "largest_rise": 0.02} for kind in ("class", "location", "background")
    ]
    return entries + [
        {"metric": "AP", "slice": _quoted(f"split={name}"), "margin": 0.03}
        for name in sorted(set(state.truth().items["split"].astype(str).tolist()) - {""})
    ]


def _floor(value: float | None) -> float:
    """Rounded down, so that the baseline itself passes."""
    return math.floor((value or 0.0) * FLOOR * 1000) / 1000
