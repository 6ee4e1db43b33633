"""Damage to whole folders: files lost, moved, renamed, linked, and pictures of odd kinds."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from random import Random

from PIL import Image

from tests.fuzz.mutate import damaged, restructured
from tests.fuzz.trees import ALLOWED_OUTSIDE, Case, Tree

NAMES = (
    "\udcff", "a\nb", "e\u0301", "\u202ea", "a" * 250, "-rf", " ", "..a", "a b", "A.PNG", "a__1",
    "%2e", "a\\b", "a:b", "'", '"', "=1", "1", "0001", "a.tar.gz", "\x01", "gt", "labels", "images",
)  # fmt: skip
STRAY: Tree = {
    ".DS_Store": b"\x00\x00\x00\x01Bud1",
    "Thumbs.db": b"\xd0\xcf\x11\xe0",
    "notes.md": b"# hello\n",
    "classes.txt": b"\xff\xfe",
    "data.yaml": b"names: [a, b]\npath: /etc\ntrain: ../../..\n",
    "x.json": b"[]",
    "x.txt": b"0 0 0 0 0\n",
    "x.csv": b"a,b\n1,2\n",
    "x.xml": b"<a/>",
    "x.png": b"\x89PNG\r\n\x1a\n",
    "__MACOSX/._a.txt": b"\x00\x05\x16\x07",
    "/".join("d" * 40) + "/a.txt": b"0",
    "predictions.pkl": b"\x80\x04N.",
    "ontology_mapping.json": b"{}",
    "empty": None,
}
MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")


def shaken(rng: Random, case: Case, others: list[Case]) -> Case:
    """A case after damage to its files, its folders, or what is asked for."""
    tree = dict(case.tree)
    if case.role == "live":  # no file of a user's: only its values matter
        ((place, node),) = tree.items()
        assert isinstance(node, bytes)
        damage = restructured(rng, node)
        return replace(case, tree={place: damage}, publish=rng.random() < 0.2)
    files = [place for place, node in tree.items() if isinstance(node, bytes)]
    contents = [node for other in others for node in other.tree.values() if isinstance(node, bytes)]
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if not files or rng.random() < 0.15:
            rng.choice(MOVES)(rng, tree)
            files = [place for place, node in tree.items() if isinstance(node, bytes)]
            continue
        place = rng.choice(files)
        if case.entry in files and rng.random() < 0.6:
            place = case.entry
        node = tree[place]
        assert isinstance(node, bytes)
        tree[place] = _file(rng, place, node, contents)
    # Most damage to a file hides it from recognition: half of the cases name the format.
    form = rng.choice(("auto", case.form)) if case.form != "auto" else "auto"
    return replace(case, tree=tree, form=form, publish=rng.random() < 0.06)


def _file(rng: Random, place: str, data: bytes, others: list[bytes]) -> bytes:
    suffix = PurePosixPath(place).suffix
    if suffix == ".png" and rng.random() < 0.6:
        return rng.choice((_headed, _drawn))(rng, data)
    if suffix == ".json" and rng.random() < 0.02:
        return gzip.compress(damaged(rng, data, others), mtime=0)
    return damaged(rng, data, others)


def _headed(rng: Random, data: bytes) -> bytes:
    """A PNG whose header says something else, with a sum that fits."""
    if len(data) < 33:
        return data
    fields = list(struct.unpack(">IIBBBBB", data[16:29]))
    fields[rng.randrange(7)] = rng.choice((0, 1, 2, 3, 4, 6, 8, 16, 255))
    if rng.random() < 0.3:
        fields[rng.randrange(2)] = rng.choice((7, 10_000, 100_000, 2**31 - 1, 2**32 - 1))
    head = b"IHDR" + struct.pack(">IIBBBBB", *fields)
    return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]


def _drawn(rng: Random, data: bytes) -> bytes:
    """Another PNG: any mode, mostly the old size."""
    try:
        with Image.open(io.BytesIO(data)) as old:
            size = old.size if rng.random() < 0.7 else (rng.choice((1, 5, 300)), rng.choice((1, 9)))
    except Exception:
        size = (16, 12)
    mode = rng.choice(MODES)
    size = (min(size[0], 512), min(size[1], 512))
    made = Image.new("L" if mode == "I;16" else mode, size)
    values = rng.choices(range(rng.choice((2, 4, 256))), k=size[0] * size[1])
    if mode in ("L", "P"):
        made.putdata(values)
    if mode == "P":
        made.putpalette([rng.randrange(256) for _ in range(rng.choice((3, 30, 768)))])
    if mode == "I;16":
        made = made.convert("I").point(lambda v: v + rng.choice((0, 1000, 26_001))).convert("I;16")
    out = io.BytesIO()
    made.save(out, "PNG", **({"transparency": 0} if mode == "P" and rng.random() < 0.3 else {}))
    return out.getvalue()


def _lose(rng: Random, tree: Tree) -> None:
    if tree:
        del tree[rng.choice(list(tree))]


def _stray(rng: Random, tree: Tree) -> None:
    place = rng.choice(list(STRAY))
    folders = [str(PurePosixPath(p).parent) for p in tree] or ["."]
    tree[str(PurePosixPath(rng.choice(folders)) / place)] = STRAY[place]


def _rename(rng: Random, tree: Tree) -> None:
    if not tree:
        return
    old = PurePosixPath(rng.choice(list(tree)))
    new = rng.choice(NAMES)
    name = (
        new + old.suffix
        if rng.random() < 0.7
        else old.stem + rng.choice((".TXT", "", ".json", ".1"))
    )
    tree[str(old.with_name(name) if name.strip(".") else old)] = tree.pop(str(old))


def _rename_folder(rng: Random, tree: Tree) -> None:
    folders = sorted({part for p in tree for part in PurePosixPath(p).parts[:-1]})
    if not folders:
        return
    old, new = rng.choice(folders), rng.choice((*NAMES, *folders, "train", "val", "."))
    for place in list(tree):
        parts = [new if part == old else part for part in PurePosixPath(place).parts]
        tree[str(PurePosixPath(*parts))] = tree.pop(place)


def _replace(rng: Random, tree: Tree) -> None:
    """A folder, a pipe or a link in a file's place."""
    if not tree:
        return
    place = rng.choice(list(tree))
    kind = rng.randrange(5)
    if kind == 0:
        tree[place] = None
    elif kind == 1:
        tree[place] = ("fifo", "")
    else:
        name = PurePosixPath(place).name
        targets = (name, "missing", ".", "..", "../..", *ALLOWED_OUTSIDE)
        tree[place] = ("link", rng.choice(targets))


def _copy(rng: Random, tree: Tree) -> None:
    if not tree:
        return
    old, near = PurePosixPath(rng.choice(list(tree))), PurePosixPath(rng.choice(list(tree)))
    name = rng.choice(
        (old.name, "copy" + old.suffix, old.name.upper(), f"{old.stem}_2{old.suffix}")
    )
    tree[str(near.parent / name)] = tree[str(old)]


def _exchange(rng: Random, tree: Tree) -> None:
    if len(tree) > 1:
        one, two = rng.sample(list(tree), 2)
        tree[one], tree[two] = tree[two], tree[one]


MOVES: tuple[Callable[[Random, Tree], None], ...] = (
    _lose, _stray, _rename, _rename_folder, _replace, _copy, _exchange,
)  # fmt: skip
