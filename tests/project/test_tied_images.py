"""Weak slices where images are not independent, or told apart by folders and tags alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore import Project
from boxscore.evaluation.queries import ErrorQuery
from boxscore.project.slices.slicing import sliced
from boxscore.project.slices.tagging import Selection
from boxscore.project.slices.together import drawn_together, together
from boxscore.schema.tables import ITEMS, Table
from tests.evaluation.test_weak_slices import units_of

SEQUENCES, FRAMES, TRACKS = 20, 10, 5
Record = dict[str, Any]


def items_of(sequences: list[str], positions: list[int] | None = None) -> Table:
    """Items that belong to sequences, in order."""
    size = len(sequences)
    text = np.full(size, "", object)
    columns = {column.name: np.zeros(size, column.numpy) for column in ITEMS.columns}
    columns |= dict.fromkeys(("data_hash", "title", "source_id", "file", "split"), text)
    columns |= {"licence": text, "sequence": np.array(sequences, object)}
    columns["position"] = np.array(positions or range(size), np.int32)
    return Table(ITEMS, columns)


def test_many_sequences_are_drawn_whole_and_few_in_stretches() -> None:
    names = [f"s{k}" for k in range(12) for _ in range(30)] + [""] * 3
    many = together(items_of(names), np.arange(len(names)))
    assert many is not None and not many.few and many.sequences == 15
    assert np.unique(many.group[:30]).size == 1 and np.unique(many.group).size == 15
    few = together(items_of(names), np.arange(60))
    assert few is not None and few.few and few.sequences == 2
    assert (few.group[60:] == -1).all()
    assert [np.unique(few.group[k : k + 30]).size for k in (0, 30)] == [10, 10]
    assert (np.diff(few.group[:60]) >= 0).all() and np.unique(few.group[:60]).size == 20
    assert together(items_of(["", ""]), np.arange(2)) is None
    back = together(items_of(["a"] * 4, [3, 2, 1, 0]), np.arange(4))
    assert back is not None and back.group.tolist() == [3, 2, 1, 0]


def test_intervals_draw_what_belongs_together() -> None:
    names = [f"s{k % 12}" for k in range(48)]
    units = units_of(np.ones(48), np.arange(48))
    (drawn,) = drawn_together(items_of(names), units)
    assert np.unique(drawn.item).size == 12
    assert (drawn.item[:12] == drawn.item[12:24]).all()
    assert drawn_together(items_of([""] * 48), units)[0] is units


def filmed(folder: Path, seed: int, bad: int | None) -> Project:
    """Films of things that a run finds always or never, as films are; one film may be hard."""
    rng = np.random.default_rng(seed)
    images: list[Record] = []
    labels: list[Record] = []
    found: list[Record] = []
    for film in range(SEQUENCES):
        first = len(images)
        images += [
            {"id": first + k, "file_name": f"{film}-{k}.jpg", "width": 640, "height": 640,
             "video_id": film + 1, "frame_id": k}
            for k in range(FRAMES)
        ]  # fmt: skip
        for _ in range(TRACKS):
            size, seen = float(np.exp(rng.uniform(3, 5))), rng.random() < 0.75
            x, y = rng.uniform(0, 640 - size, 2).tolist()
            name = int(rng.integers(1, 5))
            for k in range(FRAMES):
                one = {"image_id": first + k, "category_id": name, "bbox": [x, y, size, size]}
                labels.append(one | {"id": len(labels), "iscrowd": 0, "area": size**2})
                if seen and not (film == bad and rng.random() < 0.8):
                    found.append(one | {"score": float(rng.uniform(0.5, 1))})
    truth = {
        "images": images,
        "annotations": labels,
        "categories": [{"id": k + 1, "name": f"thing {k}"} for k in range(4)],
        "videos": [{"id": k + 1, "name": f"film {k}"} for k in range(SEQUENCES)],
    }
    return imported(folder, truth, found)


def imported(folder: Path, truth: Record, found: list[Record]) -> Project:
    """The project with one run."""
    folder.mkdir(exist_ok=True)
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "run.json").write_text(json.dumps(found))
    made = Project.import_project(folder / "truth.json", target=folder, name="p")
    project = Project.open(made["path"])
    project.import_predictions(folder / "run.json", name="run")
    return project


def test_frames_of_films_are_no_independent_witnesses(tmp_path: Path) -> None:
    found = filmed(tmp_path, 0, bad=None).weak_slices("run")
    names = [one["name"] for one in found["slices"]]
    assert [name for name in names if not name.startswith("sequence ")] == []
    assert "Frames of one sequence are in the same half" in found["notes"][-1]


def test_a_hard_film_is_still_found(tmp_path: Path) -> None:
    project = filmed(tmp_path, 1, bad=3)
    first = project.weak_slices("run")["slices"][0]
    assert first["conditions"][0]["facet"] == "sequence" and first["units"] == FRAMES * TRACKS
    films = set(project.items["sequence"][sliced(project._state().truth(), first["where"])])
    assert len(films) == 1
    few = project.weak_slices("run", where="sequence=" + "|".join(map(str, range(1, 6))))
    assert "of 5 sequences only" in few["notes"][-1]


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """240 images of three cameras on two sites; what the second camera saw is often missed, and so
    is every seventh image."""
    rng = np.random.default_rng(4)
    images: list[Record] = []
    labels: list[Record] = []
    found: list[Record] = []
    for k in range(240):
        camera = k % 3
        name = f"data/{'north' if k % 2 else 'south'}/[cam] {camera}/{k}.jpg"
        images.append({"id": k, "file_name": name, "width": 640, "height": 640})
        for _ in range(6):
            box = [*rng.uniform(0, 500, 2).tolist(), 60.0, 60.0]
            one = {"image_id": k, "category_id": int(rng.integers(1, 4)), "bbox": box}
            labels.append(one | {"id": len(labels), "iscrowd": 0, "area": 3600.0})
            if rng.random() < 0.85 - 0.45 * (camera == 1) - 0.4 * (k % 7 == 0):
                found.append(one | {"score": float(rng.uniform(0.5, 1))})
    names = [{"id": k + 1, "name": f"thing {k}"} for k in range(3)]
    truth = {"images": images, "annotations": labels, "categories": names}
    return imported(tmp_path_factory.mktemp("photographs"), truth, found)


def test_folders_and_tags_of_images_are_conditions(photographs: Project) -> None:
    sevenths = "item=" + "+".join(
        str(row) for row, name in enumerate(photographs.items["source_id"]) if int(name) % 7 == 0
    )
    before = {one["name"] for one in photographs.weak_slices("run")["slices"]}
    assert before == {"folder data/south/[cam] 1", "folder data/north/[cam] 1"}
    photographs.tag("seventh", sevenths)
    photographs.tag("missed", Selection(errors=ErrorQuery(outcome="fn"), run="run"))
    slices = {one["name"]: one for one in photographs.weak_slices("run")["slices"]}
    assert set(slices) == before | {"tag seventh"}
    for one in slices.values():
        mask = sliced(photographs._state().truth(), one["where"])
        assert mask is not None and 6 * mask.sum() == one["units"]
