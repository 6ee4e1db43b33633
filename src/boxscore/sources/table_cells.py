"""Cells of a column: numbers, texts and flags; repeated values are looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.text_lines import number_in

Column = Sequence[Any] | NDArray[Any]
"""Values of a batch of rows; an array where all are numbers, nan for none."""
Numbers = NDArray[np.float64]
YES = frozenset(("1", "true", "yes", "y", "t", "1.0"))


def is_empty(value: Any) -> bool:
    """Whether a cell holds nothing."""
    if isinstance(value, float):
        return value != value
    return value is None or (isinstance(value, str) and not value.strip())


def text_in(value: Any) -> str:
    """A cell as text; numbers that are whole, without a point."""
    if isinstance(value, float):
        if value != value:
            return ""
        value = int(value) if value.is_integer() else value
    return "" if value is None else str(value).strip()


def number_of(value: Any) -> float | None:
    """A finite number, also with a decimal comma."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return number_in(str(value).strip().replace(",", "."))


def numbers_of(values: Column) -> tuple[Numbers, NDArray[np.bool_]]:
    """(N,) numbers, nan where a value is empty, and which values are no numbers."""
    if isinstance(values, np.ndarray):
        read = values.astype(np.float64)
        return read, np.isinf(read)
    try:
        quick = np.fromiter(map(float, values), np.float64, len(values))
        if np.isfinite(quick).all() and not any(isinstance(v, bool) for v in values[:1]):
            return quick, np.zeros(len(values), np.bool_)
    except (TypeError, ValueError, OverflowError):
        pass
    found = [None if is_empty(v) else number_of(v) for v in values]
    wrong = [r is None and not is_empty(v) for r, v in zip(found, values, strict=True)]
    out = np.array([np.nan if r is None else r for r in found], np.float64)
    return out, np.array(wrong, np.bool_)


def coded(values: Column) -> tuple[list[Any], NDArray[np.int64]]:
    """The distinct values in order of appearance, and (N,) which of them each cell has."""
    if isinstance(values, np.ndarray):
        _, codes = np.unique(values, return_inverse=True)
        first, codes = _by_appearance(codes)
        return values[first].tolist(), codes
    place = {value: k for k, value in enumerate(dict.fromkeys(values))}
    return list(place), np.fromiter(map(place.__getitem__, values), np.int64, len(values))


def coded_rows(columns: Sequence[Column]) -> tuple[list[tuple[Any, ...]], NDArray[np.int64]]:
    """The same of several columns together."""
    parts = [coded(column) for column in columns]
    if len(parts) == 1:
        return [(value,) for value in parts[0][0]], parts[0][1]
    whole = parts[0][1]
    for values, codes in parts[1:]:
        # Renumbered after each column, so that the product never grows beyond int64.
        _, whole = np.unique(whole * max(len(values), 1) + codes, return_inverse=True)
    first, whole = _by_appearance(whole)
    return [tuple(values[codes[k]] for values, codes in parts) for k in first.tolist()], whole


def _by_appearance(codes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each code is met first, ascending, and the codes numbered in that order."""
    count = int(codes.max(initial=-1)) + 1
    first = np.full(count, codes.size, np.int64)
    np.minimum.at(first, codes, np.arange(codes.size))
    order = np.argsort(first, kind="stable")
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return first[order], rank[codes]


def flags_of(values: Column) -> NDArray[np.bool_]:
    """(N,) which cells say yes."""
    known, codes = coded(values)
    said = np.array([text_in(v).casefold() in YES for v in known], np.bool_)
    return said[codes] if said.size else np.zeros(codes.size, np.bool_)


def filled(values: Column) -> NDArray[np.bool_]:
    """(N,) which cells hold something."""
    if isinstance(values, np.ndarray):
        return ~np.isnan(values.astype(np.float64))
    return np.fromiter((not is_empty(v) for v in values), np.bool_, len(values))
