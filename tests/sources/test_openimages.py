"""Open Images: a folder against the same data as COCO JSON, and what is wrong with a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.schema.kinds import Mark, Verdict
from boxscore.sources.formats import ReadRequest, Role
from boxscore.sources.openimages import read
from boxscore.sources.openimages_classes import machine_number
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from tests.sources.raw_traits import traits_of

HEADER = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,"
    "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside"
)
ROW = "a,xclick,/m/01,1,0.25,0.5,0.125,0.75,0,0,0,0,0"
NAMES = {"/m/0animal": "Animal", "/m/01": "Cat", "/m/02": "Dog", "/m/09": "Car"}
PARENT = {"Cat": "Animal", "Dog": "Animal"}
TREE = {
    "LabelName": "/m/0bl9f",
    "Subcategory": [
        {
            "LabelName": "/m/0animal",
            "Subcategory": [{"LabelName": "/m/01"}, {"LabelName": "/m/02"}],
        },
        {"LabelName": "/m/09", "Part": [{"LabelName": "/m/0wheel"}]},
    ],
}
SIDE = 64


def table(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def read_set(path: Path, role: Role = "truth") -> tuple[RawSet, ImportReport]:
    report = ImportReport(path)
    return read(path, ReadRequest(role=role), report), report


def scene(seed: int) -> tuple[list[tuple[str, str, list[int], bool]], list[tuple[str, str, int]]]:
    """Boxes (image, machine id, corners in pixels, whether a group), and verdicts."""
    rng = np.random.default_rng(seed)
    labels = ["/m/01", "/m/02", "/m/09", "/m/0animal"]
    boxes = []
    for _ in range(60):
        x, y = rng.integers(0, 40, 2).tolist()
        w, h = rng.integers(4, 24, 2).tolist()
        image, label = f"i{rng.integers(8)}", labels[rng.integers(4)]
        boxes.append((image, label, [x, y, x + w, y + h], bool(rng.random() < 0.15)))
    has = {(image, label) for image, label, *_ in boxes}
    verdicts = [
        (f"i{k}", label, int(rng.integers(2)))
        for k in range(8)
        for label in labels
        if (f"i{k}", label) not in has and rng.random() < 0.5
    ]
    return boxes, verdicts


def as_coco(path: Path, boxes: Sequence[tuple[str, str, list[int], bool]],
            verdicts: Sequence[tuple[str, str, int]]) -> Path:  # fmt: skip
    number = {label: k + 1 for k, label in enumerate(NAMES)}
    images = [
        {
            "id": k,
            "file_name": f"i{k}.jpg",
            "width": SIDE,
            "height": SIDE,
            "neg_category_ids": [number[c] for i, c, v in verdicts if i == f"i{k}" and not v],
            "pos_category_ids": [number[c] for i, c, v in verdicts if i == f"i{k}" and v],
        }
        for k in range(8)
    ]
    document = {
        "images": images,
        "categories": [
            {"id": number[label], "name": name, "supercategory": PARENT.get(name, "")}
            for label, name in NAMES.items()
        ],
        "annotations": [
            {
                "id": k + 1,
                "image_id": int(image[1:]),
                "category_id": number[label],
                "bbox": [x, y, x1 - x, y1 - y],
                "iscrowd": 0,
                "isgroupof": int(group),
            }
            for k, (image, label, (x, y, x1, y1), group) in enumerate(boxes)
        ],
    }
    path.write_text(json.dumps(document))
    return path


def challenge(root: Path, seed: int) -> Path:
    """The scene as Open Images publishes such things; image i0 to i7."""
    boxes, verdicts = scene(seed)
    rows = [
        f"{i},xclick,{c},1,{x / SIDE},{x1 / SIDE},{y / SIDE},{y1 / SIDE},-1,-1,{int(g)},0,0"
        for i, c, (x, y, x1, y1), g in boxes
    ]
    table(root / "validation-annotations-bbox.csv", HEADER, *rows)
    labels = [f"{i},verification,{c},{v}" for i, c, v in verdicts]
    table(
        root / "validation-annotations-human-imagelabels.csv",
        "ImageID,Source,LabelName,Confidence",
        *labels,
        "i0,machine,/m/01,0.7",
        "i0,verification,/m/0grass,1",
    )
    table(root / "class-descriptions-boxable.csv", *[f"{c},{name}" for c, name in NAMES.items()])
    (root / "bbox_labels_hierarchy.json").write_text(json.dumps(TREE))
    return root


@pytest.mark.parametrize("form", ["rows", "strings"])
def test_scores_are_those_of_the_same_data_in_coco(tmp_path: Path, form: str) -> None:
    root = challenge(tmp_path / "set", 7)
    made = Project.import_project(root, target=tmp_path / "ours")
    assert (made["format"], made["images"], made["ground_truth"]) == ("openimages", 8, 60)
    codes = {warning["code"]: warning["count"] for warning in made["warnings"]}
    assert codes["N-OPENIMAGES-MACHINE"] == codes["N-OPENIMAGES-LABELS"] == 1
    other = Project.import_project(
        as_coco(tmp_path / "truth.json", *scene(7)), target=tmp_path / "coco"
    )
    rng = np.random.default_rng(1)
    found = [
        (i, c, round(float(rng.random()), 3), [v + int(rng.integers(-3, 4)) for v in box])
        for i, c, box, _ in scene(7)[0]
        for _ in range(2)
    ]
    found = [f for f in found if f[3][2] > f[3][0] and f[3][3] > f[3][1]]
    if form == "rows":
        lines = [
            f"{i},{c},{s},{x / SIDE},{x1 / SIDE},{y / SIDE},{y1 / SIDE}"
            for i, c, s, (x, y, x1, y1) in found
        ]
        header = "ImageID,LabelName,Score,XMin,XMax,YMin,YMax"
    else:
        lines = [
            f"{i},{c} {s} {x / SIDE} {y / SIDE} {x1 / SIDE} {y1 / SIDE}"
            for i, c, s, (x, y, x1, y1) in found
        ]
        header = "ImageID,PredictionString"
    ours = Project.open(made["path"])
    done = ours.import_predictions(table(tmp_path / "found.csv", header, *lines), name="found")
    assert done["format"] == "openimages" and done["predictions"] == len(found)
    number = {label: k + 1 for k, label in enumerate(NAMES)}
    coco = [
        {"image_id": int(i[1:]), "category_id": number[c], "score": s,
         "bbox": [x, y, x1 - x, y1 - y]}
        for i, c, s, (x, y, x1, y1) in found
    ]  # fmt: skip
    (tmp_path / "found.json").write_text(json.dumps(coco))
    theirs = Project.open(other["path"])
    theirs.import_predictions(tmp_path / "found.json", name="found")
    for protocol in ("openimages", "voc12"):
        a = ours.evaluate("found", protocol=protocol)
        b = theirs.evaluate("found", protocol=protocol)
        assert a["metrics"]["mAP"] == pytest.approx(b["metrics"]["mAP"], abs=1e-12)
        ap = {row["class"]: row["ap"] for row in b["per_class"]}
        for row in a["per_class"]:
            assert row["ap"] == pytest.approx(ap[row["class"]], abs=1e-12)
    assert 0 < a["metrics"]["mAP"] < 1


def test_marks_traits_verdicts_tree_and_splits(tmp_path: Path) -> None:
    root = challenge(tmp_path / "set", 3)
    table(
        root / "validation-annotations-bbox.csv",
        HEADER,
        "a,xclick,/m/01,1,0.25,0.5,0.125,0.75,1,0,1,0,1",
        "a,xclick,/m/09,1,0,1,0,1,0,1,-1,1,0",
    )
    table(
        root / "validation-annotations-human-imagelabels.csv",
        "ImageID,Source,LabelName,Confidence",
        "a,verification,/m/02,0",
        "b,verification,/m/02,1",
    )
    table(
        root / "image_ids.csv", "ImageID,Subset,OriginalURL", "a,test,http://x", "z,test,http://x"
    )
    raw, report = read_set(root)
    assert raw.columns["marks"].tolist() == [Mark.GROUP_OF, 0]
    assert traits_of(raw) == {
        0: {"occlusion": 1.0, "inside": 1.0},
        1: {"truncation": 1.0, "depiction": 1.0},
    }
    assert raw.box.tolist() == [[0.25, 0.125, 0.5, 0.75], [0, 0, 1, 1]]
    assert {(c.name, c.parent) for c in raw.classes} == {
        ("Animal", ""), ("Cat", "Animal"), ("Dog", "Animal"), ("Car", ""),
    }  # fmt: skip
    named = {(raw.images[i].key, raw.classes[c].name, v) for i, c, v in raw.verdicts}
    assert named == {("a", "Dog", Verdict.NEGATIVE), ("b", "Dog", Verdict.POSITIVE)}
    assert {image.key: image.split for image in raw.images} == {"a": "test", "b": "validation"}
    assert report.facts["N-OPENIMAGES-IMAGES"][1] == 1


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (HEADER, ROW.replace("0.25", '"0,25"').replace("0.75", '"0,75"')),
        (HEADER.replace(",", ";"), ROW.replace(",", ";").replace(".", ",")),
        (HEADER.replace(",", "\t"), ROW.replace(",", "\t")),
    ],
)
def test_decimal_commas_and_other_separators(tmp_path: Path, header: str, row: str) -> None:
    raw, _ = read_set(table(tmp_path / "boxes.csv", header, row))
    assert raw.box.tolist() == [[0.25, 0.125, 0.5, 0.75]]


def test_rows_that_are_no_boxes_are_rejected(tmp_path: Path) -> None:
    lines = (
        ROW.replace("0.25", "0,25"),
        ROW.replace("0.25", "left"),
        ROW.replace("0.25", "nan"),
        ROW.replace("0.25", "250"),
        "a,xclick",
        "",
        ROW,
    )
    _, report = read_set(table(tmp_path / "boxes.csv", HEADER, *lines))
    assert dict(report.counts) == {
        "E-CSV-COLUMNS": 2,
        "E-OPENIMAGES-NUMBER": 2,
        "E-OPENIMAGES-RANGE": 1,
    }
    assert report.entries["E-CSV-COLUMNS"][1].place == "boxes.csv:6"
    raw, report = read_set(
        table(
            tmp_path / "found.csv",
            "ImageID,PredictionString",
            "a,/m/01 0.5 0 0 1 1 /m/01 x 0 0 1 1",
            "b,/m/01 0.5 0 0 1",
            "c,",
        ),
        "predictions",
    )
    assert raw.rows == 1 and [image.key for image in raw.images] == ["a", "b", "c"]
    assert dict(report.counts) == {"E-OPENIMAGES-STRING": 2}


def test_what_does_not_fit_its_role_is_refused(tmp_path: Path) -> None:
    table(tmp_path / "boxes.csv", "ImageID,LabelName,XMin,XMax,YMin,YMax", "a,/m/01,0,1,0,1")
    with pytest.raises(SourceError, match="boxes without a confidence"):
        read_set(tmp_path, "predictions")
    tree = tmp_path / "tree.json"
    tree.write_text('{"LabelName": "/m/0", "Subcategory": [{"LabelName": 3}]}')
    with pytest.raises(SourceError, match="no LabelName"):
        read_set(tmp_path)
    tree.unlink()
    header = "ImageID,LabelName,XMin,XMax,YMin,YMax"
    table(tmp_path / "boxes.csv", header, "a" * (2 << 20))
    with pytest.raises(SourceError, match="longer than 1 MiB"):
        read_set(tmp_path / "boxes.csv")


def test_machine_ids_are_numbers_of_their_own() -> None:
    labels = ["/m/01", "/m/1", "/g/01", "/m/011k07", "/g/11b6_z_xyz_", "/m/0_"]
    numbers = [machine_number(label) for label in labels]
    assert len(set(numbers)) == len(labels)
    assert all(number is not None and 0 < number < 1 << 63 for number in numbers)
    assert (
        machine_number("Person")
        is machine_number("/m/")
        is machine_number("/m/" + "z" * 12)
        is None
    )
