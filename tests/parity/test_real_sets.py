"""Array equality with pycocotools on real detector output and COCO's own sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.kernels import _core
from tests.conftest import ROOT
from tests.parity import ours, pycoco

DEMO = ROOT / "src" / "boxscore" / "demo"
PUBLISHED = {
    "bbox": ".505 .697 .573 .586 .519 .501 .387 .594 .595 .640 .566 .564",
    "segm": ".320 .562 .299 .387 .310 .327 .268 .415 .417 .469 .377 .381",
}


@pytest.mark.parametrize("run", ["float32", "int8"])
def test_demo(run: str, tmp_path: Path) -> None:
    truth, results = DEMO / "annotations.json", DEMO / f"predictions_{run}.json"
    ours.assert_equal(
        ours.evaluate(truth, results, "bbox"), pycoco.evaluate(truth, results, "bbox", tmp_path)
    )


@pytest.mark.parametrize("task", ["bbox", "segm"])
def test_coco_sample(task: str, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "coco_fake100"
    truth = folder / "instances_val2014_100.json"
    results = folder / f"instances_val2014_fake{task}100_results.json"
    mine = ours.evaluate(truth, results, task)
    ours.assert_equal(mine, pycoco.evaluate(truth, results, task, tmp_path))
    assert [round(v, 3) for v in mine["stats"]] == [float(v) for v in PUBLISHED[task].split()]
    fast = _core.score_files(str(truth), str(results), task)
    assert list(fast.stats) == mine["stats"].tolist()


def test_a_small_case_of_ties_and_crowds(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "coco_fake100" / "cases"
    truth, results = folder / "gt_dataset.json", folder / "dt_dataset.json"
    ours.assert_equal(
        ours.evaluate(truth, results, "bbox"), pycoco.evaluate(truth, results, "bbox", tmp_path)
    )


@pytest.mark.parametrize("model", ["yolact_base", "yolact_resnet50"])
@pytest.mark.parametrize("task", ["bbox", "segm"])
def test_yolact(model: str, task: str, shared_data: Path, tmp_path: Path) -> None:
    """Real boxes and masks; one model's confident masks are the truth for the masks of both."""
    truth, results = yolact_files(shared_data, model, tmp_path)
    ours.assert_equal(
        ours.evaluate(truth, results, task), pycoco.evaluate(truth, results, task, tmp_path)
    )


def yolact_files(shared_data: Path, model: str, folder: Path) -> tuple[Path, Path]:
    base = json.loads((shared_data / "yolact_dets" / "yolact_base.json").read_text())
    other = json.loads((shared_data / "yolact_dets" / f"{model}.json").read_text())
    names = sorted({d["category"] for f in (base, other) for i in f["images"] for d in i["dets"]})
    number = {name: 2 * k + 1 for k, name in enumerate(names)}
    images: list[Any] = []
    annotations: list[Any] = []
    results: list[Any] = []
    for image in base["images"]:
        for d in image["dets"]:
            if d["score"] < 0.3:
                continue
            x, y, w, h = d["bbox"]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image["image_id"],
                    "category_id": number[d["category"]],
                    "bbox": [x + 1, y, w, h],
                    "area": w * h * 0.7,
                    "iscrowd": int(len(annotations) % 17 == 0),
                    "segmentation": d["mask"],
                }
            )
    sizes = {
        i["image_id"]: d["mask"]["size"]
        for f in (base, other)
        for i in f["images"]
        for d in i["dets"]
    }
    for image_id, (height, width) in sizes.items():
        images.append(
            {"id": image_id, "width": width, "height": height, "file_name": f"{image_id}.jpg"}
        )
    for image in other["images"]:
        for d in image["dets"]:
            results.append(
                {
                    "image_id": image["image_id"],
                    "category_id": number[d["category"]],
                    "bbox": d["bbox"],
                    "score": d["score"],
                    "segmentation": d["mask"],
                }
            )
    categories = [{"id": k, "name": name} for name, k in number.items()]
    truth = {"images": images, "annotations": annotations, "categories": categories}
    return pycoco.write(folder, model, truth, results)


def test_centernet_on_coco128(shared_data: Path, tmp_path: Path) -> None:
    """Known numbers of a real detector, truth from YOLO text files."""
    folder = shared_data / "coco128_val"
    results = folder / "centernet_results.json"
    truth = coco128_truth(folder, tmp_path)
    mine = ours.evaluate(truth, results, "bbox")
    ours.assert_equal(mine, pycoco.evaluate(truth, results, "bbox", tmp_path))
    assert round(float(mine["stats"][0]), 6) == 0.325580


def coco128_truth(folder: Path, out: Path) -> Path:
    from PIL import Image

    images: list[Any] = []
    annotations: list[Any] = []
    found = json.loads((folder / "centernet_results.json").read_text())
    numbers = sorted({r["category_id"] for r in found} | set(COCO_IDS))
    for path in sorted((folder / "images").rglob("*.jpg")):
        with Image.open(path) as picture:
            width, height = picture.size
        images.append(
            {"id": int(path.stem), "width": width, "height": height, "file_name": path.name}
        )
        label = next((folder / "object_detection").rglob(f"{path.stem}.txt"), None)
        for line in label.read_text().splitlines() if label else ():
            k, cx, cy, w, h = map(float, line.split()[:5])
            box = [(cx - w / 2) * width, (cy - h / 2) * height, w * width, h * height]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": int(path.stem),
                    "category_id": COCO_IDS[int(k)],
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": 0,
                }
            )
    categories = [{"id": k, "name": str(k)} for k in numbers]
    document = {"images": images, "annotations": annotations, "categories": categories}
    path = out / "coco128.json"
    path.write_text(json.dumps(document))
    return path


MISSING = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
COCO_IDS = [k for k in range(1, 91) if k not in MISSING]


def test_undefined_is_not_a_number(tmp_path: Path) -> None:
    truth = {
        "images": [{"id": 1, "width": 100, "height": 100, "file_name": "a.jpg"}],
        "annotations": [],
        "categories": [{"id": 1, "name": "cat"}],
    }
    result = {"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5], "score": 0.5}
    paths = pycoco.write(tmp_path, "none", truth, [result])
    assert np.isnan(ours.evaluate(*paths, "bbox")["stats"]).all()
