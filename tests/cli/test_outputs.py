"""Files that cannot be written are refused, not taken for a bug of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import run


@pytest.mark.parametrize(
    "command",
    [
        "report float32 --examples 0 -o",
        "thresholds float32 -o",
        "imports mapping 2 --output",
        "export float32 --format coco -o",
        "gate --init --baseline float32",
    ],
)
def test_a_place_that_is_no_folder(demo_folder: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("no folder")
    done = run(*command.split(), tmp_path / "file" / "r.md", "-t", demo_folder, cwd=tmp_path)
    assert done.code == 2
    assert "E-OUTPUT" in done.err and "cannot be written" in done.err and "fix:" in done.err
    assert (tmp_path / "file").read_text() == "no folder"
