"""Where a YOLO data set keeps labels, pictures and class names; data.yaml never leads out of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from boxscore.errors import SourceError, shown, storable
from boxscore.schema.skeleton import names_problem
from boxscore.sources.below import OfFolder, folders_of, stem_of
from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.text_lines import data_texts, files_below, is_inside, read_lines
from boxscore.sources.yaml_text import YAML, read_yaml
from boxscore.sources.yolo_lists import SPLITS, listed_labels

NAME_FILES = ("classes.txt", "obj.names")
OTHER_TEXTS = frozenset(f"{name}.txt" for name in ("classes", "labels", "train", "val", "test"))
"""Text files that lie in such folders and hold no labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """One file of labels.

    Attributes:
        key: Its path below its folder of labels, without suffix: the name of its image.
        split: train, val, test, or empty.
    """

    path: Path
    key: str
    split: str = ""


@dataclass(slots=True)
class Layout:
    """What data.yaml and the folders say.

    Attributes:
        root: The folder that holds everything.
        names: Number -> name of the classes; empty when nobody says.
        task: As data.yaml says it: detect, segment, pose, obb; empty when it does not.
        keypoints, dimensions: Of a pose, as `kpt_shape`; 0 for other sets.
        keypoint_names: Of each class of a pose that has any, as `kpt_names`.
        folders: Folders of label files, with the split of each.
        listed: Label files of the images that lists name, with the split of each.
    """

    root: Path
    names: dict[int, str] = field(default_factory=dict)
    task: str = ""
    keypoints: int = 0
    dimensions: int = 3
    keypoint_names: dict[int, tuple[str, ...]] = field(default_factory=dict)
    folders: list[tuple[Path, str]] = field(default_factory=list)
    listed: dict[Path, str] = field(default_factory=dict)

    def files(self) -> Iterator[LabelFile]:
        """Every label file, once, by folder and path."""
        seen: set[str] = set()
        for folder, split in self.folders:
            place = OfFolder(partial(_prefix_and_split, root=folder, split=split))
            for path in label_texts(files_below(folder, (".txt",)), folder):
                if str(path) not in seen:
                    seen.add(str(path))
                    prefix, own = place(path)
                    yield LabelFile(path=path, key=prefix + stem_of(path.name), split=own)
        for path, split in self.listed.items():
            if str(path) not in seen and path.is_file():
                seen.add(str(path))
                key = path.relative_to(_label_folder(path, self.root)).with_suffix("").as_posix()
                yield LabelFile(path=path, key=key, split=split)


def _prefix_and_split(parent: Path, root: Path, split: str) -> tuple[str, str]:
    """What stands before the names of a folder's files, and their split."""
    some = parent / "file"
    below = parent.relative_to(_label_folder(some, root)).as_posix()
    return "" if below == "." else f"{below}/", split or _split(some, root)


def label_texts(paths: list[Path], folder: Path) -> list[Path]:
    """Those text files that may hold labels: below a folder `labels`, where there is one."""
    texts = [path for path in data_texts(paths) if path.name.lower() not in OTHER_TEXTS]
    inside = OfFolder(lambda parent: "labels" in parent.relative_to(folder).parts)
    return [path for path in texts if inside(path)] or texts


def _label_folder(path: Path, folder: Path) -> Path:
    """The deepest folder `labels` of the file, at most one above the one given; else that one."""
    for parent in path.parents:
        if parent.name == "labels":
            return parent
        if parent in (folder.parent, parent.parent):
            break
    return folder


def _split(path: Path, folder: Path) -> str:
    """By a folder such as valid/ or val2017/ on the way to the file."""
    for part in (folder.name, *path.relative_to(folder).parts[:-1]):
        for split in SPLITS:
            if part.lower().startswith(split):
                return split
    return ""


def is_layout(path: Path) -> bool:
    """Whether a file is a data.yaml."""
    try:
        document = read_yaml(path)
    except SourceError:
        return False
    return isinstance(document, dict) and isinstance(document.get("names"), dict | list)


def layout_of(path: Path, *, upwards: bool) -> Layout:
    """The layout that a data.yaml, or a folder with or below one, describes.

    Args:
        upwards: Whether class names may come from a data.yaml above a folder of labels.

    Raises:
        SourceError: The file is no data.yaml, or the folder holds several data sets.
    """
    if path.is_file():
        layout = Layout(path.parent)
        _read_yaml(layout, path)
        if not layout.folders and not layout.listed:
            layout.folders = [(path.parent, "")]
        return layout
    if upwards:
        path = _inner_set(path)
    layout = Layout(path)
    given = next((f for place in _places(path, upwards) for f in _yamls(place)), None)
    if given is not None:
        _read_yaml(layout, given)
    described = given is not None and given.parent == path
    if not described or not (layout.folders or layout.listed):
        layout.folders, layout.listed = [(path, "")], {}
    if not layout.names:
        layout.names = _named_by_text(path, upwards)
    return layout


def _inner_set(path: Path) -> Path:
    """The folder itself, or the only one below it with a data.yaml.

    Raises:
        SourceError: There are several.
    """
    if _yamls(path):
        return path
    inner = sorted({file.parent for file in path.glob("*/*") if _is_set(file)})
    if len(inner) > 1:
        names = ", ".join(shown(folder.name) for folder in inner)
        problem = f"holds {len(inner)} data sets: {names}"
        raise SourceError(path, "", problem, fix="name one of them", code="E-YOLO-SEVERAL")
    return inner[0] if inner else path


def _is_set(file: Path) -> bool:
    return file.suffix.lower() in YAML and is_layout(file)


def _places(path: Path, upwards: bool) -> Iterator[Path]:
    """The folder; above it those up to the parent of the one that holds `labels`."""
    yield path
    if not upwards:
        return
    absolute = path.absolute()
    inside = "labels" in absolute.parts
    for parent in absolute.parents[: len(absolute.parts) - 1]:
        yield parent
        if not inside:
            return
        inside = "labels" in parent.parts


def _yamls(folder: Path) -> list[Path]:
    found = sorted(p for p in folder.glob("*") if p.suffix.lower() in YAML)
    return [p for p in found if is_layout(p)]


def _named_by_text(path: Path, upwards: bool) -> dict[int, str]:
    for place in _places(path, upwards):
        for name in NAME_FILES:
            if (place / name).is_file():
                return _listed_names(place / name)
    # LabelImg writes the list among the labels.
    inner = [f for name in NAME_FILES for f in (*path.glob(f"*/{name}"), *path.glob(f"*/*/{name}"))]
    found = [_listed_names(file) for file in inner if file.is_file() and not file.is_symlink()]
    return found[0] if found and all(names == found[0] for names in found) else {}


def _listed_names(file: Path) -> dict[int, str]:
    return dict(enumerate(text.strip() for _, text in read_lines(file)))


def _read_yaml(layout: Layout, path: Path) -> None:
    document = read_yaml(path)
    if not isinstance(document, dict) or not isinstance(document.get("names"), dict | list):
        problem = "has no names: it is no data.yaml"
        raise SourceError(path, "", problem, fix="list the classes under names:", code=CODE)
    layout.names = _names(path, document["names"])
    shape = document.get("kpt_shape")
    if shape is not None:
        layout.keypoints, layout.dimensions = _pose(path, shape)
        layout.keypoint_names = _keypoint_names(document.get("kpt_names"), layout)
    if isinstance(document.get("task"), str):
        layout.task = document["task"]
    layout.folders = _split_folders(path.parent, document)
    layout.listed = listed_labels(path.parent, document)


CODE = "E-YOLO-YAML"


def _names(path: Path, given: dict[Any, Any] | list[Any]) -> dict[int, str]:
    pairs = given.items() if isinstance(given, dict) else enumerate(given)
    names: dict[int, str] = {}
    for number, name in pairs:
        if not str(number).isdecimal() or isinstance(name, dict | list) or name is None:
            problem = f"{shown(number)}: {shown(name)} is no number and name of a class"
            raise SourceError(path, "names", problem, fix="write 0: person, 1: ...", code=CODE)
        names[int(number)] = str(name)
    return names


def _pose(path: Path, shape: object) -> tuple[int, int]:
    if isinstance(shape, list) and len(shape) == 2:
        count, dimensions = shape
        if type(count) is int and 0 < count <= 1000 and dimensions in (2, 3):
            return count, int(dimensions)
    problem = f"{shown(shape)} is no number of keypoints and of values for each"
    raise SourceError(path, "kpt_shape", problem, fix="write [17, 3] or [17, 2]", code=CODE)


def _keypoint_names(given: object, layout: Layout) -> dict[int, tuple[str, ...]]:
    """One list for all classes, or one a class; those of another length than the pose are left."""
    lists = given if isinstance(given, dict) else dict.fromkeys(layout.names, given)
    return {
        int(number): tuple(map(storable, names))
        for number, names in lists.items()
        if str(number).isdecimal()
        and isinstance(names, list)
        and not names_problem(names)
        and len(names) == layout.keypoints
    }


def _split_folders(root: Path, document: dict[Any, Any]) -> list[tuple[Path, str]]:
    """Folders of the splits that exist below the root; a path that leads out is not followed."""
    above = document.get("path")
    roots = [r for r in (contained(root, above), root) if r is not None]
    found: list[tuple[Path, str]] = []
    for split in SPLITS:
        entries = document.get(split)
        for entry in entries if isinstance(entries, list) else [entries]:
            labels = (_labels_for(place, root, entry) for place in roots)
            folder = next((f for f in labels if f is not None), None)
            if folder is not None and folder not in [f for f, _ in found]:
                found.append((folder, split))
    return found


def contained(root: Path, entry: object) -> Path | None:
    """A folder that an entry names, without the steps that lead out of the root."""
    if not isinstance(entry, str) or not entry.strip() or "\0" in entry:
        return None
    parts = [p for p in PurePosixPath(entry.replace("\\", "/")).parts if p not in ("..", ".", "/")]
    folder = root.joinpath(*parts)
    try:
        inside = folder.is_dir() and is_inside(folder, root)
    except OSError:
        return None
    return folder if inside else None


def _labels_for(place: Path, root: Path, entry: object) -> Path | None:
    """The folder of labels for a split, which names its pictures."""
    if not isinstance(entry, str):
        return None
    swapped = "/".join(swap(entry.replace("\\", "/").split("/"), "images", "labels"))
    for name in (swapped, entry):
        folder = contained(place, name)
        if folder is not None and is_inside(folder, root):
            return folder
    return None


def swap(parts: list[str], old: str, new: str) -> list[str]:
    """The parts of a path with the last `old` replaced, as YOLO pairs labels with images."""
    for k in range(len(parts) - 1, -1, -1):
        if parts[k] == old:
            return [*parts[:k], new, *parts[k + 1 :]]
    return parts


class Pictures:
    """Image files by the label files that belong to them.

    Args:
        images: Folder of the image files, where the user named one.
        folders: Name of a folder of label files, and of the folder of pictures next to it.
    """

    def __init__(
        self, images: Path | None, folders: tuple[str, str] = ("labels", "images")
    ) -> None:
        self._folders = folders
        self._listed: dict[Path, dict[str, Path]] = {}
        self._used: dict[str, Path] = {}
        self._given: dict[str, Path] = {}
        self._beside = OfFolder(self._near)
        self._prefix = OfFolder(self._below)
        self._images = images
        if images is not None:
            found = files_below(images, tuple(sorted(IMAGE_SUFFIXES)))
            self._given = _unique_stems(found)
            for path in found:
                self._given[path.relative_to(images).with_suffix("").as_posix()] = path

    def of(self, label: LabelFile) -> Path | None:
        """The picture of a label file: in the folder given, in images/ for labels/, or beside."""
        stem = label.key.rpartition("/")[2]
        found = self._given.get(label.key) or self._given.get(stem)
        if found is None and self._images is None:
            found = next((f[stem] for f in self._beside(label.path) if stem in f), None)
        if found is not None:
            self._used[str(found)] = found
        return found

    def title(self, picture: Path) -> str:
        """Its path below the folder of pictures."""
        return self._prefix(picture) + picture.name

    def without_labels(self) -> list[Path]:
        """Pictures that no label file named, in the folders where others were."""
        folders = sorted(folders_of(self._used.values()))
        return [p for f in folders for p in self._in(f).values() if str(p) not in self._used]

    def _below(self, folder: Path) -> str:
        """What stands before the names of a folder's pictures in their titles."""
        root = self._images or _above(folder / "picture", self._folders[1])
        below = folder.relative_to(root).as_posix()
        return "" if below == "." else f"{below}/"

    def _near(self, given: Path) -> list[dict[str, Path]]:
        """Pictures by stem, of the folders where those of a folder of labels may lie."""
        folder = given.absolute()
        other = Path(*swap(list(folder.parts), *self._folders))
        return [self._in(place) for place in dict.fromkeys((other, folder))]

    def _in(self, folder: Path) -> dict[str, Path]:
        if folder not in self._listed:
            self._listed[folder] = _by_stem(folder)
        return self._listed[folder]


def _by_stem(folder: Path) -> dict[str, Path]:
    """Pictures right in a folder; the first of a stem, by name."""
    try:
        with os.scandir(folder) as entries:
            given = sorted((entry.name, entry.is_symlink()) for entry in entries)
    except OSError:
        return {}
    found: dict[str, Path] = {}
    for name, link in reversed(given):
        stem = stem_of(name)
        if name[len(stem) :].lower() in IMAGE_SUFFIXES and (not link or _inside(folder / name)):
            found[stem] = folder / name
    return found


def _inside(path: Path) -> bool:
    """Whether a link does not lead out of its folder."""
    return is_inside(path, path.parent)


def _unique_stems(paths: list[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    twice: set[str] = set()
    for path in paths:
        if path.stem in found:
            twice.add(path.stem)
        found[path.stem] = path
    return {stem: path for stem, path in found.items() if stem not in twice}


def _above(picture: Path, name: str) -> Path:
    """The deepest folder of a name that holds the picture, else its own folder."""
    return next((p for p in picture.parents if p.name == name), picture.parent)
