"""The ontology in Encord's JSON form (OntologyStructure), read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boxscore.errors import RequestError
from boxscore.schema.kinds import Shape
from boxscore.schema.ontology import (
    COLORS,
    Attribute,
    ClassificationDef,
    ObjectDef,
    OptionDef,
    option_value,
)
from boxscore.schema.skeleton import Skeleton, edges_problem, names_problem

if TYPE_CHECKING:
    from boxscore.schema.ontology import Ontology


def to_json(ontology: Ontology) -> dict[str, Any]:
    """Encord's form; ids count from 1, nested ids are dotted paths."""
    return {
        "objects": [_object(o, str(k)) for k, o in enumerate(ontology.objects, 1)],
        "classifications": [
            {
                "id": str(k),
                "featureNodeHash": c.feature_hash,
                "attributes": _attributes(c.attributes, str(k)),
            }
            for k, c in enumerate(ontology.classifications, 1)
        ],
    }


def _object(o: ObjectDef, number: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": number,
        "name": o.name,
        "color": o.color,
        "shape": o.shape.value,
        "featureNodeHash": o.feature_hash,
    }
    if o.attributes:
        document["attributes"] = _attributes(o.attributes, number)
    if o.source_id is not None:
        document["sourceId"] = o.source_id
    if o.parent:
        document["parent"] = o.parent
    if o.frequency:
        document["frequency"] = o.frequency
    if o.sigmas:
        document["sigmas"] = list(o.sigmas)
    if o.skeleton.names:
        document["keypoints"] = list(o.skeleton.names)
    if o.skeleton.edges:
        document["skeleton"] = [list(edge) for edge in o.skeleton.edges]
    if o.thing is not None:
        document["isThing"] = o.thing
    return document


def _attributes(attributes: tuple[Attribute, ...], path: str) -> list[dict[str, Any]]:
    documents = []
    for k, attribute in enumerate(attributes, 1):
        document: dict[str, Any] = {
            "id": f"{path}.{k}",
            "name": attribute.name,
            "type": attribute.type,
            "featureNodeHash": attribute.feature_hash,
            "required": attribute.required,
            "dynamic": attribute.dynamic,
        }
        if attribute.options:
            document["options"] = _options(attribute.options, f"{path}.{k}")
        documents.append(document)
    return documents


def _options(options: tuple[OptionDef, ...], path: str) -> list[dict[str, Any]]:
    documents = []
    for k, option in enumerate(options, 1):
        document: dict[str, Any] = {
            "id": f"{path}.{k}",
            "label": option.label,
            "value": option.value,
            "featureNodeHash": option.feature_hash,
        }
        if option.source_id is not None:
            document["sourceId"] = option.source_id
        if option.options:
            document["options"] = _attributes(option.options, f"{path}.{k}")
        documents.append(document)
    return documents


def from_json(
    document: dict[str, Any],
) -> tuple[tuple[ObjectDef, ...], tuple[ClassificationDef, ...]]:
    """Objects and classifications; unknown keys are left aside.

    Raises:
        RequestError: A needed key is missing or of another type, or a shape is unknown.
    """
    try:
        objects = tuple(_read_object(o, k) for k, o in enumerate(document.get("objects", ())))
        classifications = tuple(
            ClassificationDef(
                feature_hash=str(c["featureNodeHash"]),
                attributes=_read_attributes(c.get("attributes") or ()),
            )
            for c in document.get("classifications", ())
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as bad:
        raise RequestError(
            f"not an ontology in Encord's form: {type(bad).__name__} {bad}",
            fix="it needs objects and classifications as in an exported ontology.json",
            code="E-ONTOLOGY",
        ) from bad
    return objects, classifications


def _read_object(o: dict[str, Any], position: int) -> ObjectDef:
    return ObjectDef(
        feature_hash=str(o["featureNodeHash"]),
        name=str(o["name"]),
        shape=Shape(o["shape"]),
        color=str(o.get("color") or COLORS[position % len(COLORS)]),
        attributes=_read_attributes(o.get("attributes") or ()),
        source_id=_source_id(o),
        parent=str(o.get("parent") or ""),
        frequency=str(o.get("frequency") or ""),
        sigmas=tuple(float(s) for s in o.get("sigmas") or ()),
        skeleton=_skeleton(o),
        thing=o["isThing"] if isinstance(o.get("isThing"), bool) else None,
    )


def _skeleton(o: dict[str, Any]) -> Skeleton:
    """Keypoints by name and joined from 0, as `_object` writes them; other forms are left aside."""
    names, edges = o.get("keypoints"), o.get("skeleton")
    known = () if names_problem(names) else tuple(names or ())
    joined = () if edges_problem(edges, 0, len(known)) else tuple((a, b) for a, b in edges or ())
    return Skeleton(known, joined)


def _source_id(document: dict[str, Any]) -> int | None:
    number = document.get("sourceId")
    return None if number is None else int(number)


def _read_attributes(documents: Any) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(
            feature_hash=str(a["featureNodeHash"]),
            name=str(a["name"]),
            type=a["type"],
            required=bool(a.get("required", False)),
            dynamic=bool(a.get("dynamic", False)),
            options=_read_options(a.get("options") or ()),
        )
        for a in documents
    )


def _read_options(documents: Any) -> tuple[OptionDef, ...]:
    return tuple(
        OptionDef(
            feature_hash=str(o["featureNodeHash"]),
            label=str(o["label"]),
            value=str(o.get("value") or option_value(str(o["label"]))),
            options=_read_attributes(o.get("options") or ()),
            source_id=_source_id(o),
        )
        for o in documents
    )
