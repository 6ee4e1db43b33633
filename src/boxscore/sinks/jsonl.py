"""Our own table as JSON Lines: an object an annotation, the first one with every column."""

from __future__ import annotations

import json
from pathlib import Path

from boxscore.sinks.content import Content
from boxscore.sinks.rows import columns_of, rows_of


def write(content: Content, folder: Path) -> None:
    """`ground_truth.jsonl` or `predictions.jsonl`."""
    name = "predictions.jsonl" if content.predicted else "ground_truth.jsonl"
    names = columns_of(content)
    with (folder / name).open("w", encoding="utf-8") as file:
        for number, row in enumerate(rows_of(content)):
            # The first line names every column, for readers that look no further.
            kept = {k: row.get(k) for k in names if not number or row.get(k) is not None}
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")
