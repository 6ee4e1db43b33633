"""Small folder trees as values: what a reader is given, mutated, kept and written back."""

from __future__ import annotations

import base64
import os
import stat
from dataclasses import dataclass
from pathlib import Path

Node = bytes | None | tuple[str, str]
"""A file's bytes, None for an empty folder, ("link", target) or ("fifo", "")."""

Tree = dict[str, Node]
"""Relative path, with slashes -> node; folders that hold something are not listed."""

ALLOWED_OUTSIDE = ("/dev/zero", "/etc/hostname")
"""Where links of mutated trees may point, apart from the tree itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One input of a reader.

    Attributes:
        tree: Its files.
        entry: The path in the tree that is imported, "" for all of it.
        role: "truth", "predictions" or another way in (see `running.WAYS`).
        form: Format asked for, "auto" to have it recognised.
        images: Folder of the images in the tree, "" without.
        mapping: The mapping file in the tree, "" without.
        publish: Whether the result is stored too.
    """

    tree: Tree
    entry: str = ""
    role: str = "truth"
    form: str = "auto"
    images: str = ""
    mapping: str = ""
    publish: bool = False


def grow(tree: Tree, root: Path) -> None:
    """Write a tree below a new folder; what no file system takes is left out."""
    root.mkdir(parents=True)
    for place, node in tree.items():
        path = root / place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _put(path, node)
        except (OSError, ValueError):  # a name too long, a file in a folder's place
            continue


def _put(path: Path, node: Node) -> None:
    if isinstance(node, bytes):
        path.write_bytes(node)
    elif node is None:
        path.mkdir()
    elif node[0] == "link":
        path.symlink_to(node[1])
    else:
        os.mkfifo(path)


def cut(root: Path) -> Tree:
    """The tree below a folder."""
    tree: Tree = {}
    for folder, folders, names in os.walk(root):
        for name in [*names, *folders]:
            path = Path(folder, name)
            place = path.relative_to(root).as_posix()
            if path.is_symlink():
                tree[place] = ("link", str(path.readlink()))
            elif path.is_dir():
                if not any(path.iterdir()):
                    tree[place] = None
            elif stat.S_ISFIFO(path.lstat().st_mode):
                tree[place] = ("fifo", "")
            else:
                tree[place] = path.read_bytes()
    return tree


def traces(root: Path) -> list[tuple[str, int, int]]:
    """(path, size, time of the last change) of everything below a folder."""
    found = []
    for folder, folders, names in os.walk(root):
        for name in [*names, *folders]:
            path = Path(folder, name)
            facts = path.lstat()
            found.append((str(path), facts.st_size, facts.st_mtime_ns))
    return sorted(found)


def to_json(case: Case) -> dict[str, object]:
    """A case as a document of plain values; text stays legible."""
    facts = {name: getattr(case, name) for name in Case.__slots__ if name != "tree"}
    return facts | {"tree": {place: _written(node) for place, node in case.tree.items()}}


def _written(node: Node) -> object:
    if not isinstance(node, bytes):
        return node
    try:
        return {"text": node.decode("ascii")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(node).decode()}


def from_json(document: dict[str, object]) -> Case:
    """The case of a document; {"text": ..., "times": n} is a text repeated."""
    kept = dict(document)
    nodes = kept.pop("tree")
    assert isinstance(nodes, dict)
    return Case(tree={place: _read(node) for place, node in nodes.items()}, **kept)  # type: ignore[arg-type]


def _read(node: object) -> Node:
    if isinstance(node, dict):
        if "text" in node:
            return str(node["text"]).encode("ascii") * int(node.get("times", 1))
        return base64.b64decode(node["base64"])
    if node is None:
        return None
    assert isinstance(node, list)
    return (str(node[0]), str(node[1]))
