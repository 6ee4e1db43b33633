"""Damage: bytes, numbers, words, lines, encodings and nesting of one file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

MOST_BYTES = 1 << 20
"""A mutated file is cut there: what is tested is behaviour, not patience."""

NUMBERS = (
    b"nan", b"NaN", b"inf", b"-inf", b"Infinity", b"1e308", b"-1e308", b"1e999", b"1e-320", b"-0",
    b"-1", b"0", b"1", b"2", b"0.5", b"1e9", b"255", b"256", b"65536", b"100000", b"2147483647",
    b"2147483648", b"4294967295", b"4294967296", b"9223372036854775807", b"9223372036854775808",
    b"-9223372036854775809", b"18446744073709551616", b"1" * 400, b"1" * 5000, b"0x10", b"1_000",
    b"1,5", b"", b"null", b"true", b"\xd9\xa3", b"\xc2\xb2", b"1.", b".5", b"--1", b"+1", b"1e",
)  # fmt: skip
WORDS = (
    b"", b"null", b"None", b"[]", b"{}", b'""', b"''", b'"', b"'", b"\\", b"\\u0000", b"\\ud800",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"<![CDATA[", b"-->", b"&#0;", b"&#xD800;", b"&a",
    b"!!python/object:os.system", b"&a [*a]", b"<<: *a", b"? ", b"- ", b": ", b"---\n", b"%TAG",
    b"../../etc/passwd", b"/etc/passwd", b"C:\\a.png", b"\\\\srv\\a", b"a/../b", b".", b"..", b"~",
    b"\x00", b"\x1b[31m", b"\xe2\x80\xae", b"\xff", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80",
    b"A" * 300,
    b"a" * 70_000, b" ", b"\t", b"\n", b"\r", b"\x0b", b"\x0c", b"\x1c", b"\x85", b"\xe2\x80\xa8",
    b"=1+1", b"%s", b"{0}", b"__class__", b"id", b"image_id", b"-1", b"DontCare", b"difficult",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63), 2**64, 10**400, 1e308, 1e-320,
    float("nan"), float("inf"), 0.5, -0.5, "", "a", "1", "0.5", "nan", "\x00", "\ud800", "../../x",
    "x" * 300, "é", [], [[]], [[[]]], {}, {"": None}, [0], [1e308] * 4, [0, 0, 0, 0], [-1] * 5,
    ["a"], [None] * 4, {"size": [4, 4], "counts": "~~"}, {"counts": [1, 2]}, [[1, 2, 3, 4, 5, 6]],
)  # fmt: skip

NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
WORD = re.compile(rb"[^\s,:;{}\[\]\"'<>=/]+")
TAG = re.compile(rb"<[^<>]*>")

Damage = Callable[[Random, bytes], bytes]


def damaged(rng: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """The content of a file after one to four damages; `others` are files to splice with."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 4))):
        if others and rng.random() < 0.05:
            data = spliced(rng, data, rng.choice(others))
        elif data[:1] in (b"{", b"[") and rng.random() < 0.5:
            data = restructured(rng, data)
        else:
            data = rng.choice(DAMAGES)(rng, data)
        data = data[:MOST_BYTES]
    return data


def spliced(rng: Random, data: bytes, other: bytes) -> bytes:
    """The start of one file and the end of another."""
    return data[: _place(rng, data)] + other[_place(rng, other) :]


def _place(rng: Random, data: bytes) -> int:
    return rng.randint(0, len(data))


def _span(rng: Random, data: bytes) -> tuple[int, int]:
    first = _place(rng, data)
    return first, min(len(data), first + rng.choice((1, 1, 2, 4, 16, 64, 1024)))


def flip(rng: Random, data: bytes) -> bytes:
    """A few bits turned."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8)) if data else 0):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def overwrite(rng: Random, data: bytes) -> bytes:
    """Random bytes over some."""
    first, last = _span(rng, data)
    return data[:first] + rng.choice((rng.randbytes, _extreme))(last - first) + data[last:]


def _extreme(count: int) -> bytes:
    return b"\xff" * count


def cut_out(rng: Random, data: bytes) -> bytes:
    """Some bytes less."""
    first, last = _span(rng, data)
    return data[:first] + data[last:]


def cut_off(rng: Random, data: bytes) -> bytes:
    """The end is missing, or all."""
    return data[: rng.choice((0, 1, _place(rng, data), len(data) - 1))]


def repeat(rng: Random, data: bytes) -> bytes:
    """Some bytes several times."""
    first, last = _span(rng, data)
    times = rng.choice((2, 3, 100, 2000)) if last - first < 512 else 3
    return data[:first] + data[first:last] * times + data[last:]


def insert(rng: Random, data: bytes) -> bytes:
    """A hostile word somewhere."""
    place = _place(rng, data)
    return data[:place] + rng.choice(WORDS) + data[place:]


def renumber(rng: Random, data: bytes) -> bytes:
    """Some numbers, or all equal ones, become hostile ones."""
    found = list(NUMBER.finditer(data))
    if not found:
        return insert(rng, data)
    one, new = rng.choice(found), rng.choice(NUMBERS)
    if rng.random() < 0.1:
        return re.sub(rb"(?<![\w.])" + re.escape(one[0]) + rb"(?![\w.])", lambda _: new, data)
    return data[: one.start()] + new + data[one.end() :]


def reword(rng: Random, data: bytes) -> bytes:
    """A word becomes a hostile one, or changes places with another."""
    found = list(WORD.finditer(data[: 1 << 16]))
    if len(found) < 2:
        return insert(rng, data)
    one, two = sorted(rng.sample(found, 2), key=lambda m: m.start())
    if rng.random() < 0.5:
        return data[: one.start()] + rng.choice(WORDS) + data[one.end() :]
    between = data[one.end() : two.start()]
    return data[: one.start()] + two[0] + between + one[0] + data[two.end() :]


def relined(rng: Random, data: bytes) -> bytes:
    """Lines lost, doubled, exchanged, joined, or very many."""
    lines = data.split(b"\n")
    k, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(6):
        case 0:
            del lines[k]
        case 1:
            lines.insert(j, lines[k])
        case 2:
            lines[k], lines[j] = lines[j], lines[k]
        case 3:
            lines[k] = lines[k] * min(20_000, 1 + 200_000 // (len(lines[k]) + 1))
        case 4:
            lines[k : k + 1] = [lines[k]] * min(2000, 1 + 100_000 // (len(lines[k]) + 1))
        case _:
            lines[k] = b""
    return b"\n".join(lines)


def ended(rng: Random, data: bytes) -> bytes:
    """Other line ends."""
    ends = (b"\r\n", b"\r", b"\n\r", b"\x0b", b"\x0c", b"\x1e", b"\xc2\x85", b"\xe2\x80\xa8", b"")
    return data.replace(b"\n", rng.choice(ends))


def recoded(rng: Random, data: bytes) -> bytes:
    """Another encoding, with a mark or without."""
    text = data.decode("latin-1")
    names = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "cp037")
    name = rng.choice((*names, "latin-1"))
    if name == "latin-1":
        return data.replace(b"a", b"\xe4")
    return text.encode(name, "replace")


def nested(rng: Random, data: bytes) -> bytes:
    """Brackets or elements without end."""
    opening, closing = rng.choice(
        (
            (b"[", b"]"),
            (b'{"a":', b"}"),
            (b"<a>", b"</a>"),
            (b"- ", b""),
            (b"(", b")"),
            (b"{a: ", b"}"),
        )
    )
    depth, place = rng.choice((30, 300, 3000, 30_000)), _place(rng, data)
    end = closing * depth if rng.random() < 0.5 else b""
    return data[:place] + opening * depth + end + data[place:]


def retagged(rng: Random, data: bytes) -> bytes:
    """An element's tag lost, doubled, or exchanged with another."""
    found = list(TAG.finditer(data[: 1 << 16]))
    if len(found) < 2:
        return reword(rng, data)
    one, two = sorted(rng.sample(found, 2), key=lambda m: m.start())
    new = rng.choice((b"", one[0] * 2, two[0], one[0][:-1] + b' a="1">'))
    return data[: one.start()] + new + data[one.end() :]


def swollen(rng: Random, data: bytes) -> bytes:
    """The whole file many times over."""
    return data * min(rng.choice((2, 20, 200)), 1 + (1 << 18) // (len(data) + 1))


DAMAGES: tuple[Damage, ...] = (
    flip, overwrite, cut_out, cut_off, repeat, insert, renumber, renumber, renumber, reword, reword,
    relined, relined, ended, recoded, nested, retagged, swollen,
)  # fmt: skip


def restructured(rng: Random, data: bytes) -> bytes:
    """JSON with a value replaced, lost, doubled or exchanged, still JSON."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return flip(rng, data)
    for _ in range(rng.choice((1, 1, 2))):
        document = _changed(rng, document)
    try:
        return json.dumps(document).encode()
    except ValueError:  # a value was put into itself
        return flip(rng, data)


def _changed(rng: Random, document: Any) -> Any:
    holder, key = _somewhere(rng, document)
    if holder is None:
        return rng.choice(VALUES) if rng.random() < 0.2 else [document]
    value = holder[key]
    match rng.randrange(6):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.extend([value] * rng.choice((1, 2, 100)))
        case 1 | 2 if isinstance(value, list | dict):
            holder[key] = {"0": value} if isinstance(value, list) else list(value.values())
        case 3:
            other, place = _somewhere(rng, document)
            if other is not None and not isinstance(value, list | dict):
                other[place] = value
        case 4:
            holder[key] = [value] if rng.random() < 0.5 else str(value)
        case _:
            holder[key] = rng.choice(VALUES)
    return document


def _somewhere(rng: Random, document: Any) -> tuple[Any, Any]:
    """A container in a document and a key in it; (None, None) for the document itself."""
    holder, key, here = None, None, document
    while isinstance(here, dict | list) and here and rng.random() < 0.85:
        holder = here
        key = rng.choice(list(here)) if isinstance(here, dict) else rng.randrange(len(here))
        here = here[key]
    return holder, key
