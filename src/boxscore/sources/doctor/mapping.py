"""`mapping.yaml`: how a source is to be read, decided once, committed and edited."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError, near_misses, shown
from boxscore.sources.box_forms import CORNERS, FITS, SCALES, UNSIZED, input_words
from boxscore.sources.context import ProjectContext
from boxscore.sources.doctor.classes import CLASS_WAYS
from boxscore.sources.doctor.confidences import PLACES
from boxscore.sources.doctor.confidences import SCALES as CONFIDENCES
from boxscore.sources.doctor.images import ITEM_NAMES, WAYS
from boxscore.sources.raw import Convention
from boxscore.sources.yaml_text import read_yaml

FIX = "`boxscore docs doctor` says what a mapping file may hold"
CODE = "E-MAPPING"
KEYS = ("version", "images", "classes", "boxes", "confidence", "most_unmatched")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Decisions; None or empty where the doctor is to decide.

    Attributes:
        images_by: One of `images.WAYS`.
        images: Name in the source -> title, source id or data hash of an item.
        classes_by: Words of a reading of `classes`.
        classes: Name or number in the source -> name of a class, None to leave it out.
        boxes: How boxes are meant.
        confidence_at: "before" or "after" the box, in formats that tell it by its place.
        confidence_scale: One of `confidences.SCALES`: what is made a share of 1.
        most_unmatched: Share of the records that may stay without image or class.
    """

    images_by: str | None = None
    images: dict[str, str] = field(default_factory=dict)
    classes_by: str | None = None
    classes: dict[str, str | None] = field(default_factory=dict)
    boxes: Convention | None = None
    confidence_at: str | None = None
    confidence_scale: str | None = None
    most_unmatched: float | None = None


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        SourceError: It is no YAML of the documented form; the message names the line.
    """
    document = read_yaml(path)
    if not isinstance(document, dict):
        raise _wrong(path, "", "holds no keys", "begin with version: 1")
    _only(path, "", document, KEYS)
    if document.get("version", 1) != 1:
        raise _wrong(path, "version", f"{shown(document['version'])} is unknown", "use version: 1")
    images, classes = (_part(path, document, name, ("by", "map")) for name in KEYS[1:3])
    by = images.get("by")
    if by is not None and by not in WAYS:
        raise _wrong(path, "images/by", f"{shown(by)} is no way", near_misses(str(by), WAYS))
    way = classes.get("by")
    if way is not None and way not in CLASS_WAYS:
        fix = near_misses(str(way), CLASS_WAYS)
        raise _wrong(path, "classes/by", f"{shown(way)} is no way", fix)
    share = document.get("most_unmatched")
    if share is not None and not (isinstance(share, int | float) and 0 <= share <= 1):
        raise _wrong(path, "most_unmatched", f"{shown(share)} is no share", "from 0 to 1")
    return Mapping(
        images_by=by,
        images={str(k): str(v) for k, v in _named(path, images, "images").items()},
        classes_by=way,
        classes={
            str(k): None if v is None else str(v)
            for k, v in _named(path, classes, "classes").items()
        },
        boxes=_boxes(path, document),
        confidence_at=_word(path, document, "place", PLACES),
        confidence_scale=_word(path, document, "scale", CONFIDENCES),
        most_unmatched=share,
    )


def with_mapping(context: ProjectContext, path: Path) -> ProjectContext:
    """A project's context with the decisions of a mapping file.

    Raises:
        SourceError: The file is wrong, or names a class or an image that the project lacks.
    """
    mapping = read_mapping(path)
    classes = context.ontology.classes
    known = {c.name for c in classes} | {c.feature_hash for c in classes}
    for key, name in mapping.classes.items():
        if name is not None and name not in known:
            problem = f"class {shown(name)} is not in the ontology"
            fix = near_misses(name, sorted({c.name for c in classes}))
            raise _wrong(path, f"classes/map/{shown(key)}", problem, fix)
    items = context.items
    named = {n for column in ITEM_NAMES for n in items[column].tolist()}
    for key, name in mapping.images.items():
        if name not in named:
            problem = f"image {shown(name)} is not in the project"
            fix = "name it by its title, source id or data hash"
            raise _wrong(path, f"images/map/{shown(key)}", problem, fix)
    return replace(context, mapping=mapping)


def _part(path: Path, document: dict[str, Any], name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    part = document.get(name) or {}
    if not isinstance(part, dict):
        raise _wrong(path, name, "is no set of keys", FIX)
    _only(path, name, part, keys)
    return part


def _named(path: Path, part: dict[str, Any], name: str) -> dict[Any, Any]:
    named = part.get("map") or {}
    if not isinstance(named, dict):
        raise _wrong(path, f"{name}/map", "is no set of keys", FIX)
    return named


def _word(path: Path, document: dict[str, Any], key: str, known: tuple[str, ...]) -> str | None:
    value = _part(path, document, "confidence", ("place", "scale")).get(key)
    if value is not None and value not in known:
        fix = near_misses(str(value), known)
        raise _wrong(path, f"confidence/{key}", f"{shown(value)} is unknown", fix)
    return value


def _boxes(path: Path, document: dict[str, Any]) -> Convention | None:
    part = _part(path, document, "boxes", ("corners", "scale", "input"))
    if not part:
        return None
    corners, scale = part.get("corners", "xywh"), part.get("scale", "pixels")
    for name, value, known in (("corners", corners, CORNERS), ("scale", scale, SCALES)):
        if value not in known:
            raise _wrong(
                path, f"boxes/{name}", f"{shown(value)} is unknown", near_misses(str(value), known)
            )
    given = part.get("input") or {}
    if not given:
        return Convention(corners=corners, scale=scale)
    if not isinstance(given, dict):
        raise _wrong(path, "boxes/input", "is no set of keys", FIX)
    _only(path, "boxes/input", given, ("width", "height", "fit"))
    fit, sides = given.get("fit", "letterbox"), [given.get(k) for k in ("width", "height")]
    if fit not in (*FITS, *UNSIZED):
        fix = near_misses(str(fit), (*FITS, *UNSIZED))
        raise _wrong(path, "boxes/input/fit", f"{shown(fit)} is unknown", fix)
    if fit in UNSIZED:
        return Convention(corners=corners, scale=scale, fit=fit)
    if not all(isinstance(side, int) and 0 < side < 1 << 20 for side in sides):
        raise _wrong(path, "boxes/input", "needs width and height in pixels", FIX)
    size = int(str(sides[0])), int(str(sides[1]))
    return Convention(corners=corners, scale=scale, fit=fit, size=size)


def _only(path: Path, place: str, part: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in part:
        if key not in known:
            raise _wrong(path, place, f"key {shown(key)} is unknown", near_misses(str(key), known))


def _wrong(path: Path, place: str, problem: str, fix: str) -> SourceError:
    return SourceError(path, place, problem, fix=fix, code=CODE)


def write_mapping(path: Path, mapping: Mapping, source: str, project: str) -> None:
    """Write a mapping that `read_mapping` reads, with a word on each part."""
    lines = [
        f"# How {_plain(source)} is read into project {_plain(project)}.",
        "# Edit what is wrong, commit it, and import with --mapping.",
    ]
    if None in mapping.classes.values():
        lines.append("# null leaves a class out: the project has none of that name or number.")
    path.write_text("\n".join(lines) + "\n" + mapping_text(mapping), encoding="utf-8")


def mapping_text(mapping: Mapping) -> str:
    """The same without the words at its head."""
    by = mapping.images_by
    lines = [
        "version: 1",
        "images:",
        f"  {'' if by else '# '}by: {by or WAYS[0]}",
        *_lines(mapping.images),
        "classes:",
        *([f"  by: {_quoted(mapping.classes_by)}"] if mapping.classes_by else []),
        *_lines(mapping.classes),
    ]
    if mapping.boxes is not None:
        lines += [
            "boxes:",
            f"  corners: {mapping.boxes.corners}  # {' | '.join(CORNERS)}",
            f"  scale: {mapping.boxes.scale}  # {' | '.join(SCALES)}",
        ]
        if mapping.boxes.fit:
            lines.append(f"  input: {input_words(mapping.boxes)}")
    told = {"place": mapping.confidence_at, "scale": mapping.confidence_scale}
    if any(told.values()):
        lines += ["confidence:", *(f"  {key}: {word}" for key, word in told.items() if word)]
    if mapping.most_unmatched is not None:
        lines.append(f"most_unmatched: {mapping.most_unmatched}")
    return "\n".join(lines) + "\n"


def _lines(named: dict[str, str] | dict[str, str | None]) -> list[str]:
    if not named:
        return []
    pairs = [f"    {_quoted(k)}: {'null' if v is None else _quoted(v)}" for k, v in named.items()]
    return ["  map:", *pairs]


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _plain(text: str) -> str:
    return shown(text).replace("\n", " ")
