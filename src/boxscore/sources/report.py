"""What an import met: records rejected and repaired, facts worth counting, and when to refuse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.errors import SourceError, printable, shown, storable

if TYPE_CHECKING:
    from boxscore.sources.recognising import Recognition

REJECTED_SHARE = 0.05
"""A file of which more is rejected is refused as a whole."""
FIXES = {
    "E-IMAGE-NAME": "name the folder of the pictures with --images: a path's last part finds them"
}
"""What is to be done about a cause, whatever the records that follow from it say."""

LINES_ON_SCREEN = 20
ENTRIES_KEPT = 100_000
"""Entries listed one by one, per code; the counts go on beyond."""

Describe = Callable[[int], tuple[str, str]]
"""Row -> place in the file and what is wrong there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record that was rejected or repaired."""

    outcome: str
    code: str
    place: str
    problem: str
    fix: str = ""
    original: str | None = None

    def line(self, file: str) -> str:
        """`CODE FILE PLACE: PROBLEM`, as on the screen."""
        return f"{self.code} {file} {self.words}"

    @property
    def words(self) -> str:
        """`PLACE: PROBLEM`; names of files may hold anything."""
        return printable(f"{self.place}: {self.problem}")


@dataclass(slots=True)
class ImportReport:
    """Collects what happened to the records of one file.

    Attributes:
        path: The file; messages name it without its folder.
        strict: Whether the first rejection or repair refuses the file.
        most_rejected: Share of the records beyond which a file is refused.
        rejected: How many records were left out.
        recognition: What the file was taken for, where nobody named its format.
    """

    path: Path
    strict: bool = False
    most_rejected: float = REJECTED_SHARE
    rejected: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    facts: dict[str, tuple[str, int]] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    rejected_codes: Counter[str] = field(default_factory=Counter)
    recognition: Recognition | None = None

    @property
    def file(self) -> str:
        """The file's name, fit for a message."""
        return shown(self.path.name)

    def reject(self, code: str, place: str, problem: str, fix: str = "") -> None:
        """Leave one record out.

        Raises:
            SourceError: In strict mode.
        """
        self.rejected += 1
        self.rejected_codes[code] += 1
        self._add(Entry(outcome="rejected", code=code, place=place, problem=problem, fix=fix))

    def repair(self, code: str, place: str, problem: str, original: object = None) -> None:
        """Go on with a repaired value, and remember what the file said.

        Raises:
            SourceError: In strict mode.
        """
        value = None if original is None else shown(original)
        self._add(
            Entry(outcome="repaired", code=code, place=place, problem=problem, original=value)
        )

    def note(self, code: str, problem: str, count: int = 1, *, wrong: bool = False) -> None:
        """Count a fact that changes nothing; told again, it keeps its first words.

        Raises:
            SourceError: In strict mode, where the fact is `wrong`.
        """
        if wrong and self.strict:
            fix = "correct the file, or import without --strict"
            raise SourceError(self.path.name, "", f"{problem} ({count})", fix=fix, code=code)
        words, before = self.facts.get(code, (problem, 0))
        self.facts[code] = (words, before + count)

    def include(self, part: ImportReport, name: str) -> None:
        """Take over what one of several files met; its places begin with that file's name."""
        self.rejected += part.rejected
        self.rejected_codes += part.rejected_codes
        self.counts += part.counts
        for code, (problem, count) in part.facts.items():
            self.facts[code] = (problem, self.facts.get(code, ("", 0))[1] + count)
        for code, entries in part.entries.items():
            kept = self.entries.setdefault(code, [])
            left = entries[: ENTRIES_KEPT - len(kept)]
            kept += [replace(entry, place=f"{name}{entry.place}") for entry in left]

    def reject_rows(self, code: str, rows: Iterable[int], describe: Describe, fix: str = "") -> int:
        """Leave many records out; only those that are listed are described."""

        def reject(code: str, place: str, problem: str) -> None:
            self.reject(code, place, problem, fix)

        return self._each(code, rows, describe, reject, "rejected")

    def repair_rows(self, code: str, rows: Iterable[int], describe: Describe) -> int:
        """Repair or mark many records; only those that are listed are described."""
        return self._each(code, rows, describe, self.repair, "repaired")

    def _each(
        self,
        code: str,
        rows: Iterable[int],
        describe: Describe,
        single: Callable[[str, str, str], None],
        outcome: str,
    ) -> int:
        count = 0
        for row in rows:
            count += 1
            if self.counts[code] < ENTRIES_KEPT:
                single(code, *describe(row))
            else:
                self._count(code, outcome)
        return count

    def _count(self, code: str, outcome: str) -> None:
        self.counts[code] += 1
        if outcome == "rejected":
            self.rejected += 1
            self.rejected_codes[code] += 1

    def _add(self, entry: Entry) -> None:
        if self.strict:
            fix = entry.fix or "correct the record, or import without --strict"
            raise SourceError(self.path.name, entry.place, entry.problem, fix=fix, code=entry.code)
        self.counts[entry.code] += 1
        kept = self.entries.setdefault(entry.code, [])
        if len(kept) < ENTRIES_KEPT:
            kept.append(entry)

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """One of each code that was met: how often, and an example."""
        met: list[dict[str, Any]] = [
            {"code": code, "count": count, "example": self.entries[code][0].line(self.file)}
            for code, count in self.counts.items()
        ]
        return met + [
            {"code": code, "count": count, "example": f"{code} {self.file}: {problem}"}
            for code, (problem, count) in self.facts.items()
        ]

    @property
    def recognised(self) -> dict[str, Any] | None:
        """What it was taken for, how sure that was and why; None where its format was named."""
        return None if self.recognition is None else self.recognition.document()

    def lines(self) -> list[str]:
        """What a person sees on the screen: at most 20 lines for each code."""
        out: list[str] = []
        for code, count in self.counts.items():
            first = self.entries[code][:LINES_ON_SCREEN]
            out += [entry.line(self.file) for entry in first]
            if first[0].fix:
                out.append(f"  fix: {first[0].fix}")
            if count > len(first):
                out.append(f"{code} {self.file}: {count - len(first)} more of these")
        return out + [f"{c} {self.file}: {p} ({n})" for c, (p, n) in self.facts.items()]

    def document(self) -> dict[str, Any]:
        """Everything, for the import's report in the project."""
        return {
            "file": storable(self.path.name),
            "recognised": self.recognised,
            "rejected": self.rejected,
            "warnings": self.warnings,
            "records": [
                {
                    key: storable(value)
                    for key in ("outcome", "code", "place", "problem", "fix", "original")
                    if (value := getattr(entry, key)) not in ("", None)
                }
                for kept in self.entries.values()
                for entry in kept
            ],
        }

    def check_refusal(self, total: int, share: float | None = None) -> None:
        """Refuse a file of which too little is good.

        Args:
            total: Records in the file, good and rejected.
            share: How much of it may be rejected. Default: `most_rejected`.

        Raises:
            SourceError: More than that share of the records was rejected, or none is left.
        """
        share = self.most_rejected if share is None else share
        if self.rejected == 0 or (self.rejected <= total * share and self.rejected < total):
            return
        code, count = self.rejected_codes.most_common(1)[0]
        first = self.entries[code][0]
        problem = f"{self.rejected} of {total} records are unusable"
        problem += f"; most often ({count}) {code} {first.words}"
        cause = self._cause_of(code)
        if cause != code:
            problem += f"; before that {cause} {self.entries[cause][0].words}"
        fix = FIXES.get(cause) or first.fix or "correct the file; nothing was imported"
        raise SourceError(self.path, "", problem, fix=fix, code="E-TOO-MANY-REJECTED")

    def _cause_of(self, code: str) -> str:
        """What was rejected before: a class of a file, say, takes its annotations along.

        Records of one list are no cause of each other, whichever were looked at first.
        """
        before = takewhile(lambda other: other != code, self.entries)
        own = _list_of(self.entries[code][0].place)
        return next(
            (
                other
                for other in before
                if other in self.rejected_codes and _list_of(self.entries[other][0].place) != own
            ),
            code,
        )


def _list_of(place: str) -> str:
    """`/annotations/7/bbox` is in `/annotations`, `/7/bbox` in the file itself."""
    return "/".join(takewhile(lambda part: not part.isdigit(), place.split("/")))
