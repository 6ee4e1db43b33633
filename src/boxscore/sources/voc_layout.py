"""Where a VOC data set keeps pictures and splits: JPEGImages/, ImageSets/ beside Annotations/."""

from __future__ import annotations

import re
from pathlib import Path

from boxscore.errors import SourceError
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.text_lines import read_lines

DEVKIT_NAME = re.compile(r"(?:comp\d+_)?det_[^_]+_(.+)")
PICTURE_FOLDERS = ("JPEGImages", "images", "Images")
SPLITS = ("train", "val", "test")


def is_devkit_name(file: Path) -> bool:
    """Whether a file is called as the devkit calls results: comp4_det_test_CLASS.txt."""
    return file.suffix.lower() == ".txt" and DEVKIT_NAME.fullmatch(file.stem) is not None


def class_in_name(file: Path) -> str:
    """The class of a file of results; the whole stem where it is not called as the devkit does."""
    match = DEVKIT_NAME.fullmatch(file.stem)
    return file.stem if match is None else match[1]


class VocLayout:
    """What lies around the XML files, and what was counted on the way.

    Args:
        path: The folder or file that was named.
        marked: The XML files.
        find_pictures: Whether to look for pictures here; else whoever imports does.
    """

    def __init__(self, path: Path, marked: list[Path], *, find_pictures: bool) -> None:
        self.root = path if path.is_dir() else path.parent
        self.renamed = self.parts = self.poses = 0
        self.used: set[Path] = set()
        self._folders = list(dict.fromkeys(file.parent for file in marked))
        bases = [self._base(folder) for folder in self._folders]
        places = [base / name for base in bases for name in PICTURE_FOLDERS]
        found = [place for place in places if find_pictures and place.is_dir()]
        beside = self._folders if find_pictures and not found else []
        self._pictures = PictureFiles([*found, *beside])
        self._splits = {base: _splits(base / "ImageSets" / "Main") for base in dict.fromkeys(bases)}

    def key(self, file: Path) -> str:
        """What the image of an XML file is called: its path below Annotations/, without suffix."""
        folder = file.parent
        inner = file.relative_to(self.root).with_suffix("").parts
        if "Annotations" in inner:
            # VOC2007/Annotations/1.xml and VOC2012/Annotations/1.xml are two images.
            sets = len({self._base(f) for f in self._folders}) > 1
            return "/".join(p for p in inner if p != "Annotations") if sets else inner[-1]
        return "/".join(inner) if folder != self.root else file.stem

    def picture(self, file: Path, named: str) -> tuple[Path | None, str]:
        """The picture of an XML file: called as that is; else as its <filename> says."""
        found = self._pictures.find(file.stem, named) if named else self._pictures.find(file.stem)
        if found[0] is not None:
            self.used.add(found[0])
        return found

    def split(self, file: Path) -> str:
        """By the lists in ImageSets/Main."""
        return self._splits[self._base(file.parent)].get(file.stem, "")

    def unlabelled(self, read: int) -> int:
        """How many pictures no XML file named, where all of some folder's could be told."""
        return max(self._pictures.count() - len(self.used), 0) if read else 0

    def _base(self, folder: Path) -> Path:
        return folder.parent if folder.name == "Annotations" else folder


def _splits(folder: Path) -> dict[str, str]:
    """Stem -> the split whose list names it."""
    named: dict[str, str] = {}
    for split in SPLITS:
        try:
            lines = [text for _, text in read_lines(folder / f"{split}.txt")]
        except SourceError:
            continue
        for text in lines:
            named.setdefault(text.split()[0], split)
    return named
