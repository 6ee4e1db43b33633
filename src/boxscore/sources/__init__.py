"""The outside world -> our tables; one file per format, imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from boxscore.errors import RequestError
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables

if TYPE_CHECKING:
    from boxscore.sources.doctor import Diagnosis
    from boxscore.sources.formats import Role
    from boxscore.sources.raw import RawSet

RunSource = Callable[[Path, ProjectContext, ImportReport], RunTables]

DIRECT = {
    "coco": "coco_results",
    "encord-coco": "encord_coco",
    "encord-kitti": "encord_kitti",
    "encord-masks": "encord_masks",
    "lvis": "coco_results",
    "pickle": "encord_pickle",
}
"""Formats of predictions that are read straight into tables -> the module whose `read` does it;
all others become a raw set first (`sources.formats`)."""

COCO = ("coco", "lvis")
"""Files of COCO's form, in which the doctor decides what images and classes are meant."""


def run_formats() -> list[str]:
    """Names of all formats of predictions."""
    from boxscore.sources.formats import formats

    return [*DIRECT, *formats("predictions")]


def project_formats() -> list[str]:
    """Names of all formats of ground truth."""
    from boxscore.sources.formats import formats

    return [*COCO, *formats("truth")]


def read_run(path: Path, form: str, context: ProjectContext, report: ImportReport) -> RunTables:
    """Read one prediction set in a format of `run_formats`, or in the one recognised ("auto").

    Raises:
        SourceError: The file is not what it claims to be, or cannot be reconciled.
        RequestError: There is no such format.
    """
    chosen = chosen_format(path, form, "predictions", report)
    if chosen in DIRECT:
        if context.mapping is not None and chosen not in COCO:
            raise _without_doctor(chosen, "takes no mapping file", "E-MAPPING-FORMAT")
        source: RunSource = import_module(f"boxscore.sources.{DIRECT[chosen]}").read
        return source(path, context, report)
    from boxscore.sources.raw_run import read_raw_run

    return read_raw_run(path, chosen, context, report)


def examine(
    path: Path, form: str, context: ProjectContext, report: ImportReport
) -> tuple[RawSet, Diagnosis]:
    """What the doctor finds in a prediction set, and what was read of it; nothing is imported.

    Raises:
        SourceError: It is not what it claims to be.
        RequestError: Its format leaves the doctor nothing to decide.
    """
    from boxscore.sources.raw_run import examine as examine_raw

    chosen = chosen_format(path, form, "predictions", report)
    if chosen in COCO:
        from boxscore.sources.coco_results import examine as examine_coco

        return examine_coco(path, context, report)
    if chosen in DIRECT:
        raise _without_doctor(chosen, "needs no doctor", "E-DOCTOR-FORMAT")
    return examine_raw(path, chosen, context, report)


def _without_doctor(form: str, problem: str, code: str) -> RequestError:
    return RequestError(
        f"format {form!r} {problem}: it names images and classes by the project's own ids, and "
        "says how boxes are meant",
        fix="import it without --mapping",
        code=code,
    )


def sniff(path: Path, role: Role = "predictions") -> str:
    """The format that the content of a path says it is.

    Raises:
        SourceError: It cannot be read, is of no known kind, or may be of several.
    """
    from boxscore.sources.recognising import recognised

    return recognised(path, role).format


def chosen_format(path: Path, form: str, role: Role, report: ImportReport) -> str:
    """The format asked for; of "auto" the one recognised, which the report remembers.

    Raises:
        SourceError: As `sniff`.
    """
    from boxscore.sources.encord_folder import with_mapping_files
    from boxscore.sources.recognising import recognised

    if form == "auto":
        report.recognition = recognised(path, role)
        form = report.recognition.format
    return with_mapping_files(path, form) if role == "predictions" else form


def format_table() -> list[dict[str, object]]:
    """Every format, what it is and what it can hold."""
    from boxscore.sources.formats import formats

    truth, predictions = formats("truth"), formats("predictions")
    direct: list[dict[str, object]] = [
        {"format": name, "title": title, "truth": name in COCO, "predictions": True}
        for name, title in (
            ("coco", "COCO annotations and results (JSON)"),
            ("encord-coco", "COCO results with Encord Active's mapping files beside them"),
            ("encord-kitti", "KITTI results with Encord Active's mapping file"),
            ("encord-masks", "PNG masks with Encord Active's mapping file"),
            ("lvis", "LVIS annotations and results (JSON)"),
            ("pickle", "Encord Active's pickled predictions"),
        )
    ]
    return direct + [
        {
            "format": name,
            "title": card.title,
            "truth": name in truth,
            "predictions": name in predictions,
        }
        for name, card in sorted({**truth, **predictions}.items())
    ]
