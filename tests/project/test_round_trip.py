"""What a source reads is what the store gives back, to the last bit, old parts included."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxscore.project.evaluating import Truth
from boxscore.project.imports.importing import publish_project
from boxscore.project.loading import load_annotations, load_truth
from boxscore.schema.tables import (
    BYTES,
    GROUND_TRUTH,
    ITEMS,
    MASKS,
    POINTS,
    PREDICTIONS,
    TEXT,
    TRAITS,
    VERDICTS,
    Annotations,
    Column,
    Table,
    TableSchema,
)
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.project_tables import ProjectTables
from boxscore.sources.report import ImportReport
from boxscore.store.parts import read_parts, write_part
from boxscore.store.read import Snapshot
from boxscore.store.write import Writer
from tests.cli.program import run
from tests.sources.coco_files import HEIGHT, WIDTH, Document, project, results, write
from tests.sources.test_coco_extras import lvis

SQUARE = [[10, 20, 40, 20, 40, 60, 10, 60]]


def read(folder: Path, document: Document) -> ProjectTables:
    path = write(folder / "gt.json", document)
    return coco.read(path, None, ImportReport(path), pixels=False)


def same(a: Table, b: Table) -> None:
    assert a.schema is b.schema
    assert a.rows == b.rows
    for name in a:
        assert a[name].dtype == b[name].dtype
        if a[name].dtype.kind == "f":
            assert np.array_equal(a[name], b[name], equal_nan=True), name
        else:
            assert a[name].tolist() == b[name].tolist(), name


def all_the_same(a: Annotations, b: Annotations) -> None:
    for one, other in ((a.table, b.table), (a.masks, b.masks), (a.points, b.points)):
        same(one, other)
    same(a.traits, b.traits)


def stored(tables: ProjectTables, folder: Path) -> tuple[Path, Truth]:
    root = publish_project(tables, folder, "p", symlinks=False)
    with Snapshot(root) as snapshot:
        return root, load_truth(snapshot)


extra = st.fixed_dictionaries(
    {},
    optional={
        "iscrowd": st.integers(0, 1),
        "ignore": st.integers(0, 1),
        "IsGroupOf": st.booleans(),
        "truncated": st.floats(0, 1),
        "occluded": st.integers(0, 3),
        "track_id": st.one_of(st.integers(-1, 9), st.text(max_size=5)),
        "rotation": st.floats(-360, 360),
        "keypoints": st.lists(st.integers(0, 2), min_size=3, max_size=3),
        "segmentation": st.just(SQUARE),
        "attributes": st.fixed_dictionaries({"occlusion": st.floats(0, 1)}),
    },
)
frame = st.fixed_dictionaries(
    {},
    optional={
        "video_id": st.integers(0, 3),
        "seq_name": st.text(min_size=1, max_size=4),
        "frame_id": st.integers(0, 99),
        "neg_category_ids": st.lists(st.sampled_from([1, 3, 7]), max_size=2),
        "not_exhaustive_category_ids": st.lists(st.sampled_from([1, 3, 7]), max_size=2),
    },
)


@settings(max_examples=12, deadline=None)
@given(st.lists(extra, max_size=6), st.lists(frame, max_size=4), st.sampled_from(["", "c"]))
def test_a_project_comes_back_as_it_was_read(
    objects: list[dict[str, Any]], frames: list[dict[str, Any]], frequency: str
) -> None:
    document = project()
    for k, given_extra in enumerate(objects):
        document["annotations"][7 * k] |= given_extra
    for k, given_frame in enumerate(frames):
        document["images"][3 * k] |= given_frame
    document["categories"][1] |= {"frequency": frequency, "supercategory": "person"}
    document["categories"][0] |= {"keypoints": ["nose"], "sigmas": [0.026]}
    if not frequency:
        del document["categories"][1]["frequency"]
    with tempfile.TemporaryDirectory() as folder:
        tables = read(Path(folder), document)
        _, truth = stored(tables, Path(folder))
    same(truth.items, tables.items)
    same(truth.verdicts, tables.verdicts)
    all_the_same(truth.ground_truth, tables.ground_truth)
    assert truth.ontology == tables.ontology


@settings(max_examples=8, deadline=None)
@given(st.lists(extra, min_size=1, max_size=8))
def test_a_run_comes_back_as_it_was_read(objects: list[dict[str, Any]]) -> None:
    found = results()
    for k, given_extra in enumerate(objects):
        found[5 * k] |= given_extra
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = read(folder, project())
        root, _ = stored(tables, folder)
        context = ProjectContext(items=tables.items, ontology=tables.ontology)
        path = write(folder / "dt.json", found)
        predictions = coco_results.read(path, context, ImportReport(path)).predictions
        with Writer(root, purpose="add a run") as writer:
            for table in (
                predictions.table, predictions.masks, predictions.points, predictions.traits,
            ):  # fmt: skip
                writer.add_table("run:1", table)
            writer.commit()
        with Snapshot(root) as snapshot:
            again = load_annotations(snapshot, "run:1", PREDICTIONS)
    all_the_same(again, predictions)


def older(schema: TableSchema) -> TableSchema:
    """The schema before columns with a default were added."""
    return TableSchema(schema.name, tuple(c for c in schema.columns if c.default is None))


@pytest.mark.parametrize(
    "schema", [ITEMS, GROUND_TRUTH, PREDICTIONS, MASKS, POINTS, TRAITS, VERDICTS]
)
def test_parts_of_before_a_column_read_as_its_default(schema: TableSchema, tmp_path: Path) -> None:
    before = older(schema)
    values = {c.name: _three(c) for c in before.columns}
    write_part(Table(before, values), tmp_path / "old.parquet")
    read_back = read_parts([tmp_path / "old.parquet"], schema)
    assert read_back.rows == 3
    for column in schema.columns:
        if column.default is None:
            assert read_back[column.name].tolist() == values[column.name].tolist()
        else:
            assert read_back[column.name].tolist() == [column.default] * 3
    assert schema is not ITEMS or len(before.columns) == len(ITEMS.columns) - 2


def test_old_and_new_parts_of_a_table_are_read_together(tmp_path: Path) -> None:
    before = older(ITEMS)
    old = Table(before, {c.name: _three(c) for c in before.columns})
    new = Table(ITEMS, {c.name: _three(c) for c in ITEMS.columns})
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    write_part(old, paths[0])
    write_part(new, paths[1])
    both = read_parts(paths, ITEMS)
    assert both["sequence"].tolist() == ["", "", "", "0", "1", "2"]
    assert both["position"].tolist() == [0, 0, 0, 0, 1, 2]


def _three(column: Column) -> Any:
    texts = {TEXT: ["0", "1", "2"], BYTES: [b"0", b"1", b"2"]}.get(column.dtype)
    return np.arange(3).astype(column.numpy) if texts is None else np.array(texts, object)


def test_a_stored_lvis_project_keeps_its_verdicts(tmp_path: Path) -> None:
    tables = read(tmp_path, lvis())
    _, truth = stored(tables, tmp_path)
    assert truth.verdicts.rows == tables.verdicts.rows > 0
    assert [o.frequency for o in truth.ontology.objects] == ["r", "c", "f"]


def test_row_97_an_empty_run_is_imported(tmp_path: Path) -> None:
    root, _ = stored(read(tmp_path, project()), tmp_path)
    done = run("import", "predictions", write(tmp_path / "none.json", []), "--json", cwd=root)
    assert done.code == 0, done.err
    assert done.json["predictions"] == 0 and done.json["task"] == "bbox"
    assert "N-COCO-NO-RESULTS" in {w["code"] for w in done.json["warnings"]}


def test_what_cannot_be_compared_leaves_the_project_as_it_was(tmp_path: Path) -> None:
    root, _ = stored(read(tmp_path, project()), tmp_path)
    found = [r | {"keypoints": [WIDTH / 2, HEIGHT / 2, 1.0]} for r in results()]
    for record in found:
        del record["bbox"]
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file()}
    done = run("import", "predictions", write(tmp_path / "dt.json", found), cwd=root)
    assert done.code == 2 and "E-TASK-GEOMETRY" in done.err and "fix:" in done.err
    assert {p: p.read_bytes() for p in root.rglob("*") if p.is_file()} == before
    assert json.loads(run("runs", "--json", cwd=root).out) == []
