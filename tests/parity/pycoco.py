"""pycocotools as an oracle, in a child process: it can crash on what it should refuse."""

from __future__ import annotations

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
truth, results, task, out, limit, images = sys.argv[1:7]
with contextlib.redirect_stdout(io.StringIO()):
    gt = COCO(truth)
    found = json.load(open(results))
    dt = gt.loadRes(results) if found else COCO()
    if not found:
        dt.dataset = {k: gt.dataset[k] for k in ("images", "categories")} | {"annotations": []}
        dt.createIndex()
    e = COCOeval(gt, dt, task)
    e.params.maxDets = [1, 10, int(limit)]
    if json.loads(images) is not None:
        e.params.imgIds = json.loads(images)
    e.evaluate(); e.accumulate()
    stats = []
    if int(limit) == 100:
        e.summarize(); stats = list(e.stats)
arrays = {k: e.eval[k] for k in ("precision", "recall", "scores")}
np.savez(out, **arrays, stats=np.array(stats, float))
"""


def evaluate(
    truth: Path,
    results: Path,
    task: str,
    folder: Path,
    max_detections: int = 100,
    images: list[int] | None = None,
) -> dict[str, NDArray[Any]]:
    """precision, recall, scores and stats as pycocotools has them, of all or of some images."""
    out = folder / f"oracle-{truth.stem}-{results.stem}-{task}-{max_detections}.npz"
    command = [
        sys.executable,
        "-c",
        ORACLE,
        str(truth),
        str(results),
        task,
        str(out),
        str(max_detections),
        json.dumps(images),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    with np.load(out) as arrays:
        return {name: arrays[name] for name in arrays.files}


def write(folder: Path, name: str, truth: Any, results: Any) -> tuple[Path, Path]:
    """A ground truth and a results document as files."""
    paths = folder / f"{name}_gt.json", folder / f"{name}_dt.json"
    for path, document in zip(paths, (truth, results), strict=True):
        path.write_text(json.dumps(document), encoding="utf-8")
    return paths
