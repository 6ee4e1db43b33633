"""Our own table as CSV; cells that a spreadsheet would run as a formula get a quote in front."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from boxscore.sinks.content import Content
from boxscore.sinks.rows import columns_of, rows_of

FORMULA = ("=", "+", "-", "@", "\t")


def write(content: Content, folder: Path) -> None:
    """`ground_truth.csv` or `predictions.csv`."""
    name = "predictions.csv" if content.predicted else "ground_truth.csv"
    names = columns_of(content)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, names, extrasaction="ignore")
        table.writeheader()
        for row in rows_of(content):
            table.writerow({key: _cell(value) for key, value in row.items()})


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str) and value.lstrip("'").startswith(FORMULA):
        return f"'{value}"
    return value
