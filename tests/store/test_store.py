"""The store's promises, one by one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import BusyError, DamagedStoreError, NewerStoreError, StoreError
from boxscore.schema.tables import MASKS, PAIRS
from boxscore.store import files
from boxscore.store.read import Snapshot
from boxscore.store.verify import verify
from boxscore.store.write import Writer
from tests.store import small


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return small.make(tmp_path / "p")


def test_tables_come_back_as_they_were(project: Path) -> None:
    small.add_run(project, "a", 1)
    with Snapshot(project) as snapshot:
        table = snapshot.table("run:1", PAIRS)
        for name in table:
            both = np.concatenate([small.pairs(1)[name], small.pairs(2)[name]])
            assert table[name].dtype == both.dtype
            assert np.array_equal(table[name], both, equal_nan=both.dtype.kind == "f")
        assert snapshot.table("project", MASKS)["counts"].tolist() == [b"\x00a'", b"", b"\xff" * 9]
        assert snapshot.table("project", PAIRS).rows == 0


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    parts = []
    for name in ("a", "b"):
        root = small.make(tmp_path / name)
        small.add_run(root, "r", 5)
        parts.append(sorted(p.read_bytes() for p in (root / "parts").iterdir()))
    assert parts[0] == parts[1] and len(parts[0]) == 3


def test_without_commit_nothing_remains(project: Path) -> None:
    before = stored(project)
    with Writer(project, purpose="test") as writer:
        writer.add_run(small.record("x", 1))
        writer.add_table("run:1", small.pairs(1))
        writer.add_bytes("reports/import-9.json", b"{}")
    assert stored(project) == before
    assert small.content(project) == {}


def stored(project: Path) -> list[Path]:
    folders = ("parts", "images", "reports", "staging")
    return sorted(path for folder in folders for path in (project / folder).rglob("*"))


def test_a_new_project_without_commit_is_gone(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="stop"),
        Writer.create(tmp_path / "n", name="n") as writer,
    ):
        writer.add_table("project", small.pairs(1))
        raise RuntimeError("stop")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_keeps_its_generation(project: Path) -> None:
    small.add_run(project, "a", 1)
    with Snapshot(project) as before:
        with Writer(project, purpose="delete") as writer:
            writer.delete_run(1)
            writer.commit()
        small.add_run(project, "b", 7)  # sweeps, but not what is being read
        assert [r.name for r in before.runs()] == ["a"]
        assert before.table("run:1", PAIRS).rows == 1000
    small.add_run(project, "c", 9)
    names = {p.name.split("-")[0] for p in (project / "parts").iterdir()}
    assert names == {"project", "run2", "run3"}
    small.assert_clean(project)


HOLD = """
import sys, time
from pathlib import Path
from boxscore.store.write import Writer
with Writer(Path(sys.argv[1]), purpose="a long import"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def hold(project: Path, seconds: float) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(project), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child.stdout as output:
        assert output.readline() == "held\n"
    return child


def test_a_second_writer_waits_then_names_the_holder(project: Path) -> None:
    child = hold(project, 30)
    try:
        with pytest.raises(BusyError, match=f"process {child.pid} since .*a long import") as busy:
            Writer(project, purpose="mine", wait_seconds=0.3)
        assert busy.value.exit_code == 4
    finally:
        child.kill()
        child.wait()
    small.add_run(project, "after", 3)  # the lock of a dead process is free


def test_a_second_writer_gets_its_turn(project: Path) -> None:
    child = hold(project, 0.5)
    small.add_run(project, "second", 3)
    assert child.wait() == 0
    assert small.content(project) == {"second": small.expected(3)}


def test_every_flipped_bit_is_found(project: Path) -> None:
    small.add_run(project, "a", 1)
    rng = np.random.default_rng(0)
    for path in sorted((project / "parts").iterdir()):
        whole = path.read_bytes()
        for _ in range(25):
            damaged = bytearray(whole)
            damaged[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
            path.write_bytes(damaged)
            assert verify(project).problems == [f"parts/{path.name}: its bytes changed"]
        path.write_bytes(whole)
    assert verify(project).problems == []


def test_a_damaged_part_is_refused_when_read(project: Path) -> None:
    small.add_run(project, "a", 1)
    path = next(p for p in (project / "parts").iterdir() if p.name.startswith("run"))
    path.write_bytes(path.read_bytes()[:-1])
    with Snapshot(project) as snapshot, pytest.raises(DamagedStoreError, match=path.name):
        snapshot.table("run:1", PAIRS)
    path.unlink()
    with Snapshot(project) as snapshot, pytest.raises(DamagedStoreError, match="missing"):
        snapshot.table("run:1", PAIRS)


def test_a_newer_store_is_refused_with_both_versions(project: Path) -> None:
    with sqlite3.connect(project / "catalogue.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(NewerStoreError, match=r"version 99, this program knows \d"):
        Snapshot(project)
    with pytest.raises(NewerStoreError):
        Writer(project, purpose="x")


@pytest.mark.parametrize("data", [b"", b"garbage" * 100], ids=["empty", "garbage"])
def test_a_damaged_catalogue_is_refused(data: bytes, project: Path) -> None:
    for path in project.glob("catalogue.sqlite*"):
        path.unlink()
    (project / "catalogue.sqlite").write_bytes(data)
    with pytest.raises(StoreError):
        Snapshot(project)


def test_a_moved_project_and_one_in_a_read_only_folder_can_be_read(
    project: Path, tmp_path: Path
) -> None:
    small.add_run(project, "a", 1)
    moved = tmp_path / "else where" / "it's"
    moved.parent.mkdir()
    shutil.move(project, moved)
    assert small.content(moved) == {"a": small.expected(1)}
    for path in [moved, *moved.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert small.content(moved) == {"a": small.expected(1)}
    finally:
        for path in [moved, *moved.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("kind", [28, 5], ids=["ENOSPC", "EIO"])
def test_a_failing_disk_leaves_the_old_state(
    kind: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file action fails in turn, until a run goes through without a fault."""
    small.add_run(project, "old", 1)
    for k in range(1, 200):
        count = 0

        def fault(action: str, path: Path, k: int = k) -> None:
            nonlocal count
            count += 1
            if count == k:
                raise OSError(kind, os.strerror(kind), str(path))

        monkeypatch.setattr(files, "hook", fault)
        try:
            small.add_run(project, f"new{k}", 10)
        except StoreError as failed:
            assert "nothing was changed" in str(failed)
        else:
            assert count < k
            break
        finally:
            monkeypatch.undo()
        assert small.content(project) == {"old": small.expected(1)}
    else:
        pytest.fail("the fault always fired")
    assert k > 12
    small.add_run(project, "last", 20)
    small.assert_clean(project)
