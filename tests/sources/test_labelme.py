"""labelme JSON: every shape, groups, pictures, and what is wrong with one."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import SourceError
from boxscore.kernels import _core
from boxscore.project import Project
from boxscore.schema.kinds import Kind, Mark
from boxscore.sources.formats import ReadRequest
from boxscore.sources.labelme import read
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport


def shape(name: str, *points: tuple[float, float], label: str = "cat", **more: Any) -> Any:
    return {"label": label, "shape_type": name, "points": points, "group_id": None, **more}


def document(*shapes: Any, **more: Any) -> dict[str, Any]:
    head: dict[str, Any] = {
        "version": "5.4.1",
        "flags": {},
        "imagePath": "a.png",
        "imageData": None,
    }
    return head | {"imageHeight": 10, "imageWidth": 20, "shapes": list(shapes)} | more


def read_documents(root: Path, **documents: Any) -> tuple[RawSet, ImportReport]:
    for name, content in documents.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (root / f"{name}.json").write_text(text)
    report = ImportReport(root)
    return read(root, ReadRequest(role="truth"), report), report


def png(pixels: np.ndarray) -> str:
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8) * 255).save(out, "PNG")
    return b64encode(out.getvalue()).decode()


def test_every_shape(tmp_path: Path) -> None:
    pixels = np.array([[0, 1, 1], [1, 0, 0]], bool)
    raw, report = read_documents(
        tmp_path,
        a=document(
            shape("rectangle", (9, 8), (1, 2)),
            shape("polygon", (1, 1), (9, 1), (9, 9)),
            shape("circle", (10, 5), (10, 9)),
            shape("line", (1, 1), (9, 1)),
            shape("linestrip", (1, 1), (9, 1), (9, 9)),
            shape("point", (3, 4)),
            shape("mask", (2, 1), (4, 2), mask=png(pixels)),
        ),
    )
    assert raw.columns["kind"].tolist() == [
        Kind.BOX, Kind.POLYGON, Kind.POLYGON, Kind.POLYLINE, Kind.POLYLINE, Kind.KEYPOINTS,
        Kind.BITMASK,
    ]  # fmt: skip
    assert raw.box[0].tolist() == [1, 2, 9, 8]
    circle = raw.points["row"] == 2
    away = np.hypot(raw.points["x"][circle] - 10, raw.points["y"][circle] - 5)
    assert away == pytest.approx(4) and circle.sum() >= 12
    wanted = np.zeros((10, 20), np.uint8)
    wanted[1:3, 2:5] = pixels
    assert np.array_equal(_core.mask_decode(raw.masks[6], 10, 20), wanted)
    assert not report.rejected and raw.place(1) == "a.json:2"


def test_a_project_of_it_with_pictures(tmp_path: Path) -> None:
    """imagePath in Windows' way leads to a folder beside; imageData is never looked into."""
    root = tmp_path / "set"
    for folder in ("labels", "images"):
        (root / folder).mkdir(parents=True)
    Image.new("RGB", (20, 10)).save(root / "images" / "a.png")
    content = document(
        shape("rectangle", (1, 2), (9, 8), flags={"occluded": True, "difficult": True}),
        imagePath="..\\images\\a.png",
        imageData="no base64 at all",
        flags={"night": True, "rain": False},
    )
    (root / "labels" / "a.json").write_text(json.dumps(content))
    made = Project.import_project(root, target=tmp_path / "made")
    assert (made["format"], made["images"], made["ground_truth"]) == ("labelme", 1, 2)
    assert made["warnings"] == []
    project = Project.open(made["path"])
    truth = project.ground_truth
    assert truth.table["marks"].tolist() == [Mark.IGNORED, 0]
    assert truth.traits["name"].tolist() == ["occlusion"]
    assert [c.name for c in project.ontology.classes] == ["cat", "night"]
    assert project.items["file"][0].endswith(".png")


def test_shapes_of_a_group_are_one_object(tmp_path: Path) -> None:
    raw, report = read_documents(
        tmp_path,
        a=document(
            shape("polygon", (1, 1), (3, 1), (3, 3), group_id=1),
            shape("polygon", (5, 1), (8, 1), (8, 3), group_id=2),
            shape("rectangle", (6, 6), (9, 9), group_id=1),
            shape("polygon", (5, 1), (8, 1), (8, 3), group_id=1, label="dog"),
            shape("point", (1, 1), group_id=1),
            shape("point", (2, 2), group_id=1),
        ),
    )
    assert raw.rows == 4 and report.facts["N-LABELME-GROUP"][1] == 2
    first = raw.points["row"] == 0
    assert raw.points["part"][first].tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert raw.columns["kind"].tolist() == [
        Kind.POLYGON,
        Kind.POLYGON,
        Kind.POLYGON,
        Kind.KEYPOINTS,
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"shape_type": "polygon", "points": [[1, 1], [2, 2], [3, 1]]},
        {"label": 7, "points": [[1, 1], [2, 2], [3, 1]]},
        "cat",
        shape("point", (1, 1), label="half \ud800"),
        shape("point", (1, 1), label=""),
        shape("rectangle", (1, 1)),
        shape("polygon", (1, 1), (2, 2)),
        shape("circle", (1, 1), (1, 1)),
        shape("blob", (1, 1)),
        shape("point"),
        {"label": "cat", "shape_type": "point", "points": [[1, 2, 3]]},
        {"label": "cat", "shape_type": "point", "points": [["x", 2]]},
        {"label": "cat", "shape_type": "point", "points": [[1], [2, 3]]},
        {"label": "cat", "shape_type": ["point"], "points": [[1, 2]]},
        {"label": "cat", "shape_type": "point", "points": [[10**400, 2]]},
        shape("mask", (1, 1), (2, 2)),
        shape("mask", (1, 1), (2, 2), mask="????"),
        shape("mask", (1, 1), (2, 2), mask=b64encode(b"\x89PNG\r\n\x1a\n").decode()),
        shape("mask", (19, 1), (22, 2), mask=png(np.ones((2, 4), bool))),
    ],
)
def test_a_shape_that_is_none_is_rejected(tmp_path: Path, given: Any) -> None:
    raw, report = read_documents(tmp_path, a=document(given, shape("rectangle", (1, 1), (5, 5))))
    assert raw.rows == 1 and dict(report.counts) == {"E-LABELME-SHAPE": 1}
    assert report.entries["E-LABELME-SHAPE"][0].place == "a.json: shape 1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"shapes": [NaN]}', "E-JSON-SYNTAX"),
        ('{"shapes": ' + "[" * 100_000, "E-JSON-DEPTH"),
        ('{"shapes": [' + "1" * 5000 + "]}", "E-JSON-SYNTAX"),
        ('{"shapes": [', "E-JSON-SYNTAX"),
        ('{"shapes": 3}', "E-LABELME-EMPTY"),
        ("", "E-FILE-EMPTY"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_documents(tmp_path, a=text)
    assert refused.value.code == code


def test_other_json_beside_is_counted(tmp_path: Path) -> None:
    raw, report = read_documents(tmp_path, a=document(), b={"other": 1})
    assert len(raw.images) == 1 and report.facts["N-LABELME-OTHER"][1] == 1
