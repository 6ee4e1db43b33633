"""Encord label rows and the ontology of an exported project.

A label row holds data units: images, the images of a group, or a video whose labels are listed by
frame. Units of other kinds (DICOM, audio, text) are left out and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boxscore.engine import counted
from boxscore.errors import RequestError, SourceError, shown
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import Ontology
from boxscore.sources.encord_rows import RowReader
from boxscore.sources.formats import NO, Guess, ReadRequest, Role
from boxscore.sources.json_document import read_document
from boxscore.sources.picture_places import Pictures
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.regular_files import open_regular
from boxscore.sources.report import ImportReport
from boxscore.sources.text_lines import files_below, first_files

CONVENTION = Convention(corners="xywh", scale="relative")
ONTOLOGIES = ("ontology.json", "structure.json", "ontology_structure.json")
HEAD = 1 << 16
CODE = "E-ENCORD"


def recognise(path: Path, _role: Role) -> Guess:
    """JSON with data_units and a label_hash."""
    files = [path] if path.is_file() else first_files(path, (".json",)) if path.is_dir() else []
    for file in files:
        if file.suffix.lower() == ".json" and _is_rows(file):
            return Guess(share=0.96, why=f"{file.name} is an Encord label row")
    return NO


def _is_rows(path: Path) -> bool:
    try:
        with open_regular(path) as file:
            head = file.read(HEAD)
    except SourceError:
        return False
    return b'"data_units"' in head and b'"label_hash"' in head


def read(path: Path, request: ReadRequest, report: ImportReport) -> RawSet:
    """Read every label row of a file or folder.

    Raises:
        SourceError: There is none, a JSON is damaged, or the ontology is no ontology.
    """
    root = path if path.is_dir() else path.parent
    rows, inner = _label_rows(path)
    if not rows:
        fix = "name the folder with the label rows (JSON with data_units) and ontology.json"
        raise SourceError(path, "", "holds no Encord label row", fix=fix, code=CODE)
    ontology = _ontology(root, inner, rows, report)
    builder = RawBuilder("encord", path, report, CONVENTION, ontology)
    images = request.images or (root / "data" if (root / "data").is_dir() else None)
    reader = RowReader(builder, ontology, Pictures.below(images))
    for file, row in rows:
        builder.file(shown(file.relative_to(root).as_posix()))
        reader.read(row)
    reader.finish()
    return builder.build()


def _label_rows(path: Path) -> tuple[list[tuple[Path, dict[str, Any]]], dict[str, Any] | None]:
    """Label rows with their files, and an ontology that stands in one of them."""
    files = [path] if path.is_file() else files_below(path, (".json",))
    found: list[tuple[Path, dict[str, Any]]] = []
    inner = None
    for file in counted(files, "JSON files"):
        if not _is_rows(file):
            continue
        document = read_document(file)
        if isinstance(document, dict) and "data_units" not in document:
            inner = _structure(document.get("ontology")) or inner
            document = next((document[k] for k in ("labels", "label_rows") if k in document), [])
        rows = document if isinstance(document, list) else [document]
        found += [(file, r) for r in rows if isinstance(r, dict) and "data_units" in r]
    return found, inner


def _structure(value: Any) -> dict[str, Any] | None:
    """An ontology's structure, bare or wrapped."""
    for key in ("ontology", "structure", "editor"):
        if isinstance(value, dict) and isinstance(value.get(key), dict):
            value = value[key]
    known = isinstance(value, dict) and ("objects" in value or "classifications" in value)
    return value if known else None


def _ontology(
    root: Path,
    inner: dict[str, Any] | None,
    rows: list[tuple[Path, dict[str, Any]]],
    report: ImportReport,
) -> Ontology:
    """The project's own, with its hashes; without one, what the labels say of their classes."""
    file = next((root / name for name in ONTOLOGIES if (root / name).is_file()), None)
    structure = inner if file is None else _structure(read_document(file))
    if structure is None:
        if file is not None:
            fix = "it needs objects and classifications as in an exported ontology"
            raise SourceError(file, "", "is no ontology", fix=fix, code=CODE)
        report.note("W-ENCORD-ONTOLOGY", "no ontology.json: classes are those that labels name")
        structure = {"objects": _named_objects([row for _, row in rows])}
    try:
        return Ontology.from_json(_known_shapes(structure, report))
    except RequestError as bad:
        raise SourceError(file or root, "", bad.problem, fix=bad.fix, code=CODE) from None


def _known_shapes(structure: dict[str, Any], report: ImportReport) -> dict[str, Any]:
    """Without classes of audio, text and other shapes that lie on no image."""
    objects = structure.get("objects")
    if not isinstance(objects, list):
        return structure
    kept = [o for o in objects if not isinstance(o, dict) or o.get("shape") in [*Shape]]
    if len(kept) < len(objects):
        problem = "classes of shapes that lie on no image: left out"
        report.note("N-ENCORD-SHAPE", problem, len(objects) - len(kept))
    return structure | {"objects": kept}


def _named_objects(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in (o for row in rows for o in _objects_in(row.get("data_units"))):
        feature_hash = one.get("featureHash")
        if isinstance(feature_hash, str):
            found.setdefault(feature_hash, {**one, "featureNodeHash": feature_hash})
    return list(found.values())


def _objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """Objects of all data units, whose labels are those of an image or listed by frame."""
    for unit in value.values() if isinstance(value, dict) else ():
        labels = unit.get("labels") if isinstance(unit, dict) else None
        if not isinstance(labels, dict):
            continue
        for frame in (labels, *labels.values()):
            listed = frame.get("objects") if isinstance(frame, dict) else None
            some = listed if isinstance(listed, list) else ()
            yield from (o for o in some if isinstance(o, dict) and "name" in o)
