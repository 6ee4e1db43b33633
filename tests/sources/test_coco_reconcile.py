"""COCO results whose ids or boxes mean something else, made from real files."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.sources.coco_ids import COCO_IDS
from tests.sources.coco_files import write

DEMO = Path(str(__file__)).parents[2] / "src" / "boxscore" / "demo"
Records = list[dict[str, Any]]
Change = Callable[[dict[str, Any], dict[str, Any]], None]


class Wrong:
    """A project, right results for it, and how to write them wrongly."""

    def __init__(self, truth: Path, found: Path, target: Path) -> None:
        self.document = json.loads(truth.read_text())
        made = Project.import_project(truth, target=target)
        self.project = Project.open(made["path"])
        self.found: Records = json.loads(found.read_text())
        self.images = {i["id"]: i for i in self.document["images"]}
        self.names = {c["id"]: c["name"] for c in self.document["categories"]}
        self.target = target

    def file(self, change: Change, name: str = "wrong") -> Path:
        records = []
        for record in self.found:
            copy = {k: record[k] for k in ("image_id", "category_id", "bbox", "score")}
            change(copy, self.images[copy["image_id"]])
            records.append(copy)
        return write(self.target / f"{name}.json", records)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Wrong:
    found = DEMO / "predictions_float32.json"
    return Wrong(DEMO / "annotations.json", found, tmp_path_factory.mktemp("demo"))


def box(form: Callable[..., list[float]]) -> Change:
    def change(record: dict[str, Any], image: dict[str, Any]) -> None:
        record["bbox"] = form(*record["bbox"], image["width"], image["height"])

    return change


def image_id(form: Callable[[dict[str, Any]], object]) -> Change:
    def change(record: dict[str, Any], image: dict[str, Any]) -> None:
        record["image_id"] = form(image)

    return change


def category(form: Callable[[int], object]) -> Change:
    def change(record: dict[str, Any], _: dict[str, Any]) -> None:
        record["category_id"] = form(record["category_id"])

    return change


BOXES = {
    "xyxy, pixels": box(lambda x, y, w, h, *_: [x, y, x + w, y + h]),
    "cxcywh, pixels": box(lambda x, y, w, h, *_: [x + w / 2, y + h / 2, w, h]),
    "xywh, relative": box(lambda x, y, w, h, W, H: [x / W, y / H, w / W, h / H]),
    "yxhw, pixels": box(lambda x, y, w, h, *_: [y, x, h, w]),
    "xywh, pixels of a 640x640 input (stretch)": box(
        lambda x, y, w, h, W, H: [x * 640 / W, y * 640 / H, w * 640 / W, h * 640 / H]
    ),
}


@pytest.mark.parametrize("form", BOXES)
def test_boxes_of_another_form_are_refused_with_it_and_read_with_the_mapping(
    demo: Wrong, tmp_path: Path, form: str
) -> None:
    right = demo.project.import_predictions(DEMO / "predictions_float32.json", dry_run=True)
    path = demo.file(BOXES[form])
    with pytest.raises(SourceError, match="boxes cannot be told for sure: read as") as caught:
        demo.project.import_predictions(path)
    assert form in str(caught.value)
    mapping = tmp_path / "mapping.yaml"
    said = demo.project.doctor(path, write=mapping)
    assert [f["sure"] for f in said["findings"]] == [True, True, False, True]
    assert said["findings"][2]["chosen"]["how"] == form
    done = demo.project.import_predictions(path, mapping=mapping, name=form, replace=True)
    assert done["predictions"] == right["predictions"] and done["rejected"] == 0
    assert done["mapping"]["boxes"] == form
    assert demo.project.evaluate(form)["metrics"]["AP"] == pytest.approx(0.29997, abs=5e-4)


@pytest.mark.parametrize(
    ("form", "how"),
    [
        (lambda image: Path(image["file_name"]).stem, "file stem"),
        (lambda image: image["file_name"], "file name"),
        (lambda image: str(image["id"]), "source id"),
    ],
)
def test_image_ids_that_are_names_are_found(
    demo: Wrong, form: Callable[[dict[str, Any]], object], how: str
) -> None:
    done = demo.project.import_predictions(demo.file(image_id(form)), dry_run=True)
    assert done["rejected"] == 0 and done["mapping"]["images"] == f"by {how}"


def test_names_for_category_ids_are_found(demo: Wrong) -> None:
    done = demo.project.import_predictions(
        demo.file(category(lambda c: demo.names[c].upper())), dry_run=True
    )
    assert done["rejected"] == 0
    assert done["mapping"]["classes"] == "by name, whatever its case and spacing"


def test_ids_shifted_by_one_are_found(demo: Wrong, tmp_path: Path) -> None:
    path, mapping = demo.file(category(lambda c: c - 1)), tmp_path / "mapping.yaml"
    said = demo.project.doctor(path, write=mapping)
    assert said["findings"][1]["chosen"]["how"] == "source id less one"
    done = demo.project.import_predictions(path, mapping=mapping, name="shifted", replace=True)
    assert done["rejected"] == 0
    assert demo.project.evaluate("shifted")["metrics"]["AP"] == pytest.approx(0.29997, abs=5e-6)


def test_ids_that_all_exist_but_mean_other_classes_are_refused(demo: Wrong, tmp_path: Path) -> None:
    ids = sorted(demo.names)
    path = demo.file(category(lambda c: ids[(ids.index(c) + 1) % len(ids)]))
    mapping = tmp_path / "mapping.yaml"
    with pytest.raises(SourceError, match="classes cannot be told for sure: the ids exist, but"):
        demo.project.import_predictions(path, dry_run=True)
    said = demo.project.doctor(path, write=mapping)
    assert said["findings"][0]["sure"] and not said["findings"][1]["sure"]


def test_files_of_another_data_set_are_refused_with_the_evidence(demo: Wrong) -> None:
    path = demo.file(image_id(lambda image: f"frame_{image['id']}_x.png"))
    with pytest.raises(SourceError, match="0 of 41 images found; not found: frame_"):
        demo.project.import_predictions(path, dry_run=True)


@pytest.mark.parametrize("name", ["predictions_float32.json", "predictions_int8.json"])
def test_right_files_are_read_as_they_stand(demo: Wrong, name: str) -> None:
    done = demo.project.import_predictions(DEMO / name, dry_run=True)
    assert done["mapping"] == {"images": "by source id", "classes": "by category id"}
    said = demo.project.doctor(DEMO / name)
    assert said["sure"] and said["format"] == "coco"


@pytest.mark.parametrize("seed", range(6))
def test_a_detector_of_noise_raises_no_alarm(demo: Wrong, tmp_path: Path, seed: int) -> None:
    dice, ids, records = random.Random(seed), sorted(demo.names), []
    for image in demo.document["images"]:
        for _ in range(100):
            w, h = (dice.uniform(0.02, 0.9) * image[side] for side in ("width", "height"))
            x, y = dice.uniform(0, image["width"] - w), dice.uniform(0, image["height"] - h)
            records.append(
                {
                    "image_id": image["id"],
                    "category_id": dice.choice(ids),
                    "bbox": [x, y, w, h],
                    "score": dice.random(),
                }
            )
    path = write(tmp_path / "noise.json", records)
    done = demo.project.import_predictions(path, dry_run=True)
    assert done["mapping"] == {"images": "by source id", "classes": "by category id"}


def test_coco_fake100_raises_no_alarm(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "coco_fake100"
    truth = folder / "instances_val2014_100.json"
    project = Project.open(Project.import_project(truth, target=tmp_path)["path"])
    for kind in ("bbox", "segm"):
        found = folder / f"instances_val2014_fake{kind}100_results.json"
        done = project.import_predictions(found, dry_run=True)
        assert done["mapping"] == {"images": "by source id", "classes": "by category id"}


@pytest.fixture(scope="module")
def centernet(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Path]:
    """COCO128's labels from YOLO files, and real results with COCO's own ids."""
    root = shared_data / "coco128_val"
    made = Project.import_project(
        root / "object_detection" / "labels" / "val2017",
        images=root / "images",
        target=tmp_path_factory.mktemp("coco128"),
    )
    return Project.open(made["path"]), root / "centernet_results.json"


def test_contiguous_ids_that_mean_other_classes_are_told(
    centernet: tuple[Project, Path], tmp_path: Path
) -> None:
    project, found = centernet
    plain = project.import_predictions(found, dry_run=True)
    assert plain["mapping"]["classes"] == "by COCO's category ids"
    ids = sorted({r["category_id"] for r in json.loads(found.read_text())})
    records = json.loads(found.read_text())
    place = {number: k + 1 for k, number in enumerate(sorted(COCO_IDS.values()))}
    assert set(ids) <= set(place)
    for record in records:
        record["category_id"] = place[record["category_id"]]
    path, mapping = write(tmp_path / "from_1.json", records), tmp_path / "mapping.yaml"
    said = project.doctor(path, write=mapping)
    assert said["findings"][1]["chosen"]["how"] in (
        "source id plus one",
        "place in the list, from 1",
    )
    done = project.import_predictions(path, mapping=mapping, name="from 1")
    assert done["rejected"] == 0
    assert project.evaluate("from 1")["metrics"]["AP"] == pytest.approx(0.325580, abs=5e-7)
