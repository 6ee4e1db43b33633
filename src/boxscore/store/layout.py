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


def is_project(path: Path) -> bool:
    """Whether a folder is a project."""
    return (path / CATALOGUE).is_file()
