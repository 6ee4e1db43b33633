"""Names inside a project folder. Nothing in it names an absolute place."""

from __future__ import annotations

from pathlib import Path

CATALOGUE = "catalogue.sqlite"
PARTS = "parts"
STAGING = "staging"
IMAGES = "images"
REPORTS = "reports"
ONTOLOGY = "ontology.json"
LEASES = "leases"
WRITER_LOCK = "writer.lock"


PLACES = {PARTS, STAGING, IMAGES, REPORTS, ONTOLOGY, LEASES, WRITER_LOCK}


def is_unfinished(path: Path) -> bool:
    """Whether a folder is what a killed process left of a project that it was making.

    What it holds is removed then, so it must have the writer's lock: a folder of somebody's with
    images and staging in it is none.
    """
    if not (path / STAGING).is_dir() or not (path / WRITER_LOCK).is_file() or is_project(path):
        return False
    return {entry.name for entry in path.iterdir()} <= PLACES


def is_project(path: Path) -> bool:
    """Whether a folder is a project."""
    return (path / CATALOGUE).is_file()
