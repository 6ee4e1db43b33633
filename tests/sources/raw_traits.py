"""The traits of a raw set by record, as tests want to look at them."""

from __future__ import annotations

from boxscore.sources.raw import RawSet


def traits_of(raw: RawSet) -> dict[int, dict[str, float]]:
    """Record -> {name: number}, of the records that have any."""
    found: dict[int, dict[str, float]] = {}
    for name, (rows, values) in raw.traits.items():
        for row, value in zip(rows.tolist(), values.tolist(), strict=True):
            found.setdefault(row, {})[name] = value
    return dict(sorted(found.items()))
