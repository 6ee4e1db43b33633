"""Names and colours of the classes of mask files, from the small file that lies with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError, shown
from boxscore.sources.json_document import read_document
from boxscore.sources.text_lines import read_lines
from boxscore.sources.yaml_text import YAML, mentions, read_yaml

NAMES = ("classes.txt", "labels.txt", "labelmap.txt", "class_names.txt", "classes.json")
ADE20K = "objectInfo150.txt"
TABLES = (*NAMES, "mapping.json", "labels.json", "config.json", "class_dict.csv", ADE20K)
LARGEST = 1 << 20
COLOURED = re.compile(r"([^:,]+)[:,]\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)")
NUMBERED = re.compile(r"(\d+)\s*[:=,;\s]\s*(\S.*)")
CODE = "E-MASK-NAMES"
KEYS = ("classes", "names", "labels", "categories")
OF_ANYTHING = ("config.json",)
"""Tables that count only where they have one of the keys, as a YAML does: they may be about
something else."""


@dataclass(slots=True)
class MaskClasses:
    """What values mean.

    Attributes:
        names: Value -> name.
        colours: Colour (R + 256 G + 65536 B) -> value, where the masks have colours.
        void: Values that a published set does not count.
        things: Classes of which a region without a number of its object is a group.
    """

    names: dict[int, str] = field(default_factory=dict)
    colours: dict[int, int] = field(default_factory=dict)
    void: frozenset[int] = frozenset()
    things: frozenset[int] = frozenset()


def classes_of(folders: list[Path]) -> MaskClasses:
    """The classes that the first of these folders with a table says; empty when none does.

    Raises:
        SourceError: A table is damaged.
    """
    for folder in folders:
        for name in TABLES:
            if (folder / name).is_file():
                found = read_classes(folder / name)
                if found.names or name not in OF_ANYTHING:
                    return found
        for path in sorted(folder.glob("*")):
            if path.suffix.lower() in YAML and mentions(path, KEYS):
                found = read_classes(path)
                if found.names:
                    return found
    return MaskClasses()


def read_classes(path: Path) -> MaskClasses:
    """One table.

    Raises:
        SourceError: It is damaged.
    """
    if path.suffix.lower() == ".json":
        value = read_document(path, LARGEST)
        return _keyed(path, value) if path.name in OF_ANYTHING else _of_value(path, value)
    if path.suffix.lower() in YAML:
        return _keyed(path, read_yaml(path))
    lines = [text.strip() for _, text in read_lines(path) if not text.lstrip().startswith("#")]
    if path.name == ADE20K:
        return MaskClasses(_of_ade20k(lines))
    coloured = [COLOURED.match(line) for line in lines]
    if any(coloured):
        rows = [found.groups() for found in coloured if found is not None]
        return _coloured(path, [(name, tuple(map(int, rgb))) for name, *rgb in rows])
    numbered = [NUMBERED.fullmatch(line) for line in lines]
    if lines and all(numbered):
        return MaskClasses({int(n[1][:9]): n[2].strip() for n in numbered if n is not None})
    return MaskClasses(dict(enumerate(lines)))


def _of_ade20k(lines: list[str]) -> dict[int, str]:
    """Index and first name of columns Idx, Ratio, Train, Val, Stuff, Name."""
    rows = [line.split("\t") for line in lines]
    named = [(_number(row[0].strip()), row[-1].split(",")[0].strip()) for row in rows if row[1:]]
    return {number: name for number, name in named if number is not None and name}


def _coloured(path: Path, rows: list[tuple[str, tuple[int, ...]]]) -> MaskClasses:
    out = MaskClasses()
    for number, (name, rgb) in enumerate(rows):
        if max(rgb) > 255:
            raise _wrong(path, f"{shown(name)}: {rgb} is no colour")
        out.names[number] = name.strip()
        out.colours[_packed(rgb)] = number
    return out


def _packed(rgb: tuple[int, ...]) -> int:
    return rgb[0] + 256 * rgb[1] + 65536 * rgb[2]


def _keyed(path: Path, value: Any) -> MaskClasses:
    """What stands under a key, if anything."""
    found = isinstance(value, dict) and any(isinstance(value.get(k), dict | list) for k in KEYS)
    return _of_value(path, value) if found else MaskClasses()


def _of_value(path: Path, value: Any) -> MaskClasses:
    """A list of names, name -> number, number -> name, or records; bare or under a key."""
    if isinstance(value, dict):
        for key in KEYS:
            if isinstance(value.get(key), dict | list):
                return _of_value(path, value[key])
    out = MaskClasses()
    for key, one in _entries(value):
        number, name, rgb = _entry(key, one)
        if number is None or name is None:
            continue
        out.names[number] = name
        if rgb is not None:
            out.colours[_packed(rgb)] = number
    return out


def _entries(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _entry(key: Any, one: Any) -> tuple[int | None, str | None, tuple[int, ...] | None]:
    """Number, name and colour of one entry."""
    if isinstance(one, dict):
        number = next((one[k] for k in ("id", "index", "value", "trainId") if k in one), key)
        name = one.get("name", one.get("label", key))
        return _number(number), _name(name), _colour(one.get("color", one.get("colour")))
    if isinstance(one, list):
        rgb = _colour(one)
        return (None, None, None) if rgb is None else (_number(key), _name(key), rgb)
    if _number(key) is None:
        return _number(one), _name(key), None
    return _number(key), _name(one), None


def _number(value: Any) -> int | None:
    text = str(value)
    plain = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if plain and not isinstance(value, bool) else None


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _colour(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return tuple(bytes.fromhex(value[1:]))
    sound = isinstance(value, list) and len(value) == 3
    if sound and all(type(v) is int and 0 <= v <= 255 for v in value):
        return tuple(value)
    return None


def _wrong(path: Path, problem: str) -> SourceError:
    fix = "write name:r,g,b on each line, each from 0 to 255"
    return SourceError(path, "", problem, fix=fix, code=CODE)
