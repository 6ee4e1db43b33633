"""Tags in the catalogue: several writers, undo, older projects, read-only folders."""

from __future__ import annotations

import shutil
import sqlite3
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from boxscore import Project
from boxscore.store.catalogue import Catalogue
from boxscore.store.tags import ITEMS, Tags, TagWriter


@pytest.fixture
def root(demo_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo_folder, tmp_path / "demo")
    return tmp_path / "demo"


def test_tags_are_added_removed_and_undone(root: Path) -> None:
    writer, tags = TagWriter(root), Tags(root)
    assert writer.add("night", {ITEMS: [3, 1, 3]}) == 2
    assert writer.add("night", {ITEMS: [1, 5]}) == 1
    assert tags.rows("night", ITEMS) == [1, 3, 5]
    assert writer.remove("night", {ITEMS: [3, 9]}) == 1
    assert writer.undo() == "untag night"
    assert tags.rows("night", ITEMS) == [1, 3, 5]
    assert writer.undo() == "tag night"
    assert tags.rows("night", ITEMS) == [1, 3]
    assert writer.undo() == "tag night"
    assert tags.rows("night", ITEMS) == []
    assert writer.undo() is None


def test_notes_and_slices_come_back(root: Path) -> None:
    writer, tags = TagWriter(root), Tags(root)
    writer.note({ITEMS: [2]}, "blurred")
    writer.note({ITEMS: [2]}, "very blurred")
    assert writer.undo() == "note"
    assert [(row, text) for row, text, _ in tags.notes(ITEMS)] == [(2, "blurred")]
    writer.save_slice("v", "split=val")
    assert writer.save_slice("v", "split=train")
    writer.undo()
    assert tags.slices() == {"v": "split=val"}
    assert writer.save_slice("v", None)
    assert tags.slices() == {}


def _many(root: Path, name: str) -> int:
    writer = TagWriter(root)
    return sum(writer.add(name, {ITEMS: [row]}) for row in range(20))


def test_three_writers_lose_nothing(root: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        done = list(pool.map(_many, [root] * 3, ["a", "b", "c"]))
    assert done == [20, 20, 20]
    assert [one.rows for one in Tags(root).counts()] == [20, 20, 20]


def test_a_project_from_before_tags_is_read_and_migrated(root: Path) -> None:
    with sqlite3.connect(root / "catalogue.sqlite") as db:
        for table in ("tag", "note", "slice", "action"):
            db.execute(f"DROP TABLE {table}")
        db.execute("PRAGMA user_version = 1")
    db.close()
    project = Project.open(root)
    assert project.tags() == []
    assert project.slices() == {}
    assert project.evaluate("float32")["metrics"]["AP"] == pytest.approx(0.29997, abs=1e-5)
    assert project.tag("kept", "split=val") > 0
    with Catalogue(root) as catalogue:
        assert catalogue.has_tags()


def test_a_writer_waits_for_a_publication(root: Path) -> None:
    from boxscore.store.write import Writer

    with Writer(root, purpose="store something") as writer:
        assert TagWriter(root).add("meanwhile", {ITEMS: [0]}) == 1
        writer.set_document("x", "y")
        writer.commit()
    assert Tags(root).rows("meanwhile", ITEMS) == [0]
