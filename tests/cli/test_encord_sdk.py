"""Encord Active's importers, writer and project: documented code on real images."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import BoxscoreError
from boxscore.kernels import _core
from boxscore.project import Project
from boxscore.schema.kinds import Kind
from encord_active.lib.db.predictions import (
    BoundingBox,
    Format,
    FrameClassification,
    ObjectDetection,
    Prediction,
)
from encord_active.lib.model_predictions.importers import (
    import_coco_predictions,
    import_kitti_predictions,
    import_mask_predictions,
    import_predictions,
    migrate_coco_predictions,
    migrate_kitti_predictions,
    migrate_mask_predictions,
)
from encord_active.lib.model_predictions.writer import PredictionWriter
from encord_active.lib.project import Project as EncordProject
from tests.cli.program import run
from tests.cli.test_encord_page import DEMO, TRANSFORMER


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's images with labels of a transformer: class thing, region, and day or night."""
    folder = tmp_path_factory.mktemp("encord")
    (folder / "mine.py").write_text(TRANSFORMER)
    done = run(
        "init", DEMO / "images", "--transformer", "mine.py", "-n", "p",
        cwd=folder, name="encord-active",
    )  # fmt: skip
    assert done.code == 0, done.err
    return folder / "p"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "p")


@pytest.fixture
def project(folder: Path) -> Project:
    return Project.open(folder)


def hashes(project: Project) -> dict[str, str]:
    found: dict[str, str] = project.ontology.summary()["objects"]
    return found


def predicted(project: Project, run: str = "predictions") -> list[tuple[Any, ...]]:
    table = project.predictions(run).table
    names = ("item", "class_id", "kind", "x", "y", "width", "height", "confidence")
    return list(zip(*(table[name].tolist() for name in names), strict=True))


SDK = """
import json
from pathlib import Path

from encord_active.lib.db.predictions import BoundingBox, Format, ObjectDetection, Prediction
from encord_active.lib.model_predictions.importers import import_predictions
from encord_active.lib.project import Project

project = Project(Path(".")).load()
class_id = next(o.feature_node_hash for o in project.ontology.objects if o.name == "thing")
predictions = []
for label_row in project.label_rows.values():
    for data_unit in label_row["data_units"].values():
        for label in data_unit["labels"]["objects"]:
            if label["shape"] != "bounding_box":
                continue
            predictions.append(
                Prediction(
                    data_hash=data_unit["data_hash"],
                    confidence=0.9,
                    object=ObjectDetection(
                        format=Format.BOUNDING_BOX,
                        data=BoundingBox(**label["boundingBox"]),
                        feature_hash=label["featureHash"],
                    ),
                )
            )
import_predictions(project, predictions)
"""

WRITER = """
from pathlib import Path
from encord_active.lib.model_predictions.writer import PredictionWriter
from encord_active.lib.db.predictions import *
from encord_active.lib.project import Project

project = Project(Path(".")).load()
things = next(o.feature_node_hash for o in project.ontology.objects if o.name == "thing")
with PredictionWriter(project) as writer:
    for label_row in project.label_rows.values():
        box = BoundingBox(x=0.1, y=0.2, w=0.5, h=0.25)
        found = ObjectDetection(format=Format.BOUNDING_BOX, data=box, feature_hash=things)
        writer.add_prediction(
            Prediction(data_hash=label_row["data_hash"], confidence=0.9, object=found)
        )
"""


@pytest.mark.parametrize("script", [SDK, WRITER], ids=["importers", "writer"])
def test_documented_code_runs_unchanged(script: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    project = Project.open(folder)
    evaluation = project.evaluate("predictions")
    assert evaluation["predictions"] == 41
    per_class = {c["class"]: c for c in evaluation["per_class"]}
    assert per_class["thing"]["ap"] == 1
    assert run("verify", cwd=folder).code == 0


def every_form(project: Project) -> list[Prediction]:
    found = hashes(project)
    answer = next(iter(project.ontology.summary()["classifications"].values()))
    out = []
    for data_hash, width, height in zip(
        project.items["data_hash"], project.items["width"], project.items["height"], strict=True
    ):
        mask = np.zeros((height, width), np.uint8)
        mask[5:50, 7:90] = 1
        outline = np.array([[0.2, 0.2], [0.6, 0.2], [0.6, 0.7]])
        box = BoundingBox(x=0.1, y=0.2, w=0.3, h=0.7)
        for form, data, name in (
            (Format.BOUNDING_BOX, box, "thing"),
            (Format.MASK, mask, "region"),
            (Format.POLYGON, outline, "region"),
        ):
            seen = ObjectDetection(form, data, found[name])
            out.append(Prediction(data_hash, 0, 0.5, object=seen))
        out.append(Prediction(data_hash, None, 0.5, classification=FrameClassification(**answer)))
    return out


def test_a_list_is_the_pickle_of_it(project: Project, tmp_path: Path) -> None:
    predictions = every_form(project)
    document = import_predictions(project, predictions)
    assert document is not None and document["predictions"] == 4 * 41 and not document["rejected"]
    path = tmp_path / "file.pkl"
    path.write_bytes(pickle.dumps(predictions))
    project.import_predictions(path)
    ours, theirs = (project.predictions(name) for name in ("predictions", "file"))
    assert str(predicted(project)) == str(predicted(project, "file"))
    assert ours.masks["counts"].tolist() == theirs.masks["counts"].tolist()
    assert ours.points["x"].tolist() == theirs.points["x"].tolist()
    assert import_predictions(project, []) is None


def test_the_writer_takes_all_documented_forms(project: Project) -> None:
    found, items = hashes(project), project.items
    data_hash, width, height = (items[n][0] for n in ("data_hash", "width", "height"))
    mask = np.zeros((height, width), np.uint8)
    mask[5:50, 7:90] = 1
    box = {"x": 0.1, "y": 0.2, "w": 0.3, "h": 0.7}
    pixels = np.array([[10, 10], [60, 10], [60, 70]])
    with PredictionWriter(project.path / "cache", project) as writer:
        writer.add_prediction(data_hash, found["thing"], 0.9, bbox=box)
        writer.add_prediction(data_hash, found["thing"], 0.8, bbox=BoundingBox(**box))
        writer.add_prediction(data_hash, found["region"], 0.7, polygon=pixels)
        writer.add_prediction(data_hash, found["region"], 0.6, polygon=mask, frame=0)
        writer.add_prediction(
            data_hash=data_hash,
            class_uid=found["region"],
            confidence_score=0.5,
            polygon=pixels / [width, height],
        )
    predictions = project.predictions("predictions")
    kinds = [Kind.BOX, Kind.BOX, Kind.POLYGON, Kind.BITMASK, Kind.POLYGON]
    assert predictions.table["kind"].tolist() == kinds
    boxes = predicted(project)
    assert boxes[0][3:7] == boxes[1][3:7] == (0.1 * width, 0.2 * height, 0.3 * width, 0.7 * height)
    first, bitmap, third = predictions.masks["counts"].tolist()
    assert first == third
    assert np.array_equal(_core.mask_decode(bitmap, height, width), mask)


def test_the_writer_is_all_or_nothing_and_replaces(project: Project) -> None:
    data_hash, thing = project.items["data_hash"][0], hashes(project)["thing"]
    box = BoundingBox(x=0.1, y=0.2, w=0.3, h=0.7)
    with pytest.raises(ValueError, match="exactly one"), PredictionWriter(project) as writer:
        writer.add_prediction(data_hash, thing, 0.9, bbox=box)
        writer.add_prediction(data_hash, thing, 0.9)
    assert project.run_names() == []
    for count in (3, 2):
        with PredictionWriter(project.path, {thing: 0}) as writer:
            for _ in range(count):
                writer.add_prediction(data_hash, thing, 0.9, bbox=box)
        assert project.predictions("predictions").rows == count
    with pytest.raises(BoxscoreError, match="one number"):
        PredictionWriter(project, {thing: 0, "other": 0})
    with pytest.raises(ValueError, match="custom_object_map"), PredictionWriter(project, {}) as w:
        w.add_prediction(data_hash, thing, 0.9, bbox=box)


# --- COCO results with both mappings ---------------------------------------------------------


def coco_files(project: Project, folder: Path, as_numbers: bool) -> Path:
    """Results under ids of their own, and the files that translate them."""
    folder.mkdir()
    found, items = hashes(project), project.items
    numbers = range(9000, 9000 + items.rows)
    results = []
    for number, width, height in zip(numbers, items["width"], items["height"], strict=True):
        box = [0.1 * width, 0.2 * height, 0.5 * width, 0.25 * height]
        results.append({"image_id": number, "category_id": 7, "bbox": box, "score": 0.25})
        bitmap = np.zeros((height, width), np.uint8)
        bitmap[3:9, 4:20] = 1
        counts = _core.mask_from_bitmap(bitmap).decode()
        code = {"size": [int(height), int(width)], "counts": counts}
        results.append({"image_id": number, "category_id": 7, "segmentation": code, "score": 0.5})
    path = folder / "results.json"
    path.write_text(json.dumps(results))
    category: Any = 7 if as_numbers else "7"
    ontology = {found["thing"]: category, found["region"]: category}
    (folder / "ontology_mapping.json").write_text(json.dumps(ontology))
    images = dict(zip(map(str, numbers), items["data_hash"], strict=True))
    (folder / "image_mapping.json").write_text(json.dumps(images))
    return path


@pytest.mark.parametrize("as_numbers", [True, False], ids=["numbers", "texts"])
def test_coco_with_mapping_files(project: Project, tmp_path: Path, as_numbers: bool) -> None:
    path = coco_files(project, tmp_path / "coco", as_numbers)
    document = import_coco_predictions(EncordProject(project.path).load(), path)
    assert document["predictions"] == 82 and document["rejected"] == 0
    assert document["mapping"] == {"images": "by image mapping", "classes": "by ontology mapping"}
    width, height = project.items["width"][0], project.items["height"][0]
    first = predicted(project)[0]
    assert first[3:] == (0.1 * width, 0.2 * height, 0.5 * width, 0.25 * height, 0.25)
    names = [project.ontology.classes[row[1]].name for row in predicted(project)[:2]]
    assert names == ["thing", "region"]
    expected = predicted(project)
    # Passed as dictionaries with whole numbers, from the command line, and as objects: the same.
    ontology = dict.fromkeys(hashes(project).values(), 7)
    images = {9000 + k: h for k, h in enumerate(project.items["data_hash"].tolist())}
    elsewhere = tmp_path / "alone.json"
    shutil.copy(path, elsewhere)
    import_coco_predictions(project, elsewhere, ontology, images, name="passed")
    assert predicted(project, "passed") == expected
    done = run(
        "import", "predictions", "--coco", path, "-n", "cli", cwd=project.path, name="encord-active"
    )
    assert done.code == 0, done.err
    assert predicted(project, "cli") == expected
    objects = migrate_coco_predictions(project.path, path)
    forms = [p.object.format for p in objects if p.object is not None]
    assert forms == [Format.BOUNDING_BOX, Format.MASK] * 41
    import_predictions(project, objects, name="objects")
    assert np.allclose(np.array(predicted(project, "objects")), np.array(expected), atol=1e-9)


def test_missing_and_wrong_mappings_raise_as_documented(project: Project, tmp_path: Path) -> None:
    path = coco_files(project, tmp_path / "coco", True)
    with pytest.raises(ValueError, match=r"nonsense.*no classes"):
        import_coco_predictions(project, path, {"nonsense": 7})
    (path.parent / "image_mapping.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"image_mapping.json. was not found"):
        import_coco_predictions(project, path)
    (path.parent / "ontology_mapping.json").write_text('{"a": 1, "a": 2}')
    with pytest.raises(BoxscoreError, match="stands there twice"):
        import_coco_predictions(project, path, None, {})
    assert project.run_names() == []


# --- KITTI and masks -------------------------------------------------------------------------


def kitti_line(name: str, box: list[float], confidence: str = " 0.75") -> str:
    corners = " ".join(map(str, box))
    return f"{name} 0.00 0 -1.57 {corners} 1.5 1.6 4.1 1.0 1.7 30.2 -1.55{confidence}\n"


@pytest.mark.parametrize("name", ["{title}.txt", "{stem}.txt", "{title}__0.csv", "{stem}__0.txt"])
def test_kitti_files_of_every_name(project: Project, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "kitti"
    folder.mkdir()
    titles = project.items["title"].tolist()
    for title in titles:
        file = folder / name.format(title=title, stem=Path(title).stem)
        text = kitti_line("Car", [1.25, 2.5, 31.75, 42.125])
        file.write_text(text + kitti_line("Car", [1, 2, 3, 4], ""))
    (folder / "ontology_mapping.json").write_text(json.dumps({hashes(project)["thing"]: "Car"}))
    document = import_kitti_predictions(project, folder)
    assert document["rejected"] == 0 and document["images_with_predictions"] == 41
    rows = predicted(project)
    assert [row[3:] for row in rows] == [(1.25, 2.5, 30.5, 39.625, 0.75), (1, 2, 2, 2, 1)] * 41
    assert "W-KITTI-NO-CONFIDENCE" in {w["code"] for w in document["warnings"]}
    done = run("import", "predictions", folder, "-n", "cli", cwd=project.path, name="encord-active")
    assert done.code == 0, done.err
    assert predicted(project, "cli") == rows
    objects = migrate_kitti_predictions(project.path, folder)
    assert len(objects) == 82 and {p.confidence for p in objects} == {0.75, 1}


def test_kitti_boxes_of_a_class_with_masks_are_compared_as_boxes(
    project: Project, tmp_path: Path
) -> None:
    title, width, height = (project.items[name][0] for name in ("title", "width", "height"))
    corners = [0.2 * width, 0.2 * height, 0.6 * width, 0.7 * height]
    (tmp_path / f"{title}.txt").write_text(kitti_line("R", corners))
    document = import_kitti_predictions(project, tmp_path, {hashes(project)["region"]: "R"})
    codes = [w["code"] for w in document["warnings"]]
    assert codes == ["W-KITTI-BOX-OF-MASK", "W-IMAGES-UNSEEN"]
    assert document["task"] == "bbox" and document["evaluation"]["counts"]["tp"] == 1


def test_kitti_lines_that_cannot_be_used_are_counted(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "kitti"
    folder.mkdir()
    title = project.items["title"][0]
    good = kitti_line("Car", [1, 2, 30, 40]) * 100
    bad = [
        "Car 0 0 0 1 2 3\n",
        kitti_line("Tram", [1, 2, 3, 4]),
        kitti_line("Car", [1, 2, 3, 4], " nan"),
        kitti_line("Car", [1, 2, float("inf"), 4]),
        kitti_line("DontCare", [1, 2, 3, 4]),
    ]
    (folder / f"{title}.txt").write_text(good + "".join(bad))
    (folder / "unknown.txt").write_text(good)
    mapping = {hashes(project)["thing"]: "Car"}
    document = import_kitti_predictions(project, folder, mapping)
    assert document["predictions"] == 100 and document["rejected"] == 5
    codes = {w["code"]: w["count"] for w in document["warnings"]}
    assert codes == {
        "E-KITTI-COLUMNS": 1, "E-CLASS-UNKNOWN": 1, "E-CONFIDENCE": 1, "E-BOX-NOT-FINITE": 1,
        "E-IMAGE-UNKNOWN": 1, "N-KITTI-DONTCARE": 1, "W-IMAGES-UNSEEN": 1,
        "W-DUPLICATE": 99,
    }  # fmt: skip


@pytest.mark.parametrize("mode", ["L", "P", "I;16"])
def test_masks_one_object_for_every_region(project: Project, tmp_path: Path, mode: str) -> None:
    folder = tmp_path / "masks"
    items = project.items
    for k, (data_hash, width, height) in enumerate(
        zip(items["data_hash"], items["width"], items["height"], strict=True)
    ):
        pixels = np.zeros((height, width), np.uint16 if mode == "I;16" else np.uint8)
        pixels[5:20, 5:30] = 200
        pixels[8:12, 8:12] = 0
        pixels[20:30, 30:40] = 200  # touches the first at a corner: the same object
        pixels[50:60, 50:60] = 200
        pixels[70, 70] = 200
        (folder / data_hash).mkdir(parents=True)
        image = Image.fromarray(pixels)
        if mode == "P":
            image = image.convert("P") if k % 2 else image
        image.save(folder / data_hash / "0.png")
    mapping = {hashes(project)["region"]: 200}
    document = import_mask_predictions(
        project,
        folder,
        ontology_mapping=mapping,
        file_path_to_data_unit_func=lambda path: (path.parent.name, int(path.stem)),
    )
    assert document["predictions"] == 82 and document["rejected"] == 0
    assert {w["code"]: w["count"] for w in document["warnings"]} == {"N-MASK-SPECKS": 41}
    areas = project.predictions("predictions").table["area"].tolist()
    assert areas == [15 * 25 - 16 + 100, 100] * 41
    objects = migrate_mask_predictions(
        project.path, folder, mapping, file_path_to_data_unit_func=lambda p: (p.parent.name, None)
    )
    assert [int(p.object.data.sum()) for p in objects if p.object] == areas  # type: ignore[union-attr]


def test_masks_by_title_from_the_command_line(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    items = project.items
    for title, width, height in zip(items["title"], items["width"], items["height"], strict=True):
        pixels = np.zeros((height, width), np.uint8)
        pixels[5:20, 5:30] = 1
        Image.fromarray(pixels).save(folder / f"{Path(title).stem}.png")
    (folder / "ontology_mapping.json").write_text(json.dumps({hashes(project)["region"]: "1"}))
    done = run("import", "predictions", folder, "-n", "m", cwd=project.path, name="encord-active")
    assert done.code == 0, done.err
    assert [row[3:7] for row in predicted(project, "m")] == [(5, 5, 25, 15)] * 41


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda size: np.zeros((size[0], size[1], 3), np.uint8), "E-MASK-CHANNELS"),
        (lambda size: np.ones((3, 3), np.uint8), "E-MASK-SIZE"),
        (lambda size: np.full(size, 9, np.uint8), "E-CLASS-UNKNOWN"),
        (None, "E-IMAGE-KIND"),
    ],
)
def test_masks_that_cannot_be_used_refuse(
    project: Project, tmp_path: Path, make: Any, code: str
) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    items = project.items
    path = folder / f"{items['title'][0]}.png"
    if make is None:
        path.write_bytes(b"\x89PNG and nothing more")
    else:
        Image.fromarray(make((int(items["height"][0]), int(items["width"][0])))).save(path)
    with pytest.raises(BoxscoreError, match=code):
        import_mask_predictions(project, folder, {hashes(project)["region"]: 1})
    with pytest.raises(ValueError, match="not positive"):
        import_mask_predictions(project, folder, {hashes(project)["region"]: 0})
    with pytest.raises(BoxscoreError, match="holds no file"):
        import_kitti_predictions(project, folder, {})


def test_the_project_has_the_documented_attributes(project: Project) -> None:
    encord = EncordProject(project.path).load(subset_size=5)
    assert len(encord.label_rows) == len(encord.label_row_metas) == 5
    assert encord.project_meta["project_title"] == project.name
    assert encord.project_meta["project_hash"] == encord.project_hash
    assert [o.name for o in encord.ontology.objects] == ["thing", "region"]
    assert encord.ontology.to_dict()["classifications"] == encord.ontology.classifications
    row = next(iter(encord.load().label_rows.values()))
    assert len(encord.label_rows) == 41
    (unit,) = row["data_units"].values()
    shapes = [label["shape"] for label in unit["labels"]["objects"]]
    assert shapes == ["bounding_box", "polygon"]
    box = unit["labels"]["objects"][0]["boundingBox"]
    assert box == pytest.approx({"x": 0.1, "y": 0.2, "w": 0.5, "h": 0.25})
    (answer,) = row["classification_answers"].values()
    assert answer["classifications"][0]["answers"][0]["name"] in ("day", "night")
