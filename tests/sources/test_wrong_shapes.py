"""Wrong copies of sequences, masks, keypoints and library dumps."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.sources import read_run
from boxscore.sources.doctor import with_mapping
from boxscore.sources.report import ImportReport
from tests.sources import wrong_copies as copies
from tests.sources.coco_files import write
from tests.sources.test_dumps import boxes_of_val2017
from tests.sources.wrong_copies import BOXES, Subject, outcome

Row = dict[str, Any]
Rows = list[Row]


# ---- sequences ----


@pytest.fixture(scope="module")
def tracking(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    root = shared_data / "kitti_tracking"
    target = tmp_path_factory.mktemp("kitti")
    project = Project.open(Project.import_project(root / "label_02", target=target)["path"])
    return Subject.of(project, root / "detections")


@pytest.mark.parametrize(("shift", "how"), [(0, ""), (1, " plus one"), (2, " plus two")])
def test_frames_counted_from_elsewhere(
    tracking: Subject, shared_data: Path, tmp_path: Path, shift: int, how: str
) -> None:
    """Nearly all frames exist under either count; what moved between them tells."""
    folder = tmp_path / "detections"
    shutil.copytree(shared_data / "kitti_tracking" / "detections", folder)
    for file in folder.rglob("*.txt"):
        file.chmod(0o644)
        rows = [line.split(",") for line in file.read_text().splitlines()]
        lines = (",".join([str(int(row[0]) + shift), *row[1:]]) for row in rows)
        file.write_text("\n".join(lines) + "\n")
    said = outcome(tracking, folder, tmp_path)
    assert said.chosen["images"] == f"sequence and position{how}"
    assert (said.plain, said.mapped) == ("refused" if shift else "right", "right")
    if shift:
        assert "all names are found by sequence and position, but by" in said.problem


# ---- masks and keypoints ----


@pytest.fixture(scope="module")
def fake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    truth = shared_data / "coco_fake100" / "instances_val2014_100.json"
    made = Project.import_project(truth, target=tmp_path_factory.mktemp("fake"))
    return Project.open(made["path"])


@pytest.fixture(scope="module")
def masks(shared_data: Path) -> Rows:
    """Results without a box."""
    path = shared_data / "coco_fake100" / "instances_val2014_fakesegm100_results.json"
    rows: Rows = [
        {k: row[k] for k in ("image_id", "category_id", "segmentation", "score")}
        for row in json.loads(path.read_text())
    ]
    return rows


def classes_reversed(project: Project, rows: Rows) -> Rows:
    ids = sorted(int(c.source_id or 0) for c in project.ontology.classes)
    return [{**r, "category_id": ids[-1 - ids.index(r["category_id"])]} for r in rows]


def images_moved(project: Project, rows: Rows) -> Rows:
    """To another image of the same size, where there is one."""
    items, groups = project.items, dict[tuple[int, int], list[int]]()
    sizes = zip(items["width"].tolist(), items["height"].tolist(), strict=True)
    for name, size in zip(items["source_id"].tolist(), sizes, strict=True):
        groups.setdefault(size, []).append(int(name))
    moved = {a: b for g in groups.values() for a, b in zip(g, g[1:] + g[:1], strict=True)}
    return [{**r, "image_id": moved[r["image_id"]]} for r in rows]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (images_moved, "images fit the labels of another image"),
        (classes_reversed, "but by overlap with the ground truth"),
    ],
)
def test_masks_that_mean_something_else_are_refused(
    fake: Project,
    masks: Rows,
    tmp_path: Path,
    change: Callable[[Project, Rows], Rows],
    problem: str,
) -> None:
    path = write(tmp_path / "masks.json", change(fake, masks))
    with pytest.raises(SourceError, match=problem):
        fake.import_predictions(path, dry_run=True)
    fake.doctor(path, write=tmp_path / "mapping.yaml")
    with pytest.raises(SourceError):
        fake.import_predictions(path, mapping=tmp_path / "mapping.yaml", dry_run=True)


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_masks_with_shifted_ids_are_found(
    fake: Project, masks: Rows, tmp_path: Path, by: int
) -> None:
    rows = [{**r, "image_id": r["image_id"] + by, "category_id": r["category_id"] + by}
            for r in masks]  # fmt: skip
    path, mapping = write(tmp_path / "masks.json", rows), tmp_path / "mapping.yaml"
    said = fake.doctor(path, write=mapping)
    assert said["findings"][2]["question"] == "boxes"
    done = fake.import_predictions(path, mapping=mapping, name=f"shifted {by}")
    assert done["rejected"] == 0
    ap = fake.evaluate(f"shifted {by}", task="segm")["metrics"]["AP"]
    assert ap == pytest.approx(0.319545, abs=5e-7)


def test_keypoints_written_vertical_first(fake: Project, shared_data: Path, tmp_path: Path) -> None:
    """Without boxes the points tell: refused, and the same points with the mapping."""
    path = shared_data / "coco_fake100" / "person_keypoints_val2014_fakekeypoints100_results.json"
    subject = Subject.of(fake, path)
    crossed = []
    for row in json.loads(path.read_text()):
        points = list(row["keypoints"])
        points[0::3], points[1::3] = points[1::3], points[0::3]
        crossed.append({**row, "keypoints": points})
    wrong = write(tmp_path / "crossed.json", crossed)
    said = outcome(subject, wrong, tmp_path)
    assert (said.chosen["boxes"], said.plain, said.mapped) == ("yxhw, pixels", "refused", "right")
    context = with_mapping(subject.context, tmp_path / "mapping.yaml")
    found = read_run(wrong, "coco", context, ImportReport(wrong)).predictions
    for name in ("x", "y"):
        assert np.array_equal(found.points[name], subject.right.points[name])


# ---- dumps of libraries ----


@pytest.fixture(scope="module", params=["yolact_base", "yolact_resnet50"])
def yolact(
    request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Subject, Any]:
    document = json.loads((shared_data / "yolact_dets" / f"{request.param}.json").read_text())
    sizes = {i["image_id"]: i["dets"][0]["mask"]["size"] for i in document["images"] if i["dets"]}
    truth = boxes_of_val2017(shared_data / "coco_val2017_full_boxes", sizes)
    target = tmp_path_factory.mktemp("yolact")
    project = Project.open(
        Project.import_project(write(target / "t.json", truth), target=target)["path"]
    )
    return Subject.of(project, shared_data / "yolact_dets" / f"{request.param}.json"), document


def test_yolact_with_corners(yolact: tuple[Subject, Any], tmp_path: Path) -> None:
    subject, document = yolact
    changed = json.loads(json.dumps(document))
    for image in changed["images"]:
        for found in image["dets"]:
            x, y, w, h = found["bbox"]
            found["bbox"] = [x, y, x + w, y + h]
    said = outcome(subject, write(tmp_path / "dump.json", changed), tmp_path)
    assert (said.chosen["boxes"], said.plain, said.mapped) == ("xyxy, pixels", "refused", "right")


def test_yolact_of_other_images(yolact: tuple[Subject, Any], tmp_path: Path) -> None:
    subject, document = yolact
    changed = json.loads(json.dumps(document))
    ids = [image["image_id"] for image in changed["images"]]
    for image, other in zip(changed["images"], ids[1:] + ids[:1], strict=True):
        image["image_id"] = other
    said = outcome(subject, write(tmp_path / "dump.json", changed), tmp_path)
    assert (said.plain, said.mapped) == ("refused", "refused")


@pytest.mark.parametrize("form", ["cxcywh, pixels", "xywh, relative", "xyhw, pixels"])
def test_yolact_as_coco_results(yolact: tuple[Subject, Any], tmp_path: Path, form: str) -> None:
    subject, _ = yolact
    said = outcome(subject, copies.coco(subject.wrong(BOXES[form]), tmp_path / "r"), tmp_path)
    assert (said.chosen["boxes"], said.plain, said.mapped) == (form, "refused", "right")


@pytest.mark.parametrize("form", BOXES)
def test_text_files_of_cartucho(shared_data: Path, tmp_path: Path, form: str) -> None:
    root = shared_data / "voc_cartucho"
    made = Project.import_project(
        root / "ground-truth", images=root / "images-optional", target=tmp_path
    )
    (tmp_path / "known.yaml").write_text("classes: {by: name}\nmost_unmatched: 0.1\n")
    subject = Subject.of(
        Project.open(made["path"]), root / "detection-results", mapping=tmp_path / "known.yaml"
    )
    records = [copies.stem(r) for r in subject.wrong(BOXES[form])]
    said = outcome(subject, copies.txt(records, tmp_path / "run"), tmp_path)
    assert (said.chosen["boxes"], said.mapped) == (form, "right")
    assert said.plain in ("right", "refused")


def test_ultralytics_rotated_boxes_and_keypoints(tmp_path: Path) -> None:
    from boxscore.schema.kinds import Kind
    from boxscore.sources.dumps_ultralytics import read, recognise
    from boxscore.sources.formats import ReadRequest

    corners = {"x1": 1, "y1": 2, "x2": 9, "y2": 2, "x3": 9, "y3": 6, "x4": 1, "y4": 6}
    box = {"x1": 1, "y1": 2, "x2": 9, "y2": 6}
    points = {"x": [2.0, 3.0], "y": [4.0, 5.0], "visible": [0.9, 0.1]}
    found = [
        {"name": "a", "class": 0, "confidence": 0.5, "box": corners},
        {"name": "a", "class": 0, "confidence": 0.4, "box": box, "keypoints": points},
        {"name": "a", "class": 0, "confidence": 0.3, "box": box},
    ]
    path = write(tmp_path / "dump.json", {"a.jpg": found})
    assert recognise(path, "predictions").share > 0.9
    raw = read(path, ReadRequest(role="predictions"), ImportReport(path))
    kinds = [Kind(kind) for kind in raw.columns["kind"].tolist()]
    assert kinds == [Kind.POLYGON, Kind.KEYPOINTS, Kind.BOX]
    row, x, y = (raw.points[name].tolist() for name in ("row", "x", "y"))
    assert row == [0, 0, 0, 0, 1, 1]
    assert (x, y) == ([1, 9, 9, 1, 2, 3], [2, 2, 6, 6, 4, 5])


def test_masks_in_another_form_are_counted(tmp_path: Path) -> None:
    from boxscore.sources.dumps_mmdet import read
    from boxscore.sources.formats import ReadRequest

    found = {"labels": [0], "scores": [0.5], "bboxes": [[1, 2, 3, 4]], "masks": [[[0, 1]]]}
    path, report = write(tmp_path / "dump.json", {"a.jpg": found}), ImportReport(tmp_path)
    raw = read(path, ReadRequest(role="predictions"), report)
    assert raw.rows == 1 and not raw.masks
    assert [(w["code"], w["count"]) for w in report.warnings] == [("W-DUMP-MASK", 1)]
    found["masks"] = [{"size": [7, 2], "counts": [5, 2, 7]}]
    raw = read(write(path, {"a.jpg": found}), ReadRequest(role="predictions"), report)
    assert raw.masks == {0: b"527"} and raw.mask_sizes == {0: (2, 7)}


def test_classes_need_no_sizes_of_images(tmp_path: Path) -> None:
    """One note, not a repair for each image."""
    np.save(tmp_path / "labels.npy", np.arange(20) % 3)
    made = Project.import_project(tmp_path / "labels.npy", target=tmp_path)
    notes = {w["code"]: w["count"] for w in made["warnings"]}
    assert notes["N-IMAGE-SIZE"] == 20 and "W-IMAGE-SIZE" not in notes
