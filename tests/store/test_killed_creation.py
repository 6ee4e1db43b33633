"""SIGKILL while a project is made: the next run goes on with what was read and copied."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from boxscore.errors import BusyError, RequestError
from boxscore.project import Project
from boxscore.schema.tables import ITEMS
from boxscore.sources.kept_facts import PREFIX
from boxscore.store.layout import WRITER_LOCK, is_unfinished
from boxscore.store.locks import WriterLock
from boxscore.store.read import Snapshot
from tests.conftest import ROOT

SMALL, SLOW = 48, 3

MAKE = """
import os, signal, sys, threading, time
from pathlib import Path
from boxscore.project import Project

source, target, what, enough = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def done():
    if what == "read":
        return sum(p.read_bytes().count(b"\\n") for p in target.glob(".unfinished-*"))
    return len(list(target.glob("*/staging/*/copy-*")))

def watch():
    while done() < enough:
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGKILL)

threading.Thread(target=watch, daemon=True).start()
Project.init(source, target=target, name="p")
print("made")
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small pictures, and large ones of few bytes that take long to look at."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(5)
    for k in range(SMALL):
        Image.fromarray(rng.integers(0, 255, (8, 9, 3), np.uint8)).save(folder / f"a{k:03}.png")
    for k in range(SLOW):
        whole = Image.new("RGB", (1600, 1600 + k))
        whole.save(folder / f"z{k}.tiff", compression="tiff_adobe_deflate")
    return folder


@pytest.fixture(scope="module")
def fresh(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that was made at once."""
    made = Project.init(pictures, target=tmp_path_factory.mktemp("fresh"), name="p")
    assert kept(made) == 0
    return Path(made["path"])


def killed(source: Path, target: Path, what: str, enough: int) -> None:
    """Make a project in a process that is killed once so much is done."""
    command = [sys.executable, "-c", MAKE, str(source), str(target), what, str(enough)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")


def content(root: Path) -> tuple[list[Any], list[tuple[str, int | None, str | None]]]:
    """The items and files of a project."""
    with Snapshot(root) as snapshot:
        items = snapshot.table("project", ITEMS)
        columns = [items[name].tolist() for name in ("data_hash", "title", "width", "height")]
        return columns, sorted(f for f in snapshot.files() if f[0].startswith("images/"))


def kept(document: dict[str, Any]) -> int:
    """How many pictures were not read again."""
    notes = {note["code"]: note["count"] for note in document["warnings"]}
    return int(notes.get("N-IMAGES-KEPT", 0))


def test_pictures_that_were_read_are_not_read_again(
    pictures: Path, fresh: Path, tmp_path: Path
) -> None:
    target = tmp_path / "again"
    killed(pictures, target, "read", 40)
    assert not (target / "p").exists()
    (changed,) = [p for p in target.iterdir() if p.name.startswith(PREFIX)]
    lines = changed.read_bytes().splitlines(keepends=True)
    # The last line may be cut, and a file may have changed since: both are read again.
    changed.write_bytes(b"".join(lines[:30]) + lines[30][:40])
    os.utime(pictures / "a000.png")
    made = Project.init(pictures, target=target, name="p")
    assert kept(made) == 29
    assert list(target.iterdir()) == [target / "p"]
    assert content(target / "p") == content(fresh)


def test_pictures_that_were_copied_are_not_copied_again(
    pictures: Path, fresh: Path, tmp_path: Path
) -> None:
    target = tmp_path / "again"
    root = target / "p"
    killed(pictures, target, "copied", 20)
    copies = {path.stat().st_ino for path in root.glob("staging/*/copy-*")}
    assert len(copies) >= 20 and is_unfinished(root)
    with pytest.raises(BusyError):
        _made_while_locked(pictures, target, root)
    made = Project.init(pictures, target=target, name="p")
    assert kept(made) == SMALL + SLOW
    assert copies <= {path.stat().st_ino for path in (root / "images").iterdir()}
    assert content(root) == content(fresh)
    assert Project.verify(root)["problems"] == [] and not is_unfinished(root)
    with pytest.raises(RequestError, match="exists already"):
        Project.init(pictures, target=target, name="p")


def _made_while_locked(pictures: Path, target: Path, root: Path) -> None:
    """Another process that is alive and makes the same project keeps what it has."""
    lock = WriterLock(root, "make project p", 0)
    before = sorted(root.rglob("*"))
    try:
        Project.init(pictures, target=target, name="p")
    finally:
        lock.release()
        assert sorted(root.rglob("*")) == before


def test_a_folder_of_something_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "p" / "staging").mkdir(parents=True)
    (tmp_path / "p" / "images").mkdir()
    assert not is_unfinished(tmp_path / "p")  # no writer's lock: somebody's pictures
    (tmp_path / "p" / WRITER_LOCK).write_text("")
    assert is_unfinished(tmp_path / "p")
    (tmp_path / "p" / "thesis.txt").write_text("mine")
    assert not is_unfinished(tmp_path / "p")
