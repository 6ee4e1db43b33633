"""Heaps of tables give back what was laid on them, to the last bit."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from boxscore.errors import StoreError
from boxscore.schema.tables import MASKS, PREDICTIONS, TRAITS, Annotations, Table
from boxscore.sources.joining import joined, slice_of
from boxscore.store import files
from boxscore.store.parts import connect
from boxscore.store.spill import Spill
from tests.store.small import pairs


def texts(*values: str | bytes) -> np.ndarray:
    out = np.empty(len(values), object)
    out[:] = values
    return out


def run(seed: int, rows: int, first: int) -> Annotations:
    """Rows by item, with masks and traits on some of them, whose source rows start at `first`."""
    rng = np.random.default_rng(seed)
    columns = {
        c.name: texts(*["", "t1"][: 1 + seed % 2] * rows)[:rows]
        if c.dtype == "text"
        else rng.integers(0, 5, rows).astype(c.numpy)
        for c in PREDICTIONS.columns
    }
    order = np.argsort(columns["item"], kind="stable")
    columns["item"] = columns["item"][order]
    columns["source_row"] = first + order.astype(np.int64)
    columns["theta"] = np.where(rng.random(rows) < 0.5, -0.0, 0.0)
    columns["area"] = np.full(rows, np.nan)
    masked = np.flatnonzero(rng.random(rows) < 0.4)
    counts = texts(*(bytes([k % 251] * (k % 4)) for k in masked.tolist()))
    traits = {"row": masked, "name": texts(*["ö"] * masked.size), "value": masked / 3}
    return Annotations(
        table=Table(PREDICTIONS, columns),
        masks=Table(MASKS, {"row": masked, "counts": counts}),
        points=Annotations.empty(PREDICTIONS).points,
        traits=Table(TRAITS, traits),
    )


def same(a: Table, b: Table) -> bool:
    bits = [(x.tobytes(), y.tobytes()) for x, y in zip(a.values(), b.values(), strict=True)]
    objects = [x.tolist() == y.tolist() for x, y in zip(a.values(), b.values(), strict=True)]
    kinds = [x.dtype == object for x in a.values()]
    return all(o if k else p == q for k, o, (p, q) in zip(kinds, objects, bits, strict=True))


def test_a_heap_gives_its_tables_back_in_order(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "heaps")
    given = [(r.table, r.masks, r.traits) for r in (run(k, 3 + 20 * k, 0) for k in range(4))]
    given.append((Table.empty(PREDICTIONS), Table.empty(MASKS), Table.empty(TRAITS)))
    for tables in given:
        spill.put(7, *tables)
    for read in (spill.read, spill.take):
        found = list(read(7, PREDICTIONS, MASKS, TRAITS))
        assert len(found) == len(given)
        for a, b in zip(found, given, strict=True):
            assert all(map(same, a, b))
    assert list(spill.read(7, PREDICTIONS, MASKS, TRAITS)) == []
    assert list((tmp_path / "heaps").iterdir()) == []


def test_what_is_constant_takes_no_room(tmp_path: Path) -> None:
    spill = Spill(tmp_path)
    table = pairs(1, 4000).replace(iou=np.full(4000, np.nan))
    spill.put(0, table)
    spill.put(1, table.replace(iou=np.random.default_rng(0).random(4000)))
    small, large = ((tmp_path / f"{k:06}").stat().st_size for k in (0, 1))
    assert large - small == 8 * 3999


def test_a_full_disk_is_told_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spill = Spill(tmp_path)

    def full(action: str, _path: Path) -> None:
        if action == "write":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "hook", full)
    with pytest.raises(StoreError) as failed:
        spill.put(0, pairs(1))
    assert failed.value.code == "E-STORE-FULL"


@pytest.mark.parametrize("shuffled", [False, True])
def test_cut_and_joined_is_sorted_by_item_and_source_row(shuffled: bool) -> None:
    pieces = [run(k, 40, 40 * k) for k in range(3)]
    whole = joined(pieces, PREDICTIONS)
    key = list(zip(whole.table["item"].tolist(), whole.table["source_row"].tolist(), strict=True))
    assert key == sorted(key)
    cuts = [(0, 50), (50, 50), (50, 51), (51, 120)]
    parts = [slice_of(whole, begin, end) for begin, end in cuts]
    again = joined(parts[::-1] if shuffled else parts, PREDICTIONS)
    for name in ("table", "masks", "traits"):
        assert same(getattr(again, name), getattr(whole, name))


def test_the_database_never_writes_to_the_terminal(tmp_path: Path) -> None:
    db = connect(tmp_path)
    assert db.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)
    db.close()
