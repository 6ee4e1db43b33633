"""Lists of images that a data.yaml names for a split, as COCO's val2017.txt -> their labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from boxscore.errors import SourceError
from boxscore.sources.image_names import IMAGE_SUFFIXES
from boxscore.sources.text_lines import is_inside, read_lines

SPLITS = ("train", "val", "test")
OUTWARD = ("..", ".", "/")


def listed_labels(root: Path, document: dict[Any, Any]) -> dict[Path, str]:
    """Where the labels of listed images are due, with their splits; all below the root."""
    above = document.get("path")
    places = [root, root / above] if isinstance(above, str) and "\0" not in above else [root]
    inside: dict[Path, bool] = {}
    found: dict[Path, str] = {}
    for split in SPLITS:
        entries = document.get(split)
        for entry in entries if isinstance(entries, list) else [entries]:
            for image in _images(root, places, entry):
                label = _label(root, image)
                if label is None or label.is_symlink():
                    continue
                if label.parent not in inside:
                    inside[label.parent] = is_inside(label.parent, root)
                if inside[label.parent]:
                    found.setdefault(label, split)
    return found


def _images(root: Path, places: list[Path], entry: object) -> Iterator[str]:
    """The images of a list that is a text file below the root."""
    if not isinstance(entry, str) or not entry.lower().endswith(".txt") or "\0" in entry:
        return
    for place in places:
        file = place / entry
        try:
            if file.is_file() and is_inside(file, root):
                yield from (text.strip() for _, text in read_lines(file) if "\0" not in text)
                return
        except (OSError, SourceError):
            continue


def _label(root: Path, image: str) -> Path | None:
    """Below `labels` where the image is below `images`, from where other machines' paths count."""
    path = PurePosixPath(image.replace("\\", "/"))
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        return None
    parts = [part for part in path.parts if part not in OUTWARD]
    at = max((k for k, part in enumerate(parts) if part == "images"), default=-1)
    if at < 0:
        return root.joinpath(*parts).with_suffix(".txt")
    whole = root.joinpath(*parts[:at], "labels", *parts[at + 1 :]).with_suffix(".txt")
    short = root.joinpath("labels", *parts[at + 1 :]).with_suffix(".txt")
    return whole if whole.is_file() else short
