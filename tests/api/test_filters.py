"""Every route of a run takes a slice and a task; lists agree with counts and the matrix."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from boxscore.project import Project
from tests.api.asking import answers, responses
from tests.conftest import ROOT

SLICES = ["split=val", "split=train", "class=person", "split=val,class=cup", "title=0000000*"]
RUN = "/api/v1/runs/float32"


@pytest.fixture(scope="module")
def project(demo_folder: Path) -> Project:
    return Project.open(demo_folder)


@pytest.mark.parametrize("where", SLICES)
def test_lists_of_a_slice_add_up_to_its_counts(project: Project, where: str) -> None:
    summary, objects, images, curves = answers(
        project,
        [
            f"{RUN}/{name}?slice={where}&limit=500"
            for name in ("summary", "errors", "images", "curves")
        ],
    )
    counts = {name: summary["counts"][name] for name in ("tp", "fp", "fn")}
    assert objects["facets"]["outcome"] == counts
    assert objects["confidence"] == summary["counts"]["confidence"]
    assert curves["best"]["f1"] == summary["counts"]["f1"]
    assert images["total"] == summary["images"]
    assert {k: sum(row[k] for row in images["images"]) for k in counts} == counts


def test_slices_part_the_whole(project: Project) -> None:
    whole, *parts = answers(
        project,
        [
            f"{RUN}/errors?confidence=0.3{rest}"
            for rest in ("", "&slice=split=val", "&slice=split=train")
        ],
    )
    for name, count in whole["facets"]["outcome"].items():
        assert sum(part["facets"]["outcome"][name] for part in parts) == count


def test_every_cell_of_the_matrix_leads_to_its_objects(project: Project) -> None:
    (matrix,) = answers(project, [f"{RUN}/confusion"])
    names = [row["class_id"] for row in matrix["classes"]] + ["none"]
    cells = [
        (row, column, count)
        for row, counts in zip(names, matrix["matrix"], strict=True)
        for column, count in zip(names, counts, strict=True)
        if count
    ]
    assert len(cells) > 100
    pages = answers(
        project,
        [
            f"{RUN}/errors?limit=1&labelled={row}&predicted={column}&outcome="
            + ("fn" if column == "none" else "tp" if row == column else "fp")
            for row, column, _ in cells
        ],
    )
    assert [page["total"] for page in pages] == [count for *_, count in cells]


def test_bad_filters_are_refused(project: Project) -> None:
    asked = [
        f"{RUN}/errors?labelled=9999",
        f"{RUN}/errors?predicted=nobody",
        f"{RUN}/errors?below=nan",
        f"{RUN}/errors?slice=split=nowhere",
        f"{RUN}/errors?task=classification",
        f"{RUN}/curves?slice=colour=red",
    ]
    found = responses(project, asked)
    assert {r.status_code for r in found} <= {400, 404, 422}
    assert all(r.json()["code"].startswith("E-") for r in found)


def test_parts_of_the_images_are_counted(project: Project) -> None:
    (document,) = answers(project, ["/api/v1/project"])
    assert {row["name"]: row["images"] for row in document["splits"]} == {"train": 19, "val": 22}
    assert document["sequences"] == []
    person = next(row for row in document["classes"] if row["name"] == "person")
    (summary,) = answers(project, [f"{RUN}/summary?slice=class=person"])
    assert person["images"] == summary["images"] == 26


def test_import_reports(demo_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(demo_folder, folder)
    project = Project.open(folder)
    results = tmp_path / "some.json"
    good = json.loads((ROOT / "src/boxscore/demo/predictions_int8.json").read_text())[:60]
    results.write_text(json.dumps([*good, good[0] | {"bbox": [1, 2, -3, 4]}]))
    project.import_predictions(results, name="some")
    (found,) = answers(project, ["/api/v1/imports"])
    newest, *_, first = found["imports"]
    assert (newest["number"], newest["run"], newest["predictions"]) == (4, "some", 60)
    assert newest["rejected"] == 1 and newest["repaired"] == 0
    (record,) = newest["records"]
    assert record["outcome"] == "rejected" and "60" in record["place"]
    assert record["code"] == newest["warnings"][0]["code"]
    assert (first["kind"], first["images"], first["classes"]) == ("project", 41, 80)
    whole, page, mapping, none = responses(
        project,
        [
            "/api/v1/imports/4",
            "/api/v1/imports/4/records?outcome=rejected&limit=1",
            "/api/v1/imports/4/mapping",
            "/api/v1/imports/9",
        ],
    )
    assert [one["question"] for one in whole.json()["findings"]][:2] == ["images", "classes"]
    assert sum(row["records"] for row in whole.json()["classes_read"]) == 61
    assert page.json() == {
        "records": newest["records"], "total": 1, "next_offset": None, "codes": {record["code"]: 1}
    }  # fmt: skip
    assert mapping.text == project.import_mapping("some") == whole.json()["mapping_file"]
    assert (none.status_code, none.json()["code"]) == (400, "E-REPORT-NONE")
    (folder / "reports" / "import-2.json").write_text("[]")
    (damaged,) = responses(project, ["/api/v1/imports"])
    assert damaged.json()["code"] == "E-REPORT-DAMAGED"


def test_a_run_may_have_a_slash_in_its_name(demo_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(demo_folder, tmp_path / "demo")
    project = Project.open(tmp_path / "demo")
    project.rename_run("int8", "teams/int8")
    paths = [f"/api/v1/runs/teams%2Fint8/{what}" for what in ("summary", "errors", "gate")]
    found = answers(project, paths)
    assert found[0]["run"] == "teams/int8"
