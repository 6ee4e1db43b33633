"""pycocotools as an oracle, in a child process: it can crash on what it should refuse."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ORACLE = """
import contextlib, io, json, sys
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

def evaluate(truth, results, task, out, limit, changes):
    gt = COCO(truth)
    found = json.load(open(results))
    dt = gt.loadRes(results) if found else COCO()
    if not found:
        dt.dataset = {k: gt.dataset[k] for k in ("images", "categories")} | {"annotations": []}
        dt.createIndex()
    e = COCOeval(gt, dt, task)
    if task != "keypoints":
        e.params.maxDets = [1, 10, int(limit)]
    for name, value in changes.items():
        setattr(e.params, name, np.array(value) if isinstance(value, list) else value)
    e.params.maxDets = list(e.params.maxDets)
    e.evaluate(); e.accumulate()
    stats = []
    if int(limit) == 100 and not set(changes) - {"kpt_oks_sigmas", "imgIds"}:
        e.summarize(); stats = list(e.stats)
    arrays = {k: e.eval[k] for k in ("precision", "recall", "scores")}
    np.savez(out, **arrays, stats=np.array(stats, float))

for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()):
        evaluate(*json.loads(line))
    print("done", flush=True)
"""


class Oracle:
    """A child process that evaluates one pair of files after the other, and may die of one."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[str] | None = None

    def evaluate(
        self,
        truth: Path,
        results: Path,
        task: str,
        out: Path,
        limit: int = 100,
        changes: dict[str, Any] | None = None,
    ) -> dict[str, NDArray[Any]] | None:
        """precision, recall, scores and stats as pycocotools has them; None if it gave up."""
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-c", ORACLE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        assert self._child.stdin and self._child.stdout
        question = [str(truth), str(results), task, str(out), limit, changes or {}]
        self._child.stdin.write(json.dumps(question))
        self._child.stdin.write("\n")
        self._child.stdin.flush()
        if self._child.stdout.readline() != "done\n":
            self.close()
            return None
        with np.load(out) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def close(self) -> None:
        """End the child; the next question starts another one."""
        if self._child is None:
            return
        assert self._child.stdin and self._child.stdout
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.close()
        self._child.wait(timeout=60)
        self._child.stdout.close()
        self._child = None


def evaluate(
    truth: Path,
    results: Path,
    task: str,
    folder: Path,
    max_detections: int = 100,
    changes: dict[str, Any] | None = None,
    images: list[int] | None = None,
) -> dict[str, NDArray[Any]]:
    """precision, recall, scores and stats as pycocotools has them.

    Args:
        images: Ids of the images to look at; None is all.
        changes: Its parameters by their own names; stats are empty when they change its meaning.
    """
    out = folder / f"oracle-{truth.stem}-{results.stem}-{task}-{max_detections}.npz"
    if images is not None:
        changes = (changes or {}) | {"imgIds": images}
    oracle = Oracle()
    arrays = oracle.evaluate(truth, results, task, out, max_detections, changes)
    oracle.close()
    assert arrays is not None, "pycocotools gave up"
    return arrays


def write(folder: Path, name: str, truth: Any, results: Any) -> tuple[Path, Path]:
    """A ground truth and a results document as files."""
    paths = folder / f"{name}_gt.json", folder / f"{name}_dt.json"
    for path, document in zip(paths, (truth, results), strict=True):
        path.write_text(json.dumps(document), encoding="utf-8")
    return paths
