"""Class folders: real photographs, splits, predictions, and what is no such folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import SourceError
from boxscore.project import Project
from boxscore.sources.formats import recognise
from tests.sources.mask_files import save

PICTURE = np.arange(75, dtype=np.uint8).reshape(5, 5, 3)


def class_set(root: Path, *names: str) -> Path:
    for k, name in enumerate(names):
        save(root / name, PICTURE + np.uint8(k))
    return root


def test_photographs_of_twenty_classes(shared_data: Path, tmp_path: Path) -> None:
    for path in (shared_data / "imagenet_samples").glob("*.JPEG"):
        folder = tmp_path / "set" / path.stem.partition("_")[2]
        folder.mkdir(parents=True)
        shutil.copy(path, folder)
    made = Project.import_project(tmp_path / "set", target=tmp_path / "out")
    assert (made["format"], made["images"], made["ground_truth"]) == ("folders", 20, 20)
    assert made["classes"] == 20 and made["warnings"] == []
    project = Project.open(made["path"])
    (tmp_path / "run").mkdir()
    for path in (tmp_path / "set").glob("*/*"):
        called = path.parent.name if path.parent.name != "hook" else "ibex"
        (tmp_path / "run" / called).mkdir(exist_ok=True)
        (tmp_path / "run" / called / path.name).touch()
    done = project.import_predictions(tmp_path / "run", name="run")
    assert (done["format"], done["task"]) == ("folders", "classification")
    assert (done["predictions"], done["rejected"]) == (20, 0)
    assert project.evaluate("run")["metrics"]["accuracy"] == 19 / 20


def test_splits_are_kept_and_are_no_classes(tmp_path: Path) -> None:
    names = ("train/cat/a.png", "train/dog/b.png", "validation/cat/a.png", "test/dog/x/c.png")
    made = Project.import_project(class_set(tmp_path / "set", *names), target=tmp_path / "out")
    project = Project.open(made["path"])
    assert [c.name for c in project.ontology.classes] == ["cat", "dog"]
    assert sorted(project.items["split"].tolist()) == ["test", "train", "train", "val"]
    assert sorted(project.items["title"].tolist()) == sorted(names)


def test_an_image_in_two_folders_of_a_run_is_counted(tmp_path: Path) -> None:
    root = class_set(tmp_path / "set", "cat/a.png", "dog/b.png")
    project = Project.open(Project.import_project(root, target=tmp_path / "out")["path"])
    run = class_set(tmp_path / "run", "cat/a.png", "dog/a.png", "dog/b.png")
    done = project.import_predictions(run, name="run")
    codes = {w["code"]: w["count"] for w in done["warnings"]}
    assert codes["W-FOLDERS-TWICE"] == 1 and done["predictions"] == 3


@pytest.mark.parametrize(
    "names",
    [("cat/a.png",), ("images/a.png", "labels/a.png"), ("cat/a.png", "dog/a.png", "c.png")],
)
def test_other_folders_are_not_taken_for_classes(tmp_path: Path, names: tuple[str, ...]) -> None:
    class_set(tmp_path, *names)
    assert "folders" not in [card.name for card, _ in recognise(tmp_path, "truth")]


def test_folders_without_images_are_refused(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    with pytest.raises(SourceError, match="no folders with images"):
        Project.import_project(tmp_path, target=tmp_path / "out", format="folders")


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    class_set(tmp_path / "other", "b.png")
    root = class_set(tmp_path / "set", "cat/a.png", "dog/b.png")
    (root / "bird").symlink_to(tmp_path / "other")
    (root / "cat" / "c.png").symlink_to(tmp_path / "other" / "b.png")
    made = Project.import_project(root, target=tmp_path / "out", format="folders")
    assert (made["images"], made["classes"]) == (2, 2)
