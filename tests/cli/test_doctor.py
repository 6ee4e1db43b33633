"""`boxscore doctor`, mapping files and label files from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import run
from tests.conftest import ROOT
from tests.sources.yolo_files import data_set

DEMO = ROOT / "src" / "boxscore" / "demo"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 30 images with two boxes each, and predictions with other class numbers."""
    root = tmp_path_factory.mktemp("doctor")
    places = [(k, 0.2 + 0.6 * k / 30) for k in range(30)]
    truth = {f"i{k}": f"0 {x} 0.3 0.2 0.4\n1 {1 - x} 0.7 0.3 0.2\n" for k, x in places}
    data_set(root / "set", truth, pictures=tuple(truth))
    found = {f"i{k}": f"1 {x} 0.3 0.2 0.4 0.9\n2 {1 - x} 0.7 0.3 0.2 0.8\n" for k, x in places}
    data_set(root / "found", found, yaml="")
    done = run("import", "project", root / "set", "-n", "truth", "--json", cwd=root)
    assert done.code == 0, done.err
    assert done.json["format"] == "yolo" and done.json["ground_truth"] == 60
    return root


def content(project: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(project.rglob("*")) if p.is_file()}


def test_a_shift_is_found_written_and_imported(folder: Path) -> None:
    done = run("doctor", "found/labels", "--write", "mapping.yaml", "-t", "truth", cwd=folder)
    assert done.code == 0, done.err
    assert "found/labels: yolo, 60 records" in done.out
    assert "source id plus one" in done.out and "100% of the records" in done.out
    assert "cxcywh, relative" in done.out and "or cxcyhw, relative" in done.out
    assert "--mapping mapping.yaml" in done.out
    done = run(
        "import", "predictions", "found/labels", "--mapping", "mapping.yaml", "--json",
        "-n", "shifted", "-t", "truth", cwd=folder,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["mapping"]["classes"] == "by source id plus one"
    assert done.json["evaluation"]["metrics"]["AP"] == 1
    assert run("verify", "-t", "truth", cwd=folder).code == 0


def test_what_is_not_sure_ends_with_3_and_says_what_to_do(folder: Path, tmp_path: Path) -> None:
    data_set(tmp_path / "other", {"else": "0 0.5 0.5 0.1 0.1 0.5\n"}, yaml="")
    done = run("doctor", tmp_path / "other" / "labels", "-t", "truth", cwd=folder)
    assert done.code == 3
    assert "images not found: val/else" in done.out
    assert "100.0% of the records have no image or class" in done.out
    done = run("doctor", tmp_path / "other" / "labels", "-t", "truth", "--json", cwd=folder)
    assert done.code == 3 and done.json["sure"] is False and done.json["mapping"] is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", "holds no keys", id="empty"),
        pytest.param("classes: {map: {1: cat, 1: dog}}", "key 1 stands twice", id="key-twice"),
        pytest.param(
            "classes: {map: {1: catt}}", "classes/map/1: class catt is not in the ontology",
            id="unknown-class",
        ),
        pytest.param(
            "images: {map: {i1: j1.png}}", "images/map/i1: image j1.png is not in the project",
            id="unknown-image",
        ),
        pytest.param(None, "does not exist", id="missing"),
    ],
)  # fmt: skip
def test_row_108_a_wrong_mapping_file_changes_nothing(
    folder: Path, tmp_path: Path, text: str | None, problem: str
) -> None:
    before = content(folder / "truth")
    path = tmp_path / "mapping.yaml"
    if text is not None:
        path.write_text(text)
    words = ("import", "predictions", "found/labels", "-n", "wrong", "-t", "truth")
    done = run(*words, "--mapping", path, cwd=folder)
    assert done.code == 2 and problem in done.err
    assert content(folder / "truth") == before


def test_a_pickle_with_ids_of_its_own_takes_no_mapping(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "predictions.pkl"
    path.write_bytes(b"\x80\x04]\x94.")
    (tmp_path / "mapping.yaml").write_text("version: 1\n")
    words = ("import", "predictions", path, "-t", "truth")
    done = run(*words, "--mapping", tmp_path / "mapping.yaml", cwd=folder)
    assert done.code == 2 and "E-MAPPING-FORMAT" in done.err
    done = run("doctor", path, "-t", "truth", cwd=folder)
    assert done.code == 2 and "E-DOCTOR-FORMAT" in done.err


def test_results_for_other_images_are_refused_with_the_evidence(folder: Path) -> None:
    path = DEMO / "predictions_float32.json"
    done = run("import", "predictions", path, "-t", "truth", cwd=folder)
    assert done.code == 2 and "E-DOCTOR" in done.err and "0 of 41 images found" in done.err
    done = run("doctor", path, "-t", "truth", cwd=folder)
    assert done.code == 3 and "coco, 3319 records" in done.out


def test_yolo_is_among_the_formats(folder: Path) -> None:
    rows = {row["format"]: row for row in run("formats", "--json", cwd=folder).json}
    assert rows["yolo"]["truth"] and rows["yolo"]["predictions"]


def test_classes_that_the_project_lacks_are_left_out_by_the_file_it_writes(
    folder: Path, tmp_path: Path
) -> None:
    """A model trained on more classes than the labels have."""
    rows = ["image,class,confidence,x1,y1,x2,y2"]
    for k in range(30):
        x = 0.2 + 0.6 * k / 30
        rows += [f"i{k}.png,{c},0.9,{x - 0.1},0.1,{x + 0.1},0.5" for c in ("cat", "unicorn")]
    (tmp_path / "found.csv").write_text("\n".join(rows) + "\n")
    target = ("-t", folder / "truth")
    refused = run("import", "predictions", "found.csv", *target, cwd=tmp_path)
    assert refused.code == 2 and "boxscore doctor PATH --write mapping.yaml" in refused.err
    assert run("doctor", "found.csv", "--write", "mapping.yaml", *target, cwd=tmp_path).code == 3
    assert '"unicorn": null' in (tmp_path / "mapping.yaml").read_text()
    done = run("import", "predictions", "found.csv", "--mapping", "mapping.yaml", "--json",
               "-n", "more", *target, cwd=tmp_path)  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["predictions"] == 30
    assert {w["code"]: w["count"] for w in done.json["warnings"]}["N-CLASS-LEFT-OUT"] == 30
