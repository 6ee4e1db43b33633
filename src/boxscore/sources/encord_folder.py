"""Folders of predictions with Encord Active's ontology mapping in them."""

from __future__ import annotations

from pathlib import Path

from boxscore.sources.encord_mapping import IMAGE_FILE, ontology_file
from boxscore.sources.encord_names import KITTI_SUFFIXES, PNG_SUFFIXES
from boxscore.sources.text_lines import first_files


def encord_folder(path: Path) -> str:
    """The format of a folder with Encord Active's ontology mapping in it; "" of any other path."""
    if not path.is_dir() or ontology_file(path) is None:
        return ""
    if first_files(path, PNG_SUFFIXES, 1):
        return "encord-masks"
    return "encord-kitti" if first_files(path, KITTI_SUFFIXES, 1) else ""


def with_mapping_files(path: Path, form: str) -> str:
    """The format that reads Encord Active's mapping files, where they lie with the predictions."""
    if form == "coco" and ontology_file(path.parent) and (path.parent / IMAGE_FILE).is_file():
        return "encord-coco"
    if form in ("kitti", "masks") and encord_folder(path) == f"encord-{form}":
        return f"encord-{form}"
    return form
