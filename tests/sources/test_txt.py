"""Plain text per image, and arrays of classes: real sets, and what is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.sources.formats import ReadRequest
from boxscore.sources.label_arrays import read as read_array
from boxscore.sources.report import ImportReport
from boxscore.sources.txt import convention_of, read

CARTUCHO = (
    0.149298, 0.311953, 0.122181, 0.045132, 0.083359, 0.268525,
    0.159853, 0.185946, 0.185946, 0.047292, 0.113118, 0.306812,
)  # fmt: skip
MAPPING = "version: 1\nclasses:\n  by: name\nmost_unmatched: 0.1\n"


def test_real_text_files(shared_data: Path, tmp_path: Path) -> None:
    root = shared_data / "voc_cartucho"
    made = Project.import_project(
        root / "ground-truth", images=root / "images-optional", target=tmp_path
    )
    assert (made["format"], made["images"], made["ground_truth"]) == ("txt", 85, 686)
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    project = Project.open(made["path"])
    done = project.import_predictions(
        root / "detection-results", name="yolo", mapping=tmp_path / "mapping.yaml"
    )
    assert (done["format"], done["predictions"] + done["rejected"]) == ("txt", 494)
    assert done["mapping"]["boxes"] == "xyxy, pixels"
    found = list(project.evaluate("yolo", task="bbox")["metrics"].values())
    assert found == pytest.approx(CARTUCHO, abs=1e-6)


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ([[10, 20, 30, 40]], "xyxy, pixels"),
        ([[100, 200, 30, 40]], "xywh, pixels"),
        ([[0.1, 0.1, 0.9, 0.5]], "xyxy, relative"),
        ([[0.5, 0.5, 0.2, 0.1]], "cxcywh, relative"),
    ],
)
def test_how_boxes_of_a_ground_truth_are_meant(box: list[list[float]], words: str) -> None:
    assert convention_of(np.array(box, float)).words == words


def test_names_with_spaces_flags_and_wrong_lines(tmp_path: Path) -> None:
    lines = "traffic light 1 2 30 40\ncat 1 2 30 40 difficult\ncat 1 2 30\ncat 1,5 2 30 40\n"
    (tmp_path / "a.txt").write_text(lines)
    report = ImportReport(tmp_path)
    raw = read(tmp_path, ReadRequest(role="truth"), report)
    assert [known.name for known in raw.classes] == ["traffic light", "cat"]
    assert (raw.columns["marks"] != 0).tolist() == [False, True]
    assert [entry.place for entry in report.entries["E-TXT-ROW"]] == ["a.txt:3", "a.txt:4"]


@pytest.mark.parametrize("line", ["cat 0.5 10 20 30 40", "cat 10 20 30 40 0.5"])
def test_the_confidence_stands_at_either_end(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.txt").write_text(line)
    raw = read(tmp_path, ReadRequest(role="predictions"), ImportReport(tmp_path))
    assert raw.box.tolist() == [[10, 20, 30, 40]]
    assert raw.columns["confidence"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mnist", (0.9913, 0.991229, 0.991297, 0.991258, 1.0, 0.002976)),
        ("cifar10", (0.9294, 0.9294, 0.929779, 0.929491, 0.9974, 0.032588)),
    ],
)
def test_arrays_of_classes(
    shared_data: Path, tmp_path: Path, name: str, expected: tuple[float, ...]
) -> None:
    root = shared_data / "label_errors"
    made = Project.import_project(
        root / "labels" / f"{name}_test_set_original_labels.npy", target=tmp_path
    )
    project = Project.open(made["path"])
    project.import_predictions(root / "probabilities" / f"{name}_test_set_pyx.npy", name="p")
    scores = project.evaluate("p")["metrics"]
    keys = ("accuracy", "balanced_accuracy", "precision", "f1", "top5", "ece")
    assert tuple(round(scores[key], 6) for key in keys) == expected


def test_pickled_and_misshapen_arrays_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    for values in (np.array([{}], object), np.zeros((2, 2, 2)), np.array([0.5]), np.array(["a"])):
        np.save(path, values, allow_pickle=True)
        with pytest.raises(SourceError):
            read_array(path, ReadRequest(role="truth"), ImportReport(path))
