"""What a project tells of its imports: readings, classes, checks, and how to repeat them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from boxscore.cli.program import program
from boxscore.errors import RequestError
from boxscore.project import Project
from boxscore.project.imports.importing import RunRequest
from boxscore.project.imports.streaming import Sizes, import_large
from boxscore.schema.tables import Table

DEMO = Path(__file__).parents[2] / "src" / "boxscore" / "demo"
INT8 = DEMO / "predictions_int8.json"


@pytest.fixture(scope="module")
def folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("copy") / "demo"
    shutil.copytree(demo_folder, copy)
    return copy


@pytest.fixture(scope="module")
def project(folder: Path) -> Project:
    return Project.open(folder)


@pytest.fixture(scope="module")
def strange(project: Project, folder: Path) -> str:
    """A run of results of which some are rejected and some repaired."""
    records: list[dict[str, Any]] = json.loads(INT8.read_text())[:1000]
    for k in range(0, 60, 3):
        records[k] = records[k] | {"bbox": [1, 2, -3, 4]}
        records[k + 1] = records[k + 1] | {"bbox": [9000 + k, 9000, 5, 5]}
    records[99] = records[99] | {"image_id": 7}
    records[100] = records[100] | {"category_id": 4711}
    records.append(records[500])
    path = folder.parent / "strange.json"
    path.write_text(json.dumps(records))
    project.import_predictions(path, name="strange")
    return "strange"


@pytest.fixture(scope="module")
def named(project: Project, folder: Path) -> str:
    """A run as lines of text: relative boxes, files' stems, names of classes but for a few."""
    names = [row.name for row in project.ontology.classes]
    path = folder.parent / "named"
    path.mkdir()
    run, items = project.predictions("float32"), project.items
    table = run.table.take(np.flatnonzero(run.table["confidence"] > 0.2))
    for item in range(items.rows):
        own = table.take(np.flatnonzero(table["item"] == item))
        (path / f"{Path(items['title'][item]).stem}.txt").write_text(
            "".join(
                f"{_odd(names[c])} {p:.6f} {x:.4f} {y:.4f} {x + w:.4f} {y + h:.4f}\n"
                for c, p, x, y, w, h in zip(
                    *(own[n].tolist() for n in ("class_id", "confidence", "x", "y", "width")),
                    own["height"].tolist(),
                    strict=True,
                )
            )
        )
    mapping = folder.parent / "mine.yaml"
    mapping.write_text("classes:\n  map: {Persons: person, bowl: null}\n")
    project.import_predictions(path, format="txt", name="named", mapping=mapping)
    return "named"


def _odd(name: str) -> str:
    return {"person": "Persons", "car": "Car", "tv": "tvmonitor"}.get(name, name).replace(" ", "_")


def equal(first: Table, second: Table) -> bool:
    return all(
        first[name].tolist() == second[name].tolist()
        if first[name].dtype == object
        else np.array_equal(first[name], second[name], equal_nan=first[name].dtype.kind == "f")
        for name in first.schema.names()
    )


@pytest.mark.parametrize("run", ["int8", "strange", "named"])
def test_the_mapping_file_repeats_an_import(
    run: str, project: Project, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if run != "int8":
        request.getfixturevalue(run)
    source = {"int8": INT8, "strange": folder.parent / "strange.json"}
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(project.import_mapping(run))
    again = Project.open(folder)
    form = project.import_report(run)["format"]
    again.import_predictions(
        source.get(run, folder.parent / "named"), format=form, name=f"{run} again", mapping=mapping
    )
    old, new = again.predictions(run), again.predictions(f"{run} again")
    assert new.rows == old.rows > 500
    for name in ("table", "masks", "points", "traits"):
        assert equal(getattr(old, name), getattr(new, name))
    kept, repeated = (again.import_report(one) for one in (run, f"{run} again"))
    for key in ("rejected", "repaired", "checks", "confidences"):
        assert kept[key] == repeated[key]
    classes = [
        {row["source"]: row["class"] for row in one["classes_read"]} for one in (kept, repeated)
    ]
    assert classes[0] == classes[1]
    again.delete_run(f"{run} again")


def test_every_reading_has_its_evidence(project: Project) -> None:
    report = project.import_report("int8")
    found = {one["question"]: one for one in report["findings"]}
    assert list(found) == ["images", "classes", "boxes", "confidence"]
    boxes = found["boxes"]
    assert boxes["chosen"]["how"] == "xywh, pixels"
    assert len(boxes["alternatives"]) == 5
    assert boxes["chosen"]["overlap"] > max(one["overlap"] for one in boxes["alternatives"])
    classes = found["classes"]
    assert classes["chosen"]["agreement"] > max(one["agreement"] for one in classes["alternatives"])
    rows = {row["source"]: row for row in report["classes_read"]}
    assert sum(row["records"] for row in rows.values()) == report["predictions"]
    assert rows["1"]["class"] == "person" and rows["1"]["how"] == "source id"


def test_each_class_says_how_it_was_found(project: Project, named: str) -> None:
    rows = {row["source"]: row for row in project.import_report(named)["classes_read"]}
    assert (rows["Persons"]["class"], rows["Persons"]["how"]) == ("person", "mapping file")
    assert rows["bowl"]["left_out"] and rows["bowl"]["class"] is None
    assert (rows["chair"]["class"], rows["chair"]["how"]) == ("chair", "name")
    assert rows["Car"]["how"] == "name, whatever its case and spacing"
    assert (rows["tvmonitor"]["class"], rows["tvmonitor"]["how"]) == ("tv", "name or synonym")


def test_checks_count_what_is_stored(project: Project, strange: str) -> None:
    report = project.import_report(strange)
    checks = {one["title"]: one for one in report["checks"]}
    for title, count in (
        ("Predictions that name an unknown image", 1),
        ("Predictions that name an unknown class", 1),
        ("Boxes with a negative or endless side", 20),
        ("Boxes outside their image", 20),
        ("The same prediction again", 1),
        ("Crowd regions among the labels", 6),
    ):
        assert checks[title]["count"] == count, title
        assert checks[title]["state"] != "ok"
    assert checks["Boxes without area"]["state"] == "ok"
    value = project.predictions(strange).table["confidence"]
    spread = report["confidences"]
    assert sum(spread["counts"]) == spread["total"] == value.size == report["predictions"]
    assert spread["counts"] == np.histogram(value, 40, (0.0, 1.0))[0].tolist()
    assert spread["distinct"] == np.unique(value).size
    limit = next(one for one in project.import_report("int8")["checks"] if "limit" in one["title"])
    assert (limit["title"], limit["count"]) == ("Images at the limit of 100 predictions", 35)


def test_what_stands_twice_in_text_files_is_said_once(folder: Path, tmp_path: Path) -> None:
    project = Project.open(folder)
    project.export("int8", format="yolo", output=tmp_path / "out")
    for file in (tmp_path / "out" / "labels").rglob("*.txt"):
        file.write_text(file.read_text() * 2)
    project.import_predictions(tmp_path / "out", name="twice")
    checks = project.import_report("twice")["checks"]
    again = [one for one in checks if one["count"] == 3811]
    assert [one["title"] for one in again] == ["The same prediction again"]


def test_records_come_in_pages(project: Project, strange: str) -> None:
    whole = project.import_records(strange, limit=1000)
    assert whole["total"] == len(whole["records"]) == 43 and whole["next_offset"] is None
    paged, offset = [], 0
    while offset is not None:
        page = project.import_records(strange, limit=7, offset=offset)
        paged += page["records"]
        offset = page["next_offset"]
    assert paged == whole["records"]
    rejected = project.import_records(strange, outcome="rejected")
    assert rejected["total"] == project.import_report(strange)["rejected"] == 22
    assert project.import_records(strange, code="E-COCO-BBOX-NEG")["total"] == 20


def test_a_large_file_is_told_of_like_a_small_one(project: Project, folder: Path) -> None:
    truth = Project.open(folder)._state().truth()
    request = RunRequest(path=INT8, name="windows")
    tiny = Sizes(large=0, window=40_000, rows=900, outcomes=600)
    assert import_large(folder, truth, request, tiny) is not None
    assert (
        project.import_mapping("windows").splitlines()[3:]
        == (project.import_mapping("int8").splitlines()[3:])
    )
    small, large = project.import_report("int8"), project.import_report("windows")
    for key in ("findings", "classes_read", "checks", "confidences", "per_image", "looked_at"):
        assert small[key] == large[key], key
    project.delete_run("windows")


def test_a_run_keeps_its_report_under_another_name(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "demo")
    project = Project.open(tmp_path / "demo")
    before = project.import_report("int8")
    project.rename_run("int8", "small")
    after = project.import_report("small")
    assert after["number"] == before["number"] and after["confidences"] == before["confidences"]
    project.delete_run("small")
    gone = project.import_report(before["number"])
    assert gone["confidences"] is None and gone["mapping_file"] == before["mapping_file"]
    with pytest.raises(RequestError, match="no report"):
        project.import_report("small")


def test_what_has_no_mapping_says_why(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "demo")
    project = Project.open(tmp_path / "demo")
    with pytest.raises(RequestError, match="made the project"):
        project.import_mapping(1)
    with pytest.raises(RequestError, match="no import 99"):
        project.import_mapping(99)
    project.fuse_runs("float32", "int8", name="both")
    assert project.import_report("both")["no_mapping"] == "it was not read from a file"
    path = tmp_path / "demo" / "reports" / "import-2.json"
    old = json.loads(path.read_text())
    del old["decisions"], old["sha256"]
    path.write_text(json.dumps(old))
    report = Project.open(tmp_path / "demo").import_report("float32")
    assert "before readings were kept" in report["no_mapping"]
    assert report["confidences"]["total"] == 3319


def test_the_command_line_gives_the_same(project: Project, folder: Path, tmp_path: Path) -> None:
    def said(*words: str) -> str:
        done = CliRunner().invoke(program, ["imports", *words, "-t", str(folder)])
        assert done.exit_code == 0, done.output
        return done.output

    assert "predictions_int8.json" in said()
    assert "xywh, pixels" in said("show", "int8")
    assert said("mapping", "int8") == project.import_mapping("int8")
    out = tmp_path / "mapping.yaml"
    said("mapping", "3", "--output", str(out))
    assert out.read_text() == project.import_mapping(3)
    assert "0 of 0 records" in said("records", "int8")
    assert json.loads(said("show", "int8", "--json")) == project.import_report("int8")


def test_one_question_gives_all_verdicts(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "demo")
    project = Project.open(tmp_path / "demo")
    none = project.gate_verdicts()
    assert not none["kept"] and {row["verdict"] for row in none["runs"]} == {None}
    rules = "version: 1\nbaseline: float32\nrules:\n"
    rules += "  - {metric: AP, at_least: 0.2}\n  - {metric: AP, class: horse, at_least: 0.5}\n"
    project.keep_gate_rules(rules)
    for row in project.gate_verdicts()["runs"]:
        gate = project.gate(run=row["run"])
        assert row["counts"] == gate["counts"]
        assert (row["verdict"] != "failed") == gate["passed"]
        assert row["block"] == sum(check["blocks"] for check in gate["checks"])
    found = {row["run"]: row["verdict"] for row in project.gate_verdicts()["runs"]}
    assert (found["float32"], found["int8"]) == ("unsure", "failed")
    part = project.gate_verdicts(where="split=val")["runs"][1]
    assert part["counts"] == project.gate(run="int8", where="split=val")["counts"]
    said = CliRunner().invoke(program, ["runs", "--gate", "-t", str(project.path)]).output
    assert "1 of 2 fail" in said and "unsure" in said
    project.keep_gate_rules(rules.replace("horse", "unicorn"))
    wrong = project.gate_verdicts()["runs"][0]
    assert wrong["verdict"] is None and "unicorn" in wrong["problem"]
