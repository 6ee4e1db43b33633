"""The real tools on COCO files, each in a child process, as a person would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT

COMMON = """
import json, sys
from collections import defaultdict
truth, results = (json.load(open(path)) for path in sys.argv[1:3])
images = sorted(image["id"] for image in truth["images"])
labels, found = defaultdict(list), defaultdict(list)
for a in truth["annotations"]:
    labels[a["image_id"]].append(a)
for r in results:
    found[r["image_id"]].append(r)
number = {c["id"]: k for k, c in enumerate(sorted(truth["categories"], key=lambda c: c["id"]))}
def corners(rows):
    return [[x, y, x + w, y + h] for x, y, w, h in (r["bbox"] for r in rows)]
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
metric = mean_ap.MeanAveragePrecision()
metric.warn_on_many_detections = False
for image in images:
    dt, gt = found[image], labels[image]
    metric.update(
        [dict(boxes=torch.tensor(corners(dt)).reshape(-1, 4),
              scores=torch.tensor([float(r["score"]) for r in dt]),
              labels=torch.tensor([number[r["category_id"]] for r in dt], dtype=torch.int64))],
        [dict(boxes=torch.tensor(corners(gt)).reshape(-1, 4),
              labels=torch.tensor([number[r["category_id"]] for r in gt], dtype=torch.int64))],
    )
numbers = metric.compute()
print(json.dumps({"mAP50": numbers["map_50"].item(), "mAP50_95": numbers["map"].item()}))
"""

# The validator's own matching, boxes overlap and metric classes. What runs before them is spelled
# out: conversion to YOLO text drops crowds and boxes of no size; NMS keeps what is above conf,
# the max_det most confident ones first. Ultralytics reads torchvision's version while it is
# imported, and only that: it is told one. Older versions look for NumPy's former `trapz`.
ULTRALYTICS = """
import contextlib, importlib.metadata, io
version = importlib.metadata.version
importlib.metadata.version = lambda name: "0.28.0" if name == "torchvision" else version(name)
import numpy as np
import torch
with contextlib.redirect_stdout(io.StringIO()):
    from ultralytics.engine.validator import BaseValidator
    from ultralytics.utils.metrics import box_iou, ap_per_class
class Holder:
    iouv = torch.linspace(0.5, 0.95, 10)
parts = []
for image in images:
    gt = [a for a in labels[image]
          if not a.get("iscrowd") and a["bbox"][2] > 0 and a["bbox"][3] > 0]
    dt = found[image]
    score = torch.tensor([float(r["score"]) for r in dt])
    order = torch.argsort(score, descending=True, stable=True)
    order = order[score[order] > 0.001][:300]
    box, truth_box = (torch.tensor(corners(rows)).reshape(-1, 4) for rows in (dt, gt))
    kind, truth_kind = (
        torch.tensor([float(number[r["category_id"]]) for r in rows]) for rows in (dt, gt)
    )
    box, kind, score = box[order], kind[order], score[order]
    if len(gt) and len(order):
        right = BaseValidator.match_predictions(Holder, kind, truth_kind, box_iou(truth_box, box))
    else:
        right = torch.zeros((len(order), 10), dtype=torch.bool)
    parts.append((right.numpy(), score.numpy(), kind.numpy(), truth_kind.numpy()))
ap = ap_per_class(*(np.concatenate(part) for part in zip(*parts)))[5]
print(json.dumps({"mAP50": float(ap[:, 0].mean()), "mAP50_95": float(ap.mean())}))
"""

VOC = """
from podm.metrics import BoundingBox, MethodAveragePrecision, MetricPerClass, get_pascal_voc_metrics
def boxes(rows_of):
    return [BoundingBox.of_bbox(image, r["category_id"], *box, r.get("score"))
            for image in images
            for r, box in zip(rows_of[image], corners(rows_of[image]))]
gt, dt = boxes(labels), boxes(found)
numbers = {}
for name, method in (("voc07", MethodAveragePrecision.ElevenPointsInterpolation),
                     ("voc12", MethodAveragePrecision.AllPointsInterpolation)):
    per_class = get_pascal_voc_metrics(gt, dt, 0.5, method)
    numbers[name] = float(MetricPerClass.mAP(per_class))
print(json.dumps(numbers))
"""

OLD_ULTRALYTICS = ROOT / ".venv" / "peers" / "ultralytics83"
"""Where `make peers` puts the older version, beside the new one."""


def needs(*names: str) -> None:
    """Skip where a tool is not installed, without the seconds that importing it takes."""
    for name in names:
        if find_spec(name) is None:
            pytest.skip(f"{name} is not installed: make peers")


def run(code: str, truth: Path, results: Path, folder: Path, *path: Path) -> dict[str, float]:
    """What a tool prints in a process of its own; `path` goes before the installed packages."""
    environment = os.environ | {
        "HOME": str(folder),
        "YOLO_CONFIG_DIR": str(folder),
        "YOLO_OFFLINE": "true",
        "PYTHONPATH": os.pathsep.join(map(str, path)),
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMMON + code, str(truth), str(results)],
        capture_output=True, text=True, timeout=300, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    numbers: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return numbers


def torchmetrics(truth: Path, results: Path, folder: Path) -> dict[str, float]:
    """MeanAveragePrecision() given boxes, scores and labels."""
    needs("torch", "torchmetrics", "pycocotools")
    return run(TORCHMETRICS, truth, results, folder)


def ultralytics(truth: Path, results: Path, folder: Path, *, old: bool = False) -> dict[str, float]:
    """`yolo val` after the model: matching and metrics."""
    needs("torch", "cv2", "yaml")
    if old:
        if not OLD_ULTRALYTICS.is_dir():
            pytest.skip("the older Ultralytics is not installed: make peers")
        return run(ULTRALYTICS, truth, results, folder, OLD_ULTRALYTICS)
    needs("ultralytics")
    return run(ULTRALYTICS, truth, results, folder)


def voc(truth: Path, results: Path, folder: Path) -> dict[str, float]:
    """object-detection-metrics: 11 points and area, IoU 0.5."""
    needs("podm", "shapely")
    return run(VOC, truth, results, folder)
