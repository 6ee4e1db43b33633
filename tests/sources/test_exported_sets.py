"""What an export writes as VOC or CVAT is read as the same objects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxscore.project import Project

COLUMNS = ("x", "y", "width", "height")


@pytest.fixture(scope="module")
def blocks(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Project:
    """Boxes and a run on real images."""
    root = tmp_path_factory.mktemp("catdog")
    made = Project.import_project(shared_data / "yolo_catdog" / "data.yaml", target=root)
    project = Project.open(made["path"])
    project.import_predictions(shared_data / "yolo_catdog" / "predictions.json", name="run")
    return project


def rows(project: Project) -> list[tuple[str, str, tuple[float, ...]]]:
    table = project.ground_truth.table
    names = [c.name for c in project.ontology.classes]
    titles = [Path(title).stem for title in project.items["title"]]
    boxes = np.stack([table[name] for name in COLUMNS], axis=1).round(6)
    return sorted(
        (titles[item], names[c], tuple(box))
        for item, c, box in zip(
            table["item"].tolist(), table["class_id"].tolist(), boxes.tolist(), strict=True
        )
    )


def test_voc_there_and_back(blocks: Project, tmp_path: Path) -> None:
    blocks.export("ground-truth", format="voc", output=tmp_path / "voc")
    made = Project.import_project(tmp_path / "voc", target=tmp_path / "made")
    assert (made["format"], made["images"], made["rejected"]) == ("voc", 20, 0)
    back = Project.open(made["path"])
    assert rows(back) == rows(blocks)
    blocks.export("run", format="voc", output=tmp_path / "run")
    done = back.import_predictions(tmp_path / "run", name="run")
    assert (done["format"], done["predictions"]) == ("voc", 88)
    for protocol in ("voc07", "voc12"):
        scores = back.evaluate("run", protocol=protocol)["metrics"]["mAP"]
        task = blocks.evaluate("run", protocol=protocol, task="bbox")["metrics"]["mAP"]
        assert scores == pytest.approx(task, abs=1e-9)


def test_cvat_there_and_back(blocks: Project, tmp_path: Path) -> None:
    blocks.export("ground-truth", format="cvat", output=tmp_path / "cvat")
    made = Project.import_project(tmp_path / "cvat", target=tmp_path / "made")
    assert (made["format"], made["images"], made["rejected"]) == ("cvat", 20, 0)
    back = Project.open(made["path"])
    assert [row[:2] for row in rows(back)] == [row[:2] for row in rows(blocks)]
    for ours, theirs in zip(rows(back), rows(blocks), strict=True):
        assert ours[2] == pytest.approx(theirs[2], abs=1)
