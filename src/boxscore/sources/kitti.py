"""KITTI's text files: objects of one image a file, objects of one sequence a file, AB3DMOT's rows.

An object has 15 columns: type, truncated, occluded, alpha, the corners of its box in pixels, and
seven numbers of its 3-D box; a result has its score after them. Tracking puts frame and track
before. Source: Geiger et al. 2012, "Are we ready for autonomous driving?"; the readme files of the
object and tracking development kits; Weng et al. 2020, "3D Multi-Object Tracking" (AB3DMOT).
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from boxscore.engine import counted
from boxscore.errors import SourceError
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.frames import Film, fill, numbered_pictures
from boxscore.sources.kitti_rows import RowReader, Style, style_of, words_of
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import data_texts, files_below, first_files, read_lines
from boxscore.sources.yolo_layout import LabelFile, Pictures, swap

CONVENTION = Convention(corners="xyxy", scale="pixels")
SUFFIXES = (".txt", ".csv")
LABELS = {"label_2": "image_2", "label_02": "image_02"}
"""Folders of labels -> the folders of their pictures."""
TITLES = {
    Style.OBJECTS: "an object of 15 or 16 columns",
    Style.TRACKS: "a tracked object of 17 or 18 columns",
    Style.AB3DMOT: "detections as AB3DMOT writes them",
}


def recognise(path: Path, role: Role) -> Guess:
    """By the columns of the first lines."""
    files = [path] if path.is_file() else _first_labels(path, role) if path.is_dir() else []
    for file in files[:5]:
        style = _style(file, 1)
        if style is not None and (role == "predictions" or style is not Style.AB3DMOT):
            return Guess(share=0.95, why=f"lines of {TITLES[style]}, as in {file.name}")
    return NO


def _first_labels(folder: Path, role: Role) -> list[Path]:
    """Some files, for a ground truth from its folders of labels, where there are any."""
    if role == "truth":
        named = (folder / inner / name for inner in ("", "training") for name in LABELS)
        folder = next((place for place in named if place.is_dir()), folder)
    return data_texts(first_files(folder, SUFFIXES))


def _style(path: Path, most: int = 20) -> Style | None:
    """The style of the first lines of a file that are of one."""
    if path.suffix.lower() not in SUFFIXES:
        return None
    try:
        lines = islice(read_lines(path), most)
        return next((s for _, t in lines if (s := style_of(words_of(t)[0])) is not None), None)
    except SourceError:
        return None


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read label files of images or of sequences, all of one style.

    Raises:
        SourceError: There is no file, or none of its lines is of this format.
    """
    files = [path] if path.is_file() else _label_files(path, request.role)
    if not files:
        fix = "name the folder with the .txt files, as label_2"
        raise SourceError(path, "", "holds no label file", fix=fix, code="E-KITTI-EMPTY")
    style = next((s for file in files if (s := _style(file)) is not None), Style.OBJECTS)
    builder = RawBuilder("kitti", path, report, CONVENTION)
    rows = RowReader(builder, style, truth=request.role == "truth")
    root = path if path.is_dir() else path.parent
    if style is Style.OBJECTS:
        _read_images(files, root, request, rows)
    else:
        _read_sequences(files, root, request, rows)
    rows.finish()
    return builder.build()


def _label_files(folder: Path, role: Role) -> list[Path]:
    """Files below a folder; those in folders of labels, or outside them for predictions."""
    files = data_texts(files_below(folder, SUFFIXES))
    labels = role == "truth"
    wanted = [
        file
        for file in files
        if bool(LABELS.keys() & set(file.relative_to(folder).parts[:-1])) is labels
    ]
    return wanted or files


def _read_images(files: list[Path], root: Path, request: ReadRequest, rows: RowReader) -> None:
    """One file an image; of a ground truth also pictures without one, as images without objects."""
    truth, builder = request.role == "truth", rows.builder
    pictures = Pictures(request.images, ("label_2", LABELS["label_2"]))
    keys = _keys(files, root)
    images = []
    for file, key in zip(files, keys, strict=True):
        picture = pictures.of(LabelFile(path=file, key=key)) if truth else None
        title = "" if picture is None else pictures.title(picture)
        images.append(builder.image(key, path=picture, title=title))
    for k in counted(rows.read_plain(files, root, images), "label files to be looked at"):
        rows.read(files[k], files[k].relative_to(root).as_posix(), images[k])
    for picture in pictures.without_labels() if truth else ():
        title = pictures.title(picture)
        key = Path(title).with_suffix("").as_posix()
        builder.image(key if key not in keys else title, path=picture, title=title)


def _keys(files: list[Path], root: Path) -> list[str]:
    """Names of the images: stems, or paths where two files have one stem."""
    stems = [file.stem for file in files]
    if len(set(stems)) == len(stems):
        return stems
    return [file.relative_to(root).with_suffix("").as_posix() for file in files]


def _read_sequences(files: list[Path], root: Path, request: ReadRequest, rows: RowReader) -> None:
    """One file a sequence, or one for each class of it; frames between those named are empty."""
    truth = request.role == "truth"
    films: dict[str, Film] = {}
    for file in counted(files, "label files"):
        if file.stem not in films:
            pictures = numbered_pictures(_pictures_of(file, request.images)) if truth else {}
            films[file.stem] = Film(name=file.stem, pictures=pictures)
        rows.read(file, file.relative_to(root).as_posix(), films[file.stem])
    if truth:
        for film in films.values():
            last = max([rows.last.get(film.name, -1), *film.pictures])
            fill(rows.builder, film, range(last + 1), rows.of_film.get(film.name, 0))


def _pictures_of(file: Path, images: Path | None) -> Path | None:
    """The folder of a sequence's pictures."""
    if images is not None:
        below = images / file.stem
        return below if below.is_dir() else images
    folder = file.absolute().parent
    other = Path(*swap(list(folder.parts), "label_02", LABELS["label_02"]))
    return other / file.stem if other != folder else None
