"""XML under limits: no DOCTYPE, nothing endless, streams that hold one element at a time."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from boxscore.errors import SourceError
from boxscore.sources import xml_text
from boxscore.sources.xml_text import read_xml, root_of, stream_xml

BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


def file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "a.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_elements_with_their_lines_and_texts(tmp_path: Path) -> None:
    root = read_xml(file(tmp_path, "<a>\n<b k='1'> x <c/> y</b>\n</a>"))
    (b,) = root.children
    assert (b.tag, b.attributes, b.line, root.text_of("b")) == ("b", {"k": "1"}, 2, "x")
    assert root.text_of("b", "d") is None and b.children[0].tag == "c"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB, "E-XML-DOCTYPE"),
        (BOMB.encode("utf-16"), "E-XML-DOCTYPE"),
        ("<x>&lol;</x>", "E-XML"),
        ("", "E-XML"),
        ("<x><y></x>", "E-XML"),
        ("<x a='1' a='2'/>", "E-XML"),
        (b"<x>\xff</x>", "E-XML"),
        ('<?xml version="1.0" encoding="klingon"?><x/>', "E-XML"),
        ("<x>" * 100_000, "E-XML-SIZE"),
        ("<x " + " ".join(f'a{k}="1"' for k in range(100)) + "/>", "E-XML-SIZE"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: str | bytes, code: str) -> None:
    path = file(tmp_path, content)
    for attempt in (read_xml, lambda p: list(stream_xml(p, frozenset({"y"})))):
        with pytest.raises(SourceError) as refused:
            attempt(path)
        assert refused.value.code == code


def test_the_root_of_what_may_be_no_xml(tmp_path: Path) -> None:
    root = root_of(file(tmp_path, "<x a='1'><y>" + "z" * (1 << 20)))
    assert root is not None and (root.tag, root.attributes) == ("x", {"a": "1"})
    for content in (BOMB, "", "text", b"\xff\xd8"):
        assert root_of(file(tmp_path, content)) is None
    assert root_of(tmp_path) is None


def test_limits_of_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_text, "LARGEST_TOKEN", 1 << 20)
    monkeypatch.setattr(xml_text, "MOST_ELEMENTS", 1000)
    for content in (
        "<x><!--" + "a" * (3 << 20) + "--></x>",
        "<x a='" + "a" * (3 << 20) + "'/>",
        "<x><y>" + "a\n" * (1 << 20) + "</y></x>",
        "<x><y>" + "<z/>" * 1000 + "</y></x>",
    ):
        with pytest.raises(SourceError) as refused:
            list(stream_xml(file(tmp_path, content), frozenset({"y"})))
        assert refused.value.code == "E-XML-SIZE"
    with pytest.raises(SourceError, match="larger than 1 MiB"):
        read_xml(file(tmp_path, "<x/>" + " " * (2 << 20)), 1 << 20)


def test_a_stream_holds_one_element_at_a_time(tmp_path: Path) -> None:
    some = "<track id='1'>" + "<box a='12345' b='12345'><c/></box>" * 60_000 + "</track>"
    path = file(tmp_path, f"<a>{some}</a>")
    tracemalloc.start()
    count, parents = 0, set()
    for element in stream_xml(path, frozenset({"box"})):
        count += 1
        assert element.parent is not None
        parents.add(element.parent.attributes["id"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60_000 and parents == {"1"}
    # A chunk's worth of elements, not the 120,000 of the file (some 50 MB).
    assert peak < 25 << 20
