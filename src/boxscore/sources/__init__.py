"""The outside world -> our tables; one file per format, imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from boxscore.errors import RequestError, near_misses
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables

RunSource = Callable[[Path, ProjectContext, ImportReport], RunTables]

MODULES = {"coco": "coco_results", "pickle": "encord_pickle"}
"""Format of predictions -> the module whose `read` reads it."""


def _later(module: str) -> RunSource:
    def read(path: Path, context: ProjectContext, report: ImportReport) -> RunTables:
        source: RunSource = import_module(f"boxscore.sources.{module}").read
        return source(path, context, report)

    return read


SOURCES: dict[str, RunSource] = {name: _later(module) for name, module in MODULES.items()}


def run_source(name: str) -> RunSource:
    """The reader of a format of predictions: ours, or one that a plug-in adds.

    Raises:
        RequestError: There is no such format.
    """
    if name in SOURCES:
        return SOURCES[name]
    added = {point.name: point for point in entry_points(group="boxscore.sources")}
    if name not in added:
        problem = f"format {name!r} is unknown"
        fix = near_misses(name, [*SOURCES, *added])
        raise RequestError(problem, fix=fix, code="E-FORMAT-UNKNOWN")
    source: RunSource = added[name].load()
    return source


def sniff(path: Path) -> str:
    """Recognise a file by its content: "pickle" or "coco".

    Raises:
        SourceError: It cannot be read, or is of no known kind; the message says what it is.
    """
    from boxscore.sources.json_text import is_pickle, open_json

    if is_pickle(path):
        return "pickle"
    open_json(path)
    return "coco"
