"""Open Images: CSV files of boxes, verified labels and class names; a class tree in JSON.

Boxes are shares of the image. A folder is read as a whole; of a single file of boxes also the class
names, the tree and the labels of its split beside it. Predictions are rows with a confidence, or
the challenge's strings of `class confidence xmin ymin xmax ymax`.
Source: Kuznetsova et al. 2020, "The Open Images Dataset V4"; the data set's download page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from boxscore.errors import SourceError
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.json_document import read_document
from boxscore.sources.openimages_classes import LARGEST_TREE, ClassTree, is_tree
from boxscore.sources.openimages_rows import RowReader
from boxscore.sources.openimages_tables import CsvFile, Table, csv_file
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files

CONVENTION = Convention(corners="xyxy", scale="relative")


def recognise(path: Path, role: Role) -> Guess:
    """By the header of a CSV file: ImageID, LabelName, XMin, ..."""
    paths = [path] if path.is_file() else first_files(path, (".csv",))
    root = path if path.is_dir() else path.parent
    files = [csv_file(file, root) for file in paths if file.suffix.lower() == ".csv"]
    for file in files:
        if file is None:
            continue
        if file.kind is Table.BOXES and (role == "truth" or file.confidence):
            return Guess(share=0.95, why=f"boxes of Open Images, as {file.path.name}")
        if file.kind is Table.STRINGS and role == "predictions":
            return Guess(share=0.95, why="ImageID and PredictionString")
    return NO


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read a folder, or a file of boxes.

    Raises:
        SourceError: It holds no boxes, or a file is damaged.
    """
    builder = RawBuilder("openimages", path, report, CONVENTION)
    truth = request.role == "truth"
    files = _Files.around(path)
    boxes = files.boxes if truth else files.predictions()
    if not boxes:
        problem = "holds no CSV file of boxes"
        if not truth and files.boxes:
            problem = "has boxes without a confidence"
        fix = "the header has ImageID, LabelName, XMin, XMax, YMin, YMax" + (
            ", Score" * (not truth)
        )
        raise SourceError(path, "", problem, fix=fix, code="E-OPENIMAGES-EMPTY")
    tree = files.classes(report)
    search = truth and request.images is None
    pictures = PictureFiles([files.root] if search else [])
    settled = request.boxes is not None
    rows = RowReader(builder, tree, pictures, truth=truth, settled=settled)
    for file in files.images if truth else ():
        rows.read_splits(file)
    for label in sorted(tree.known()) if truth and tree.parents else ():
        tree.ref(builder, label)
    for file in boxes:
        rows.read_strings(file) if file.kind is Table.STRINGS else rows.read_boxes(file)
    for file in files.labels if truth else ():
        rows.read_labels(file)
    rows.finish()
    if files.others:
        report.note("N-OPENIMAGES-OTHER", "CSV files of another kind: left out", files.others)
    return builder.build()


@dataclass(slots=True)
class _Files:
    """The files of a source, by kind."""

    root: Path
    boxes: list[CsvFile] = field(default_factory=list)
    strings: list[CsvFile] = field(default_factory=list)
    labels: list[CsvFile] = field(default_factory=list)
    names: list[CsvFile] = field(default_factory=list)
    images: list[CsvFile] = field(default_factory=list)
    trees: list[Path] = field(default_factory=list)
    others: int = 0

    @classmethod
    def around(cls, path: Path) -> _Files:
        """All of a folder; or one file with what lies beside it."""
        single = path.is_file()
        root = path.parent if single else path
        found = cls(root)
        kinds = {
            Table.BOXES: found.boxes,
            Table.STRINGS: found.strings,
            Table.LABELS: found.labels,
            Table.NAMES: found.names,
            Table.IMAGES: found.images,
        }
        paths = files_below(root, (".csv",)) if not single else sorted(root.glob("*.csv"))
        for one in paths:
            file = csv_file(one, root)
            if file is None or file.kind not in kinds:
                found.others += not single
            elif not single or _belongs(file, path):
                kinds[file.kind].append(file)
        trees = files_below(root, (".json",)) if not single else sorted(root.glob("*.json"))
        found.trees = [tree for tree in trees if _is_tree(tree)]
        return found

    def predictions(self) -> list[CsvFile]:
        """Files of boxes with a confidence, and of strings."""
        return [file for file in self.boxes if file.confidence] + self.strings

    def classes(self, report: ImportReport) -> ClassTree:
        """The names and the tree that the files give."""
        tree = ClassTree()
        for file in self.names:
            for some in file.rows(report):
                named = zip(some.columns["labelname"], some.columns["displayname"], strict=True)
                for label, name in named:
                    tree.names.setdefault(label.strip(), name.strip())
        for path in self.trees[:1]:
            tree.read_tree(path)
        if tree.further:
            problem = "classes stand at several places of the tree: the first is taken"
            report.note("W-OPENIMAGES-PARENTS", problem, tree.further)
        return tree


def _belongs(file: CsvFile, named: Path) -> bool:
    """Whether a file goes with the one that was named: itself, or what describes its split."""
    if file.kind in (Table.BOXES, Table.STRINGS):
        return file.path == named
    split = named.name.partition("-")[0].lower()
    return file.kind is not Table.LABELS or file.path.name.lower().startswith(split)


def _is_tree(path: Path) -> bool:
    try:
        return is_tree(read_document(path, LARGEST_TREE))
    except SourceError:
        return False
