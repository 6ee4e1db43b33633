"""The outside world -> our tables; one file per format, imported when it is used."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from boxscore.errors import RequestError, SourceError
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables

if TYPE_CHECKING:
    from boxscore.sources.doctor import Diagnosis
    from boxscore.sources.raw import RawSet

RunSource = Callable[[Path, ProjectContext, ImportReport], RunTables]

DIRECT = {
    "coco": "coco_results",
    "encord-coco": "encord_coco",
    "encord-kitti": "encord_kitti",
    "encord-masks": "encord_masks",
    "pickle": "encord_pickle",
}
"""Formats of predictions that are read straight into tables -> the module whose `read` does it;
all others become a raw set first (`sources.formats`)."""

TORCH = (".pth", ".pt")


def run_formats() -> list[str]:
    """Names of all formats of predictions."""
    from boxscore.sources.formats import formats

    return [*DIRECT, *formats("predictions")]


def project_formats() -> list[str]:
    """Names of all formats of ground truth."""
    from boxscore.sources.formats import formats

    return ["coco", *formats("truth")]


def read_run(path: Path, form: str, context: ProjectContext, report: ImportReport) -> RunTables:
    """Read one prediction set in a format of `run_formats`, or in the one recognised ("auto").

    Raises:
        SourceError: The file is not what it claims to be, or cannot be reconciled.
        RequestError: There is no such format.
    """
    chosen = with_mapping_files(path, sniff(path) if form == "auto" else form)
    if chosen in DIRECT:
        if context.mapping is not None and chosen != "coco":
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

    chosen = with_mapping_files(path, sniff(path) if form == "auto" else form)
    if chosen == "coco":
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


def sniff(path: Path) -> str:
    """Recognise predictions by their content.

    Raises:
        SourceError: They cannot be read, or are of no known kind; the message says what they are.
    """
    from boxscore.sources.formats import recognise, the_format
    from boxscore.sources.json_text import is_pickle, open_json

    if path.suffix.lower() in TORCH:
        raise SourceError(
            path,
            "",
            "is a file of PyTorch, a pickle: such files can run code and are not opened",
            fix="give coco_instances_results.json, which Detectron2 writes beside it, or JSON",
            code="E-PICKLE-TORCH",
        )
    if path.is_file() and is_pickle(path):
        return "pickle"
    if form := encord_folder(path):
        return form
    if path.is_dir() or recognise(path, "predictions"):
        card, _ = the_format(path, "predictions")
        return card.name
    open_json(path)
    return "coco"


def certainty(path: Path, form: str) -> tuple[float, str]:
    """How sure it is that a path is of a format that was recognised, 0 to 1, and why."""
    from boxscore.sources.formats import recognise

    for card, guess in recognise(path, "predictions"):
        if card.name == form:
            return guess.share, guess.why
    return 1.0, "its first bytes, and no other format fits"


def encord_folder(path: Path) -> str:
    """The format of a folder with Encord Active's ontology mapping in it; "" of any other path."""
    from boxscore.sources.encord_mapping import ontology_file
    from boxscore.sources.encord_names import KITTI_SUFFIXES, PNG_SUFFIXES
    from boxscore.sources.text_lines import first_files

    if not path.is_dir() or ontology_file(path) is None:
        return ""
    if first_files(path, PNG_SUFFIXES, 1):
        return "encord-masks"
    return "encord-kitti" if first_files(path, KITTI_SUFFIXES, 1) else ""


def with_mapping_files(path: Path, form: str) -> str:
    """The format that reads Encord Active's mapping files, where they lie with the predictions."""
    from boxscore.sources.encord_mapping import IMAGE_FILE, ontology_file

    if form == "coco" and ontology_file(path.parent) and (path.parent / IMAGE_FILE).is_file():
        return "encord-coco"
    if form in ("kitti", "masks") and encord_folder(path) == f"encord-{form}":
        return f"encord-{form}"
    return form


def sniff_project(path: Path) -> str:
    """Recognise ground truth by its content.

    Raises:
        SourceError: It cannot be read, or is of no known kind; the message says what it is.
    """
    from boxscore.sources.formats import recognise, the_format
    from boxscore.sources.json_text import is_pickle, open_json

    if path.is_file() and is_pickle(path):
        raise RequestError(
            f"{path}: is a pickle of predictions, no ground truth",
            fix="import it with `boxscore import predictions` into a project",
            code="E-FORMAT-PROJECT",
        )
    if path.is_dir() or recognise(path, "truth"):
        card, _ = the_format(path, "truth")
        return card.name
    open_json(path)
    return "coco"


def format_table() -> list[dict[str, object]]:
    """Every format, what it is and what it can hold."""
    from boxscore.sources.formats import formats

    truth, predictions = formats("truth"), formats("predictions")
    direct: list[dict[str, object]] = [
        {"format": name, "title": title, "truth": name == "coco", "predictions": True}
        for name, title in (
            ("coco", "COCO annotations and results (JSON)"),
            ("encord-coco", "COCO results with Encord Active's mapping files beside them"),
            ("encord-kitti", "KITTI results with Encord Active's mapping file"),
            ("encord-masks", "PNG masks with Encord Active's mapping file"),
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
