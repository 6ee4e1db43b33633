"""Catalogue rows 1 to 29: what a JSON file can be."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from boxscore.errors import SourceError
from tests.sources.coco_files import (
    Case,
    Document,
    by_row,
    changed,
    context,
    judge,
    project,
    read_project,
    read_results,
    results,
    write,
)


def text(document: Any) -> str:
    return json.dumps(document)


def zipped(document: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.json", text(document))
    return out.getvalue()


def image(key: str, value: Any) -> Any:
    """A change of the third image's record."""

    def change(document: Document) -> None:
        document["images"][2][key] = value

    return change


def annotation(key: str, value: Any) -> Any:
    """A change of the sixth annotation's record (image 2)."""

    def change(document: Document) -> None:
        document["annotations"][5][key] = value

    return change


def literal(key: str, number: str) -> Any:
    """A number put into the text as it stands, in the sixth annotation."""

    def change(document: Document) -> str:
        document["annotations"][5][key] = "@"
        return text(document).replace('"@"', number)

    return change


def ids_as_text(document: Document) -> None:
    for record in document["images"]:
        record["id"] = str(record["id"])
    for record in document["annotations"]:
        record["image_id"] = str(record["image_id"])


def ambiguous(document: Document) -> None:
    document["images"].append({**document["images"][0], "id": "1", "file_name": "other.png"})


def duplicate_key(document: Document) -> str:
    return text(document).replace('"id": 1005', '"id": 1005, "id": 1006')


def deep(document: Document) -> str:
    return text(document).replace('{"year": 2014}', "[" * 100_000 + "]" * 100_000)


def long_string(document: Document) -> None:
    document["info"]["note"] = "x" * (2 << 20)


def unknown_keys(document: Document) -> None:
    for record in document["annotations"]:
        record |= {f"key{k}": {"a": [k, None, True]} for k in range(50)}


def big_ids(document: Document) -> None:
    document["images"][0]["id"] = 2**53 + 1
    for record in document["annotations"][:4]:
        record["image_id"] = 2**53 + 1


def negative_ids(document: Document) -> None:
    document["images"][0]["id"] = -5
    for record in document["annotations"][:4]:
        record["image_id"] = -5


def one_id_as_text(document: Document) -> None:
    document["annotations"][5]["image_id"] = "2"


REFUSED = [
    Case("1", lambda d: b"", "RF", "E-FILE-EMPTY", "file is empty"),
    Case("2", lambda d: b" \n\t \r\n", "RF", "E-FILE-EMPTY", "white space"),
    Case("3", lambda d: text(d)[:1234], "RF", "E-JSON-SYNTAX", "byte 12"),
    Case("3-early", lambda d: text(d)[:1], "RF", "E-JSON-SYNTAX", "byte 1"),
    Case("4", lambda d: text(d) + " x", "RF", "E-JSON-SYNTAX", "byte"),
    Case("4-two", lambda d: text(d) + text(d), "RF", "E-JSON-SYNTAX", "byte"),
    Case("6-utf16", lambda d: text(d).encode("utf-16"), "RF", "E-FILE-ENCODING", "UTF-16"),
    Case("6-utf32", lambda d: text(d).encode("utf-32"), "RF", "E-FILE-ENCODING", "UTF-32"),
    Case("6-bare", lambda d: text(d).encode("utf-16-le"), "RF", "E-FILE-ENCODING", "UTF-16"),
    Case(
        "7",
        lambda d: text(d).replace("person", "pers\xe9n").encode("latin-1"),
        "RF",
        "E-JSON-UTF8",
        "byte",
    ),
    Case("10-id", literal("image_id", "NaN"), "RF", "E-COCO-ID", "/annotations/5/image_id"),
    Case("14", literal("unknown", "1" * 5000), "RF", "E-JSON-NUMBER", "byte"),
    Case("16", ambiguous, "RF", "E-COCO-ID-AMBIGUOUS", "ambiguous"),
    Case("19", duplicate_key, "RF", "E-JSON-DUPLICATE-KEY", "with 1005 and with 1006"),
    Case("20", deep, "RF", "E-JSON-DEPTH", "byte"),
    Case("21", long_string, "RF", "E-JSON-TEXT", "byte"),
    Case("23", lambda d: results(), "RF", "E-COCO-NOT-PROJECT", "use import predictions"),
    Case("25-zip", zipped, "RF", "E-FILE-KIND", "zip archive"),
    Case("25-pickle", pickle.dumps, "RF", "E-FILE-KIND", "pickle"),
    Case("25-html", lambda d: "<!DOCTYPE html><html>404", "RF", "E-FILE-KIND", "HTML"),
    Case("26", lambda d: gzip.compress(bytes(200 << 20)), "RF", "E-GZIP-SIZE", "grows beyond"),
    Case(
        "26-cut", lambda d: gzip.compress(text(d).encode())[:-20], "RF", "E-GZIP-DAMAGED", "early"
    ),
    Case("29", lambda d: '{"a": 1}\n{"a": 2}\n', "RF", "E-JSON-LINES", "one list"),
]

ACCEPTED = [
    Case("5", lambda d: b"\xef\xbb\xbf" + text(d).encode(), "A"),
    Case("12", big_ids, "A"),
    Case("15-float", annotation("image_id", 2.0), "W", "W-COCO-INT-AS-FLOAT", "2.0 read as 2"),
    Case("16-text", ids_as_text, "A"),
    Case("16-one", one_id_as_text, "W", "W-COCO-ID-KIND", "'2' read as 2"),
    Case("18", negative_ids, "A"),
    Case("22", unknown_keys, "A"),
    Case("25-gz", lambda d: gzip.compress(text(d).encode()), "A"),
    Case("28", lambda d: text(d).replace(", ", ",\r\n\t"), "A"),
    Case("28-indent", lambda d: json.dumps(d, indent=4), "A"),
]

REJECTED = [
    Case("8", image("file_name", "\ud800.png"), "RR", "E-COCO-TEXT", "surrogate", rejected=5),
    Case(
        "10", literal("bbox", "[1, 2, NaN, 4]"), "RR", "E-COCO-NOT-FINITE", "/annotations/5/bbox[2]"
    ),
    Case("10-inf", literal("bbox", "[-Infinity, 2, 3, 4]"), "RR", "E-COCO-NOT-FINITE", "bbox[0]"),
    Case("11", literal("bbox", "[1, 2, 3, 1e999]"), "RR", "E-COCO-NOT-FINITE", "not finite"),
    Case("11-minus", literal("bbox", "[-1e999, 2, 3, 4]"), "RR", "E-COCO-NOT-FINITE", "not finite"),
    Case("13", annotation("image_id", 2**63), "RR", "E-COCO-NUMBER", "64 bits"),
    Case("15", annotation("image_id", 1.5), "RR", "E-COCO-NUMBER", "1.5"),
    Case("17", annotation("image_id", True), "RR", "E-COCO-ID", "True"),
]


@by_row(REFUSED + ACCEPTED + REJECTED)
def test_the_kind_of_file_decides(case: Case, tmp_path: Path) -> None:
    path = write(tmp_path / "annotations.json", changed(case, project()))
    before = path.read_bytes()
    start = time.monotonic()
    tables = judge(case, lambda: read_project(path))
    assert time.monotonic() - start < 2
    assert path.read_bytes() == before
    if case.outcome == "A":
        assert (tables.items.rows, tables.ground_truth.rows) == (30, 120)


def test_row_12_ids_beyond_double_precision_stay_exact(tmp_path: Path) -> None:
    document = project()
    big_ids(document)
    tables = read_project(write(tmp_path / "a.json", document))
    assert tables.items["source_id"][-1] == str(2**53 + 1)


def test_row_9_control_characters_are_kept_and_escaped_in_messages(tmp_path: Path) -> None:
    document = project()
    document["categories"][0]["name"] = "per\x00son\x1b[31m"
    tables = read_project(write(tmp_path / "a.json", document))
    assert tables.ontology.objects[0].name == "per\x00son\x1b[31m"
    said = "\n".join(tables.report.lines())
    assert "W-COCO-NAME-CONTROL" in said
    assert "\x1b" not in said


def test_row_24_a_project_is_no_results_file(tmp_path: Path) -> None:
    path = write(tmp_path / "annotations2.json", project())
    with pytest.raises(SourceError, match="use import project") as caught:
        read_results(path, context(tmp_path))
    assert caught.value.code == "E-COCO-NOT-RESULTS"


def test_row_26_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json.gz", gzip.compress(bytes(300 << 20)))
    start = time.process_time()
    with pytest.raises(SourceError, match="E-GZIP-SIZE"):
        read_project(path)
    assert time.process_time() - start < 1
    assert [p.name for p in tmp_path.iterdir()] == ["a.json.gz"]


@pytest.mark.parametrize("cut", range(1, 4000, 97))
def test_row_3_every_truncation_is_refused_with_a_place(cut: int, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", text(project())[:cut])
    with pytest.raises(SourceError, match=r"byte \d+") as caught:
        read_project(path)
    assert caught.value.code == "E-JSON-SYNTAX"


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        read_project(tmp_path / "nothing.json")
    with pytest.raises(SourceError, match="not a regular file"):
        read_project(tmp_path)
