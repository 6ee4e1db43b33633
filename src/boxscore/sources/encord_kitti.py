"""Folders of KITTI result files as Encord Active reads them, with their ontology mapping.

15 columns, and the confidence as the 16th: class, truncation, occlusion, alpha, left, top, right,
bottom in pixels, then the object in space, which is not compared.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from boxscore.errors import SourceError, shown
from boxscore.schema.tables import Annotations
from boxscore.sources.collecting import Collector
from boxscore.sources.context import ProjectContext
from boxscore.sources.encord_mapping import (
    BOXES,
    COVERING,
    ONTOLOGY_FILES,
    given_or_read,
    mapped_classes,
    ontology_file,
    single,
    unknown_class,
)
from boxscore.sources.encord_names import (
    BESIDE,
    KITTI_FILE_NAME_REGEX,
    KITTI_SUFFIXES,
    FolderWishes,
    Place,
    placed_files,
)
from boxscore.sources.item_lookup import ItemLookup
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables
from boxscore.sources.text_lines import number_in, read_lines

COLUMNS = 15
BOX = slice(4, 8)
DEFAULT_CONFIDENCE = 1.0
REGION = "DontCare"
"""KITTI's own name of regions to leave alone; no prediction."""

Line = tuple[int, list[float], float]


def read(
    path: Path,
    context: ProjectContext,
    report: ImportReport,
    wishes: FolderWishes = BESIDE,
) -> RunTables:
    """Read a folder of KITTI files for a project.

    Raises:
        SourceError: Nothing fits, or more than 5 % of the lines are unusable.
        RequestError: The mapping names what the project does not have.
    """
    mapping = given_or_read(wishes.ontology, ontology_file(path), path / ONTOLOGY_FILES[0])
    classes: dict[str, int] = single(mapped_classes(mapping, context.ontology, BOXES + COVERING))
    found = Collector("encord-kitti", path, context, report, corners="xyxy")
    places = placed_files(
        path, KITTI_SUFFIXES, KITTI_FILE_NAME_REGEX, wishes, ItemLookup(context.items), report
    )
    for place in places:
        _read_file(place, classes, found, report)
    predictions = found.annotations()
    if not predictions.rows + report.rejected:
        report.note("N-NO-PREDICTIONS", "0 predictions: there are no records")
    _note_masks(predictions, context, report)
    report.check_refusal(predictions.rows + report.rejected)
    words = {"images": "by data unit title", "classes": "by ontology mapping"}
    return RunTables(predictions=predictions, report=report, format="encord-kitti", mapping=words)


def _note_masks(predictions: Annotations, context: ProjectContext, report: ImportReport) -> None:
    masked = [c.class_id for c in context.ontology.classes if c.shape in COVERING]
    count = int(np.isin(predictions.table["class_id"], masked).sum())
    if count:
        problem = "boxes of classes with masks: compared with the boxes around the masks"
        report.note("W-KITTI-BOX-OF-MASK", problem, count)


def _read_file(
    place: Place, classes: dict[str, int], found: Collector, report: ImportReport
) -> None:
    lines: list[Line] = []
    numbers: list[int] = []
    try:
        texts = list(read_lines(place.path))
    except SourceError as bad:
        report.reject(bad.code, place.name, bad.problem, bad.fix)
        return
    for number, text in texts:
        try:
            line = _line(_words(text, place.path), classes, report)
        except ValueError as bad:
            code, problem, fix = bad.args
            report.reject(code, f"{place.name}:{number}", problem, fix)
            continue
        if line is not None:
            lines.append(line)
            numbers.append(number)
    if not lines:
        return
    file = found.raw.file(place.name)
    count = len(lines)
    columns = {
        "file": np.full(count, file),
        "line": np.array(numbers),
        "image": np.full(count, found.image(place.item)),
        "class_ref": np.array([class_id for class_id, _, _ in lines]),
        "confidence": np.array([confidence for _, _, confidence in lines]),
    }
    found.raw.extend(columns, np.array([box for _, box, _ in lines], np.float64))


def _words(text: str, path: Path) -> list[str]:
    words = text.split()
    if len(words) == 1 and path.suffix.lower() == ".csv":
        return [word.strip() for word in text.split(",")]
    return words


def _line(words: list[str], classes: dict[str, int], report: ImportReport) -> Line | None:
    """Class, corners and confidence; ValueError(code, problem, fix) where it is no prediction."""
    if len(words) < COLUMNS:
        problem = f"{len(words)} columns where KITTI has 15, and the confidence as the 16th"
        raise ValueError("E-KITTI-COLUMNS", problem, "write all columns, separated by spaces")
    if words[0] == REGION and REGION not in classes:
        report.note("N-KITTI-DONTCARE", "lines DontCare: left out, they are no predictions")
        return None
    if words[0] not in classes:
        raise ValueError("E-CLASS-UNKNOWN", *unknown_class(words[0], classes))
    box = [number_in(word) for word in words[BOX]]
    confidence = number_in(words[COLUMNS]) if len(words) > COLUMNS else DEFAULT_CONFIDENCE
    if confidence is None:
        problem = f"confidence {shown(words[COLUMNS])} is no finite number"
        raise ValueError("E-CONFIDENCE", problem, "write the confidence as the 16th column")
    corners = [value for value in box if value is not None]
    if len(corners) < len(box):
        problem = f"box {shown(' '.join(words[BOX]))} has a number that is none"
        raise ValueError("E-BOX-NOT-FINITE", problem, "write left, top, right, bottom in pixels")
    if len(words) == COLUMNS:
        problem = "lines without a 16th column: their confidence is 1"
        report.note("W-KITTI-NO-CONFIDENCE", problem)
    if len(words) > COLUMNS + 1:
        report.note("N-KITTI-MORE-COLUMNS", "lines with more than 16 columns: the rest not read")
    return classes[words[0]], corners, confidence
