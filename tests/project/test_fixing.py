"""What to fix first in a project: accepted label corrections, saved slices, the order by effort."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from boxscore.project import Project
from tests.api.asking import answers
from tests.conftest import ROOT

DEMO = ROOT / "src" / "boxscore" / "demo"
NAME = "accepted label corrections"


@pytest.fixture(scope="module")
def project(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The demo with two suspects of each kind accepted, one rejected, and a slice saved."""
    made = Project.open(shutil.copytree(demo_folder, tmp_path_factory.mktemp("fixing") / "demo"))
    for kind in ("missing", "swapped", "located", "duplicate", "spurious"):
        for issue in made.label_issues(kinds=[kind], limit=2)["issues"]:
            made.decide(issue["key"], "accept")
    made.decide(made.label_issues(state="open", limit=1)["issues"][0]["key"], "reject")
    made.save_slice("people", "class=person")
    return made


def test_accepted_labels_gain_what_an_import_of_the_corrected_labels_has(
    project: Project, tmp_path: Path
) -> None:
    project.export_corrections(tmp_path / "whole", what="corrected", format="coco")
    truth = tmp_path / "whole" / "annotations.json"
    made = Project.import_project(truth, target=tmp_path, name="corrected")
    other = Project.open(made["path"])
    other.import_predictions(DEMO / "predictions_int8.json", name="int8")
    titles = [t for t in project.items["title"].tolist() if int(t.split(".")[0]) % 2]
    for iou, where in ((0.5, None), (0.75, titles)):
        now, then = (
            one.fix_first("int8", iou=iou, where=where, limit=100, intervals=False)
            for one in (project, other)
        )
        (labels,) = [fix for fix in now["fixes"] if fix["what"] == "labels"]
        assert labels["name"] == NAME
        assert labels["ap"] == then["ap"] != now["ap"]
        assert labels["gain"] == then["ap"] - now["ap"]
        assert labels["per_hundred"] == labels["gain"] / labels["errors"] * 100
        assert not [fix for fix in then["fixes"] if fix["what"] == "labels"]


def test_the_effort_of_labels_is_how_many_are_touched(project: Project) -> None:
    found = project.fix_first("float32", limit=100)
    (labels,) = [fix for fix in found["fixes"] if fix["what"] == "labels"]
    accepted = project.label_issues(state="accepted", limit=100)["issues"]
    assert labels["errors"] == len(accepted) == 10
    assert labels["images"] == len({issue["image"]["data_hash"] for issue in accepted})
    assert labels["low"] < labels["gain"] < labels["high"]
    gains = [fix["per_hundred"] for fix in found["fixes"]]
    assert gains == sorted(gains, reverse=True)
    short = project.fix_first("float32", limit=2, order="gain", intervals=False)["fixes"]
    assert len(short) == 2 and short[-1]["what"] == "labels"  # decisions are never cut off


def test_labels_of_other_images_do_not_count(project: Project) -> None:
    accepted = project.label_issues(state="accepted", limit=100)["issues"]
    touched = {issue["image"]["title"] for issue in accepted}
    others = [title for title in project.items["title"].tolist() if title not in touched]
    found = project.fix_first("int8", where=others, limit=100, intervals=False)
    assert "labels" not in {fix["what"] for fix in found["fixes"]}


def test_saved_slices_are_groups_and_lead_to_their_errors(project: Project) -> None:
    (document,) = answers(project, ["/api/v1/runs/int8/fix-first?limit=100&intervals=false"])
    (people,) = [fix for fix in document["fixes"] if fix["what"] == "slice"]
    assert (people["name"], people["where"]) == ("people", "slice=people")
    mended = project.fix_first("int8", where="class=person", limit=1, intervals=False)
    counts = project.evaluate("int8", where="class=person")["counts"]
    whole = project.fix_first("int8", limit=1, intervals=False)
    assert people["ap"] > mended["ap"] and people["ap"] > whole["ap"]
    assert people["errors"] <= counts["fp"] + counts["fn"]
