"""Tables on a terminal: one line a row, aligned by what is seen."""

from __future__ import annotations

from boxscore.cli.text import columns


def test_rows_stay_on_their_lines() -> None:
    text = columns([["class", "n"], ["line\nbreak", 1], ["\x1b[31mred", 22]], right=(1,))
    assert text.splitlines() == [
        "class         n",
        "line\\nbreak   1",
        "\\x1b[31mred  22",
    ]


def test_wide_signs_take_two_places() -> None:
    text = columns([["行人", 1], ["cafe\u0301", 22], ["abcd", 3]], right=(1,))
    assert text.splitlines() == ["行人   1", "cafe\u0301  22", "abcd   3"]
