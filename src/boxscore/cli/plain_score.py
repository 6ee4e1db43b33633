"""`boxscore score` in its plain form: two regular files, compiled code, and no other import.

Whatever is out of the ordinary - an option in another spelling, a packed file, a record that
needs care - is left to the full command, which gives the same answer more slowly.
"""

from __future__ import annotations

import os
import sys

from boxscore.cli.waiting import Waiting
from boxscore.kernels import _core

TYPE_CHECKING = False  # importing typing takes longer than reading a small file
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

MEANING = {
    "AP": "IoU 0.50:0.95, all areas",
    "AP50": "IoU 0.50",
    "AP75": "IoU 0.75",
    "APs": "small (under 32² px)",
    "APm": "medium",
    "APl": "large (over 96² px)",
    "AR1": "1 prediction per image and class",
    "AR10": "10 predictions",
    "AR100": "100 predictions",
    "ARs": "small",
    "ARm": "medium",
    "ARl": "large",
}
"""COCO's numbers of boxes and masks."""
OTHERS = {
    "AR": "IoU 0.50:0.95, all areas",
    "AR50": "IoU 0.50",
    "AR75": "IoU 0.75",
    "AR300": "300 predictions",
}
PLAIN_TASKS = ("bbox", "segm")


def plain_score(words: list[str]) -> int | None:
    """Score and print, if this is the plain form; returns the exit code, or None if it is not."""
    asked = _plain(words)
    if asked is None:
        return None
    paths, task, as_json = asked
    try:
        document = straight(paths[0], paths[1], task)
        if document is not None:
            sys.stdout.write(text(document, as_json=as_json))
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing was changed\n")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return None if document is None else 0


def _plain(words: list[str]) -> tuple[list[str], str | None, bool] | None:
    paths: list[str] = []
    task, as_json = None, False
    rest = iter(words)
    for word in rest:
        if word == "--json":
            as_json = True
        elif word == "--task":
            task = next(rest, "")
        elif word.startswith("-"):
            return None
        else:
            paths.append(word)
    usual = len(paths) == 2 and all(map(os.path.isfile, paths)) and task in (None, *PLAIN_TASKS)
    return (paths, task, as_json) if usual else None


def straight(truth: str | bytes, results: str | bytes, task: str | None) -> dict[str, Any] | None:
    """The numbers of two regular files by compiled code alone; None if anything needs care.

    Args:
        truth: Path of a COCO ground truth, or its text.
        results: Path of a COCO results file, or its text.
        task: "bbox", "segm", or None: masks when the first result has one.
    """
    progress = _core.Progress()
    try:
        with Waiting(progress):
            numbers = _core.score_files(truth, results, task or "auto", progress=progress)
    except (ValueError, OSError):
        return None
    if numbers.odd:
        return None
    defined = (None if value != value else value for value in numbers.stats)
    return {
        "task": numbers.task,
        "protocol": "coco",
        "images": numbers.images,
        "ground_truth": numbers.ground_truth,
        "predictions": numbers.predictions,
        "rejected": 0,
        "metrics": dict(zip(MEANING, defined, strict=True)),
    }


def text(document: Mapping[str, Any], *, as_json: bool) -> str:
    """What the command prints."""
    if as_json:
        import json

        return json.dumps(document, indent=2) + "\n"
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    width = max(6, *map(len, document["metrics"]))
    for name, value in document["metrics"].items():
        shown = "    –  " if value is None else f"{value:.5f}"
        meaning = MEANING.get(name) or OTHERS.get(name)
        words = f"  {name[:2]}  {meaning}" if meaning else ""
        yield f"{name:<{width}} {shown}{words}"
    yield (
        f"{document['task']}: {document['predictions']} predictions, "
        f"{document['ground_truth']} ground truths, {document['images']} images"
    )
