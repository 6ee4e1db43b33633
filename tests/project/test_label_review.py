"""Decisions on labels: kept, shared, undone; what they change is what an import of it says."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.errors import RequestError
from boxscore.kernels import _core
from boxscore.project import Project
from boxscore.project.fingerprint import fingerprint
from boxscore.project.labels.decisions import read_review
from boxscore.project.labels.fixes import corrected
from boxscore.project.labels.issues import _overlap
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
RUNS = ("float32", "int8")


@pytest.fixture
def project(demo_folder: Path, tmp_path: Path) -> Project:
    return Project.open(shutil.copytree(demo_folder, tmp_path / "demo"))


def some_of_each_kind(project: Project, most: int = 4) -> list[dict[str, Any]]:
    """Issues of all kinds, the likeliest of each."""
    return [
        issue
        for kind in ("missing", "swapped", "located", "duplicate", "spurious")
        for issue in project.label_issues(kinds=[kind], limit=most)["issues"]
    ]


def accepted(project: Project) -> list[dict[str, Any]]:
    """Some of each kind, accepted."""
    chosen = some_of_each_kind(project)
    assert len({issue["kind"] for issue in chosen}) == 5
    for issue in chosen:
        project.decide(issue["key"], "accept")
    return chosen


def test_the_corrected_score_is_that_of_an_import_of_the_corrected_labels(
    project: Project, tmp_path: Path
) -> None:
    accepted(project)
    before = fingerprint(project._state())
    scores = project.scores_with_corrections()
    project.export_corrections(tmp_path / "whole", what="corrected", format="coco")
    made = Project.import_project(
        tmp_path / "whole" / "annotations.json", target=tmp_path, name="corrected"
    )
    other = Project.open(made["path"])
    for row in scores["runs"]:
        other.import_predictions(DEMO / f"predictions_{row['run']}.json", name=row["run"])
        assert other.evaluate(row["run"])["metrics"] == row["accepted"]
        assert row["accepted"] != row["now"] == project.evaluate(row["run"])["metrics"]
    assert fingerprint(project._state()) == before


def test_a_patch_made_on_the_labels_gives_the_corrected_labels(
    project: Project, tmp_path: Path
) -> None:
    accepted(project)
    project.export("ground-truth", format="coco", output=tmp_path / "old")
    project.export_corrections(tmp_path / "new", what="corrected")
    project.export_corrections(tmp_path / "patch", what="patch")
    old, new, patch = (
        json.loads((tmp_path / name).read_text())
        for name in ("old/annotations.json", "new/annotations.json", "patch/patch.json")
    )
    labels = {record["id"]: record for record in old["annotations"]}
    for record in patch["annotations"]:
        change, was = record.pop("change"), record.pop("was", None)
        if change == "changed":
            assert was == {name: labels[record["id"]].get(name) for name in was}
            assert was != {name: record.get(name) for name in was}
        assert (record["id"] in labels) == (change != "added")
        if change == "removed":
            assert labels.pop(record["id"]) == record
        else:
            labels[record["id"]] = record

    def without_ids(records: Any) -> list[str]:
        return sorted(json.dumps({k: v for k, v in r.items() if k != "id"}) for r in records)

    assert without_ids(labels.values()) == without_ids(new["annotations"])
    assert {r["image_id"] for r in patch["annotations"]} == {i["id"] for i in patch["images"]}


def test_a_cvat_patch_holds_the_corrected_labels_of_the_images_concerned(
    project: Project, tmp_path: Path
) -> None:
    chosen = accepted(project)
    project.export_corrections(tmp_path / "cvat", format="cvat")
    made = Project.import_project(tmp_path / "cvat", format="cvat", target=tmp_path, name="p")
    other = Project.open(made["path"])
    titles = {issue["image"]["title"] for issue in chosen}
    assert set(other.items["title"].tolist()) == titles
    truth = corrected(project._state().truth(), read_review(project.path).fixes()).truth

    def classes(of: Project, table: Any, ontology: Any) -> Counter[tuple[str, str]]:
        names = [of.items["title"][k] for k in table["item"]]
        kinds = [ontology.classes[k].name for k in table["class_id"]]
        return Counter(pair for pair in zip(names, kinds, strict=True) if pair[0] in titles)

    assert classes(other, other.ground_truth.table, other.ontology) == classes(
        project, truth.ground_truth.table, truth.ontology
    )


def test_what_each_kind_of_fix_does(project: Project) -> None:
    truth = project._state().truth()
    for issue in some_of_each_kind(project, 1):
        project.decide(issue["key"], "accept")
        done = corrected(truth, read_review(project.path).fixes())
        project.undo_label_decision()
        rows = done.truth.ground_truth.rows - truth.ground_truth.rows
        assert done.lost == 0
        changed = done.change[done.change != ""].tolist()
        expected = {
            "missing": (1, ["added"]),
            "swapped": (0, ["changed"]),
            "located": (0, ["changed"]),
            "duplicate": (-1, []),
            "spurious": (-1, []),
        }
        assert (rows, changed) == expected[issue["kind"]]


def test_decisions_survive_reopening_and_imports_of_runs(project: Project) -> None:
    first, second, third = project.label_issues(kinds=["missing"], limit=3)["issues"]
    project.decide(first["key"], "accept", note="a person, half hidden")
    project.decide(second["key"][:9], "reject")
    project.decide(third["key"], "skip")
    again = Project.open(project.path)
    states = {i["key"]: i["state"] for i in again.label_issues(limit=500)["issues"]}
    assert [states[i["key"]] for i in (first, second, third)] == ["accepted", "rejected", "skipped"]
    again.import_predictions(DEMO / "predictions_float32.json", name="float32", replace=True)
    again.delete_run("int8")
    issues = {i["key"]: i for i in again.label_issues(state="decided")["issues"]}
    assert set(issues) == {first["key"], second["key"], third["key"]}
    assert issues[first["key"]]["note"] == "a person, half hidden"
    decided = again.scores_with_corrections()
    assert decided["accepted_fixes"] == 1


def test_a_decision_outlives_the_runs_that_led_to_it(project: Project, tmp_path: Path) -> None:
    chosen = some_of_each_kind(project, 1)
    for issue in chosen:
        project.decide(issue["key"], "accept")
    for run in RUNS:
        project.delete_run(run)
    with pytest.raises(RequestError, match="at least one run"):
        project.label_issues()
    assert project.label_review()["accepted"] == len(chosen)
    made = project.export_corrections(tmp_path / "patch")
    assert (made["annotations"], made["lost"]) == (len(chosen), 0)


def test_a_missing_label_decided_once_is_not_asked_again_for_another_runs_box(
    project: Project,
) -> None:
    alone = project.label_issues(kinds=["missing"], runs=["float32"], limit=500)["issues"]
    other = project.label_issues(kinds=["missing"], runs=["int8"], limit=500)["issues"]
    both = [(a, b) for a in alone for b in other if _same_place(a, b) and a["key"] != b["key"]]
    assert both
    first, second = both[0]
    project.decide(first["key"], "reject")
    found = project.label_issues(kinds=["missing"], runs=["int8"], state="rejected")["issues"]
    assert [issue["key"] for issue in found] == [first["key"]]
    assert second["key"] not in {i["key"] for i in found}


def _same_place(a: dict[str, Any], b: dict[str, Any]) -> bool:

    if a["image"] != b["image"] or a["suggestion"]["class_id"] != b["suggestion"]["class_id"]:
        return False
    boxes = (np.array(one["suggestion"]["box"]) for one in (a, b))
    return float(_overlap(next(boxes), next(boxes)[None])[0]) >= 0.5


def test_the_last_decision_holds_and_undo_brings_back_the_one_before(project: Project) -> None:
    key = project.label_issues()["issues"][0]["key"]
    for choice in ("accept", "reject"):
        project.decide(key, choice)
    assert [d["choice"] for d in project.label_review()["decisions"]] == ["reject"]
    assert project.undo_label_decision()["choice"] == "reject"
    assert [d["choice"] for d in project.label_review()["decisions"]] == ["accept"]
    assert project.undo_label_decision(key)["choice"] == "accept"
    with pytest.raises(RequestError, match="no decision"):
        project.undo_label_decision()


def _decide_some(path: Path, keys: list[str]) -> None:
    project = Project.open(path)
    for key in keys:
        project.decide(key, "accept")


def test_decisions_of_several_processes_are_all_kept(project: Project) -> None:
    keys = [issue["key"] for issue in project.label_issues(limit=12)["issues"]]
    start = multiprocessing.get_context("spawn").Process
    started = [start(target=_decide_some, args=(project.path, keys[k::3])) for k in range(3)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
        assert process.exitcode == 0
    review = project.label_review()
    assert sorted(d["key"] for d in review["decisions"]) == sorted(keys)


def _masked(folder: Path) -> Project:
    """Six images of two polygons each, and a run whose masks differ on some."""
    images = [{"id": k, "file_name": f"{k}.png", "width": 80, "height": 60} for k in range(1, 7)]
    corners = [(5, 5, 25, 30), (40, 20, 30, 25)]
    labels: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for image in images:
        for k, (x, y, w, h) in enumerate(corners):
            part = [x, y, x + w, y, x + w, y + h, x, y + h]
            label = {"id": len(labels) + 1, "image_id": image["id"], "category_id": k + 1}
            shape = {"bbox": [x, y, w, h], "area": w * h, "iscrowd": 0, "segmentation": [part]}
            labels.append(label | shape)
            bitmap = np.zeros((60, 80), np.uint8)
            bitmap[y : y + h, x : x + w - 2] = 1
            counts = _core.mask_from_bitmap(bitmap).decode()
            mask = {"size": [60, 80], "counts": counts}
            seen = {"image_id": image["id"], "category_id": k + 1, "segmentation": mask}
            found.append(seen | {"bbox": [x, y, w - 2, h], "score": 0.9 - 0.01 * len(found)})
    labels[0]["category_id"] = 2  # another class
    labels[3]["segmentation"] = [[40, 20, 55, 20, 55, 45, 40, 45]]  # half of it
    labels[3] |= {"bbox": [40, 20, 15, 25], "area": 375}
    del labels[5]  # missing
    categories = [{"id": 1, "name": "roof"}, {"id": 2, "name": "road"}]
    truth = {"images": images, "annotations": labels, "categories": categories}
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "run.json").write_text(json.dumps(found))
    made = Project.import_project(folder / "truth.json", target=folder, name="masked")
    project = Project.open(made["path"])
    project.import_predictions(folder / "run.json")
    return project


def test_fixes_carry_masks_where_the_labels_have_them(tmp_path: Path) -> None:
    project = _masked(tmp_path)
    found = project.label_issues()
    assert found["task"] == "segm"
    kinds = {issue["kind"]: issue["key"] for issue in found["issues"]}
    assert {"missing", "swapped", "located"} <= set(kinds)
    for kind in ("missing", "swapped", "located"):
        project.decide(kinds[kind], "accept")
    row = project.scores_with_corrections()["runs"][0]
    assert row["now"]["AP"] < row["accepted"]["AP"]
    project.export_corrections(tmp_path / "whole", what="corrected")
    whole = tmp_path / "whole" / "annotations.json"
    records = json.loads(whole.read_text())["annotations"]
    assert sum(isinstance(record["segmentation"], dict) for record in records) == 2
    made = Project.import_project(whole, target=tmp_path, name="corrected")
    other = Project.open(made["path"])
    other.import_predictions(tmp_path / "run.json")
    assert other.evaluate("run", task="segm")["metrics"] == row["accepted"]


def test_answers_are_suspected_by_their_margin_and_corrected(tmp_path: Path) -> None:
    classes = ["cat", "dog", "cat", "dog", "cat", "dog"]
    truth = ["image,class", *(f"{k}.jpg,{name}" for k, name in enumerate(classes))]
    rows = ["image,class,confidence"]
    for k, sure in enumerate((0.9, 0.1, 0.2, 0.05, 0.8, 0.7)):  # of a cat; 2 is no cat, 5 is one
        rows += [f"{k}.jpg,cat,{sure}", f"{k}.jpg,dog,{1 - sure}"]
    (tmp_path / "truth.csv").write_text("\n".join(truth) + "\n")
    (tmp_path / "run.csv").write_text("\n".join(rows) + "\n")
    made = Project.import_project(tmp_path / "truth.csv", target=tmp_path, name="answers")
    project = Project.open(made["path"])
    project.import_predictions(tmp_path / "run.csv")
    issue, other = project.label_issues()["issues"]
    assert (issue["image"]["title"], issue["label"]["class_name"]) == ("2.jpg", "cat")
    assert issue["suggestion"] == {"class_id": 1, "class_name": "dog", "box": None}
    assert issue["score"] == pytest.approx((1 + 0.8 - 0.2) / 2)
    assert [other[name]["class_name"] for name in ("label", "suggestion")] == ["dog", "cat"]
    project.decide(issue["key"], "accept")
    row = project.scores_with_corrections()["runs"][0]
    assert (row["now"]["accuracy"], row["accepted"]["accuracy"]) == (4 / 6, 5 / 6)
    assert row["upper"]["accuracy"] == 1
    project.export_corrections(tmp_path / "csv", what="corrected", format="csv")
    (written,) = (tmp_path / "csv").iterdir()
    made = Project.import_project(written, format="csv", target=tmp_path, name="again")
    other = Project.open(made["path"])
    other.import_predictions(tmp_path / "run.csv")
    assert other.evaluate("run")["metrics"] == row["accepted"]


def test_what_is_refused(project: Project, tmp_path: Path) -> None:
    key = project.label_issues()["issues"][0]["key"]
    refusals: list[tuple[Callable[[], object], str]] = [
        (lambda: project.label_issues(kinds=["lost"]), "E-LABELS-KIND"),
        (lambda: project.label_issues(state="lost"), "E-LABELS-STATE"),
        (lambda: project.label_issues(runs=["lost"]), "E-RUN-UNKNOWN"),
        (lambda: project.decide(key, "burn"), "E-LABELS-CHOICE"),
        (lambda: project.decide(key, "skip", note="x" * 2001), "E-LABELS-NOTE"),
        (lambda: project.decide("", "skip"), "E-LABELS-KEY"),
        (lambda: project.decide("zz", "skip"), "E-LABELS-KEY"),
        (lambda: project.export_corrections(tmp_path / "x"), "E-LABELS-NONE"),
        (lambda: project.export_corrections(tmp_path / "x", what="all"), "E-LABELS-EXPORT"),
        (lambda: project.export_corrections(tmp_path / "x", format="voc"), "E-EXPORT-FORMAT"),
    ]
    for call, code in refusals:
        with pytest.raises(RequestError) as refused:
            call()
        assert refused.value.code == code
    assert not (tmp_path / "x").exists()
