"""YOLO text files: one per image, a line `class cx cy w h [confidence]`, a polygon or a pose each.

A line of 5 or 6 numbers is a box; with a pose in data.yaml, a box and its keypoints; else an odd
count from 7 is a polygon, and an even one a polygon with its confidence. Coordinates are shares of
the image. Where every line has four corners, of turned rectangles, they are rotated boxes.
Source: Ultralytics, "Datasets overview"; what `save_txt` of its predict and val modes writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from boxscore.engine import counted
from boxscore.errors import SourceError
from boxscore.schema.skeleton import Skeleton
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import first_files, number_in, read_lines
from boxscore.sources.yaml_text import YAML
from boxscore.sources.yolo_layout import (
    LabelFile,
    Pictures,
    is_layout,
    label_texts,
    layout_of,
)
from boxscore.sources.yolo_rows import TRACKED, RowReader

CONVENTION = Convention(corners="cxcywh", scale="relative")


def recognise(path: Path, role: Role) -> Guess:
    """By a data.yaml with names, or text files of class numbers and shares."""
    if path.is_file():
        given = role == "truth" and path.suffix.lower() in YAML and is_layout(path)
        return Guess(share=0.95, why="a data.yaml") if given else NO
    if not path.is_dir():
        return NO
    if role == "truth" and any(is_layout(file) for file in first_files(path, YAML, 5)):
        return Guess(share=0.95, why="a folder with a data.yaml")
    files = label_texts(first_files(path, (".txt",)), path)
    rows = [row for file in files[:5] for row in _some_rows(file)]
    if rows and None not in rows:
        shares = all(0 <= v <= 1 for row in rows if row for v in row[1:5])
        what = "shares" if shares else "numbers"
        share = 0.9 if shares else 0.3
        if role == "predictions" and all(row and _is_bare(row) for row in rows):
            share, what = 0.5, f"{what} without a confidence"
        return Guess(share=share, why=f"text files of classes and {what}, as {files[0].name}")
    return NO


def _is_bare(row: list[float]) -> bool:
    """Whether it has a class and coordinates, but neither confidence nor track."""
    return len(row) % 2 == 1 and len(row) != TRACKED


def _some_rows(path: Path) -> list[list[float] | None]:
    """The first rows of a file; None for what cannot be one."""
    try:
        lines = [text.split() for text in islice(_texts(path), 5)]
    except SourceError:
        return [None]
    rows = [[number_in(word) for word in words] for words in lines]
    return [
        [v for v in row if v is not None]
        if len(row) >= 5 and None not in row and words[0].isdecimal()
        else None
        for words, row in zip(lines, rows, strict=True)
    ]


def _texts(path: Path) -> Iterator[str]:
    return (text for _, text in read_lines(path))


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read a folder of label files, or the data set that a data.yaml describes.

    Raises:
        SourceError: There is no label file, data.yaml is none, or everything is in pixels.
    """
    truth = request.role == "truth"
    layout = layout_of(path, upwards=truth)
    builder = RawBuilder("yolo", path, report, CONVENTION)
    for number, name in sorted(layout.names.items()):
        builder.class_ref(number, name, skeleton=Skeleton(layout.keypoint_names.get(number, ())))
    labels = list(layout.files())
    if not labels:
        fix = "name the folder with the .txt files, or its data.yaml"
        raise SourceError(path, "", "holds no label file", fix=fix, code="E-YOLO-EMPTY")
    pictures = Pictures(request.images)
    listed = {path.with_suffix("").name for path in layout.listed}
    images = _images(builder, labels, pictures, truth, listed)
    rows = RowReader(layout, builder, truth, request.rotated, request.boxes is not None)
    paths = [label.path for label in labels]
    for k in counted(rows.read_plain(paths, images), "label files to be looked at"):
        rows.read(paths[k], images[k])
    rows.finish()
    builder.confidence_at = "" if truth else "after"
    return builder.build()


def _images(
    builder: RawBuilder,
    labels: list[LabelFile],
    pictures: Pictures,
    truth: bool,
    listed: set[str],
) -> list[int]:
    """The image of every label file; of a ground truth also those without one, as background."""
    images, missing = [], 0
    keys: set[str] = set()
    splits: dict[Path, str] = {}
    for label in labels:
        key = label.key if label.key not in keys else f"{label.split}/{label.key}"
        if key in keys:
            key = label.path.with_suffix("").as_posix()
        keys.add(key)
        picture = pictures.of(label) if truth else None
        missing += picture is None
        if picture is not None:
            splits[picture.parent] = label.split
        title = "" if picture is None else pictures.title(picture)
        images.append(builder.image(key, path=picture, title=title, split=label.split))
    if not truth:
        return images
    if missing:
        builder.report.note("W-YOLO-NO-IMAGE", "label files without an image file", missing)
    bare = [p for p in pictures.without_labels() if not listed or p.stem in listed]
    for picture in bare:
        title = pictures.title(picture)
        key = Path(title).with_suffix("").as_posix()
        split = splits.get(picture.parent, "")
        builder.image(key if key not in keys else title, path=picture, title=title, split=split)
    if bare:
        problem = "images without a label file: kept, as images without objects"
        builder.report.note("W-YOLO-NO-LABELS", problem, len(bare))
    return images
