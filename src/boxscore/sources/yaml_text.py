"""YAML that users write: plain values only, no tags, no anchors, keys once, sizes bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.errors import SourceError, shown
from boxscore.sources.text_lines import read_bytes

if TYPE_CHECKING:
    import yaml

YAML = (".yaml", ".yml")
"""Suffixes of such files."""
LARGEST_FILE = 1 << 20
DEEPEST = 20
PLAIN = ("str", "int", "float", "bool", "null", "timestamp", "map", "seq")
"""Kinds of values that may stand in a file."""


class YamlMap(dict[Any, Any]):
    """A mapping that knows the line (from 1) on which each key stands."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[Any, int] = {}


def mentions(path: Path, keys: Iterable[str]) -> bool:
    """Whether a line of a file begins with one of these keys; other files are not worth reading.

    Files about something else lie beside data: they may use anchors, or be no YAML at all.
    """
    words = "|".join(map(re.escape, keys))
    try:
        text = read_bytes(path, LARGEST_FILE)
    except SourceError:
        return False
    return re.search(rf"^[{{ ]*[\"']?({words})[\"']?[ \t]*:".encode(), text, re.M) is not None


def read_yaml(path: Path) -> Any:
    """The value of a YAML file; mappings are `YamlMap`s.

    Raises:
        SourceError: It is too large, no YAML, or uses tags, anchors or a key twice.
    """
    import yaml

    try:
        text = read_bytes(path, LARGEST_FILE).decode("utf-8-sig")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast
        _refuse_anchors(path, text, loader)
        return _value(path, yaml.compose(text, Loader=loader), 0)
    except UnicodeDecodeError as bad:
        raise _wrong(path, f"byte {bad.start}", "is not UTF-8") from None
    except yaml.MarkedYAMLError as bad:
        mark = bad.problem_mark
        place = f"line {mark.line + 1}" if mark else ""
        raise _wrong(path, place, f"is no YAML: {shown(bad.problem or 'unreadable')}") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise _wrong(path, "", "is no YAML") from None


def _refuse_anchors(path: Path, text: str, loader: type[Any]) -> None:
    """An anchor can stand for itself a billion times over; depth costs stack."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST + 1:
            place = f"line {event.start_mark.line + 1}" if event.start_mark else ""
            raise _wrong(path, place, "is nested too deep")
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            place = f"line {event.start_mark.line + 1}" if event.start_mark else ""
            raise _wrong(path, place, f"anchor {shown(anchor)} is not allowed")


def _value(path: Path, node: yaml.Node | None, depth: int) -> Any:
    import yaml

    if node is None:
        return None
    place = f"line {node.start_mark.line + 1}"
    if depth > DEEPEST:
        raise _wrong(path, place, "is nested too deep")
    if node.tag.removeprefix("tag:yaml.org,2002:") not in PLAIN:
        raise _wrong(path, place, f"tag {shown(node.tag)} is not allowed")
    if isinstance(node, yaml.MappingNode):
        return _mapping(path, node, depth)
    if isinstance(node, yaml.SequenceNode):
        return [_value(path, child, depth + 1) for child in node.value]
    return _scalar(path, node, place)


def _mapping(path: Path, node: yaml.MappingNode, depth: int) -> YamlMap:
    out = YamlMap()
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _value(path, key_node, depth + 1)
        if not isinstance(key, str | int | float | bool | None):
            raise _wrong(path, f"line {line}", "a key must be a text or a number")
        if key in out:
            raise _wrong(path, f"line {line}", f"key {shown(key)} stands twice")
        out[key] = _value(path, value_node, depth + 1)
        out.lines[key] = line
    return out


def _scalar(path: Path, node: yaml.Node, place: str) -> Any:
    import yaml

    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError, OverflowError):
        raise _wrong(path, place, f"{shown(node.value)} is no value") from None


def _wrong(path: Path, place: str, problem: str) -> SourceError:
    fix = "write plain keys and values, without tags and anchors"
    return SourceError(path, place, problem, fix=fix, code="E-YAML")
