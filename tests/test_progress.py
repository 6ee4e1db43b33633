"""A step that takes long says how many of its things are done, and wipes that at the end."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import pytest

from boxscore.engine import Tally, counted, map_shards, on_terminal
from boxscore.engine.progress import telling
from boxscore.sources.image_files import read_all_facts


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


def test_files_done_of_files_found(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, seen = shown(monkeypatch), []
    with on_terminal("reading"):
        for k in counted(range(2000), "label files"):
            seen.append(k)
            if k == 1500:
                time.sleep(1.3)
    assert seen == list(range(2000))
    said = terminal.getvalue()
    assert "reading: 1,500 of 2,000 label files … 1 s" in said and said.endswith("\r\x1b[2K")


def test_shards_count_what_is_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = shown(monkeypatch)

    def stage(shard: range) -> int:
        time.sleep(0.7)
        return len(shard)

    with on_terminal("reading"):
        done = map_shards(stage, [range(30), range(12)], workers=1, what="pictures")
    assert done == [30, 12] and "reading: 30 of 42 pictures … 1 s" in terminal.getvalue()


def test_nothing_is_said_of_quick_steps_or_without_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    terminal = shown(monkeypatch)
    with on_terminal("reading"):
        assert list(counted("ab", "letters")) == ["a", "b"]
    assert map_shards(len, ["a", "bc"], what="words") == [1, 2]
    assert [facts.code for facts in read_all_facts([tmp_path])] == ["E-IMAGE-KIND"]
    assert terminal.getvalue() == ""


def test_steps_and_tallies_are_told_as_they_change() -> None:
    said: list[tuple[str, str | None]] = []
    progress = telling(lambda step, done: said.append((step, done)))
    with progress("reading"):
        tally = Tally("files", 3)
        for done in (1, 2):
            tally.add(1)
            wanted = ("reading", f"{done} of 3 files")
            last = time.monotonic() + 10
            while said[-1] != wanted and time.monotonic() < last:
                time.sleep(0.01)
            assert said[-1] == wanted
    with progress("writing"):
        pass
    assert said[0] == ("reading", None) and said[-1] == ("writing", None)
    assert len(said) == len(set(said))
