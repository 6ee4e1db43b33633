"""Parquet tables: the same columns as CSV, nested cells, limits, damage, a missing reader."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import RequestError, SourceError
from boxscore.schema.kinds import Kind
from boxscore.sources import parquet_table, sniff
from boxscore.sources.formats import ReadRequest, Role, format_of, recognise
from boxscore.sources.parquet_table import Limits, read_within
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
ROWS = [
    {"image": "a.jpg", "class": "cat", "x": 1, "y": 2.5, "width": 3, "height": 4, "score": 0.5},
    {"image": "b.jpg", "class": "dog", "x": 5, "y": 6.5, "width": 7, "height": 8, "score": 1.0},
]


def written(folder: Path, rows: list[dict[str, Any]], name: str = "t.parquet", **how: Any) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), folder / name, **how)
    return folder / name


def read(path: Path, role: Role = "truth") -> tuple[RawSet, ImportReport]:
    report = ImportReport(path)
    return format_of("parquet", role).read(path, ReadRequest(role=role), report), report


def test_the_same_as_csv(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS)
    header = ",".join(ROWS[0])
    lines = [",".join(map(str, row.values())) for row in ROWS]
    (tmp_path / "t.csv").write_text("\n".join([header, *lines]))
    raw, report = read(path, "predictions")
    text = format_of("csv", "predictions").read(
        tmp_path / "t.csv", ReadRequest(role="predictions"), ImportReport(path)
    )
    assert not report.warnings and raw.box.tolist() == text.box.tolist()
    assert raw.classes == text.classes and raw.images == text.images
    assert raw.columns["confidence"].tolist() == [0.5, 1.0]
    assert sniff(path, "truth") == "parquet"


def test_cells_of_lists_flags_and_ids(tmp_path: Path) -> None:
    rows = [
        {
            "image_id": 2**60 + 1, "category": "cat", "bbox": [1.0, 2.0, 3.0, 4.0],
            "iscrowd": True, "track_id": 7, "extra": b"\xff", "frame": None,
        },
        {
            "image_id": 5, "category": "man", "bbox": [0.5, 0.0, 9.0, 9.0], "iscrowd": False,
            "track_id": None, "keypoints": [[3.0, 4.0, 2.0]], "extra": None, "frame": None,
        },
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=pa.schema([
        ("image_id", pa.int64()), ("category", pa.string()), ("bbox", pa.list_(pa.float64())),
        ("iscrowd", pa.bool_()), ("track_id", pa.int64()), ("extra", pa.binary()),
        ("keypoints", pa.list_(pa.list_(pa.float64()))), ("frame", pa.int64()),
    ]))  # fmt: skip
    pq.write_table(table, tmp_path / "t.parquet")
    raw, report = read(tmp_path / "t.parquet")
    assert [image.key for image in raw.images] == [str(2**60 + 1), "5"]
    assert sorted(raw.box.tolist()) == [[0.5, 0, 9, 9], [1, 2, 3, 4]]
    kinds = dict(zip(raw.columns["image"].tolist(), raw.columns["kind"].tolist(), strict=True))
    assert kinds == {0: Kind.BOX, 1: Kind.KEYPOINTS}
    assert sorted(raw.track) == ["", "7"] and raw.columns["crowd"].sum() == 1
    assert report.facts["N-TABLE-COLUMNS"] == ("columns not read: extra", 1)


def test_dictionaries_and_many_batches(tmp_path: Path) -> None:
    rows = [ROWS[k % 2] for k in range(1001)]
    path = written(tmp_path, rows, row_group_size=10, compression="zstd")
    raw, _ = read(path)
    assert raw.rows == 1001 and raw.columns["line"].tolist() == list(range(1, 1002))


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"rows": 1}, "E-PARQUET"), ({"seconds": 0.0}, "E-PARQUET-TIME"), ({"memory": 1 << 26}, "")],
)
def test_limits(tmp_path: Path, limits: dict[str, Any], code: str) -> None:
    path = written(tmp_path, ROWS)
    with pytest.raises(SourceError) as bad:
        read_within(
            path, ReadRequest(role="truth"), ImportReport(path), replace(Limits(), **limits)
        )
    assert bad.value.code.startswith(code or "E-PARQUET")


def test_damage_is_refused(tmp_path: Path) -> None:
    whole = written(tmp_path, ROWS).read_bytes()
    for k, content in enumerate((whole[:-20], whole[:4] + b"\xff" * 60 + whole[64:], b"PAR1")):
        path = tmp_path / f"{k}.parquet"
        path.write_bytes(content)
        with pytest.raises(SourceError) as bad:
            read(path)
        assert bad.value.code == "E-PARQUET"
    (tmp_path / "no.parquet").write_bytes(b"image,class\n")
    assert not [g for g in recognise(tmp_path / "no.parquet", "truth") if g[0].name == "parquet"]


def test_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, ROWS)
    monkeypatch.setattr(parquet_table, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match="needs pyarrow") as bad:
        read(path)
    assert "pip install 'boxscore[parquet]'" in str(bad.value)


def test_what_the_columns_lack(tmp_path: Path) -> None:
    path = written(tmp_path, [{"image": "a", "x": 1.0}])
    with pytest.raises(SourceError, match="names no class"):
        read(path)
    none = tmp_path / "none.parquet"
    pq.write_table(pa.Table.from_pylist([], schema=pa.table(json_row()).schema), none)
    assert read(none)[0].rows == 0


def json_row() -> dict[str, list[Any]]:
    return {key: [value] for key, value in json.loads(json.dumps(ROWS[0])).items()}
