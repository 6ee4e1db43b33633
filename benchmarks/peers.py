"""The evaluators that we measure ourselves against, each as a small program of its own."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DROP_IN = """
import contextlib, io, logging, sys
from {module} import COCO, {evaluator} as COCOeval
with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO(sys.argv[1])
    evaluation = COCOeval(truth, truth.loadRes(sys.argv[2]), sys.argv[3])
    evaluation.evaluate(); evaluation.accumulate(); evaluation.summarize()
"""
PYCOCOTOOLS = DROP_IN.replace(
    "from {module} import COCO, {evaluator} as COCOeval",
    "from pycocotools.coco import COCO\nfrom pycocotools.cocoeval import COCOeval",
)
ONE_SHOT = {
    "ultrafast-pycocotools": DROP_IN.format(module="ultrafast_pycocotools", evaluator="COCOeval"),
    "hotcoco": DROP_IN.format(module="hotcoco", evaluator="COCOeval"),
    "faster-coco-eval": DROP_IN.format(module="faster_coco_eval", evaluator="COCOeval_faster"),
    "pycocotools": PYCOCOTOOLS,
}
"""Package -> a program that reads a ground truth, results and a task, and makes twelve numbers."""

WARM = {
    name: program.replace("import contextlib,", "import contextlib, statistics, time,").replace(
        """    evaluation = COCOeval(truth, truth.loadRes(sys.argv[2]), sys.argv[3])
    evaluation.evaluate(); evaluation.accumulate(); evaluation.summarize()
""",
        """    found = truth.loadRes(sys.argv[2])
    spent = []
    for _ in range(int(sys.argv[4]) + 1):
        start = time.process_time()
        evaluation = COCOeval(truth, found, sys.argv[3])
        evaluation.evaluate(); evaluation.accumulate(); evaluation.summarize()
        spent.append(time.process_time() - start)
print(statistics.median(spent[1:]))
""",
    )
    for name, program in ONE_SHOT.items()
}
"""The same, warm: prints the median CPU seconds of the evaluation alone, after one to warm up."""

MATCHES = {
    "ultrafast-pycocotools": """
import sys
from ultrafast_pycocotools import COCO, COCOeval
truth = COCO(sys.argv[1], verbose=False)
evaluation = COCOeval(truth, truth.loadRes(sys.argv[2]), "bbox")
evaluation.evaluate()
for k in range(10):
    evaluation.per_instance(iou_thr=0.5 + 0.05 * k)
""",
}
"""Package -> a program that tells of every prediction whether it matches at each of ten IoUs."""

ARRAYS = {
    "faster-coco-eval": """
import numpy as np, sys
from faster_coco_eval import COCO, COCOeval_faster
import time
data = {k: v for k, v in np.load(sys.argv[1]).items()}
start = time.process_time()
images = [{"id": int(i), "width": 640, "height": 640} for i in range(int(data["images"]))]
classes = [{"id": int(c), "name": str(c)} for c in range(int(data["classes"]))]
rows = zip(data["truth_image"].tolist(), data["truth_class"].tolist(), data["truth_box"].tolist(),
           data["truth_area"].tolist(), data["truth_crowd"].tolist())
annotations = [{"id": k + 1, "image_id": i, "category_id": c, "bbox": b, "area": a, "iscrowd": w}
               for k, (i, c, b, a, w) in enumerate(rows)]
truth = COCO({"images": images, "categories": classes, "annotations": annotations})
found = np.column_stack([data["image"], data["box"], data["confidence"], data["class"]])
evaluation = COCOeval_faster(truth, truth.loadRes(found), "bbox")
evaluation.evaluate(); evaluation.accumulate(); evaluation.summarize()
print(time.process_time() - start)
""",
    "torchmetrics": """
import numpy as np, sys, torch
from torchmetrics.detection import MeanAveragePrecision
import time
data = {k: v for k, v in np.load(sys.argv[1]).items()}
start = time.process_time()
metric = MeanAveragePrecision(box_format="xywh", backend="faster_coco_eval")
def by_image(image):
    order = np.argsort(image, kind="stable")
    return np.split(order, np.cumsum(np.bincount(image, minlength=int(data["images"])))[:-1])
t, f = by_image(data["truth_image"]), by_image(data["image"])
tensor = torch.as_tensor
target = [dict(boxes=tensor(data["truth_box"][k]), labels=tensor(data["truth_class"][k]).long(),
               iscrowd=tensor(data["truth_crowd"][k]).long(), area=tensor(data["truth_area"][k]))
          for k in t]
preds = [dict(boxes=tensor(data["box"][k]), labels=tensor(data["class"][k]).long(),
              scores=tensor(data["confidence"][k])) for k in f]
metric.update(preds, target)
metric.compute()
print(time.process_time() - start)
""",
    "supervision": """
import numpy as np, sys, warnings
warnings.simplefilter("ignore")
import supervision as sv
from supervision.metrics import MeanAveragePrecision
import time
data = {k: v for k, v in np.load(sys.argv[1]).items()}
start = time.process_time()
def by_image(image):
    order = np.argsort(image, kind="stable")
    return np.split(order, np.cumsum(np.bincount(image, minlength=int(data["images"])))[:-1])
def corners(box):
    return np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1)
def detections(box, klass, confidence=None):
    return sv.Detections(xyxy=corners(box), class_id=klass.astype(int), confidence=confidence)
t, f = by_image(data["truth_image"]), by_image(data["image"])
truths = [detections(data["truth_box"][k], data["truth_class"][k]) for k in t]
found = [detections(data["box"][k], data["class"][k], data["confidence"][k]) for k in f]
metric = MeanAveragePrecision()
metric.update(found, truths)
metric.compute()
print(time.process_time() - start)
""",
}
"""Package -> a program that evaluates the NumPy arrays of one .npz file and prints the CPU seconds
of what it takes from the arrays on."""

ALSO_NEEDED = {"torchmetrics": "torchvision"}


def installed(name: str) -> str | None:
    """The version of a peer, or None where it cannot run."""
    try:
        if name in ALSO_NEEDED:
            version(ALSO_NEEDED[name])
        return version(name)
    except PackageNotFoundError:
        return None


def one_shot(name: str, truth: Path, results: Path, task: str) -> list[str]:
    """The command that lets a peer score two files."""
    return [sys.executable, "-W", "ignore", "-c", ONE_SHOT[name], str(truth), str(results), task]


def absent(names: list[str]) -> str:
    """A sentence about the peers that are not here, or nothing."""
    missing = [name for name in names if installed(name) is None]
    if not missing:
        return ""
    listed = ", ".join(
        f"{name} (needs {ALSO_NEEDED[name]})" if name in ALSO_NEEDED else name for name in missing
    )
    return f"\n\nNot usable here, so not measured: {listed}; `pip install '.[bench]'` has them all."
