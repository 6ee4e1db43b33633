"""Good inputs of every format: a small project and a run, written by our own sinks or by hand."""

from __future__ import annotations

import io
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import boxscore as bs
from boxscore.kernels import _core
from tests.fuzz.trees import Case, Node, Tree, cut

SIZES = {"a.png": (64, 48), "b.png": (40, 40), "c.png": (16, 12), "d.png": (64, 48)}
CLASSES = ("cat", "traffic light", "Dog")
BOXES = {
    "a.png": [(1, 4.5, 6.0, 20.0, 16.0), (2, 30.0, 10.0, 12.5, 30.0)],
    "b.png": [(1, 2.0, 3.0, 30.0, 30.0), (3, 0.0, 0.0, 10.0, 12.0)],
    "c.png": [(2, 1.0, 1.0, 9.0, 8.0)],
    "d.png": [],
}
"""Image -> (class id, x, y, width, height)."""

Record = dict[str, Any]


def text(document: Any) -> bytes:
    """A document as JSON."""
    return json.dumps(document).encode()


def picture(size: tuple[int, int], mode: str = "RGB", form: str = "PNG", seed: int = 1) -> bytes:
    """A small picture with something on it."""
    rng = np.random.default_rng(seed)
    grey = Image.fromarray(rng.integers(0, 255, (size[1], size[0]), np.uint8))
    out = io.BytesIO()
    grey.convert(mode).save(out, form)
    return out.getvalue()


def indices(values: np.ndarray[Any, Any], mode: str | None = None) -> bytes:
    """An array as PNG."""
    made = Image.fromarray(values)
    if mode == "P":
        made.putpalette([k * 7 % 256 for k in range(768)])
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


PICTURES: Tree = {f"images/{name}": picture(size) for name, size in SIZES.items()}


def bitmap(size: tuple[int, int]) -> np.ndarray[Any, Any]:
    """A square in the middle of an image."""
    made = np.zeros((size[1], size[0]), np.uint8)
    made[size[1] // 4 : size[1] // 2, size[0] // 4 : size[0] // 2] = 1
    return made


def truth(posed: bool = False) -> Record:
    """COCO ground truth with boxes, polygons, run lengths, a crowd; with keypoints if `posed`."""
    images: list[Record] = []
    annotations: list[Record] = []
    for k, (name, (width, height)) in enumerate(SIZES.items()):
        facts = {"id": k, "file_name": name, "width": width, "height": height}
        images.append(facts | {"video_id": 1, "frame_id": k})
        for class_id, x, y, w, h in BOXES[name]:
            one: Record = {
                "id": len(annotations) + 1, "image_id": k, "category_id": class_id,
                "bbox": [x, y, w, h], "area": w * h, "iscrowd": 0,
            }  # fmt: skip
            kind = len(annotations) % 4
            if kind == 0:
                one["segmentation"] = [[x, y, x + w, y, x + w, y + h, x, y + h]]
            elif kind == 1:
                counts = _core.mask_from_bitmap(bitmap((width, height))).decode()
                one |= {"segmentation": {"size": [height, width], "counts": counts}, "iscrowd": 1}
            elif kind == 2 and posed:
                one |= {"keypoints": [x, y, 2, x + w, y + h, 1], "num_keypoints": 2}
            annotations.append(one)
    categories: list[Record] = [{"id": k, "name": name} for k, name in enumerate(CLASSES, 1)]
    categories[0] |= {"supercategory": "animal"}
    if posed:
        categories[0] |= {"keypoints": ["nose", "tail"], "skeleton": [[1, 2]]}
    return {"images": images, "annotations": annotations, "categories": categories}


def results() -> list[Record]:
    """COCO results: each object moved a little, and something that is not there."""
    found: list[Record] = []
    for k, name in enumerate(SIZES):
        for class_id, x, y, w, h in [*BOXES[name], (1, 0.0, 0.0, 5.0, 5.0)]:
            score = 0.9 - 0.05 * len(found)
            head = {"image_id": k, "category_id": class_id, "score": score}
            found.append(head | {"bbox": [x + 0.5, y, w, h]})
    return found


def make_project(folder: Path) -> bs.Project:
    """The project for which all predictions are meant, with one run, "run"."""
    for place, node in {"gt.json": text(truth()), "run.json": text(results()), **PICTURES}.items():
        assert isinstance(node, bytes)
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_bytes(node)
    made = bs.Project.import_project(
        folder / "gt.json", images=folder / "images", target=folder, name="project"
    )
    project = bs.Project.open(made["path"])
    project.import_predictions(folder / "run.json", name="run")
    return project


def exported(project: bs.Project, what: str, form: str) -> Tree:
    """What a sink of ours writes."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out"
        project.export(what, format=form, output=out)
        return cut(out)


def one_file(name: str, node: Node, *, role: str, form: str) -> Case:
    """A case of a single file."""
    return Case(tree={name: node}, entry=name, role=role, form=form)


def coco(_: bs.Project) -> list[Case]:
    """COCO annotations and results."""
    segm = [one | {"segmentation": t["segmentation"]} for one, t in
            zip(results(), truth()["annotations"], strict=False) if "segmentation" in t
            and isinstance(t["segmentation"], dict)]  # fmt: skip
    whole: Tree = {"gt.json": text(truth()), **PICTURES}
    return [
        Case(tree=whole, entry="gt.json", images="images", form="coco"),
        one_file("gt.json", text(truth()), role="truth", form="coco"),
        one_file("gt.json", text(lvis()), role="truth", form="coco"),
        one_file("r.json", text(results()), role="predictions", form="coco"),
        one_file("r.json", text(results() + segm), role="predictions", form="coco"),
        one_file("r.json", text(results()), role="doctor", form="coco"),
    ]


def lvis() -> Record:
    """The same with what LVIS and tracking sets add."""
    document = truth(posed=True)
    for image in document["images"]:
        image |= {"neg_category_ids": [1], "not_exhaustive_category_ids": [2], "license": 1}
    for one in document["annotations"]:
        one |= {"track_id": 5, "attributes": {"occlusion": 0.5, "rotation": 10.0}}
    frequency = {"frequency": "c", "synonyms": ["x"]}
    document["categories"] = [c | frequency for c in document["categories"]]
    return document | {"licenses": [{"id": 1, "name": "by"}]}


def of_sinks(project: bs.Project, form: str) -> list[Case]:
    """A format of ours, both ways where it has both."""
    truths: Tree = {} if form == "pickle" else exported(project, "ground-truth", form)
    found: Tree = {} if form == "cvat" else exported(project, "run", form)
    cases = []
    if truths:
        entry = next(iter(truths)) if form in ("csv", "jsonl", "parquet") else ""
        whole: Tree = {**truths, **PICTURES}
        cases.append(Case(tree=whole, entry=entry, images="images", form=form))
        cases += _single(truths, "truth", form)
    if found:
        single = _single(found, "predictions", form)
        cases += single or [Case(tree=found, role="predictions", form=form)]
        told = single or [Case(tree=found, form=form)]
        cases += [replace(one, role="doctor") for one in told] if form != "pickle" else []
    return cases


def _single(tree: Tree, role: str, form: str) -> list[Case]:
    """The annotation file itself, where there is but one."""
    files = [p for p in tree if not p.startswith("images/")]
    if len(files) != 1:
        return []
    return [Case(tree={files[0]: tree[files[0]]}, entry=files[0], role=role, form=form)]
