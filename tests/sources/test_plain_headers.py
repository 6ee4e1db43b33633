"""What is read of plain pictures and VOC files at once is what the careful readers say of them."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from boxscore.sources import image_files, voc, voc_plain
from boxscore.sources.formats import ReadRequest
from boxscore.sources.plain_headers import plain_header
from boxscore.sources.report import ImportReport

Patch = pytest.MonkeyPatch


def encoded(mode: str, form: str, **options: object) -> bytes:
    picture = Image.effect_noise((37, 23), 60).convert(mode)
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[image_files.ORIENTATION] = 6
    return exif


def text(key: str, value: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text(key, value)
    return info


PLAIN = {
    "jpeg": encoded("RGB", "JPEG"),
    "grey": encoded("L", "JPEG"),
    "ink": encoded("CMYK", "JPEG"),
    "progressive": encoded("RGB", "JPEG", progressive=True, optimize=True),
    "said.jpeg": encoded("RGB", "JPEG", comment=b"of a camera", dpi=(72, 72)),
    "coloured": encoded("RGB", "JPEG", icc_profile=b"profile" * 20),
    "png": encoded("RGB", "PNG", dpi=(72, 72)),
    "grey.png": encoded("L", "PNG"),
    "clear": encoded("RGBA", "PNG"),
    "half": encoded("LA", "PNG"),
    "palette": encoded("P", "PNG"),
}
OTHERS = {
    "turned": encoded("RGB", "JPEG", exif=turned()),
    "turned.png": encoded("RGB", "PNG", exif=turned()),
    "deep": encoded("I;16", "PNG"),
    "bits": encoded("1", "PNG"),
    "text": encoded("RGB", "PNG", pnginfo=text("XML:com.adobe.xmp", 'tiff:Orientation="6"')),
    "gif": encoded("L", "GIF"),
    "cut": PLAIN["jpeg"][:-40],
    "cut.png": PLAIN["png"][:-40],
    "empty": b"",
    "start": b"\xff\xd8\xff",
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_headers_are_told(name: str) -> None:
    assert plain_header(PLAIN[name]) is not None


@pytest.mark.parametrize("name", OTHERS)
def test_others_are_left_to_pillow(name: str) -> None:
    assert plain_header(OTHERS[name]) is None


def damaged(content: bytes, random_: random.Random) -> Iterator[bytes]:
    """The content, cut, and with bytes changed, mostly in its header."""
    yield content
    for _ in range(40):
        some = bytearray(content)
        for _ in range(random_.choice((1, 1, 2))):
            some[int(len(some) * random_.random() ** 3)] = random_.choice((0, 1, 255, 8, 0xD9))
        yield bytes(some)
        yield content[: random_.randrange(len(content))]


def test_facts_are_those_of_pillow(tmp_path: Path, monkeypatch: Patch) -> None:
    random_, file, plain = random.Random(4), tmp_path / "one.jpg", 0
    for content in {**PLAIN, **{k: v for k, v in OTHERS.items() if v}}.values():
        for some in damaged(content, random_):
            file.write_bytes(some)
            quick = image_files.read_facts(file)
            plain += plain_header(some) is not None
            with monkeypatch.context() as patch:
                patch.setattr(image_files, "plain_header", lambda _: None)
                assert quick == image_files.read_facts(file)
    assert plain > 200


XML = """<?xml version="1.0" encoding="utf-8"?>
<annotation><folder>a</folder><filename>one.jpg</filename>
 <size><width>64</width><height>48</height><depth>3</depth></size>
 <object>
  <name>dog</name><pose>Left</pose><truncated>1</truncated>
  <difficult>0</difficult><bndbox><xmin>1</xmin><ymin>2.5</ymin><xmax>30</xmax><ymax>4e1</ymax>
  </bndbox></object>
 <object><name> cat </name><pose>Unspecified</pose><difficult>1</difficult><occluded>1</occluded>
  <bndbox><ymin>2</ymin><xmin>1</xmin><xmax>3</xmax><ymax>4</ymax></bndbox></object>
</annotation>
"""
CHANGES = (
    ("dog", "a&amp;b"), ("dog", ""), ("dog", "d\u00f6g"), ("Left", "Sideways"), ("30", "1_0"),
    ("30", "inf"), ("30", "x"), ("64", "0"), ("64", "6.5"), ("<depth>", "<!-- x --><depth>"),
    ("utf-8", "utf-16"), ("utf-8", "latin-1"), ("<annotation>", "<!DOCTYPE a><annotation>"),
    ("<annotation>", "<annotations>"), ("</object>\n</annotation>", "</object>"),
    (" cat ", "<b>cat</b>"), ("<xmax>3</xmax>", ""), ("<xmax>3</xmax>", "<xmax>3</xmax>" * 2),
    ("<folder>a", "<folder><object>x</object>"), ("<pose>Left", "<name>x</name><pose>Left"),
    ("<name>dog", '<name a="1">dog'), ("<occluded>", "<part><name>x</name></part><occluded>"),
    ("<bndbox><ymin>", "<polygon><x1>1</x1></polygon><bndbox><ymin>"), ("\n", "\r\n"),
    ("bndbox", "robndbox"), ("one.jpg", ""), ("one.jpg", "other.jpg"), ("filename", "named"),
    ("size", "sizes"), ("1</difficult>", "Yes</difficult>"), ("dog", "dog\0"),
)  # fmt: skip


def said(folder: Path) -> object:
    """Everything that is read of a folder, or what is wrong with it."""
    report = ImportReport(folder)
    try:
        raw = voc.read(folder, ReadRequest(role="truth"), report)
    except Exception as bad:
        return type(bad), str(bad)
    columns = {name: values.tolist() for name, values in raw.columns.items()}
    traits = {n: (r.tolist(), v.tolist()) for n, (r, v) in sorted(raw.traits.items())}
    whole = replace(raw, columns={}, box=raw.box[:0], points={}, traits={})
    return repr(columns), raw.box.tolist(), traits, repr(whole), report.lines()


def test_voc_files_are_read_the_same_in_both_ways(tmp_path: Path, monkeypatch: Patch) -> None:
    plain = voc_plain.plain_file
    taken = 0
    for k, (old, new) in enumerate((("", ""), *CHANGES)):
        folder = tmp_path / str(k)
        folder.mkdir()
        (folder / "a.xml").write_text(XML)
        (folder / "b.xml").write_text(XML.replace(old, new) if old else XML, newline="")
        (folder / "c.xml").write_text(XML.replace("dog", "horse"))
        (folder / "one.jpg").write_bytes(PLAIN["jpeg"])
        quick, taken = said(folder), taken + (plain(folder / "b.xml") is not None)
        with monkeypatch.context() as patch:
            patch.setattr(voc_plain, "plain_file", lambda _: None)
            assert quick == said(folder), (old, new)
    assert 5 < taken < len(CHANGES) - 15
