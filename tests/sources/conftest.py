"""Real sets with right results, from which the wrong copies are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxscore.project import Project
from tests.sources.wrong_copies import Subject

DEMO = Path(str(__file__)).parents[2] / "src" / "boxscore" / "demo"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """COCO's ids with gaps; images of many sizes."""
    made = Project.import_project(DEMO / "annotations.json", target=tmp_path_factory.mktemp("demo"))
    return Subject.of(Project.open(made["path"]), DEMO / "predictions_float32.json")


@pytest.fixture(scope="session")
def coco128(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Classes from 0, images by stems."""
    root = shared_data / "coco128_val"
    made = Project.import_project(
        root / "object_detection" / "labels" / "val2017",
        images=root / "images",
        target=tmp_path_factory.mktemp("coco128"),
    )
    return Subject.of(Project.open(made["path"]), root / "centernet_results.json")


@pytest.fixture(scope="session")
def catdog(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Two classes, twenty images, large objects."""
    root = shared_data / "yolo_catdog"
    made = Project.import_project(root / "data.yaml", target=tmp_path_factory.mktemp("catdog"))
    return Subject.of(Project.open(made["path"]), root / "predictions.json")


@pytest.fixture(scope="session")
def fake100(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """Ids in the hundreds, close together."""
    root = shared_data / "coco_fake100"
    made = Project.import_project(
        root / "instances_val2014_100.json", target=tmp_path_factory.mktemp("fake100")
    )
    found = root / "instances_val2014_fakebbox100_results.json"
    return Subject.of(Project.open(made["path"]), found)


SETS = ("demo", "coco128", "catdog", "fake100")


@pytest.fixture(params=SETS)
def subject(request: pytest.FixtureRequest) -> Subject:
    """Each of the real sets."""
    chosen: Subject = request.getfixturevalue(request.param)
    return chosen
