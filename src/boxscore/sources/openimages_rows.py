"""Rows of Open Images' CSV files -> images, boxes and verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import shown
from boxscore.schema.kinds import Kind, Mark, Verdict
from boxscore.sources.openimages_classes import ClassTree
from boxscore.sources.openimages_tables import CORNERS, CsvFile, Rows, numbers
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import RawBuilder
from boxscore.sources.text_lines import number_in

FLAGS = (
    ("isoccluded", "occlusion"),
    ("istruncated", "truncation"),
    ("isdepiction", "depiction"),
    ("isinside", "inside"),
)
"""Columns of yes (1), no (0) and unknown (-1) -> the trait of those that are."""
FARTHEST = 1.5
"""Shares of a ground truth beyond it are pixels, or no coordinates."""
STRING = ("class", "confidence", *CORNERS)
SPLITS = ("train", "validation", "test")


class RowReader:
    """Adds the rows of one file after the other.

    Args:
        pictures: Where the images' files are looked for.
        settled: Whether a mapping file says how the numbers are meant.
    """

    def __init__(
        self,
        builder: RawBuilder,
        tree: ClassTree,
        pictures: PictureFiles,
        *,
        truth: bool,
        settled: bool = False,
    ) -> None:
        self.builder, self.tree, self.pictures, self.truth = builder, tree, pictures, truth
        self.shares = truth and not settled
        self.splits: dict[str, str] = {}
        self.boxed: set[str] = set()
        self.verdicts: dict[tuple[int, int], int] = {}
        self.by_machine = self.without_boxes = 0
        self.images: dict[str, int] = {}

    def read_splits(self, file: CsvFile) -> None:
        """Remember the subset of every image that a list names."""
        for rows in file.rows(self.builder.report):
            self.splits.update(zip(rows.columns["imageid"], rows.columns["subset"], strict=True))

    def image(self, name: str, split: str) -> int:
        """The number of an image."""
        if name not in self.images:
            path, title = self.pictures.find(name) if self.truth else (None, "")
            split = self.splits.get(name, split)
            self.images[name] = self.builder.image(name, path=path, title=title, split=split)
        return self.images[name]

    def read_boxes(self, file: CsvFile) -> None:
        """Add a row per box."""
        number = self.builder.file(file.name)
        split = _split(file)
        for rows in file.rows(self.builder.report):
            box = np.stack([numbers(rows.columns[name]) for name in CORNERS], axis=1)
            confidence = self._confidence(file, rows)
            good = self._sound(file, rows, box, confidence)
            labels = [rows.columns["labelname"][k].strip() for k in good]
            names = [rows.columns["imageid"][k].strip() for k in good]
            self.boxed.update(labels)
            columns: dict[str, Any] = {
                "file": np.full(len(good), number),
                "line": rows.line[good],
                "image": np.array([self.image(name, split) for name in names], np.int32),
                "class_ref": np.array([self.tree.ref(self.builder, c) for c in labels], np.int32),
                "confidence": confidence[good],
                "marks": _marks(rows.columns, good) if self.truth else np.zeros(len(good)),
            }
            traits = _traits(rows.columns, good) if self.truth else {}
            self.builder.extend(columns, box[good], traits=traits)

    def _confidence(self, file: CsvFile, rows: Rows) -> NDArray[np.float64]:
        if self.truth or file.confidence is None:
            return np.full(rows.line.size, np.nan)
        return numbers(rows.columns[file.confidence])

    def _sound(
        self, file: CsvFile, rows: Rows, box: NDArray[np.float64], confidence: NDArray[np.float64]
    ) -> NDArray[np.intp]:
        """Places of the rows that can be used; the others are rejected."""
        wordless = np.isnan(box).any(axis=1)
        far = ~wordless & (np.abs(box) > FARTHEST).any(axis=1) & self.shares
        unsure = np.isnan(confidence) & (not self.truth)
        for wrong, code, problem, fix in (
            (wordless, "E-OPENIMAGES-NUMBER", "a corner is no number", "write XMin=0.25"),
            (far, "E-OPENIMAGES-RANGE", "a corner is no share of the image",
             "pixels? say so in a file for --mapping:  boxes: {corners: xyxy}"),
            (unsure & ~wordless, "E-OPENIMAGES-CONFIDENCE", "the confidence is no number",
             "write Score=0.75"),
        ):  # fmt: skip
            for k in np.flatnonzero(wrong).tolist():
                place = f"{file.name}:{rows.line[k]}"
                values = ", ".join(shown(rows.columns[name][k]) for name in CORNERS)
                self.builder.report.reject(code, place, f"{problem}: {values}", fix)
        return np.flatnonzero(~(wordless | far | unsure))

    def read_strings(self, file: CsvFile) -> None:
        """Add the boxes of the challenge's form: six words each, of one image a row."""
        self.builder.file(file.name)
        for rows in file.rows(self.builder.report):
            texts = rows.columns["predictionstring"]
            for name, text, line in zip(
                rows.columns["imageid"], texts, rows.line.tolist(), strict=True
            ):
                self._string(f"{file.name}:{line}", self.image(name.strip(), ""), text, line)

    def _string(self, place: str, image: int, text: str, line: int) -> None:
        words = text.split()
        whole = len(words) - len(words) % len(STRING)
        if whole < len(words):
            problem = f"{len(words)} words are no multiple of {len(STRING)}"
            fix = "write " + " ".join(STRING) + " for each box"
            self.builder.report.reject("E-OPENIMAGES-STRING", place, problem, fix)
            return
        for k in range(0, whole, len(STRING)):
            values = [number_in(word) for word in words[k + 1 : k + len(STRING)]]
            given = [value for value in values if value is not None]
            if len(given) < len(values):
                problem = f"{shown(' '.join(words[k : k + len(STRING)]))} is no box"
                self.builder.report.reject("E-OPENIMAGES-STRING", place, problem)
                continue
            ref = self.tree.ref(self.builder, words[k])
            self.builder.add(image, ref, Kind.BOX, box=given[1:], confidence=given[0], line=line)

    def read_labels(self, file: CsvFile) -> None:
        """Add what people verified of whole images, for classes that boxes can have."""
        known = self.tree.known() | self.boxed
        split = _split(file)
        for rows in file.rows(self.builder.report):
            confidence = numbers(rows.columns["confidence"])
            for k, (name, label) in enumerate(
                zip(rows.columns["imageid"], rows.columns["labelname"], strict=True)
            ):
                value = confidence[k]
                if label not in known:
                    self.without_boxes += 1
                elif value not in (0.0, 1.0):
                    self.by_machine += 1
                else:
                    verdict = Verdict.POSITIVE if value else Verdict.NEGATIVE
                    key = self.image(name.strip(), split), self.tree.ref(self.builder, label)
                    self.verdicts[key] = max(int(verdict), self.verdicts.get(key, 0))

    def finish(self) -> None:
        """Add the verdicts, each once, and say what was left out."""
        for (image, ref), verdict in self.verdicts.items():
            self.builder.verdict(image, ref, verdict)
        report = self.builder.report
        for code, problem, count in (
            ("N-OPENIMAGES-MACHINE", "labels that no person verified: left out", self.by_machine),
            ("N-OPENIMAGES-LABELS", "labels of classes without boxes: left out",
             self.without_boxes),
            ("N-OPENIMAGES-IMAGES", "listed images without boxes and verified labels: left out",
             len(self.splits.keys() - self.images.keys())),
        ):  # fmt: skip
            if count:
                report.note(code, problem, count)


def _split(file: CsvFile) -> str:
    name = file.path.name.lower()
    return next((split for split in SPLITS if name.startswith((split, f"oidv6-{split}"))), "")


def _yes(columns: Mapping[str, Sequence[str]], name: str, good: NDArray[np.intp]) -> NDArray[Any]:
    """(N,) whether a column says 1 or true."""
    texts = np.array(columns[name], np.str_)[good]
    return np.isin(np.char.lower(np.char.strip(texts)), ("1", "true", "1.0"))


def _marks(columns: Mapping[str, Sequence[str]], good: NDArray[np.intp]) -> NDArray[Any]:
    if "isgroupof" not in columns or not good.size:
        return np.zeros(good.size, np.uint16)
    return np.where(_yes(columns, "isgroupof", good), int(Mark.GROUP_OF), 0)


def _traits(
    columns: Mapping[str, Sequence[str]], good: NDArray[np.intp]
) -> dict[str, NDArray[np.float64]]:
    """Name -> 1 where a flag is set, else nan."""
    return {
        trait: np.where(_yes(columns, name, good), 1.0, np.nan)
        for name, trait in FLAGS
        if name in columns and good.size
    }
