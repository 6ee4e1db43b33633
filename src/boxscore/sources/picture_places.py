"""Where the pictures of label files lie: by name or stem, below folders that are named so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self

from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.text_lines import files_below

FOLDERS = ("images", "image", "imgs", "img", "jpegimages", "leftimg8bit", "pictures")
"""Names of folders of pictures, in lower case."""
ENDINGS = re.compile(r"_leftImg8bit$", re.I)
"""What follows the common name of a picture and its labels (Cityscapes)."""


@dataclass(slots=True)
class Pictures:
    """Picture files by their name, path or stem.

    Args:
        root: Folder below which titles start; None without pictures.
        files: The pictures.
    """

    root: Path | None
    files: list[Path]
    _known: dict[str, Path] = field(default_factory=dict)

    def __post_init__(self) -> None:
        twice: set[str] = set()
        for path in self.files:
            assert self.root is not None
            relative = path.relative_to(self.root)
            for name in {path.name, path.stem, ENDINGS.sub("", path.stem)}:
                if self._known.setdefault(name, path) != path:
                    twice.add(name)
            self._known[relative.as_posix()] = path
            self._known[relative.with_suffix("").as_posix()] = path
        for name in twice:
            if (self.root is None) or not (self.root / name).is_file():
                self._known.pop(name, None)

    @classmethod
    def below(cls, root: Path | None) -> Self:
        """All pictures below a folder."""
        suffixes = tuple(sorted(IMAGE_SUFFIXES))
        return cls(root, [] if root is None else files_below(root, suffixes))

    @classmethod
    def near(cls, labels: Path, given: Path | None) -> Self:
        """Pictures of the folder that the user named, else of one beside the labels.

        Args:
            labels: File or folder of labels; a folder of pictures is looked for in it, beside it
                and one level up.
        """
        if given is not None:
            return cls.below(given)
        here = labels if labels.is_dir() else labels.parent
        for place in (here, here.parent, here.parent.parent):
            try:
                inner = sorted(p for p in place.iterdir() if p.name.lower() in FOLDERS)
            except OSError:
                continue
            folder = next((p for p in inner if p.is_dir() and not p.is_symlink()), None)
            if folder is not None:
                return cls.below(folder)
        return cls.below(None)

    def of(self, name: str) -> Path | None:
        """The picture of a file name, a path below the root, or a stem."""
        plain = PurePosixPath(name.replace("\\", "/"))
        for key in (str(plain), plain.with_suffix("").as_posix(), plain.name, plain.stem):
            if key in self._known:
                return self._known[key]
        return None

    def title(self, picture: Path) -> str:
        """Its path below the root."""
        return picture.name if self.root is None else picture.relative_to(self.root).as_posix()

    def stems(self) -> set[str]:
        """Of all pictures, without what only pictures have in their names."""
        return {ENDINGS.sub("", path.stem) for path in self.files}
