"""JSON lines of clouds and hubs, an object for each picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Kind
from boxscore.sources.formats import ReadRequest, Role, format_of
from boxscore.sources.raw import RawSet
from boxscore.sources.recognising import recognised
from boxscore.sources.report import ImportReport

Record = dict[str, Any]


def lines(path: Path, *records: Record) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def read_as(form: str, path: Path, role: Role = "truth") -> tuple[RawSet, ImportReport]:
    assert recognised(path, role).format == recognised(path.parent, role).format == form
    report = ImportReport(path)
    return format_of(form, role).read(path, ReadRequest(role=role), report), report


def labels(raw: RawSet) -> list[str | int | None]:
    found = [raw.classes[k] for k in raw.columns["class_ref"]]
    return [c.number if c.name is None else c.name for c in found]


def test_objects_of_hugging_face(tmp_path: Path) -> None:
    """The example of its documentation; classes by name, and a list of objects."""
    box = [302.0, 109.0, 73.0, 52.0]
    path = lines(
        tmp_path / "metadata.jsonl",
        {"file_name": "0001.png", "objects": {"bbox": [box], "categories": [0]}},
        {"file_name": "0002.png", "objects": {"bbox": [[810, 100, 57, 28]], "category": ["cat"]}},
        {"file_name": "0003.png", "objects": [{"bbox": box, "label": 3, "score": 0.5}]},
        {"file_name": "0004.png", "objects": {"bbox": [], "categories": []}},
        {"file_name": "0005.png", "objects": {"bbox": [box, [1, 2, 3]], "categories": [1]}},
    )
    raw, report = read_as("hf-objects", path)
    assert labels(raw) == [0, "cat", 3, 1] and raw.box[0].tolist() == box
    assert raw.convention.corners == "xywh" and len(raw.images) == 5
    assert report.rejected_codes == {"E-HF-OBJECTS-SHAPE": 1}
    raw, report = read_as("hf-objects", path, "predictions")
    assert raw.columns["confidence"].tolist() == [0.5]


def test_splits_of_hugging_face_may_share_names(tmp_path: Path) -> None:
    for split in ("train", "test"):
        Image.new("RGB", (60, 50)).save(_folder(tmp_path / split) / "0001.png")
        record = {"file_name": "0001.png", "objects": {"bbox": [[1, 2, 3, 4]], "categories": [0]}}
        lines(tmp_path / split / "metadata.jsonl", record)
    made = Project.import_project(tmp_path, target=tmp_path / "made")
    assert (made["images"], made["ground_truth"], made["warnings"]) == (2, 2, [])
    items = Project.open(made["path"]).items
    assert dict(zip(items["title"].tolist(), items["split"].tolist(), strict=True)) == {
        "train/0001.png": "train",
        "test/0001.png": "test",
    }


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def test_manifests_of_sagemaker(tmp_path: Path) -> None:
    """A job of boxes, and one of classes, on the same pictures."""
    boxes = {
        "image_size": [{"width": 500, "height": 400, "depth": 3}],
        "annotations": [
            {"class_id": 0, "left": 111, "top": 134, "width": 61, "height": 128},
            {"class_id": 5, "left": 1, "top": 1, "width": 6, "height": 8},
        ],
    }
    meta = {"class-map": {"0": "dog"}, "type": "groundtruth/object-detection"}
    answer = {"class-name": "street", "type": "groundtruth/image-classification"}
    record = {
        "source-ref": "s3://bucket/data/a.jpg",
        "boxes": boxes,
        "boxes-metadata": meta,
        "scene": 1,
        "scene-metadata": answer,
    }
    raw, report = read_as("sagemaker", lines(tmp_path / "output.manifest", record))
    assert sorted(map(str, labels(raw))) == ["dog", "street"]
    assert [(i.key, i.width, i.height) for i in raw.images] == [("bucket/data/a", 500, 400)]
    assert report.rejected_codes == {"E-SAGEMAKER-SHAPE": 1}


def test_lines_of_vertex(tmp_path: Path) -> None:
    use = {"aiplatform.googleapis.com/ml_use": "validation"}
    box = {"displayName": "cat", "xMin": 0.1, "yMin": 0.2, "xMax": "0.5", "yMax": 0.9}
    record = {
        "imageGcsUri": "gs://b/a.jpg",
        "boundingBoxAnnotations": [box, box | {"xMax": 0.5}],
        "dataItemResourceLabels": use,
    }
    single = {"imageGcsUri": "gs://b/b.jpg", "classificationAnnotation": {"displayName": "wet"}}
    raw, report = read_as("vertex", lines(tmp_path / "vertex.jsonl", record, single))
    assert sorted(map(str, labels(raw))) == ["cat", "wet"] and raw.images[0].split == "val"
    assert raw.convention.scale == "relative" and report.rejected_codes == {"E-VERTEX-SHAPE": 1}


def test_lines_of_azure(tmp_path: Path) -> None:
    box = {"label": "cat", "topX": 0.1, "topY": 0.2, "bottomX": 0.5, "bottomY": 0.9, "isCrowd": 1}
    outline = {"label": "can", "polygon": [[0.1, 0.1, 0.9, 0.1, 0.9, 0.9]], "isCrowd": 0}
    details = {"format": "jpg", "width": "4px", "height": 30}
    raw, report = read_as(
        "azureml",
        lines(
            tmp_path / "azure.jsonl",
            {"image_url": "AmlDatastore://x/a.jpg", "image_details": details, "label": [box]},
            {"image_url": "AmlDatastore://x/b.jpg", "label": [outline, {"label": "can"}]},
            {"image_url": "AmlDatastore://x/c.jpg", "label": "wet"},
        ),
    )
    assert labels(raw) == ["cat", "can", "wet"] and raw.columns["crowd"].tolist() == [1, 0, 0]
    assert raw.columns["kind"].tolist() == [Kind.BOX, Kind.POLYGON, Kind.CLASSIFICATION]
    assert report.rejected_codes == {"E-AZUREML-SHAPE": 1}


def test_crowdhuman(tmp_path: Path) -> None:
    """Masks, and what is to be ignored, are crowd regions of people."""
    given = {"hbox": [1, 1, 2, 2], "vbox": [1, 1, 9, 9], "fbox": [1, 2, 30, 40]}
    people = [
        {"tag": "person", "extra": {"ignore": 0}, **given},
        {"tag": "person", "extra": {"ignore": 1}, **given},
        {"tag": "mask", "extra": {"ignore": 1}, **given},
        {"tag": "person"},
    ]
    path = lines(tmp_path / "annotation_val.odgt", {"ID": "273271,c9db", "gtboxes": people})
    raw, report = read_as("odgt", path)
    assert labels(raw) == ["person"] * 3 and raw.columns["crowd"].tolist() == [0, 1, 1]
    assert raw.box.tolist() == [[1, 2, 30, 40]] * 3 and raw.images[0].key == "273271,c9db"
    assert report.rejected_codes == {"E-ODGT-SHAPE": 1}
    found = [{"box": [1, 2, 30, 40], "score": 0.9, "tag": 1}, {"box": [1, 2, 30, 40]}]
    path = lines(tmp_path / "found" / "dets.odgt", {"ID": "273271,c9db", "dtboxes": found})
    raw, report = read_as("odgt", path, "predictions")
    assert labels(raw) == ["person"] and np.allclose(raw.columns["confidence"], 0.9)


def test_lines_of_no_known_kind_are_refused_with_what_is_due(tmp_path: Path) -> None:
    path = lines(tmp_path / "x.jsonl", {"picture": "a.jpg", "stuff": [1]})
    with pytest.raises(SourceError, match=r"it begins(.|\n)*fix: name an image, a class"):
        recognised(path, "truth")
    path = lines(tmp_path / "metadata.jsonl", {"file_name": "a.png", "objects": {"bbox": []}})
    path.write_text(path.read_text() + "{")
    with pytest.raises(SourceError, match=r"line 2: \{ is no object of JSON"):
        format_of("hf-objects", "truth").read(path, ReadRequest(role="truth"), ImportReport(path))


PATHS = ("/home/u/val/{}", "C:\\data\\val\\{}", "../images/{}", "val2017/{}")


@pytest.mark.parametrize("form", PATHS)
def test_paths_of_another_machine_lead_to_pictures(tmp_path: Path, form: str) -> None:
    images = _folder(tmp_path / "images")
    for name in ("a.png", "b.png"):
        Image.new("RGB", (60, 50)).save(images / name)
    rows = [f"{form.format(name)},cat,1,2,3,4" for name in ("a.png", "b.png")]
    table = tmp_path / "labels.csv"
    table.write_text("\n".join(["path,class,x,y,width,height", *rows, ""]))
    made = Project.import_project(table, images=images, target=tmp_path / "made")
    assert (made["ground_truth"], made["rejected"]) == (2, 0)
    assert [w["code"] for w in made["warnings"]] == ["N-IMAGE-PATH"]
    assert Project.open(made["path"]).items["title"].tolist() == ["a.png", "b.png"]
    sizes = [{"id": k, "file_name": form.format(f"{n}.png")} for k, n in enumerate("ab")]
    one = {"category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}
    coco = {
        "images": [image | {"width": 60, "height": 50} for image in sizes],
        "annotations": [one | {"id": k, "image_id": k} for k in range(2)],
        "categories": [{"id": 1, "name": "cat"}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    for folder in (images, None):
        target = tmp_path / f"coco-{folder is None}"
        made = Project.import_project(tmp_path / "coco.json", images=folder, target=target)
        assert (made["ground_truth"], made["rejected"]) == (2, 0)
        assert {w["code"] for w in made["warnings"]} <= {"N-IMAGE-PATH"}
        items = Project.open(made["path"]).items
        safe = "val2017/" if form.startswith("val") else ""
        assert items["title"].tolist() == [f"{safe}a.png", f"{safe}b.png"]
        assert [Path(str(file)).name for file in items["file"]] == ["a.png", "b.png"]


def test_paths_that_lead_nowhere_are_refused_with_what_to_do(tmp_path: Path) -> None:
    """The names are at fault, and not the annotations that lose their images by them."""
    one = {"category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0}
    coco = {
        "images": [{"id": 1, "file_name": "/home/u/a.png", "width": 60, "height": 50}],
        "annotations": [one | {"id": k, "image_id": 1} for k in range(5)],
        "categories": [{"id": 1, "name": "cat"}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    with pytest.raises(SourceError, match=r"E-IMAGE-NAME(.|\n)*fix: .*--images"):
        Project.import_project(tmp_path / "coco.json", target=tmp_path / "made")


def test_two_paths_of_one_name_do_not_share_a_picture(tmp_path: Path) -> None:
    images = _folder(tmp_path / "images")
    Image.new("RGB", (60, 50)).save(images / "a.png")
    table = tmp_path / "labels.csv"
    table.write_text(
        "path,class,x,y,width,height\ntrain/a.png,cat,1,2,3,4\ntest/a.png,cat,1,2,3,4\n"
    )
    made = Project.import_project(table, images=images, target=tmp_path / "made")
    assert made["images"] == 2
    assert {w["code"] for w in made["warnings"]} >= {"W-IMAGE-MISSING"}
