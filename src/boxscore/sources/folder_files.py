"""What lies in a folder: images, videos, label files and folders that are image groups."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from boxscore.errors import SourceError, shown
from boxscore.sources import video
from boxscore.sources.text_lines import is_inside

DEFAULT_SUFFIXES = (".jpg", ".jpeg", ".png", ".tiff", ".mp4", ".mov", ".avi", ".webm")
SUFFIXES = (".jpg", ".jpeg", ".png", ".tiff", ".tif", ".bmp", ".webp", ".gif")
FOREIGN = (
    ".heic", ".heif", ".avif", ".svg", ".psd", ".eps", ".pdf", ".fits", ".jp2", ".jxl", ".dcm",
    ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raw",
)  # fmt: skip
"""Of pictures that are not read: a folder of images may be missed for them."""


@dataclass(frozen=True, slots=True)
class FolderContent:
    """What the globs found, before anything is read.

    Attributes:
        files: Images and videos, by path.
        others: Files that the globs named but that are neither; without globs, pictures and
            videos of other suffixes than the default ones.
        labels: Files for the transformer.
        links: How many of the others are links that lead out of the folder.
        groups: Image -> the folder that is its image group, and its place in it.
    """

    root: Path
    files: list[Path]
    others: list[Path]
    labels: list[Path]
    links: int = 0
    groups: dict[Path, tuple[Path, int]] = field(default_factory=dict)

    @property
    def videos(self) -> list[Path]:
        """The files that are videos, by their names."""
        return [path for path in self.files if is_video(path)]

    @property
    def images(self) -> list[Path]:
        """The files that are images, by their names."""
        return [path for path in self.files if not is_video(path)]

    @property
    def left_out(self) -> str:
        """How many of the others, links aside, have which suffix."""
        return _by_count(self.others[self.links :])

    def document(self) -> dict[str, object]:
        """For a rehearsal."""
        return {
            "included": [str(path) for path in self.files],
            "excluded": [str(path) for path in self.others],
            "label_files": len(self.labels),
            "files": len(self.files),
            "videos": len(self.videos),
            "image_groups": len({group for group, _ in self.groups.values()}),
            "folders": len({path.parent for path in self.files}),
        }


def _by_count(paths: Iterable[Path]) -> str:
    suffixes = Counter(path.suffix.lower() or "without a suffix" for path in paths)
    return ", ".join(f"{count} {shown(suffix)}" for suffix, count in suffixes.most_common(10))


def is_video(path: Path) -> bool:
    """Whether a file is taken for a video, by its name."""
    return path.suffix.lower() in video.SUFFIXES


def find_files(
    root: Path,
    data_globs: Sequence[str],
    label_globs: Sequence[str],
    group_globs: Sequence[str] = (),
) -> FolderContent:
    """Collect files below a folder, in order of their paths.

    Args:
        group_globs: Folders each of which is one image group: its images are a sequence.

    Raises:
        SourceError: There is neither image nor video, or no folder where groups are asked for.
    """
    data = _matches(root, data_globs) if data_globs else _by_suffix(root)
    wanted = (*SUFFIXES, *video.SUFFIXES) if data_globs else DEFAULT_SUFFIXES
    kept = [path for path in data if path.suffix.lower() in wanted]
    inside = _Inside(root)
    files = [path for path in kept if inside(path)]
    links = sorted(set(kept) - set(files))
    labels = _matches(root, label_globs)
    others = sorted(set(data) - set(kept) - set(labels))
    if not files:
        problem = "no image or video fits " + ", ".join(data_globs or DEFAULT_SUFFIXES)
        raise SourceError(
            root,
            "",
            problem + (f"; there are {_by_count(others)}" if others else ""),
            fix="name another folder, or other files with --data-glob",
            code="E-FOLDER-EMPTY",
        )
    groups = _groups(root, group_globs, files)
    return FolderContent(root, files, links + others, labels, len(links), groups)


def _by_suffix(root: Path) -> list[Path]:
    """Pictures and videos by suffix in any case; the folder is walked once, links not followed."""
    found = (
        Path(folder, name)
        for folder, _, names in os.walk(root)
        for name in names
        if name.lower().endswith((*DEFAULT_SUFFIXES, *SUFFIXES, *video.SUFFIXES, *FOREIGN))
    )
    return sorted(path for path in found if path.is_file())


def _matches(root: Path, globs: Iterable[str], *, folders: bool = False) -> list[Path]:
    found: set[Path] = set()
    for glob in globs:
        if ".." in Path(glob).parts:
            raise _unusable_glob(root, glob)
        try:
            found.update(p for p in root.glob(glob) if (p.is_dir() if folders else p.is_file()))
        except (ValueError, NotImplementedError):
            raise _unusable_glob(root, glob) from None
    return sorted(found)


def _groups(
    root: Path, globs: Sequence[str], files: Sequence[Path]
) -> dict[Path, tuple[Path, int]]:
    """Images of the folders that the globs name, in order of the numbers in their names."""
    folders = set(_matches(root, globs, folders=True))
    members: dict[Path, list[Path]] = {}
    for path in files:
        if path.parent in folders and not is_video(path):
            members.setdefault(path.parent, []).append(path)
    if globs and not members:
        problem = "no folder of images fits " + ", ".join(globs)
        fix = "name the folders below this one, for example --group-glob 'clips/*'"
        raise SourceError(root, "", problem, fix=fix, code="E-FOLDER-GROUP")
    return {
        path: (folder, place)
        for folder, paths in members.items()
        for place, path in enumerate(sorted(paths, key=_in_time))
    }


def _in_time(path: Path) -> tuple[list[int | str], str]:
    """Names with numbers in them in the order of the numbers: 9 before 10."""
    parts = re.split(r"([0-9]+)", path.name)
    return [int(part) if k % 2 else part for k, part in enumerate(parts)], path.name


def _unusable_glob(root: Path, glob: str) -> SourceError:
    problem = f"{glob!r} is no pattern of files below this folder"
    return SourceError(root, "", problem, fix="for example **/*.jpg", code="E-FOLDER-GLOB")


class _Inside:
    """Whether files lie in the folder; a link may lead elsewhere."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders: dict[Path, bool] = {}

    def __call__(self, path: Path) -> bool:
        folder = path.parent
        if folder not in self.folders:
            self.folders[folder] = is_inside(folder, self.root)
        return self.folders[folder] and (not path.is_symlink() or is_inside(path, self.root))


def title_of(path: Path, root: Path) -> str:
    """The path below the folder as text; bytes that are no UTF-8 are escaped."""
    relative = path.absolute().relative_to(root.absolute()).as_posix()
    return os.fsencode(relative).decode("utf-8", "backslashreplace")
