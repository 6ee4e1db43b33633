"""Encord label rows: the files of Encord's own tests, every shape, and what is wrong with a row."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.kernels import _core
from boxscore.project import Project
from boxscore.schema.kinds import Kind, Shape
from boxscore.sources.encord_shapes import UnusableShape, shape_of

NAMED = {"RADIO_CLASSIFICATION": "NzIxNTU1"}
"""Feature hashes that the files take from another one."""


class _Plain(ast.NodeTransformer):
    """Calls and names of the files, none of which matters here, as texts."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return ast.Constant("")

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = node.value.id if isinstance(node.value, ast.Name) else ""
        return ast.Constant(NAMED.get(name, ""))

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Constant("")


def literals(path: Path) -> list[Any]:
    """Values assigned at the top of a Python file; nothing of it runs."""
    nodes = ast.parse(path.read_text()).body
    given = [n.value for n in nodes if isinstance(n, ast.Assign | ast.AnnAssign)]
    values: list[Any] = []
    for node in given:
        if isinstance(node, ast.Dict | ast.List):
            plain = _Plain().visit(node)
            values.append(ast.literal_eval(ast.fix_missing_locations(plain)))
    return values


def exported(blobs: Path, root: Path, rows: str, ontology: str = "") -> Path:
    """A folder with the label rows of one file and the ontology of another."""
    root.mkdir()
    values = literals(blobs / rows)
    listed = [one for v in values for one in (v if isinstance(v, list) else [v])]
    for k, one in enumerate(listed):
        if isinstance(one, dict) and "data_units" in one:
            (root / f"row_{k}.json").write_text(json.dumps(one))
    for value in literals(blobs / (ontology or rows)):
        if isinstance(value, dict) and "objects" in value and "data_units" not in value:
            # Some entries are names of objects that other files make.
            plain = {k: [d for d in v if isinstance(d, dict)] for k, v in value.items()}
            (root / "ontology.json").write_text(json.dumps(plain))
    return root


@pytest.mark.parametrize(
    ("rows", "ontology", "images", "labels", "codes"),
    [
        ("image_group.py", "", 5, 9, []),
        ("empty_image_group.py", "", 5, 0, []),
        ("native_image_data.py", "all_ontology_types.py", 1, 4,
         ["N-ENCORD-SHAPE", "N-ENCORD-NESTED", "N-ENCORD-ATTRIBUTE"]),
        ("skeleton_coordinates.py", "", 1, 1, []),
        ("video_with_dynamic_classifications.py", "", 2, 4, []),
        ("audio_labels.py", "", 0, 0, ["N-ENCORD-UNIT", "N-ENCORD-UNPLACED"]),
        ("dicom_labels.py", "", 0, 0, ["N-ENCORD-UNIT", "N-ENCORD-UNIT-LABEL"]),
    ],
)  # fmt: skip
def test_the_files_of_encords_own_tests(
    shared_data: Path,
    tmp_path: Path,
    rows: str,
    ontology: str,
    images: int,
    labels: int,
    codes: list[str],
) -> None:
    root = exported(shared_data / "encord_blobs", tmp_path / "set", rows, ontology)
    made = Project.import_project(root, target=tmp_path / "out")
    assert (made["format"], made["images"], made["ground_truth"]) == ("encord", images, labels)
    found = [w["code"] for w in made["warnings"] if w["code"] not in ("W-IMAGE-MISSING",)]
    assert [code for code in found if code != "W-ENCORD-ONTOLOGY"] == codes
    assert made["rejected"] == 0


def test_hashes_groups_and_frames_are_encords(shared_data: Path, tmp_path: Path) -> None:
    root = exported(shared_data / "encord_blobs", tmp_path / "set", "image_group.py")
    project = Project.open(Project.import_project(root, target=tmp_path / "out")["path"])
    document = json.loads((root / "ontology.json").read_text())
    hashes = [o["featureNodeHash"] for o in document["objects"]]
    assert [o.feature_hash for o in project.ontology.objects] == hashes
    assert "f850dfb4-7146-49e0-9afc-2b9434a64a9f" in project.items["data_hash"].tolist()
    assert set(project.items["sequence"].tolist()) == {"image-group-8375e"}
    assert sorted(project.items["position"].tolist()) == [0, 1, 2, 3, 4]
    tracks = project.ground_truth.table["track"].tolist()
    assert {len(track) for track in tracks} == {0, 8}


def test_every_shape_of_the_exporters_rows_is_read(shared_data: Path, tmp_path: Path) -> None:
    root = exported(shared_data / "encord_blobs", tmp_path / "set", "coco_exporter_data.py")
    made = Project.import_project(root, target=tmp_path / "out")
    assert made["rejected"] == 0
    kinds = set(Project.open(made["path"]).ground_truth.table["kind"].tolist())
    assert kinds == {int(k) for k in Kind}


SQUARE = [{"x": 0.0, "y": 0.0}, {"x": 0.5, "y": 0.0}, {"x": 0.5, "y": 0.5}, {"x": 0.0, "y": 0.5}]
FLAT = [0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0]
HOLE = [0.25, 0.25, 0.75, 0.25, 0.75, 0.75, 0.25, 0.75]


@pytest.mark.parametrize(
    "given",
    [
        {"polygon": {str(k): p for k, p in enumerate(SQUARE)}},
        {"polygon": SQUARE},
        {"polygons": [[[0.0, 0.0, 0.5, 0.0, 0.5, 0.5, 0.0, 0.5]]]},
    ],
)
def test_polygons_in_three_layouts_are_the_same(given: dict[str, Any]) -> None:
    shape = shape_of(given, Shape.POLYGON, (8, 8))
    assert shape.kind is Kind.POLYGON
    assert shape.parts[0].tolist() == [[p["x"], p["y"]] for p in SQUARE]


def test_rings_after_the_first_are_holes() -> None:
    shape = shape_of({"polygons": [[FLAT, HOLE]]}, Shape.POLYGON, (8, 8))
    assert shape.mask is not None
    bitmap = _core.mask_decode(shape.mask, 8, 8)
    assert bitmap.sum() == 64 - 16 and bitmap[3, 3] == 0 and bitmap[0, 0] == 1


def test_a_bitmask_lies_where_its_corner_says() -> None:
    part = np.ones((2, 3), np.uint8)
    text = _core.mask_from_bitmap(part).decode()
    given = {"bitmask": {"rleString": text, "top": 1, "left": 2, "width": 3, "height": 2}}
    shape = shape_of(given, Shape.BITMASK, (6, 5))
    assert shape.mask is not None
    whole = np.zeros((5, 6), np.uint8)
    whole[1:3, 2:5] = 1
    assert np.array_equal(_core.mask_decode(shape.mask, 5, 6), whole)
    given["bitmask"]["left"] = 4
    with pytest.raises(UnusableShape, match="leaves"):
        shape_of(given, Shape.BITMASK, (6, 5))


def test_skeleton_points_tell_what_is_seen() -> None:
    points = [
        {"x": 0.1, "y": 0.2, "visibility": "visible"},
        {"x": 0.1, "y": 0.2, "visibility": "selfOccluded"},
        {"x": 0.1, "y": 0.2, "occluded": True},
        {"x": 0.1, "y": 0.2, "invisible": True},
    ]
    given = {"skeleton": {str(k): p for k, p in enumerate(points)}}
    shape = shape_of(given, Shape.SKELETON, (8, 8))
    assert shape.parts[0][:, 2].tolist() == [2, 1, 1, 0]


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        ({}, Shape.BOUNDING_BOX),
        ({"boundingBox": {"x": 1, "y": 0, "w": 1}}, Shape.BOUNDING_BOX),
        ({"boundingBox": {"x": "1", "y": 0, "w": 1, "h": 1}}, Shape.BOUNDING_BOX),
        ({"boundingBox": {"x": 10**400, "y": 0, "w": 1, "h": 1}}, Shape.BOUNDING_BOX),
        ({"polygon": {"a": {"x": 1, "y": 1}}}, Shape.POLYGON),
        ({"polygon": 5}, Shape.POLYGON),
        ({"polygons": [[[1, 2, 3]]]}, Shape.POLYGON),
        ({"polygons": [5]}, Shape.POLYGON),
        ({"polygons": [[FLAT, HOLE]]}, Shape.BITMASK),
        ({"bitmask": {"rleString": "~", "width": 1 << 19, "height": 1 << 19}}, Shape.BITMASK),
        ({"bitmask": {"rleString": "~", "width": 2, "height": 2}}, Shape.BITMASK),
        ({"point": {}}, Shape.POINT),
        ({"skeleton": [1]}, Shape.SKELETON),
    ],
)
def test_geometry_that_is_none_is_named(given: dict[str, Any], shape: Shape) -> None:
    with pytest.raises(UnusableShape):
        shape_of(given, shape, (8, 8))


def row(**unit: Any) -> dict[str, Any]:
    """A label row of one image, 10 x 10, with what a test changes."""
    facts = {"data_title": "a.jpg", "data_type": "image/jpeg", "width": 10, "height": 10}
    return {"label_hash": "x", "data_type": "image", "data_units": {"u": facts | unit}}


@pytest.mark.parametrize(
    "document",
    [
        {"label_hash": "x", "data_units": []},
        {"label_hash": "x", "data_units": {"u": 3}},
        row(labels={"objects": [5]}),
        row(labels={"objects": [{"featureHash": "zz", "shape": "bounding_box"}]}),
        row(labels={"classifications": [{"classificationHash": "q"}]}),
        row(data_type="video/mp4", data_duration=1e9, data_fps=1e3),
    ],
)
def test_rows_that_are_none_are_rejected(tmp_path: Path, document: Any) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(document))
    (tmp_path / "ontology.json").write_text('{"objects": [], "classifications": []}')
    with pytest.raises(SourceError, match="records are unusable"):
        Project.import_project(tmp_path, target=tmp_path / "out")


def test_a_damaged_ontology_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(row()))
    (tmp_path / "ontology.json").write_text('{"objects": [{"shape": "polygon"}]}')
    with pytest.raises(SourceError, match="ontology"):
        Project.import_project(tmp_path, target=tmp_path / "out")


def test_masks_of_frames_find_the_frames_of_a_video(tmp_path: Path) -> None:
    from tests.sources.mask_files import save

    cat = {"id": "1", "name": "cat", "shape": "bitmask", "featureNodeHash": "abcdefgh"}
    (tmp_path / "set").mkdir()
    video = row(data_type="video/mp4", data_title="clip.mp4", data_fps=2, data_duration=2)
    (tmp_path / "set" / "rows.json").write_text(json.dumps(video))
    (tmp_path / "set" / "ontology.json").write_text(json.dumps({"objects": [cat]}))
    made = Project.import_project(tmp_path / "set", target=tmp_path / "out")
    project = Project.open(made["path"])
    assert project.items["frame"].tolist() == [0, 1, 2, 3]
    inside = np.eye(10, dtype=np.uint8)
    for name in ("clip.mp4__1", "clip__3"):
        save(tmp_path / "run" / "cat" / f"{name}.png", inside)
    done = project.import_predictions(tmp_path / "run", name="run", format="masks")
    assert done["predictions"] == 2
    frames = project.items["frame"][project.predictions("run").table["item"]]
    assert frames.tolist() == [1, 3]
