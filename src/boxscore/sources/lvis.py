"""LVIS: COCO annotations that also say which classes were looked for on an image.

Source: Gupta et al. 2019, "LVIS: A Dataset for Large Vocabulary Instance Segmentation".
"""

from __future__ import annotations

from pathlib import Path

from boxscore.schema.ontology import Ontology
from boxscore.sources.coco_layout import recognise as recognise_coco
from boxscore.sources.formats import NO, Guess, Role
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import mentions

KEYS = (b'"neg_category_ids"', b'"not_exhaustive_category_ids"')
"""What every image of LVIS has, and none of COCO."""


def recognise(path: Path, role: Role) -> Guess:
    """By the keys of its images, wherever they stand in the file."""
    if role != "truth" or not recognise_coco(path, role).share:
        return NO
    files = [path] if path.is_file() else sorted(path.glob("*.json"))
    if path.is_dir() and len(files) != 1:
        return NO
    return Guess(share=1.0, why="images with neg_category_ids") if mentions(files[0], KEYS) else NO


def is_lvis(ontology: Ontology) -> bool:
    """Whether a project's classes have LVIS's frequencies."""
    return any(known.frequency for known in ontology.objects)


def note_protocol(report: ImportReport) -> None:
    """Say which scores are LVIS's own: those of COCO punish what LVIS leaves open."""
    problem = "LVIS: its own scores come from `boxscore evaluate --protocol lvis`"
    report.note("N-LVIS-PROTOCOL", problem)
