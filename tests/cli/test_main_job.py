"""The whole main job through the command line: project in, runs in, scores out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.program import run
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
KEYS = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("job")
    done = run(
        "import", "project", "--coco", "-a", DEMO / "annotations.json", "-i", DEMO / "images",
        "-n", "My data", "--json", cwd=folder,
    )  # fmt: skip
    assert done.code == 0, done.err
    document = done.json
    assert document["images"] == 41 and document["ground_truth"] == 421
    assert document["classes"] == 80 and document["rejected"] == 0
    assert Path(document["report"]).is_file()
    found = run(
        "import",
        "predictions",
        DEMO / "predictions_float32.json",
        "--json",
        "-n",
        "float32",
        cwd=folder,
    )
    assert found.code == 0, found.err
    assert found.json["evaluation"]["metrics"]["AP"] == pytest.approx(0.29997, abs=5e-6)
    return Path(document["path"])


def test_scores_as_documented(project: Path) -> None:
    document = run("evaluate", "float32", "--json", cwd=project).json
    assert document["task"] == "bbox" and document["protocol"] == "coco"
    assert list(document["metrics"]) == KEYS
    counts = document["counts"]
    assert counts["tp"] + counts["fn"] == 415
    row = next(r for r in document["per_class"] if r["class"] == "person")
    assert row["ground_truth"] == 111 and row["ap"] == pytest.approx(0.312, abs=1e-3)
    absent = [r for r in document["per_class"] if r["ground_truth"] == 0]
    assert absent and all(r["ap"] is None for r in absent)


def test_counts_follow_the_thresholds(project: Path) -> None:
    loose = run(
        "evaluate", "float32", "--iou", "0.3", "--confidence", "0.3", "--json", cwd=project
    ).json
    tight = run(
        "evaluate", "float32", "--iou", "0.8", "--confidence", "0.3", "--json", cwd=project
    ).json
    assert loose["metrics"] == tight["metrics"]
    assert loose["counts"]["tp"] > tight["counts"]["tp"]


def test_a_second_run_is_added_and_never_overwritten(project: Path) -> None:
    path = DEMO / "predictions_int8.json"
    assert run("import", "predictions", "--coco", path, "-n", "int8", cwd=project).code == 0
    again = run("import", "predictions", path, "-n", "int8", cwd=project)
    assert again.code == 2 and "E-RUN-EXISTS" in again.err and "--replace" in again.err
    assert run("import", "predictions", path, "-n", "int8", "--replace", cwd=project).code == 0
    runs = run("runs", "--json", cwd=project).json
    assert [r["name"] for r in runs] == ["float32", "int8"]
    assert run("runs", "rename", "int8", "eight", cwd=project).code == 0
    assert run("runs", "delete", "eight", cwd=project).code == 0
    assert [r["name"] for r in run("runs", "--json", cwd=project).json] == ["float32"]
    assert run("verify", cwd=project).code == 0


def test_dry_run_writes_nothing(project: Path) -> None:
    before = sorted(p.relative_to(project) for p in project.rglob("*"))
    done = run(
        "import", "predictions", DEMO / "predictions_int8.json", "--dry-run", "--json", cwd=project
    )
    assert done.code == 0 and done.json["predictions"] == 3811 and done.json["report"] is None
    assert sorted(p.relative_to(project) for p in project.rglob("*")) == before


def test_an_unknown_run_names_the_near_one(project: Path) -> None:
    done = run("evaluate", "flaot32", cwd=project)
    assert done.code == 2 and "did you mean 'float32'" in done.err


def test_encord_documents(project: Path, tmp_path: Path) -> None:
    """`encord-active print --json …` writes the documented files to the current folder."""
    out = run(
        "print", "data-mapping", "--limit", "2", "-t", project, cwd=tmp_path, name="encord-active"
    )
    assert len(out.json) == 2
    done = run("print", "--json", "data-mapping", "-t", project, cwd=tmp_path, name="encord-active")
    assert "Mapping stored in" in done.out
    mapping = json.loads((tmp_path / "data_mapping.json").read_text())
    assert len(mapping) == 41 and "000000005001.jpg" in mapping.values()
    run("print", "--json", "ontology", "-t", project, cwd=tmp_path, name="encord-active")
    ontology = json.loads((tmp_path / "ontology_output.json").read_text())
    assert (
        set(ontology) == {"objects", "classifications"} and len(ontology["objects"]["person"]) == 8
    )
    run("print", "--json", "encord-projects", cwd=tmp_path, name="encord-active")
    assert json.loads((tmp_path / "encord-projects.json").read_text()) == {}
    assert "Python" in run("print", "system-info", cwd=tmp_path, name="encord-active").out


def test_sources_are_only_read(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(DEMO, source)
    before = {p: p.read_bytes() for p in source.rglob("*") if p.is_file()}
    done = run(
        "import",
        "project",
        source / "annotations.json",
        "-i",
        source / "images",
        "-n",
        "p",
        cwd=tmp_path,
    )
    assert done.code == 0
    run("import", "predictions", source / "predictions_int8.json", "-t", "p", cwd=tmp_path)
    assert {p: p.read_bytes() for p in source.rglob("*") if p.is_file()} == before


def test_same_import_same_ids(tmp_path: Path) -> None:
    mappings = []
    for name in ("a", "b"):
        run(
            "import",
            "project",
            DEMO / "annotations.json",
            "-i",
            DEMO / "images",
            "-n",
            name,
            cwd=tmp_path,
        )
        mappings.append(run("print", "data-mapping", "-t", name, cwd=tmp_path).json)
    assert mappings[0] == mappings[1] and len(mappings[0]) == 41


def test_a_moved_project_still_works(tmp_path: Path, demo_folder: Path) -> None:
    moved = tmp_path / "elsewhere" / "renamed"
    shutil.copytree(demo_folder, moved)
    assert run("verify", "-t", moved, cwd=tmp_path).code == 0
    assert run("evaluate", "int8", "--json", "-t", moved, cwd=tmp_path).json["metrics"][
        "AP"
    ] == pytest.approx(0.185807, abs=1e-6)
