"""The fuzzer itself: cases come back as they were, seeds give the same, a death is a find."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from tests.fuzz.engine import search
from tests.fuzz.shake import shaken
from tests.fuzz.trees import Case, Tree, cut, from_json, grow, to_json

TREE: Tree = {
    "a.txt": b"plain\n",
    "folder/b.bin": bytes(range(256)),
    "empty": None,
    "link": ("link", "a.txt"),
    "pipe": ("fifo", ""),
    "\udcff.txt": b"",
}


def test_a_case_comes_back_from_disk_and_from_json(tmp_path: Path) -> None:
    case = Case(tree=TREE, entry="a.txt", role="predictions", form="csv", publish=True)
    assert from_json(json.loads(json.dumps(to_json(case)))) == case
    grow(case.tree, tmp_path / "tree")
    assert cut(tmp_path / "tree") == TREE


def test_a_seed_gives_the_same_damage_and_all_kinds_of_it() -> None:
    case = Case(tree=TREE, entry="a.txt")
    some = [shaken(Random(f"0 {k}"), case, [case]) for k in range(200)]
    assert some == [shaken(Random(f"0 {k}"), case, [case]) for k in range(200)]
    assert sum(one.tree != TREE for one in some) > 150
    assert any(set(one.tree) != set(TREE) for one in some)


def test_a_process_that_dies_is_a_find() -> None:
    outcome = search("no such subject", 0, 30)
    (name,) = outcome.finds
    assert name.startswith("ended1") and "no such subject" in outcome.finds[name]
