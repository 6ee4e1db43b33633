"""`evaluate --task --protocol`: every task and protocol from the command line, on real data."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import run


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """COCO's own sample with its two published result files."""
    folder = tmp_path_factory.mktemp("tasks")
    sample = shared_data / "coco_fake100"
    truth = sample / "instances_val2014_100.json"
    assert run("import", "project", truth, "-n", "sample", cwd=folder).code == 0
    for name in ("bbox", "segm"):
        results = sample / f"instances_val2014_fake{name}100_results.json"
        done = run("import", "predictions", results, "-n", name, "-t", "sample", cwd=folder)
        assert done.code == 0, done.err
    return folder / "sample"


@pytest.mark.parametrize(
    ("name", "task", "protocol", "headline"),
    [
        ("bbox", "bbox", "coco", "AP"),
        ("segm", "segm", "coco", "AP"),
        ("segm", "boundary", "coco", "AP"),
        ("bbox", "bbox", "voc07", "mAP"),
        ("bbox", "bbox", "voc12", "mAP"),
        ("bbox", "bbox", "openimages", "mAP"),
        ("bbox", "bbox", "kitti", "AP_moderate"),
        ("bbox", "bbox", "encord", "mAP"),
        ("bbox", "bbox", "encord-legacy", "mAP"),
        ("segm", "semantic", "semantic", "miou"),
        ("segm", "panoptic", "panoptic", "PQ"),
    ],
)
def test_a_task_under_a_protocol(
    project: Path, name: str, task: str, protocol: str, headline: str
) -> None:
    asked = ("evaluate", name, "--task", task, "--protocol", protocol)
    document = run(*asked, "--json", cwd=project).json
    assert (document["task"], document["protocol"]) == (task, protocol)
    assert 0 < document["metrics"][headline] < 1
    assert document["per_class"]
    shown = run(*asked, cwd=project)
    assert shown.code == 0
    assert f"{document['metrics'][headline]:.5f}" in shown.out


def test_published_numbers_are_those_of_the_default(project: Path) -> None:
    """cocoapi's own demo prints these."""
    metrics = run("evaluate", "bbox", "--json", cwd=project).json["metrics"]
    assert [round(v, 3) for v in metrics.values()] == [
        0.505, 0.697, 0.573, 0.586, 0.519, 0.501, 0.387, 0.594, 0.595, 0.640, 0.566, 0.564,
    ]  # fmt: skip


def test_classes_as_one_and_other_limits(project: Path) -> None:
    one = run("evaluate", "bbox", "--class-agnostic", "--json", cwd=project).json
    assert [row["class"] for row in one["per_class"]] == ["all classes as one"]
    ten = run("evaluate", "bbox", "--max-detections", "10", "--json", cwd=project).json
    assert list(ten["metrics"])[-5:] == ["AR1", "AR10", "ARs", "ARm", "ARl"]
    some = run("evaluate", "bbox", "--only-predicted", "--json", cwd=project).json
    assert (
        some["counts"]["fn"] < run("evaluate", "bbox", "--json", cwd=project).json["counts"]["fn"]
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--task", "tracking"), "E-TASK-GEOMETRY"),
        (("--task", "obb"), "E-TASK-GEOMETRY"),
        (("--protocol", "lvis"), "E-LVIS-VERIFIED"),
        (("--protocol", "voc"), "E-PROTOCOL-UNKNOWN"),
        (("--task", "segm", "--protocol", "kitti"), "E-PROTOCOL-TASK"),
        (("--protocol", "kitti", "--max-detections", "5"), "E-OPTION-UNUSED"),
        (("--max-detections", "0"), "max-detections"),
        (("--iou", "1.5"), "E-IOU-RANGE"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    project: Path, arguments: tuple[str, ...], code: str
) -> None:
    done = run("evaluate", "segm" if "segm" in arguments else "bbox", *arguments, cwd=project)
    assert done.code == 2
    assert code in done.err


def test_keypoints_are_scored_by_themselves(tmp_path: Path, shared_data: Path) -> None:
    cases = shared_data / "coco_fake100" / "keypoints"
    assert run("import", "project", cases / "gt_dataset.json", "-n", "k", cwd=tmp_path).code == 0
    done = run(
        "import", "predictions", cases / "dt_dataset.json", "-n", "r", "-t", "k", "--json",
        cwd=tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.err
    evaluation = done.json["evaluation"]
    assert evaluation["task"] == "keypoints"
    assert list(evaluation["metrics"]) == [
        "AP", "AP50", "AP75", "APm", "APl", "AR", "AR50", "AR75", "ARm", "ARl",
    ]  # fmt: skip
