"""A small project and the questions that every test of the store asks of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from boxscore.schema.tables import MASKS, PAIRS, Table
from boxscore.store.read import Snapshot
from boxscore.store.records import RunRecord
from boxscore.store.verify import verify
from boxscore.store.write import Writer


def pairs(seed: int, rows: int = 500) -> Table:
    """A table of numbers that depends on the seed alone; one value in three is nan."""
    rng = np.random.default_rng(seed)
    iou = rng.random(rows)
    iou[::3] = np.nan
    return Table(
        PAIRS,
        {
            "prediction": np.sort(rng.integers(0, 1000, rows)).astype(np.int32),
            "ground_truth": rng.integers(0, 1000, rows).astype(np.int32),
            "iou": iou,
        },
    )


def masks(texts: list[bytes]) -> Table:
    """A table with bytes in it."""
    counts = np.empty(len(texts), object)
    counts[:] = texts
    return Table(MASKS, {"row": np.arange(len(texts)), "counts": counts})


def record(name: str, rows: int) -> RunRecord:
    """A run's record."""
    return RunRecord(
        run_id=0, name=name, created="2026-01-01T00:00:00+00:00", source="r.json",
        sha256="0" * 64, format="coco", task="bbox", rows=rows, details={"seed": name},
    )  # fmt: skip


def make(root: Path) -> Path:
    """A new project without runs."""
    with Writer.create(root, name="small") as writer:
        writer.add_table("project", masks([b"\x00a'", b"", b"\xff" * 9]))
        writer.set_document("ontology", "{}")
        writer.add_bytes("images/sub/a.jpg", b"picture")
        writer.commit()
    return root


def add_run(root: Path, name: str, seed: int) -> int:
    """Import one run in two parts; returns the generation."""
    with Writer(root, purpose=f"add {name}", wait_seconds=30) as writer:
        run_id = writer.add_run(record(name, 1000))
        writer.add_table(f"run:{run_id}", pairs(seed))
        writer.add_table(f"run:{run_id}", pairs(seed + 1))
        writer.add_bytes(f"reports/import-{run_id + 1}.json", name.encode())
        return writer.commit()


def content(root: Path) -> dict[str, Any]:
    """What a reader sees: each run's numbers, summed."""
    with Snapshot(root) as snapshot:
        found = {}
        for run in snapshot.runs():
            table = snapshot.table(f"run:{run.run_id}", PAIRS)
            found[run.name] = (table.rows, int(table["ground_truth"].sum()))
        return found


def expected(seed: int) -> tuple[int, int]:
    """What `content` must say of a run with this seed."""
    return 1000, int(pairs(seed)["ground_truth"].sum() + pairs(seed + 1)["ground_truth"].sum())


def assert_clean(root: Path) -> None:
    """Every byte as written, nothing left over."""
    assert verify(root).problems == []
    assert list((root / "staging").iterdir()) == []
