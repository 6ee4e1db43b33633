"""Rules over many records at once: those that break one are dropped or marked, and reported."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from boxscore.schema.kinds import Mark
from boxscore.sources.coco_records import Records
from boxscore.sources.report import ImportReport

Flags = NDArray[np.bool_]


class Sieve:
    """Which records of a list are still good, and what is to be remembered of them.

    Attributes:
        alive: (N,) records that no rule has dropped.
        marks: (N,) uint16 of `schema.kinds.Mark`.
    """

    def __init__(self, records: Records, report: ImportReport) -> None:
        self.records, self.report = records, report
        self.alive: Flags = np.ones(records.count, np.bool_)
        self.marks = np.zeros(records.count, np.uint16)

    def drop(
        self, bad: Flags, code: str, where: str, problem: Callable[[int], str], fix: str = ""
    ) -> int:
        """Leave out the records that are flagged (and alive still)."""
        rows = self._rows(bad)
        self.alive[rows] = False
        return self.report.reject_rows(code, rows.tolist(), self._describe(where, problem), fix)

    def repair(self, found: Flags, code: str, where: str, problem: Callable[[int], str]) -> int:
        """Report the records that are flagged; they stay."""
        rows = self._rows(found).tolist()
        return self.report.repair_rows(code, rows, self._describe(where, problem))

    def mark(self, found: Flags, mark: Mark) -> int:
        """Remember a fact about the records that are flagged; returns how many there are."""
        rows = self._rows(found)
        self.marks[rows] |= np.uint16(mark)
        return int(rows.size)

    def _rows(self, found: Flags) -> NDArray[np.intp]:
        return np.flatnonzero(found & self.alive)

    def _describe(
        self, where: str, problem: Callable[[int], str]
    ) -> Callable[[int], tuple[str, str]]:
        place = self.records.spec.place

        def describe(i: int) -> tuple[str, str]:
            at = f"{place}/{self.records.row[i]}{where}"
            return at, problem(i) + self.records.who(i)

        return describe
