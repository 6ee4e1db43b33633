"""To supervision and FiftyOne, and back: the same objects."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import boxscore as bs
from boxscore.errors import RequestError
from boxscore.kernels import _core
from tests.sinks.objects import differing, objects_of
from tests.sinks.test_every_format import mixed

NOT_THERE = {"kind", "parts", "box"}
"""A mask is one there, whether it was a polygon or not; corners move boxes by a rounding."""


def test_supervision_there_and_back(tmp_path: Path) -> None:
    sv = pytest.importorskip("supervision")
    project, _ = bs.Project.demo(tmp_path / "demo")
    dataset = project.to_supervision()
    assert isinstance(dataset, sv.DetectionDataset)
    assert len(dataset) == 41 and sum(map(len, dataset.annotations.values())) == 421
    assert all(Path(path).is_file() for path in dataset.image_paths)
    made = bs.Project.from_supervision(dataset, target=tmp_path, name="again")
    assert (made["images"], made["ground_truth"], made["rejected"]) == (41, 421, 0)
    again = bs.Project.open(made["path"])
    mine, theirs = (
        sorted(
            ({**one, "image": "", "parts": ()} for one in objects_of(p.ground_truth, p)),
            key=lambda one: (one["class"], *(round(v, 3) for v in one["box"]), one["mask"]),
        )
        for p in (project, again)
    )
    assert set(differing(mine, theirs, 1e-9)) <= {"kind"}


def test_a_run_through_supervision(tmp_path: Path) -> None:
    pytest.importorskip("supervision")
    project, _ = bs.Project.demo(tmp_path / "demo")
    dataset = project.to_supervision("int8")
    with project.predictions("again") as run:
        for path, found in dataset.annotations.items():
            run.add(Path(path).stem, found)
    before = project.evaluate("int8")["metrics"]
    assert project.evaluate("again")["metrics"] == pytest.approx(before, abs=1e-9)


def test_turned_boxes_and_tracks_reach_supervision(tmp_path: Path) -> None:
    pytest.importorskip("supervision")
    project = mixed(tmp_path)
    dataset = project.to_supervision()
    turned = dataset.annotations["films/a/0000.jpg"]
    assert turned.tracker_id.tolist() == [7, 9]
    again = bs.Project.open(
        bs.Project.from_supervision(dataset, target=tmp_path, name="again")["path"]
    )
    found = [one for one in objects_of(again.ground_truth, again) if one["class"] == "car"]
    assert [one["theta"] for one in found] == pytest.approx([30.0] * 3)
    assert found[0]["box"] == pytest.approx((5.5, 4, 10, 8)) and found[0]["track"] == "7"


def test_what_supervision_cannot_take(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no DetectionDataset"):
        bs.Project.from_supervision({}, target=tmp_path)
    empty = SimpleNamespace(classes=[], image_paths=[], annotations={})
    with pytest.raises(RequestError, match="no image"):
        bs.Project.from_supervision(empty, target=tmp_path)


class Sample(dict[str, Any]):
    """Looks like a sample of FiftyOne: a path, its size, labels by field."""

    def __init__(self, path: Path, **fields: Any) -> None:
        super().__init__(fields)
        self.filepath = str(path)
        self.metadata = SimpleNamespace(width=40, height=20)


def test_labels_as_fiftyone_has_them(tmp_path: Path) -> None:
    mask = np.ones((4, 10), bool)
    box = SimpleNamespace(label="cat", bounding_box=[0.25, 0.5, 0.25, 0.2], mask=mask, index=3)
    line = SimpleNamespace(label="dog", points=[[(0, 0), (0.5, 0), (0.5, 0.5)]], closed=True)
    pose = SimpleNamespace(label="man", points=[(0.5, 0.5), (float("nan"), float("nan"))])
    samples = [
        Sample(tmp_path / "a" / "1.jpg", gt=SimpleNamespace(detections=[box])),
        Sample(tmp_path / "b" / "2.jpg", gt=SimpleNamespace(polylines=[line])),
        Sample(tmp_path / "b" / "3.jpg", gt=SimpleNamespace(keypoints=[pose])),
        Sample(tmp_path / "b" / "4.jpg", gt=None),
    ]
    made = bs.Project.from_fiftyone(samples, field="gt", target=tmp_path, name="made")
    assert (made["images"], made["ground_truth"], made["rejected"]) == (4, 3, 0)
    project = bs.Project.open(made["path"])
    cat, dog, man = objects_of(project.ground_truth, project)
    assert cat["box"] == (10, 10, 10, 4) and cat["track"] == "3"
    bitmap = _core.mask_decode(cat["mask"], 20, 40)
    assert bitmap[10:14, 10:20].all() and bitmap.sum() == 40
    assert dog["parts"] == (((0, 0), (20, 0), (20, 10)),) and dog["kind"] == "POLYGON"
    assert man["keypoints"] == ((20, 10, 2), (0, 0, 0))
    with pytest.raises(RequestError, match="no sample has labels"):
        bs.Project.from_fiftyone(samples, field="other", target=tmp_path)


def test_fiftyone_there_and_back(tmp_path: Path) -> None:
    fo = pytest.importorskip("fiftyone")
    project, _ = bs.Project.demo(tmp_path / "demo")
    dataset = project.to_fiftyone(runs=["int8"])
    assert isinstance(dataset, fo.Dataset) and len(dataset) == 41
    made = bs.Project.from_fiftyone(dataset, target=tmp_path, name="again")
    assert (made["images"], made["ground_truth"], made["rejected"]) == (41, 421, 0)
