"""Folders of PNG masks as Encord Active reads them: a class per pixel value, a region an object."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import MappingError, SourceError
from boxscore.kernels import _core
from boxscore.schema.kinds import Kind
from boxscore.sources.collecting import Collector
from boxscore.sources.components import components
from boxscore.sources.context import ProjectContext
from boxscore.sources.encord_mapping import (
    COVERING,
    ONTOLOGY_FILES,
    given_or_read,
    mapped_classes,
    numbered,
    ontology_file,
    single,
    unknown_class,
)
from boxscore.sources.encord_names import (
    BESIDE,
    PNG_FILE_NAME_REGEX,
    PNG_SUFFIXES,
    FolderWishes,
    Place,
    placed_files,
)
from boxscore.sources.image_files import MOST_PIXELS
from boxscore.sources.item_lookup import ItemLookup
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables
from boxscore.sources.text_lines import read_bytes

MOST_REGIONS = 10_000
LEAST_PIXELS = 4
"""Smaller regions are specks, not objects."""
ONE_CHANNEL = ("L", "P", "1", "I", "I;16", "I;16B")


def read(
    path: Path,
    context: ProjectContext,
    report: ImportReport,
    wishes: FolderWishes = BESIDE,
) -> RunTables:
    """Read a folder of masks for a project; every region becomes a mask with confidence 1.

    Raises:
        SourceError: Nothing fits, or more than 5 % of it is unusable.
        RequestError: The mapping names what the project does not have.
    """
    mapping = given_or_read(wishes.ontology, ontology_file(path), path / ONTOLOGY_FILES[0])
    values: dict[int, int] = single(numbered(mapped_classes(mapping, context.ontology, COVERING)))
    if any(value <= 0 for value in values):
        problem = "a pixel value in the ontology mapping is not positive: 0 is the background"
        raise MappingError(problem, fix="use values from 1", code="E-MAPPING-VALUE")
    found = Collector("encord-masks", path, context, report)
    sizes = list(zip(context.items["height"], context.items["width"], strict=True))
    places = placed_files(
        path, PNG_SUFFIXES, PNG_FILE_NAME_REGEX, wishes, ItemLookup(context.items), report
    )
    for place in places:
        try:
            pixels = _pixels(place.path, sizes[place.item])
        except SourceError as bad:
            report.reject(bad.code, place.name, bad.problem, bad.fix)
        else:
            _read_values(place, pixels, values, found, report)
    predictions = found.annotations()
    if not predictions.rows + report.rejected:
        report.note("N-NO-PREDICTIONS", "0 predictions: there are no records")
    report.check_refusal(predictions.rows + report.rejected)
    words = {"images": "by data unit title", "classes": "by ontology mapping"}
    return RunTables(predictions=predictions, report=report, format="encord-masks", mapping=words)


def _pixels(path: Path, size: tuple[int, int]) -> NDArray[Any]:
    """(height, width) whole numbers."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(read_bytes(path)), formats=("PNG",)) as image:
            width, height = image.size
            mode = image.mode
            if width * height > MOST_PIXELS:
                problem = f"{width} x {height} pixels are more than {MOST_PIXELS}"
                raise _unusable(path, problem, "E-IMAGE-PIXELS")
            if (height, width) != tuple(size):
                problem = f"a mask of {height} x {width} pixels for an image of {size[0]} x "
                raise _unusable(path, f"{problem}{size[1]}", "E-MASK-SIZE")
            if mode not in ONE_CHANNEL:
                problem = f"has colours ({mode}), not one number a pixel"
                raise _unusable(path, problem, "E-MASK-CHANNELS")
            return np.asarray(image).astype(np.int64)
    except SourceError:
        raise
    except Exception as bad:
        raise _unusable(path, f"is no PNG: {type(bad).__name__}", "E-IMAGE-KIND") from None


def _unusable(path: Path, problem: str, code: str) -> SourceError:
    fix = "give a PNG of the image's size with one value a pixel"
    return SourceError(path, "", problem, fix=fix, code=code)


def _read_values(
    place: Place,
    pixels: NDArray[Any],
    values: dict[int, int],
    found: Collector,
    report: ImportReport,
) -> None:
    file = found.raw.file(place.name)
    image = found.image(place.item)
    bitmap = np.zeros(pixels.shape, np.uint8)
    for value in np.unique(pixels[pixels != 0]).tolist():
        where = f"{place.name}: value {value}"
        if value not in values:
            report.reject("E-CLASS-UNKNOWN", where, *unknown_class(value, values))
            continue
        regions = components(pixels == value)
        objects = [region for region in regions if region.size >= LEAST_PIXELS]
        if len(objects) < len(regions):
            problem = f"regions of fewer than {LEAST_PIXELS} pixels: left out as specks"
            report.note("N-MASK-SPECKS", problem, len(regions) - len(objects))
        if len(objects) > MOST_REGIONS:
            problem = f"{len(objects)} regions of one class are more than {MOST_REGIONS}"
            report.reject("E-MASK-REGIONS", where, problem)
            continue
        for region in objects:
            bitmap.ravel()[region] = 1
            mask = _core.mask_from_bitmap(bitmap)
            bitmap.ravel()[region] = 0
            found.raw.add(
                image, values[value], Kind.BITMASK, mask=mask, confidence=1.0, file=file, line=0
            )
