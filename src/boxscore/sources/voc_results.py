"""Results as VOC's devkit reads them: a text file per class, a line per box."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.sources.raw import RawBuilder
from boxscore.sources.text_lines import number_in, read_lines

COLUMNS = "image confidence xmin ymin xmax ymax"


def looks_like_results(file: Path) -> bool:
    """Whether the first lines have the devkit's columns; an empty file has."""
    try:
        rows = [text.split() for _, text in islice(read_lines(file), 5)]
    except SourceError:
        return False
    return all(_numbers(row) is not None for row in rows)


def _numbers(words: list[str]) -> list[float] | None:
    """Confidence and corners of a line, or None where it is no line of results."""
    values = [number_in(word) for word in words[1:]]
    numbers = [value for value in values if value is not None]
    return numbers if len(words) == 6 and len(numbers) == 5 else None


class ResultFile:
    """Reads the boxes of one class."""

    def __init__(self, builder: RawBuilder, file: Path, root: Path) -> None:
        self.builder, self.file = builder, file
        self.name = shown(file.relative_to(root).as_posix())

    def read(self, class_name: str) -> None:
        """Add every line that is one.

        Raises:
            SourceError: The file is no text.
        """
        number = self.builder.file(self.name)
        class_ref = self.builder.class_ref(name=class_name)
        images: list[int] = []
        lines: list[int] = []
        rows: list[list[float]] = []
        for line, text in read_lines(self.file):
            words = text.split()
            values = _numbers(words)
            if values is None:
                self._reject(line, words)
                continue
            images.append(self.builder.image(words[0]))
            lines.append(line)
            rows.append(values)
        table = np.array(rows, np.float64).reshape(-1, 5)
        columns = {
            "file": np.full(len(rows), number),
            "line": np.array(lines, np.int64),
            "image": np.array(images, np.int32),
            "class_ref": np.full(len(rows), class_ref),
            "confidence": table[:, 0],
        }
        self.builder.extend(columns, table[:, 1:])

    def _reject(self, line: int, words: list[str]) -> None:
        place = f"{self.name}:{line}"
        if len(words) != 6:
            problem = f"{len(words)} columns are no result"
            self.builder.report.reject("E-VOC-COLUMNS", place, problem, f"write {COLUMNS}")
            return
        wrong = next(word for word in words[1:] if number_in(word) is None)
        fix = "write a decimal point, not a comma" if "," in wrong else "write numbers"
        self.builder.report.reject("E-VOC-NUMBER", place, f"{shown(wrong)} is no number", fix)
