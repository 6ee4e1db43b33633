"""Where a VOC data set keeps pictures and splits: JPEGImages/, ImageSets/ beside Annotations/."""

from __future__ import annotations

import re
from pathlib import Path

from boxscore.errors import SourceError
from boxscore.sources.below import OfFolder, prefixes, stem_of
from boxscore.sources.pictures import PictureFiles
from boxscore.sources.text_lines import read_lines

DEVKIT_NAME = re.compile(r"(?:comp\d+_)?det_[^_]+_(.+)")
PICTURE_FOLDERS = ("JPEGImages", "images", "Images")
ANNOTATIONS = "Annotations"
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
        self.renamed = self.parts = self.poses = self.deleted = self.drawn = 0
        self.used: set[str] = set()
        self._places = OfFolder(self._place)
        self._prefix = prefixes(self.root)
        folders = list(dict.fromkeys(file.parent for file in marked))
        bases = list(dict.fromkeys(self._base(folder) for folder in folders))
        places = [base / name for base in bases for name in PICTURE_FOLDERS]
        found = [place for place in places if find_pictures and place.is_dir()]
        beside = folders if find_pictures and not found else []
        self._pictures = PictureFiles([*found, *beside])
        self._splits = {base: _splits(base / "ImageSets" / "Main") for base in bases}

    def name(self, file: Path) -> str:
        """Of an XML file, for messages: its path below the root."""
        return self._prefix(file) + file.name

    def key(self, file: Path) -> str:
        """What the image of an XML file is called: its path below Annotations/, without suffix.

        With several Annotations/, the path to each stands before: VOC2007/1 is not VOC2012/1.
        """
        base, stem = self._placed(file)
        several = len(self._splits) > 1 and base.is_relative_to(self.root)
        return (base.relative_to(self.root) / stem).as_posix() if several else stem

    def picture(self, file: Path, named: str) -> tuple[Path | None, str]:
        """The picture of an XML file: called as that is; else as its <filename> says."""
        found = self._pictures.find(*filter(None, (self._placed(file)[1], named)))
        if found[0] is not None:
            self.used.add(str(found[0]))
        return found

    def split(self, file: Path) -> str:
        """By the lists in ImageSets/Main."""
        base, stem = self._placed(file)
        return self._splits[base].get(stem, "")

    def _placed(self, file: Path) -> tuple[Path, str]:
        """The folder that holds Annotations/, and a file's path below that, without suffix."""
        base, below = self._places(file)
        return base, below + stem_of(file.name)

    def _place(self, folder: Path) -> tuple[Path, str]:
        """The same of a folder of files."""
        base = self._base(folder)
        inside = folder.is_relative_to(base / ANNOTATIONS)
        below = folder.relative_to(base / ANNOTATIONS if inside else self.root).as_posix()
        return base, "" if below == "." else f"{below}/"

    def unlabelled(self, read: int) -> int:
        """How many pictures no XML file named, where all of some folder's could be told."""
        return max(self._pictures.count() - len(self.used), 0) if read else 0

    def _base(self, folder: Path) -> Path:
        """The folder that holds Annotations/; the root where there is none."""
        for place in (folder, *folder.parents):
            if place.name == ANNOTATIONS:
                return place.parent
            if place == self.root:
                break
        return self.root


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
