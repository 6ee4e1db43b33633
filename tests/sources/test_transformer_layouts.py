"""Transformers in the layouts of Encord Active's four examples, run as its users run them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.program import Done, run
from tests.sources.test_image_folder import read_folder

LABELS = """
import json
from encord_active.lib.labels.label_transformer import *


def classes(label_files):
    (meta,) = [file for file in label_files if file.name == "meta.json"]
    return json.loads(meta.read_text())["videos"]


def image_of(file):
    return file.parents[2] / "JPEGImages" / file.parent.name / f"{file.stem}.jpg"
"""
BOXES = """
import json
from encord_active.lib.labels.label_transformer import *
from label_parts import classes, image_of


class BoxesOfVideos(LabelTransformer):
    def from_custom_labels(self, label_files, data_files):
        meta = classes(label_files)
        return [
            DataLabel(
                abs_data_path=image_of(file),
                label=BoundingBoxLabel(
                    class_=meta[file.parent.name]["objects"][key]["category"],
                    bounding_box=BoundingBox(**box),
                ),
            )
            for file in label_files
            if file.suffix == ".json" and file.name != "meta.json"
            for key, box in json.loads(file.read_text()).items()
        ]
"""
OUTLINES = """
import numpy as np
from PIL import Image
from encord_active.lib.labels.label_transformer import *
from label_parts import classes, image_of


class OutlinesOfVideos(LabelTransformer):
    def from_custom_labels(self, label_files, data_files):
        out, meta = [], classes(label_files)
        for file in (file for file in label_files if file.suffix == ".png"):
            image = np.asarray(Image.open(file))
            size = np.array([image.shape[::-1]], dtype=float)
            for instance in np.unique(image)[1:]:
                y, x = np.nonzero(image == instance)
                corners = np.array(
                    [[x.min(), y.min()], [x.max(), y.min()], [x.max(), y.max()], [x.min(), y.max()]]
                )
                name = meta[file.parent.name]["objects"][str(instance)]["category"]
                out.append(DataLabel(image_of(file), PolygonLabel(name, polygon=corners / size)))
        return out
"""
BOTH = """
import sys
from pathlib import Path

sys.path.append(Path(__file__).absolute().parent.as_posix())
from label_boxes import BoxesOfVideos
from label_outlines import OutlinesOfVideos
"""


@pytest.fixture
def frames_of_videos(tmp_path: Path) -> Path:
    """Two videos as folders of frames: boxes in JSON, instances in PNG, one meta file."""
    data = tmp_path / "data"
    for video in ("video1", "video2"):
        for kind in ("JPEGImages", "Annotations"):
            (data / kind / video).mkdir(parents=True)
        for frame in ("00000", "00005"):
            Image.new("RGB", (40, 20)).save(data / "JPEGImages" / video / f"{frame}.jpg")
            box = {"x": 0.1, "y": 0.2, "w": 0.5, "h": 0.4}
            labels = data / "Annotations" / video
            (labels / f"{frame}.json").write_text(json.dumps({"1": box, "2": box}))
            instances = np.zeros((20, 40), np.uint8)
            instances[2:10, 5:15] = 2
            Image.fromarray(instances).save(labels / f"{frame}.png")
    objects = {"objects": {"1": {"category": "cat"}, "2": {"category": "dog"}}}
    (data / "meta.json").write_text(json.dumps({"videos": {"video1": objects, "video2": objects}}))
    for name, text in (
        ("label_parts", LABELS), ("label_boxes", BOXES), ("label_outlines", OUTLINES),
        ("both", BOTH),
    ):  # fmt: skip
        (tmp_path / f"{name}.py").write_text(text)
    return data


def init_frames(data: Path, *options: str | Path) -> Done:
    return run(
        "init", "--data-glob", "JPEGImages/**/*.jpg", "--label-glob", "Annotations/**/*.json",
        "--label-glob", "Annotations/**/*.png", "--label-glob", "meta.json", *options,
        "--json", data, cwd=data.parent, name="encord-active",
    )  # fmt: skip


def test_transformers_that_a_file_imports_are_its_own(frames_of_videos: Path) -> None:
    both = frames_of_videos.parent / "both.py"
    refused = init_frames(frames_of_videos, "--transformer", both)
    assert refused.code == 2 and "BoxesOfVideos, OutlinesOfVideos" in refused.err
    wrong = init_frames(frames_of_videos, "--transformer", both, "--transformer-name", "Neither")
    assert wrong.code == 2
    done = init_frames(
        frames_of_videos, "--transformer", both, "--transformer-name", "BoxesOfVideos",
        "--transformer-name", "OutlinesOfVideos",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert (done.json["images"], done.json["ground_truth"]) == (4, 8 + 4)
    assert done.json["classes"] == 3  # cat and dog as boxes, dog as polygons


@pytest.mark.parametrize(("name", "rows"), [("label_boxes", 8), ("label_outlines", 4)])
def test_a_transformer_for_folders_of_frames(frames_of_videos: Path, name: str, rows: int) -> None:
    done = init_frames(frames_of_videos, "--transformer", frames_of_videos.parent / f"{name}.py")
    assert (done.code, done.json["ground_truth"]) == (0, rows)


def test_classes_may_come_from_the_names_of_folders(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name, count in (("cat", 7), ("dog", 9), ("horse", 12)):
        (data / name).mkdir(parents=True)
        for k in range(count):
            suffix = "jpeg" if name == "horse" else "jpg"
            Image.new("RGB", (8, 8)).save(data / name / f"{k}.{suffix}")
    transformer = tmp_path / "by_folder.py"
    transformer.write_text(
        "from encord_active.lib.labels.label_transformer import *\n"
        "class ByFolder(LabelTransformer):\n"
        "    def from_custom_labels(self, _, data_files):\n"
        "        return [DataLabel(f, ClassificationLabel(class_=f.parent.name))"
        " for f in data_files]\n"
    )
    tables = read_folder(data, transformer=transformer)
    names = [tables.ontology.classes[k].name for k in tables.ground_truth.table["class_id"]]
    assert Counter(names) == {"cat": 7, "dog": 9, "horse": 12}
