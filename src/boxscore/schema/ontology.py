"""The ontology: object classes with shapes, classifications with attributes and options."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, Self

from boxscore.schema.kinds import Shape
from boxscore.schema.skeleton import NO_SKELETON, Skeleton

COLORS = (
    "#D33115", "#E27300", "#16406C", "#FE9200", "#FCDC00", "#DBDF00", "#A4DD00",
    "#68CCCA", "#73D8FF", "#AEA1FF", "#FCC400", "#B0BC00", "#68BC00", "#16A5A5",
    "#009CE0", "#7B64FF", "#FA28FF", "#B3B3B3", "#9F0500", "#C45100", "#FB9E00",
    "#808900", "#194D33", "#0C797D", "#0062B1", "#653294", "#AB149E",
)  # fmt: skip
"""Colours given to new objects in turn, as Encord's own editor does."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
AttributeType = Literal["radio", "checklist", "text"]


def feature_hash_of(name: str, shape: str, occurrence: int = 0) -> str:
    """Eight characters that depend on name and shape alone, the same on every machine.

    Args:
        occurrence: 0, or n for the n-th further class of that name and shape.
    """
    fields = [shape, name] + ([str(occurrence)] if occurrence else [])
    number = int.from_bytes(hashlib.sha256("\0".join(fields).encode()).digest()[:8], "big")
    digits = []
    for _ in range(8):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionDef:
    """One answer of a radio or checklist attribute; it may open further attributes.

    Attributes:
        source_id: The number that its source gave it, if any.
    """

    feature_hash: str
    label: str
    value: str
    options: tuple[Attribute, ...] = ()
    source_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A question: radio (one answer), checklist (several) or text."""

    feature_hash: str
    name: str
    type: AttributeType = "radio"
    required: bool = False
    dynamic: bool = False
    options: tuple[OptionDef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDef:
    """A class of objects.

    Attributes:
        source_id: The number that its source gave it, if any.
        parent: Name of the class above it, if any (COCO's supercategory, Open Images' hierarchy).
        frequency: "r", "c" or "f" of LVIS: rare, common, frequent in training; empty elsewhere.
        sigmas: Deviation of each keypoint (OKS); empty: not given.
        skeleton: Names of its keypoints and what joins them.
        thing: Whether its objects can be counted, else it is stuff (panoptic); None: not given.
    """

    feature_hash: str
    name: str
    shape: Shape
    color: str
    attributes: tuple[Attribute, ...] = ()
    source_id: int | None = None
    parent: str = ""
    frequency: str = ""
    sigmas: tuple[float, ...] = ()
    skeleton: Skeleton = NO_SKELETON
    thing: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationDef:
    """A question about the whole image; its first attribute is the question."""

    feature_hash: str
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One row of the class list, which `class_id` counts.

    Attributes:
        feature_hash: Of the object, or of the classification that the option answers.
        attribute_hash, option_hash: Of an option; None for objects.
    """

    class_id: int
    name: str
    kind: Literal["object", "classification"]
    shape: Shape | None
    feature_hash: str
    attribute_hash: str | None
    option_hash: str | None
    color: str
    source_id: int | None
    parent: str = ""
    frequency: str = ""


@dataclass(frozen=True)
class Ontology:
    """Everything that annotations of a project can be."""

    objects: tuple[ObjectDef, ...] = ()
    classifications: tuple[ClassificationDef, ...] = ()

    @property
    def object_count(self) -> int:
        """Class ids below it are objects."""
        return len(self.objects)

    @cached_property
    def classes(self) -> tuple[ClassRow, ...]:
        """Objects in order, then every option of each classification's radio question."""
        rows = [
            ClassRow(
                class_id=k,
                name=name,
                kind="object",
                shape=o.shape,
                feature_hash=o.feature_hash,
                attribute_hash=None,
                option_hash=None,
                color=o.color,
                source_id=o.source_id,
                parent=o.parent,
                frequency=o.frequency,
            )
            for k, (o, name) in enumerate(zip(self.objects, self._object_names(), strict=True))
        ]
        for classification, attribute, option in self.answers():
            rows.append(
                ClassRow(
                    class_id=len(rows),
                    name=option.label,
                    kind="classification",
                    shape=None,
                    feature_hash=classification.feature_hash,
                    attribute_hash=attribute.feature_hash,
                    option_hash=option.feature_hash,
                    color=COLORS[len(rows) % len(COLORS)],
                    source_id=option.source_id,
                )
            )
        return tuple(rows)

    def answers(self) -> list[tuple[ClassificationDef, Attribute, OptionDef]]:
        """Every option of each classification's top radio attributes."""
        return [
            (classification, attribute, option)
            for classification in self.classifications
            for attribute in classification.attributes
            if attribute.type == "radio"
            for option in attribute.options
        ]

    def _object_names(self) -> list[str]:
        """Names, made different by source id or shape where two classes share one."""
        counts = Counter(o.name for o in self.objects)
        return [
            o.name if counts[o.name] == 1 else f"{o.name} ({_difference(o)})" for o in self.objects
        ]

    def summary(self) -> dict[str, Any]:
        """What `print ontology` shows: names to hashes, answers to their three hashes."""
        answers: dict[str, dict[str, str]] = {}
        counts = Counter(option.value for _, _, option in self.answers())
        for classification, attribute, option in self.answers():
            unique = counts[option.value] == 1
            key = option.value if unique else f"{option.value} ({attribute.name})"
            while key in answers:
                key += f" ({option.feature_hash})"
            answers[key] = {
                "feature_hash": classification.feature_hash,
                "attribute_hash": attribute.feature_hash,
                "option_hash": option.feature_hash,
            }
        objects: dict[str, str] = {}
        for row in self.classes[: self.object_count]:
            key = row.name.lower()
            objects[f"{key} ({row.feature_hash})" if key in objects else key] = row.feature_hash
        return {"objects": objects, "classifications": answers}

    def to_json(self) -> dict[str, Any]:
        """Encord's form (OntologyStructure)."""
        from boxscore.schema.ontology_json import to_json

        return to_json(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Self:
        """Read Encord's form; unknown keys are left aside.

        Raises:
            RequestError: A needed key is missing or of another type.
        """
        from boxscore.schema.ontology_json import from_json

        objects, classifications = from_json(document)
        return cls(objects, classifications)


def _difference(o: ObjectDef) -> str:
    return o.shape.value if o.source_id is None else str(o.source_id)


@dataclass
class OntologyBuilder:
    """Adds classes one by one; hashes follow from names and shapes alone."""

    _objects: list[ObjectDef] = field(default_factory=list)
    _questions: dict[str, ClassificationDef] = field(default_factory=dict)
    _options: dict[str, dict[str, OptionDef]] = field(default_factory=dict)
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def object(
        self,
        name: str,
        shape: Shape,
        source_id: int | None = None,
        *,
        parent: str = "",
        frequency: str = "",
        sigmas: tuple[float, ...] = (),
        skeleton: Skeleton = NO_SKELETON,
        thing: bool | None = None,
    ) -> str:
        """Add a class of objects; returns its feature hash."""
        feature_hash = self._hash(name, shape.value)
        color = COLORS[len(self._objects) % len(COLORS)]
        self._objects.append(
            ObjectDef(
                feature_hash=feature_hash,
                name=name,
                shape=shape,
                color=color,
                source_id=source_id,
                parent=parent,
                frequency=frequency,
                sigmas=sigmas,
                skeleton=skeleton,
                thing=thing,
            )
        )
        return feature_hash

    def option(
        self, question: str, label: str, source_id: int | None = None
    ) -> tuple[str, str, str]:
        """The hashes of (classification, attribute, option); added where they are new."""
        if question not in self._questions:
            attribute = Attribute(feature_hash=self._hash(question, "radio"), name=question)
            self._questions[question] = ClassificationDef(
                feature_hash=self._hash(question, "classification"), attributes=(attribute,)
            )
            self._options[question] = {}
        known, options = self._questions[question], self._options[question]
        if label not in options:
            options[label] = OptionDef(
                feature_hash=self._hash(f"{question}\0{label}", "option"),
                label=label,
                value=option_value(label),
                source_id=source_id,
            )
        return known.feature_hash, known.attributes[0].feature_hash, options[label].feature_hash

    def _hash(self, name: str, shape: str) -> str:
        self._seen[name, shape] += 1
        return feature_hash_of(name, shape, self._seen[name, shape] - 1)

    def build(self) -> Ontology:
        """The finished ontology."""
        questions = []
        for question, known in self._questions.items():
            options = tuple(self._options[question].values())
            attribute = replace(known.attributes[0], options=options)
            questions.append(replace(known, attributes=(attribute,)))
        return Ontology(tuple(self._objects), tuple(questions))


def option_value(label: str) -> str:
    """An option's value from its label: each white space a `_`, lower case."""
    return "".join("_" if c.isspace() else c for c in label).lower()
