"""Slices: the numbers of some images are those of a project that holds only them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import RequestError
from boxscore.project import Project
from boxscore.project.loading import MOST_EVALUATED
from tests.api.asking import answers, responses
from tests.conftest import ROOT
from tests.project.answered import project_of_answers

DEMO = ROOT / "src" / "boxscore" / "demo"
GUESSES = [("red", 0.9), ("green", 0.6), ("green", 0.8), None, ("blue", 0.7), ("red", 0.2)]


def made(folder: Path, truth: Any, results: dict[str, Any]) -> Project:
    """A project of COCO documents with their runs."""
    folder.mkdir()
    (folder / "truth.json").write_text(json.dumps(truth))
    Project.import_project(folder / "truth.json", target=folder, name="p")
    project = Project.open(folder / "p")
    for name, rows in results.items():
        (folder / f"{name}.json").write_text(json.dumps(rows))
        project.import_predictions(folder / f"{name}.json", name=name)
    return project


def only(project: Project, folder: Path, truth: Any, results: dict[str, Any], ids: set[int]) -> Any:
    """The same project with only the images of some ids."""
    part = truth | {
        "images": [image for image in truth["images"] if image["id"] in ids],
        "annotations": [one for one in truth["annotations"] if one["image_id"] in ids],
    }
    rows = {n: [one for one in r if one["image_id"] in ids] for n, r in results.items()}
    assert 0 < len(part["images"]) < project.items.rows
    return made(folder, part, rows)


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> tuple[Project, Project]:
    """The demo, and a project of its split "val" alone."""
    folder = tmp_path_factory.mktemp("boxes")
    truth = json.loads((DEMO / "annotations.json").read_text())
    results = {"float32": json.loads((DEMO / "predictions_float32.json").read_text())}
    whole = Project.open(demo_folder)
    split = dict(zip(whole.items["source_id"], whole.items["split"], strict=True))
    val = {int(source) for source, name in split.items() if name == "val"}
    return whole, only(whole, folder / "val", truth, results, val)


@pytest.fixture(scope="module")
def masks(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> tuple[Any, ...]:
    """COCO's own sample, every second image of it as a project, and the titles of these."""
    folder = tmp_path_factory.mktemp("masks")
    files = shared_data / "coco_fake100"
    truth = json.loads((files / "instances_val2014_100.json").read_text())
    path = files / "instances_val2014_fakesegm100_results.json"
    results = {"segm": json.loads(path.read_text())}
    whole = made(folder / "whole", truth, results)
    ids = {image["id"] for image in truth["images"][::2]}
    titles = [image["file_name"] for image in truth["images"][::2]]
    return whole, only(whole, folder / "half", truth, results, ids), titles


def without(document: Any, *names: str) -> Any:
    return {name: value for name, value in document.items() if name not in names}


def test_scores_of_a_split(boxes: tuple[Project, Project]) -> None:
    whole, val = boxes
    part, alone = whole.evaluate("float32", where="split=val"), val.evaluate("float32")
    assert part["slice"] == "split=val"
    assert without(part, "slice", "per_class") == without(alone, "per_class")
    hashes = [without(row, "feature_hash") for row in part["per_class"]]
    assert hashes == [without(row, "feature_hash") for row in alone["per_class"]]
    assert part["metrics"] != whole.evaluate("float32")["metrics"]


@pytest.mark.parametrize(
    "asked", ["error_budget", "lrp", "class_curves", "confusion", "calibration", "intervals"]
)
def test_everything_else_of_a_split(boxes: tuple[Project, Project], asked: str) -> None:
    whole, val = boxes
    part = getattr(whole, asked)("float32", where="split=val")
    alone = getattr(val, asked)("float32")
    assert flat(part) == pytest.approx(flat(alone), abs=1e-12, nan_ok=True)
    assert flat(part) != flat(getattr(whole, asked)("float32"))


def flat(document: Any, path: str = "") -> dict[str, Any]:
    """Every leaf by its path."""
    if isinstance(document, dict | list):
        pairs = document.items() if isinstance(document, dict) else enumerate(document)
        found: dict[str, Any] = {}
        for key, value in pairs:
            found |= flat(value, f"{path}/{key}")
        return found
    return {path: document}


@pytest.mark.parametrize(
    ("task", "protocol"),
    [
        ("segm", "coco"),
        ("boundary", "coco"),
        ("bbox", "kitti"),
        ("bbox", "voc12"),
        ("bbox", "encord"),
        ("bbox", "openimages"),
        ("semantic", "semantic"),
        ("panoptic", "panoptic"),
    ],
)
def test_every_task_of_a_list(masks: tuple[Any, ...], task: str, protocol: str) -> None:
    whole, half, titles = masks
    part = whole.evaluate("segm", task=task, protocol=protocol, where=titles)
    alone = half.evaluate("segm", task=task, protocol=protocol)
    assert part["images"] == len(titles)
    assert part["metrics"] == alone["metrics"]
    assert part["counts"] == alone["counts"]
    assert part["metrics"] != whole.evaluate("segm", task=task, protocol=protocol)["metrics"]


def test_answers_of_a_slice(tmp_path: Path) -> None:
    whole = project_of_answers(tmp_path, "rggbbr", GUESSES)
    (tmp_path / "part").mkdir()
    alone = project_of_answers(tmp_path / "part", "gg", GUESSES[1:3])
    part = whole.evaluate("guesses", where="class=green")
    assert part["metrics"]["accuracy"] == 1
    assert part["metrics"] == alone.evaluate("guesses")["metrics"]
    assert part["counts"] == alone.evaluate("guesses")["counts"]
    bins = whole.calibration("guesses", where="class=green")
    assert flat(bins) == flat(alone.calibration("guesses"))
    found = whole.confusion("guesses", where="class=green")
    assert found["matrix"] == alone.confusion("guesses")["matrix"] == [[2, 0], [0, 0]]


def test_parts_are_joined_by_and(boxes: tuple[Project, Project]) -> None:
    whole, _ = boxes
    sizes = {
        where: whole.evaluate("float32", where=where)["images"]
        for where in ("split=val", "class=person", "split=val,class=person", "title=0000000*")
    }
    assert sizes["split=val,class=person"] < min(sizes["split=val"], sizes["class=person"])
    table = whole.ground_truth.table
    person = next(r.class_id for r in whole.ontology.classes if r.name == "person")
    assert sizes["class=person"] == len(set(table["item"][table["class_id"] == person].tolist()))


@pytest.mark.parametrize(
    ("where", "code", "fix"),
    [
        ("split=vla", "E-SLICE-VALUE", "'val'"),
        ("class=persn", "E-SLICE-VALUE", "'person'"),
        ("title=nothing*", "E-SLICE-VALUE", ".jpg"),
        ("sequence=7", "E-SLICE-VALUE", "no image has a sequence"),
        ("splt=val", "E-SLICE-KEY", "'split'"),
        ("@/etc/passwd", "E-SLICE-KEY", "KEY=VALUE"),
        ("split=val,split=train", "E-SLICE-EMPTY", "every part"),
        (["no-such.jpg"], "E-SLICE-VALUE", ".jpg"),
        ([], "E-SLICE-EMPTY", "name some"),
    ],
)
def test_what_does_not_exist_is_refused(
    boxes: tuple[Project, Project], where: Any, code: str, fix: str
) -> None:
    with pytest.raises(RequestError) as refused:
        boxes[0].evaluate("float32", where=where)
    assert refused.value.code == code
    assert fix in refused.value.fix


def test_the_routes_take_slices(boxes: tuple[Project, Project]) -> None:
    whole, _ = boxes
    routes = ("summary", "error-budget", "confusion", "calibration", "class-curves", "lrp")
    asked = [f"/api/v1/runs/float32/{route}" for route in (*routes, "intervals")]
    found = answers(whole, [f"{route}?slice=split%3Dval" for route in asked])
    assert found[0]["metrics"] == whole.evaluate("float32", where="split=val")["metrics"]
    assert found[2]["matrix"] == whole.confusion("float32", where="split=val")["matrix"]
    assert all(a != b for a, b in zip(found, answers(whole, asked), strict=True))
    refused = responses(whole, [f"{route}?slice=%40/etc/passwd" for route in asked])
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(400, "E-SLICE-KEY")}


def test_a_slice_is_evaluated_once(
    boxes: tuple[Project, Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another confidence or IoU needs no new matching, of a slice or another protocol neither."""
    whole, _ = boxes
    asked: tuple[dict[str, Any], ...] = ({"where": "class=dog"}, {"protocol": "voc12"})
    for settings in asked:
        first = whole.evaluate("float32", iou=0.6, **settings)
        with monkeypatch.context() as patch:
            patch.setattr("boxscore.project.numbers.evaluate_protocol", None)
            again = whole.evaluate("float32", iou=0.6, **settings)
            moved = whole.evaluate("float32", iou=0.8, confidence=0.3, **settings)
        assert again == first
        assert moved["metrics"] == first["metrics"]
        assert moved["counts"]["tp"] < first["counts"]["tp"]


def test_only_the_last_few_stay_in_memory(boxes: tuple[Project, Project]) -> None:
    whole, _ = boxes
    for title in whole.items["title"].tolist()[: MOST_EVALUATED + 3]:
        whole.evaluate("float32", where=f"title={title}")
    assert len(whole._state()._evaluated) == MOST_EVALUATED
