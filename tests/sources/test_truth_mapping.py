"""A mapping file for a ground truth: how its boxes are written, what its classes become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.api.job_child import rehearse_project
from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.tables import boxes_of
from tests.cli.program import run
from tests.conftest import ROOT
from tests.sources.test_encord import exported

SIZE = (128, 64)
"""Powers of two: shares of them are exact."""
BOXES = [[8.0, 4.0, 16.0, 24.0], [32.0, 8.0, 64.0, 40.0], [16.0, 16.0, 32.0, 32.0]]


def coco(path: Path, boxes: list[list[float]], **more: Any) -> Path:
    """Boxes of the classes car, truck and person, one on each image."""
    document = {
        "images": [
            {"id": k, "file_name": f"{k}.png", "width": SIZE[0], "height": SIZE[1]}
            for k in range(1, 4)
        ],
        "categories": [
            {"id": k, "name": name} for k, name in enumerate(("car", "truck", "person"), 1)
        ],
        "annotations": [
            {"id": k, "image_id": k, "category_id": k, "bbox": box, "iscrowd": 0, **more}
            for k, box in enumerate(boxes, 1)
        ],
    }
    path.write_text(json.dumps(document))
    return path


def texts(folder: Path, rows: list[str]) -> Path:
    """A text file each beside a picture of its name."""
    folder.mkdir()
    for k, row in enumerate(rows, 1):
        Image.new("RGB", SIZE).save(folder / f"{k}.png")
        (folder / f"{k}.txt").write_text(row + "\n")
    return folder


def made(source: Path, mapping: str, tmp_path: Path, **asked: Any) -> Project:
    file = tmp_path / "mapping.yaml"
    file.write_text(mapping)
    document = Project.import_project(
        source, target=tmp_path, name="made", mapping=file, **{"format": "coco"} | asked
    )
    return Project.open(document["path"])


def shares(box: list[float]) -> list[float]:
    return [box[0] / SIZE[0], box[1] / SIZE[1], box[2] / SIZE[0], box[3] / SIZE[1]]


def corners(box: list[float]) -> list[float]:
    return [box[0], box[1], box[0] + box[2], box[1] + box[3]]


@pytest.mark.parametrize(
    "written, words",
    [
        (shares, "{corners: xywh, scale: relative}"),
        (corners, "{corners: xyxy}"),
        (lambda b: [2 * v for v in b], "{input: {width: 256, height: 128, fit: stretch}}"),
    ],
    ids=["shares", "corners", "stretched"],
)
def test_boxes_of_coco_are_read_as_they_are_written(
    written: Any, words: str, tmp_path: Path
) -> None:
    source = coco(tmp_path / "a.json", [written(box) for box in BOXES])
    truth = made(source, f"boxes: {words}", tmp_path).ground_truth
    assert boxes_of(truth.table).tolist() == BOXES
    assert truth.table["area"].tolist() == [w * h for _, _, w, h in BOXES]


def test_an_area_in_shares_is_measured_anew(tmp_path: Path) -> None:
    source = coco(tmp_path / "a.json", [shares(box) for box in BOXES], area=0.25)
    truth = made(source, "boxes: {scale: relative}", tmp_path).ground_truth
    assert truth.table["area"].tolist() == [w * h for _, _, w, h in BOXES]


def test_an_area_in_pixels_is_kept(tmp_path: Path) -> None:
    source = coco(tmp_path / "a.json", [corners(box) for box in BOXES], area=100)
    truth = made(source, "boxes: {corners: xyxy}", tmp_path).ground_truth
    assert truth.table["area"].tolist() == [100, 100, 100]


def test_outlines_are_not_left_behind_in_another_scale(tmp_path: Path) -> None:
    outline = [[0.1, 0.1, 0.5, 0.1, 0.5, 0.5]]
    source = coco(tmp_path / "a.json", [shares(box) for box in BOXES], segmentation=outline)
    with pytest.raises(SourceError, match="outlines and keypoints") as bad:
        made(source, "boxes: {scale: relative}", tmp_path)
    assert bad.value.code == "E-MAPPING-OUTLINES" and not (tmp_path / "made").exists()


def test_sizes_that_could_be_corners_are_sizes_where_the_file_says_so(tmp_path: Path) -> None:
    rows = ["car 8 4 16 24", "car 32 8 64 40", "car 16 16 32 32"]
    source = texts(tmp_path / "labels", rows)
    guessed = Project.import_project(source, target=tmp_path, name="guessed", format="txt")
    assert boxes_of(Project.open(guessed["path"]).ground_truth.table)[0].tolist() == [8, 4, 8, 20]
    project = made(source, "boxes: {corners: xywh}", tmp_path, format="txt")
    assert boxes_of(project.ground_truth.table).tolist() == BOXES
    said = {w["code"] for w in project.import_report(1)["warnings"]}
    assert "N-BOXES-MAPPED" in said and "N-TXT-BOXES" not in said


def test_yolo_in_pixels_is_read_where_the_file_says_so(tmp_path: Path) -> None:
    rows = [f"0 {x + w / 2} {y + h / 2} {w} {h}" for x, y, w, h in BOXES]
    source = texts(tmp_path / "labels", rows)
    with pytest.raises(SourceError, match="no share of the image") as bad:
        Project.import_project(source, target=tmp_path, name="refused", format="yolo")
    assert "--mapping" in bad.value.fix
    project = made(source, "boxes: {corners: cxcywh}", tmp_path, format="yolo")
    assert boxes_of(project.ground_truth.table).tolist() == BOXES


def test_classes_are_renamed_joined_and_left_out(tmp_path: Path) -> None:
    source = coco(tmp_path / "a.json", BOXES)
    mapping = "classes: {map: {car: vehicle, 2: vehicle, person: null}}"
    project = made(source, mapping, tmp_path)
    assert [(c.name, c.source_id) for c in project.ontology.classes] == [("vehicle", 1)]
    assert project.ground_truth.table["class_id"].tolist() == [0, 0]
    assert boxes_of(project.ground_truth.table).tolist() == BOXES[:2]
    assert project.items.rows == 3, "an image whose labels are left out stays"
    assert {"N-CLASS-LEFT-OUT": 1}.items() <= {
        w["code"]: w["count"] for w in project.import_report(1)["warnings"]
    }.items()


def test_a_class_joins_one_that_has_the_name(tmp_path: Path) -> None:
    source = coco(tmp_path / "a.json", BOXES)
    project = made(source, "classes: {map: {car: truck}}", tmp_path)
    plain = Project.import_project(source, target=tmp_path, name="plain", format="coco")
    assert [(c.name, c.source_id) for c in project.ontology.classes] == [
        ("truck", 2),
        ("person", 3),
    ]
    ours = {c.name: c.feature_hash for c in project.ontology.classes}
    theirs = {c.name: c.feature_hash for c in Project.open(plain["path"]).ontology.classes}
    assert ours == {name: theirs[name] for name in ours}
    assert project.ground_truth.table["class_id"].tolist() == [0, 0, 1]


def test_answers_about_whole_images_are_renamed_too(tmp_path: Path) -> None:
    for k, name in enumerate(("tabby", "siamese", "beagle", "junk")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        Image.new("RGB", SIZE, (k, k, k)).save(tmp_path / "pets" / name / f"{k}.png")
    mapping = "classes: {map: {tabby: cat, siamese: cat, junk: null}}"
    project = made(tmp_path / "pets", mapping, tmp_path, format="folders")
    names = [c.name for c in project.ontology.classes]
    truth = project.ground_truth.table
    titles = project.items["title"][truth["item"]]
    given = {Path(t).stem: names[c] for t, c in zip(titles, truth["class_id"], strict=True)}
    assert sorted(names) == ["beagle", "cat"]
    assert given == {"0": "cat", "1": "cat", "2": "beagle"}


def test_more_may_be_unusable_where_the_file_says_so(tmp_path: Path) -> None:
    source = coco(tmp_path / "a.json", [BOXES[0], BOXES[1], [1, 2, -3, 4]])
    with pytest.raises(SourceError, match="1 of 9 records are unusable"):
        Project.import_project(source, target=tmp_path, name="refused", format="coco")
    assert made(source, "most_unmatched: 0.2", tmp_path).ground_truth.rows == 2


@pytest.mark.parametrize(
    "mapping, words",
    [
        ("classes: {map: {cra: vehicle}}", "did you mean 'car'"),
        ("classes: {map: {car: a, 1: b}}", "gets two names"),
        ("classes: {by: source id}", "says how predictions are read"),
        ("images: {by: file stem}", "says how predictions are read"),
        ("confidence: {scale: percent}", "says how predictions are read"),
        ("boxes: {corners: xyyx}", "did you mean"),
        ("colour: red", "unknown"),
    ],
)
def test_what_cannot_be_meant_is_refused(mapping: str, words: str, tmp_path: Path) -> None:
    source = coco(tmp_path / "a.json", BOXES)
    with pytest.raises(SourceError) as bad:
        made(source, mapping, tmp_path)
    assert words in str(bad.value) and not (tmp_path / "made").exists()


def test_an_ontology_of_its_own_keeps_its_names(shared_data: Path, tmp_path: Path) -> None:
    source = exported(shared_data / "encord_blobs", tmp_path / "rows", "image_group.py")
    with pytest.raises(SourceError, match="ontology of its own"):
        made(source, "classes: {map: {car: vehicle}}", tmp_path, format="encord")


def test_the_command_line_takes_it(tmp_path: Path) -> None:
    coco(tmp_path / "a.json", [shares(box) for box in BOXES])
    refused = run("import", "project", "a.json", "--json", cwd=tmp_path)
    assert refused.code == 2 and "boxes: {corners: xywh, scale: relative}" in refused.err
    (tmp_path / "mapping.yaml").write_text("boxes: {corners: xywh, scale: relative}\n")
    done = run(
        "import",
        "project",
        "a.json",
        "--mapping",
        "mapping.yaml",
        "--json",
        "--no-metrics",
        cwd=tmp_path,
    )
    assert done.code == 0 and "N-BOXES-MAPPED" in {w["code"] for w in done.json["warnings"]}
    truth = Project.open(done.json["path"]).ground_truth
    assert np.array_equal(boxes_of(truth.table), BOXES)


def test_a_job_of_the_server_takes_it(tmp_path: Path) -> None:
    source = coco(tmp_path / "a.json", BOXES)
    asked: dict[str, Any] = {"source": str(source), "format": "coco", "images": None}
    asked |= {"target": str(tmp_path), "name": "made", "strict": False}
    asked["mapping"] = "classes: {map: {car: truck}}"
    assert rehearse_project(asked, tmp_path)["rehearsal"]["classes"] == 2
    assert not (tmp_path / "made").exists()


def test_open_images_in_pixels_is_read_where_the_file_says_so(tmp_path: Path) -> None:
    rows = ["ImageID,LabelName,XMin,XMax,YMin,YMax"]
    rows += [f"{k},/m/01,{x},{x + w},{y},{y + h}" for k, (x, y, w, h) in enumerate(BOXES)]
    (tmp_path / "boxes.csv").write_text("\n".join(rows) + "\n")
    source = tmp_path / "boxes.csv"
    with pytest.raises(SourceError, match="E-OPENIMAGES-RANGE") as bad:
        Project.import_project(source, target=tmp_path, name="refused", format="openimages")
    assert "--mapping" in bad.value.fix
    project = made(source, "boxes: {corners: xyxy}", tmp_path, format="openimages")
    assert boxes_of(project.ground_truth.table).tolist() == BOXES


def test_predictions_of_the_old_classes_follow_by_a_mapping_of_their_own(
    demo_folder: Path, tmp_path: Path
) -> None:
    """Three classes become one, people are left out; all others keep their numbers."""
    demo = ROOT / "src" / "boxscore" / "demo"
    joined = "classes: {map: {car: vehicle, truck: vehicle, bus: vehicle, person: null}}"
    project = made(demo / "annotations.json", joined, tmp_path)
    file = tmp_path / "results.yaml"
    file.write_text("classes: {map: {3: vehicle, 8: vehicle, 6: vehicle, 1: null}}")
    done = project.import_predictions(
        demo / "predictions_int8.json", name="int8", mapping=file, format="coco"
    )
    assert done["rejected"] == 0 and done["predictions"] == 2701
    plain = Project.open(demo_folder).evaluate("int8")["per_class"]
    theirs = {row["class"]: (row["ground_truth"], row["ap"], row["ap50"]) for row in plain}
    ours = project.evaluate("int8")["per_class"]
    assert {"vehicle"} == {row["class"] for row in ours} - theirs.keys()
    same = [row for row in ours if row["class"] != "vehicle"]
    assert len(same) > 60
    for row in same:
        assert (row["ground_truth"], row["ap"], row["ap50"]) == theirs[row["class"]], row["class"]
    merged = next(row for row in ours if row["class"] == "vehicle")
    assert merged["ground_truth"] == sum(theirs[name][0] for name in ("car", "truck", "bus"))
