"""Run cards and summaries: every task and protocol that fits a run, and no others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import RequestError
from boxscore.project import Project
from tests.api.asking import answers
from tests.project.answered import Guess, project_of_answers


def imported(folder: Path, truth: Path, **runs: Path) -> Project:
    Project.import_project(truth, target=folder, name="sample")
    project = Project.open(folder / "sample")
    for name, path in runs.items():
        project.import_predictions(path, name=name)
    return project


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Project:
    """COCO's own sample with its published boxes and masks."""
    files = shared_data / "coco_fake100"
    return imported(
        tmp_path_factory.mktemp("cards"),
        files / "instances_val2014_100.json",
        boxes=files / "instances_val2014_fakebbox100_results.json",
        masks=files / "instances_val2014_fakesegm100_results.json",
    )


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Project:
    """People with masks and keypoints, and a detector of both boxes and keypoints."""
    files = shared_data / "coco_fake100" / "keypoints"
    folder = tmp_path_factory.mktemp("people")
    return imported(folder, files / "gt_dataset.json", found=files / "dt_dataset.json")


def tasks(card: dict[str, Any]) -> list[str]:
    return [choice["task"] for choice in card["tasks"]]


def test_a_card_names_what_fits(sample: Project) -> None:
    boxes, masks = sample.run_cards()
    assert tasks(boxes) == ["bbox"]
    assert tasks(masks) == ["bbox", "segm", "boundary", "semantic", "panoptic"]
    names = {c["task"]: [p["name"] for p in c["protocols"]] for c in masks["tasks"]}
    assert names["boundary"] == ["coco"]  # lvis needs verdicts, which COCO does not have
    assert names["panoptic"] == ["panoptic"]


def test_keypoints_are_found_beside_masks(people: Project) -> None:
    (card,) = people.run_cards()
    assert "keypoints" in tasks(card)


def test_every_task_and_protocol_of_a_card_has_a_summary(sample: Project, people: Project) -> None:
    """SDK and API agree on it, whatever the task's own columns are."""
    for project in (sample, people):
        asked = [
            (card["name"], choice["task"], protocol)
            for card in project.run_cards()
            for choice in card["tasks"]
            for protocol in choice["protocols"]
        ]
        routes = [
            f"/api/v1/runs/{run}/summary?task={task}&protocol={protocol['name']}"
            for run, task, protocol in asked
        ]
        for (run, task, protocol), found in zip(asked, answers(project, routes), strict=True):
            document = project.evaluate(run, task=task, protocol=protocol["name"])
            assert (found["task"], found["protocol"]) == (task, protocol["name"])
            assert found["metrics"] == document["metrics"]
            assert protocol["headline"] in found["metrics"]
            assert found["counts"] == document["counts"]
            for row, one in zip(found["per_class"], document["per_class"], strict=True):
                assert row["class_name"] == one["class"]
                assert all(row[name] == value for name, value in one.items() if name != "class")


def test_a_task_without_counts_has_none(sample: Project) -> None:
    document = sample.summary("masks", task="semantic")
    assert document["counts"] is None
    assert 0 < document["metrics"]["miou"] < 1


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"task": "box"}, "E-TASK-UNKNOWN"),
        ({"task": "panoptic", "protocol": "voc12"}, "E-PROTOCOL-TASK"),
        ({"protocol": "coca"}, "E-PROTOCOL-UNKNOWN"),
        ({"task": "classification", "protocol": "kitti"}, "E-PROTOCOL-TASK"),
    ],
)
def test_what_does_not_exist_is_refused(sample: Project, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError) as refused:
        sample.summary("boxes", **asked)
    assert refused.value.code == code


def test_classification_has_cards_and_summaries_too(tmp_path: Path) -> None:
    guesses: list[Guess | None] = [("red", 0.9), ("green", 0.6), ("green", 0.8), None]
    project = project_of_answers(tmp_path, "rggb", guesses)
    (card,) = project.run_cards()
    assert tasks(card) == ["classification"]
    assert card["default_confidence"] is None
    (found,) = answers(project, [f"/api/v1/runs/{card['name']}/summary"])
    assert found["protocol"] == "classification"
    assert found["metrics"]["accuracy"] == 0.75
    assert found["counts"]["iou"] is None
    assert found["per_class"][0]["recall"] == 1


def test_a_card_tells_where_confidences_lie(tmp_path: Path) -> None:
    """A detector may score beyond 0 to 1: the app's slider goes as far."""
    truth = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 64}],
        "categories": [{"id": 1, "name": "car"}],
        "annotations": [],
    }
    scores = [7.25, -2.5, 0.5]
    rows = [{"image_id": 1, "category_id": 1, "bbox": [4, 4, 9, 9], "score": s} for s in scores]
    for name, content in (("truth", truth), ("found", rows), ("nothing", [])):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    paths = {name: tmp_path / f"{name}.json" for name in ("found", "nothing")}
    project = imported(tmp_path, tmp_path / "truth.json", **paths)
    assert [card["confidences"] for card in project.run_cards()] == [[-2.5, 7.25], None]
    (found, nothing) = answers(project, ["/api/v1/runs"])[0]["runs"]
    assert (found["confidences"], nothing["confidences"]) == ([-2.5, 7.25], None)
