"""Bad cases made small while they stay bad in the same way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from tests.fuzz.running import Find, Runner
from tests.fuzz.trees import Case, Tree

SECONDS = 6.0


def shrunk(runner: Runner, case: Case, signature: str) -> Case:
    """The smallest case found in a few seconds."""
    end = time.monotonic() + SECONDS

    def still_bad(smaller: Case) -> bool:
        try:
            runner.attempt(smaller)
        except Find as find:
            return find.signature == signature
        return False

    best, going = case, True
    while going and time.monotonic() < end:
        going = False
        for tree in _smaller(best.tree):
            if time.monotonic() > end:
                break
            if still_bad(replace(best, tree=tree)):
                best, going = replace(best, tree=tree), True
                break
    return best


def _smaller(tree: Tree) -> Iterator[Tree]:
    """Without a file, then with pieces of files missing, large pieces first."""
    for place in tree:
        yield {k: v for k, v in tree.items() if k != place}
    for place, node in tree.items():
        if not isinstance(node, bytes):
            continue
        size = len(node) // 2
        while size:
            for first in range(0, len(node), size):
                yield {**tree, place: node[:first] + node[first + size :]}
            size //= 2
