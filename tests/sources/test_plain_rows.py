"""Files that are read many at once give what reading them one by one does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxscore.sources.formats import ReadRequest, Role, format_of
from boxscore.sources.plain_rows import plain_rows
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from tests.sources.raw_traits import traits_of

YOLO = ["0 0.5 0.5 0.25 0.125\n1 0.25 0.75 0.1 1e-2\n", "", "2 .5 0.5 1 1"]
KITTI = [
    "Car 0.00 0 1.85 1.5 2 30 40 1.67 1.87 3.69 -16.53 2.39 58.49 1.57\n"
    "DontCare -1 -1 -10 5 5 9 9 -1 -1 -1 -1000 -1000 -1000 -10\n",
    "Person_sitting 0.5 2 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n",
]


def write(folder: Path, texts: list[str]) -> Path:
    folder.mkdir()
    for k, text in enumerate(texts):
        (folder / f"{k}.txt").write_text(text)
    return folder


def read(folder: Path, form: str, role: Role) -> tuple[RawSet, ImportReport]:
    report = ImportReport(folder)
    return format_of(form, role).read(folder, ReadRequest(role=role), report), report


def records(raw: RawSet) -> list[Any]:
    rows = zip(
        raw.box.tolist(),
        [raw.images[k].key for k in raw.columns["image"].tolist()],
        [raw.classes[k] for k in raw.columns["class_ref"].tolist()],
        [raw.place(k) for k in range(raw.rows)],
        *(np.nan_to_num(raw.columns[n], nan=-1).tolist() for n in ("confidence", "crowd", "marks")),
        [traits_of(raw).get(k) for k in range(raw.rows)],
        strict=True,
    )
    return sorted(rows, key=lambda row: row[3])


@pytest.mark.parametrize("role", ["truth", "predictions"])
@pytest.mark.parametrize(("form", "texts"), [("yolo", YOLO), ("kitti", KITTI)])
def test_the_same_as_one_by_one(tmp_path: Path, form: str, texts: list[str], role: Role) -> None:
    if role == "predictions":
        texts = ["".join(f"{line} 0.75\n" for line in t.splitlines()) for t in texts]
    plain, told = read(write(tmp_path / "plain", texts), form, role)
    # A blank line at the end: such a file is looked at line by line.
    careful, said = read(write(tmp_path / "careful", [f"{t}\n\n" for t in texts]), form, role)
    assert records(plain) == records(careful) and plain.rows
    assert told.warnings == said.warnings or told.facts == said.facts
    assert plain.images == careful.images


@pytest.mark.parametrize(
    "text",
    [
        b"0 1 2 3\n", b"0 1 2 3 4 5\n", b"0 1 2 3 x\n", b"0 1 2 3 nan\n", b"0 1 2 3 1e999\n",
        b"0 1 2 3 1_0\n", b"0 1 2 3 4\n\n", b"\xef\xbb\xbf0 1 2 3 4\n", b"0 1 2 3 -\n",
        b"\x000 1 2 3 4\n", b"0,1,2,3,4\n", b"0 1 2 3 4 " + b" " * (1 << 16),
    ],
)  # fmt: skip
def test_what_is_not_plain(tmp_path: Path, text: bytes) -> None:
    good = tmp_path / "good.txt"
    good.write_bytes(b"7 1 2 3 4\r\n8 5 6 7 8\r\n")
    (tmp_path / "odd.txt").write_bytes(text)
    rows = plain_rows([good, tmp_path / "odd.txt", tmp_path / "absent.txt", good], 5)
    assert rows.counts == [2, -1, -1, 2] and rows.first == [b"7", b"8"] * 2
    assert rows.numbers.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]] * 2
    file, line = rows.places()
    assert file.tolist() == [0, 0, 3, 3] and line.tolist() == [1, 2, 1, 2]


def test_many_files_in_parallel(tmp_path: Path) -> None:
    folder = write(tmp_path / "many", [f"{k % 5} 0.5 0.5 0.25 {k / 2000}\n" for k in range(1200)])
    (folder / "7.txt").write_text("1 0.5 0.5 2 0.5\n")
    raw, report = read(folder, "yolo", "truth")
    assert raw.rows == 1199 and len(raw.images) == 1200
    assert report.entries["E-YOLO-RANGE"][0].place == "7.txt:1"
    by_image = {raw.images[i].key: k for k, i in enumerate(raw.columns["image"].tolist())}
    assert all(raw.box[by_image[str(k)], 3] == k / 2000 for k in range(1200) if k != 7)
