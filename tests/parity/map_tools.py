"""The real tools on COCO files, each in one child process, as a person would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT

Files = tuple[Path, Path]
"""A COCO ground truth and a COCO results file."""
Numbers = dict[str, dict[str, float]]
"""Name of the set -> what the tool prints."""

BEFORE = """
import json, sys
from collections import defaultdict
def corners(rows):
    return [[x, y, x + w, y + h] for x, y, w, h in (r["bbox"] for r in rows)]
def by_image(rows):
    lists = defaultdict(list)
    for row in rows:
        lists[row["image_id"]].append(row)
    return lists
"""

AFTER = """
numbers = []
for path, other in zip(sys.argv[1::2], sys.argv[2::2]):
    truth, results = json.load(open(path)), json.load(open(other))
    kinds = sorted(c["id"] for c in truth["categories"])
    numbers.append(measure(
        sorted(image["id"] for image in truth["images"]),
        by_image(truth["annotations"]), by_image(results),
        {kind: k for k, kind in enumerate(kinds)},
    ))
print(json.dumps(numbers))
"""

# PyPI's torchvision does not import beside a CPU build of torch. TorchMetrics needs one function
# of it, which turns corners into sizes; this module stands in for that function and for no other.
TORCHMETRICS = """
import importlib.machinery, types
import torch
import torchmetrics.detection.mean_ap as mean_ap
def box_convert(boxes, in_fmt, out_fmt):
    assert (in_fmt, out_fmt) == ("xyxy", "xywh")
    low, high = boxes[..., :2], boxes[..., 2:]
    return torch.cat([low, high - low], dim=-1)
for name in ("torchvision", "torchvision.ops"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
sys.modules["torchvision.ops"].box_convert = box_convert
mean_ap._TORCHVISION_AVAILABLE = True
def measure(images, labels, found, number):
    metric = mean_ap.MeanAveragePrecision()
    metric.warn_on_many_detections = False
    for image in images:
        dt, gt = found[image], labels[image]
        kind, truth_kind = (
            torch.tensor([number[r["category_id"]] for r in rows], dtype=torch.int64)
            for rows in (dt, gt)
        )
        box, truth_box = (torch.tensor(corners(rows)).reshape(-1, 4) for rows in (dt, gt))
        scores = torch.tensor([float(r["score"]) for r in dt])
        metric.update(
            [dict(boxes=box, scores=scores, labels=kind)],
            [dict(boxes=truth_box, labels=truth_kind)],
        )
    numbers = metric.compute()
    return {"mAP50": numbers["map_50"].item(), "mAP50_95": numbers["map"].item()}
"""

# The validator's own matching, overlaps and metrics. What runs before them is spelled out:
# conversion to YOLO text drops crowds and boxes of no size; NMS keeps what is above conf, and of
# that the max_det most confident. While it is imported, Ultralytics reads torchvision's version,
# and only that: it is told one.
ULTRALYTICS = """
import contextlib, importlib.metadata, io
version = importlib.metadata.version
importlib.metadata.version = lambda name: "0.28.0" if name == "torchvision" else version(name)
import numpy as np
import torch
with contextlib.redirect_stdout(io.StringIO()):
    from ultralytics.engine.validator import BaseValidator
    from ultralytics.utils.metrics import ap_per_class, box_iou
class Validator:
    iouv = torch.linspace(0.5, 0.95, 10)
def measure(images, labels, found, number):
    parts = []
    for image in images:
        dt = found[image]
        gt = [a for a in labels[image] if not a.get("iscrowd") and min(a["bbox"][2:]) > 0]
        score = torch.tensor([float(r["score"]) for r in dt])
        order = torch.argsort(score, descending=True, stable=True)
        order = order[score[order] > 0.001][:300]
        box, truth_box = (torch.tensor(corners(rows)).reshape(-1, 4) for rows in (dt, gt))
        kind, truth_kind = (
            torch.tensor([float(number[r["category_id"]]) for r in rows]) for rows in (dt, gt)
        )
        box, kind, score = box[order], kind[order], score[order]
        right = torch.zeros((len(order), 10), dtype=torch.bool)
        if len(gt) and len(order):
            iou = box_iou(truth_box, box)
            right = BaseValidator.match_predictions(Validator, kind, truth_kind, iou)
        parts.append((right.numpy(), score.numpy(), kind.numpy(), truth_kind.numpy()))
    ap = ap_per_class(*(np.concatenate(part) for part in zip(*parts)))[5]
    return {"mAP50": float(ap[:, 0].mean()), "mAP50_95": float(ap.mean())}
"""

VOC = """
from podm.metrics import BoundingBox, MethodAveragePrecision, MetricPerClass, get_pascal_voc_metrics
def boxes(images, rows_of):
    return [
        BoundingBox.of_bbox(image, r["category_id"], *box, r.get("score"))
        for image in images
        for r, box in zip(rows_of[image], corners(rows_of[image]))
    ]
def measure(images, labels, found, number):
    gt, dt = boxes(images, labels), boxes(images, found)
    eleven = MethodAveragePrecision.ElevenPointsInterpolation
    area = MethodAveragePrecision.AllPointsInterpolation
    return {
        name: float(MetricPerClass.mAP(get_pascal_voc_metrics(gt, dt, 0.5, method)))
        for name, method in (("voc07", eleven), ("voc12", area))
    }
"""

METRICS = "    from ultralytics.utils.metrics import"
FORGET = """
    for name in [name for name in sys.modules if name.split(".")[0] == "ultralytics"]:
        del sys.modules[name]
    sys.path = [folder for folder in sys.path if not folder.endswith("ultralytics83")]
"""
"""Goes between two imports of `ULTRALYTICS`: the first from the older version, the second not."""

MARKS = "iscrowd=torch.tensor([r.get('iscrowd', 0) for r in gt], dtype=torch.int64)"

OLD_ULTRALYTICS = ROOT / ".venv" / "peers" / "ultralytics83"
"""Where `make peers` puts the older version, beside the new one."""


def needs(*names: str) -> None:
    """Skip where a tool is not installed, without the seconds that importing it takes."""
    for name in names:
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed: make peers")


def run(code: str, sets: Mapping[str, Files], folder: Path, *path: Path) -> Numbers:
    """A tool's numbers of every set; `path` goes before the installed packages."""
    environment = os.environ | {
        "HOME": str(folder),
        "YOLO_CONFIG_DIR": str(folder),
        "YOLO_OFFLINE": "true",
        "PYTHONPATH": os.pathsep.join(map(str, path)),
    }
    files = [str(path) for pair in sets.values() for path in pair]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BEFORE + code + AFTER, *files],
        capture_output=True, text=True, timeout=500, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(zip(sets, json.loads(done.stdout.splitlines()[-1]), strict=True))


def torchmetrics(
    sets: Mapping[str, Files], folder: Path, backend: str = "pycocotools", *, crowd: bool = False
) -> Numbers:
    """MeanAveragePrecision() given boxes, scores and labels, and `iscrowd` where asked."""
    needs("torch", "torchmetrics", backend)
    code = TORCHMETRICS.replace("Precision()", f"Precision(backend={backend!r})")
    if crowd:
        code = code.replace("labels=truth_kind)", f"labels=truth_kind, {MARKS})")
    return run(code, sets, folder)


def ultralytics(sets: Mapping[str, Files], folder: Path, tool: str = "ultralytics") -> Numbers:
    """`yolo val` after the model: matching and metrics, of the versions of a row.

    8.4.37 to 8.4.175 matched as 8.3.200 does and measured as 8.4.190 does, so for them the
    matching of the one meets the metrics of the other.
    """
    needs("torch", "ultralytics", "cv2", "yaml", "matplotlib")
    if tool == "ultralytics":
        return run(ULTRALYTICS, sets, folder)
    if not OLD_ULTRALYTICS.is_dir():
        pytest.skip("the older Ultralytics is not installed: make peers")
    if tool == "ultralytics83":
        return run(ULTRALYTICS, sets, folder, OLD_ULTRALYTICS)
    code = ULTRALYTICS.replace(METRICS, FORGET + METRICS)
    return run(code, sets, folder, OLD_ULTRALYTICS)


def voc(sets: Mapping[str, Files], folder: Path) -> Numbers:
    """object-detection-metrics: 11 points and area, IoU 0.5."""
    needs("podm", "shapely")
    return run(VOC, sets, folder)
