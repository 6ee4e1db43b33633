"""`explain-map` against the tools themselves, run on the same files in a child process.

Everything is compared with ==. TorchMetrics publishes 32 bits: ours is rounded to them first.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.evaluation.explain.mean_ap import mean_ap
from boxscore.evaluation.explain.rules import Crowd
from boxscore.evaluation.explain.tools import TOOLS
from boxscore.matching.comparable import Comparable
from boxscore.project.evaluating import compare
from boxscore.project.explaining import explain_files
from boxscore.project.scoring import read_files
from boxscore.schema.kinds import Task
from boxscore.sources.report import ImportReport
from tests.conftest import ROOT, SHARED
from tests.parity import map_tools, pycoco
from tests.parity.map_tools import Files, Numbers
from tests.parity.test_real_sets import coco128_truth, yolact_files

DEMO = ROOT / "src" / "boxscore" / "demo"
FAKE = "instances_val2014_fakebbox100_results.json"


def hard_set(folder: Path) -> Files:
    """What real sets lack: ties, over 300 boxes an image, low confidences, classes of one side."""
    rng = np.random.default_rng(11)
    images = [{"id": 7 * k + 1, "width": 400, "height": 400, "file_name": f"{k}.jpg"}
              for k in range(5)]  # fmt: skip
    truth: list[Any] = []
    results: list[Any] = []
    for image in images[:4]:
        for _ in range(20):
            x, y, w, h = (float(v) for v in rng.integers(1, 80, 4) * 3)
            kind, crowd = int(rng.integers(1, 5)), int(rng.random() < 0.15)
            common = {"image_id": image["id"], "category_id": kind}
            truth.append(common | {"id": len(truth) + 1, "bbox": [x, y, w, h], "iscrowd": crowd,
                                   "area": w * h})  # fmt: skip
            for _ in range(int(rng.integers(0, 45))):
                dx, dy, dw, dh = rng.integers(-12, 13, 4) / (2 if rng.random() < 0.5 else 7.3)
                box = [x + dx, y + dy, max(1.0, w + dw), max(1.0, h + dh)]
                results.append(common | {"bbox": box, "score": _confidence(rng)})
    for image in images:
        for _ in range(60):
            box = [float(v) for v in rng.random(4) * 90 + 5]
            results.append({"image_id": image["id"], "category_id": int(rng.integers(1, 7)),
                            "bbox": box, "score": _confidence(rng)})  # fmt: skip
    categories = [{"id": k, "name": f"class {k}"} for k in range(1, 8)]
    document = {"images": images, "annotations": truth, "categories": categories}
    return pycoco.write(folder, "hard", document, results)


def _confidence(rng: np.random.Generator) -> float:
    return float(np.round(rng.random() ** 6, int(rng.integers(2, 5))))


@pytest.fixture
def sets(tmp_path: Path) -> dict[str, Files]:
    """Name -> files; the real sets only where the development data is."""
    found = {
        "float32": (DEMO / "annotations.json", DEMO / "predictions_float32.json"),
        "int8": (DEMO / "annotations.json", DEMO / "predictions_int8.json"),
        "hard": hard_set(tmp_path),
    }
    if SHARED.is_dir():
        coco128, fake = SHARED / "coco128_val", SHARED / "coco_fake100"
        found |= {
            "coco128": (coco128_truth(coco128, tmp_path), coco128 / "centernet_results.json"),
            "fake100": (fake / "instances_val2014_100.json", fake / FAKE),
            "yolact_base": yolact_files(SHARED, "yolact_base", tmp_path),
            "yolact_resnet50": yolact_files(SHARED, "yolact_resnet50", tmp_path),
        }
    return found


def ours(files: Files, *tools: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = explain_files(*files, tools=tools)["tools"]
    return found


def view_of(files: Files) -> Comparable:
    truth, results = files
    sides = read_files(ImportReport(truth), ImportReport(results))
    return compare(*sides, Task.BBOX)


def both(document: dict[str, Any]) -> dict[str, float]:
    return {name: document[name] for name in ("mAP50", "mAP50_95")}


@pytest.mark.slow
def test_coco(sets: dict[str, Files], tmp_path: Path) -> None:
    for name, files in sets.items():
        start = explain_files(*files, tools=["voc12"])["from"]
        stats = pycoco.evaluate(*files, "bbox", tmp_path)["stats"]
        assert (start["mAP50_95"], start["mAP50"]) == (stats[0], stats[1]), name


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["ultralytics", "ultralytics84", "ultralytics83"])
def test_ultralytics(sets: dict[str, Files], tool: str, tmp_path: Path) -> None:
    theirs = map_tools.ultralytics(sets, tmp_path, tool)
    assert {name: both(ours(files, tool)[0]) for name, files in sets.items()} == theirs


def rounded(numbers: Numbers) -> Numbers:
    """To 32 bits."""
    return {
        name: {metric: float(np.float32(value)) for metric, value in values.items()}
        for name, values in numbers.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["pycocotools", "faster_coco_eval"])
def test_torchmetrics(sets: dict[str, Files], backend: str, tmp_path: Path) -> None:
    theirs = map_tools.torchmetrics(sets, tmp_path, backend)
    mine = {name: both(ours(files, "torchmetrics")[0]) for name, files in sets.items()}
    assert rounded(mine) == theirs


@pytest.mark.slow
def test_torchmetrics_given_crowds_treats_them_as_coco_does(
    sets: dict[str, Files], tmp_path: Path
) -> None:
    some = {name: sets[name] for name in ("float32", "int8", "hard")}
    rules = replace(TOOLS["torchmetrics"].rules, crowd=Crowd.IGNORED)
    mine = {name: mean_ap(view_of(files), rules) for name, files in some.items()}
    numbers = {name: {"mAP50": ap.at_50, "mAP50_95": ap.at_50_95} for name, ap in mine.items()}
    assert rounded(numbers) == map_tools.torchmetrics(some, tmp_path, crowd=True)


@pytest.mark.slow
def test_voc(sets: dict[str, Files], tmp_path: Path) -> None:
    theirs = map_tools.voc(sets, tmp_path)
    mine = {name: ours(files, "voc07", "voc12") for name, files in sets.items()}
    assert {
        n: {tool["tool"]: tool["value"] for tool in tools} for n, tools in mine.items()
    } == theirs


def test_the_hard_set_moves_what_the_demo_does_not(tmp_path: Path) -> None:
    (mine,) = ours(hard_set(tmp_path), "ultralytics")
    moved = {step["rule"] for step in mine["steps"] if step["points"]}
    assert moved >= {"crowd and ignore", "confidence floor", "max detections", "interpolation"}
