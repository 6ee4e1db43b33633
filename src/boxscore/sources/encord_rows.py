"""Labels of Encord's data units -> records; what cannot be kept is rejected or counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from boxscore.errors import shown
from boxscore.schema.kinds import Kind
from boxscore.schema.ontology import Ontology
from boxscore.sources.encord_shapes import UnusableShape, shape_of
from boxscore.sources.picture_places import Pictures
from boxscore.sources.raw import RawBuilder

MOST_FRAMES = 1_000_000
CODE = "E-ENCORD"


@dataclass(slots=True)
class RowReader:
    """Reads label rows one by one."""

    builder: RawBuilder
    ontology: Ontology
    pictures: Pictures
    counts: Counter[str] = field(default_factory=Counter)
    row: dict[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def read(self, row: dict[str, Any]) -> None:
        """One label row."""
        self.row, self.used = row, set()
        units = row.get("data_units")
        if not isinstance(units, dict):
            self.builder.report.reject(CODE, self._place(), "data_units is no object")
            return
        for key, unit in units.items():
            if isinstance(unit, dict):
                self._unit(key, unit)
            else:
                self.builder.report.reject(CODE, self._place(key), "is no data unit")
        answers = row.get("classification_answers")
        unused = set(answers) - self.used if isinstance(answers, dict) else set()
        self.counts["unplaced"] += len(unused)
        nested = row.get("object_answers")
        if isinstance(nested, dict):
            some = (a for a in nested.values() if isinstance(a, dict))
            self.counts["attributes"] += sum(len(a.get("classifications") or ()) for a in some)

    def _place(self, key: str = "") -> str:
        return shown(f"{self.builder.files[-1]} {key}".strip())

    def _unit(self, key: str, unit: dict[str, Any]) -> None:
        kind = str(unit.get("data_type", ""))
        labels = unit.get("labels")
        labels = labels if isinstance(labels, dict) else {}
        if kind.startswith("video/"):
            self._video(key, unit, labels)
        elif kind.startswith("image/"):
            group = self.row.get("data_type") == "img_group"
            sequence = str(self.row.get("data_title", "")) if group else ""
            position = _whole(unit.get("data_sequence"))
            image = self._image(key, unit, sequence=sequence, position=position)
            self._labels(image, unit, labels, key)
        else:
            self.counts["units"] += 1
            self.counts["unit labels"] += sum(1 for _ in _labels_in(labels))

    def _video(self, key: str, unit: dict[str, Any], labels: dict[str, Any]) -> None:
        """All frames are images, also those without a label."""
        frames = {int(f): found for f, found in labels.items() if f.isascii() and f.isdigit()}
        told = _real(unit.get("data_duration")) * _real(unit.get("data_fps"))
        count = max([round(told), *(f + 1 for f in frames)]) if frames or told else 1
        if count > MOST_FRAMES:
            problem = f"{count} frames are too many"
            self.builder.report.reject(CODE, self._place(key), problem)
            return
        title = str(unit.get("data_title", key))
        for frame in range(count):
            image = self._image(key, unit, sequence=title, position=frame, frame=frame)
            if isinstance(frames.get(frame), dict):
                self._labels(image, unit, frames[frame], f"{key} frame {frame}")

    def _image(
        self, key: str, unit: dict[str, Any], *, sequence: str, position: int, frame: int = -1
    ) -> int:
        width, height = (_whole(unit.get(side)) for side in ("width", "height"))
        title = str(unit.get("data_title", key))
        picture = None
        if frame < 0:
            picture = self.pictures.of(key) or self.pictures.of(title)
        return self.builder.image(
            key if frame < 0 else f"{key}_{frame:06d}",
            frame=frame,
            width=width,
            height=height,
            title=title,
            path=picture,
            sequence=sequence,
            position=position,
            data_hash=_hash(key),
        )

    def _labels(self, image: int, unit: dict[str, Any], labels: dict[str, Any], place: str) -> None:
        size = _whole(unit.get("width")), _whole(unit.get("height"))
        for k, one in enumerate(_listed(labels, "objects")):
            self._object(image, one, size, f"{place} objects[{k}]")
        for k, one in enumerate(_listed(labels, "classifications")):
            self._classification(image, one, f"{place} classifications[{k}]")

    def _object(self, image: int, one: Any, size: tuple[int, int], place: str) -> None:
        try:
            known = self._known(one)
            shape = shape_of(one, known.shape, size)
        except UnusableShape as bad:
            self.builder.report.reject("E-ENCORD-OBJECT", self._place(place), str(bad))
            return
        self.builder.add(
            image,
            self.builder.class_ref(name=known.feature_hash),
            shape.kind,
            box=shape.box,
            theta=shape.theta,
            parts=shape.parts,
            mask=shape.mask,
            mask_size=shape.mask_size,
            track=str(one.get("objectHash", "")),
        )

    def _known(self, one: Any) -> Any:
        feature_hash = one.get("featureHash") if isinstance(one, dict) else None
        for known in self.ontology.objects:
            if known.feature_hash == feature_hash:
                return known
        raise UnusableShape(f"feature hash {shown(feature_hash)} is not in the ontology")

    def _classification(self, image: int, one: Any, place: str) -> None:
        """The chosen options of a question's own radio; deeper, text and list answers count."""
        answers = self.row.get("classification_answers")
        key = one.get("classificationHash") if isinstance(one, dict) else None
        given = answers.get(key) if isinstance(answers, dict) and isinstance(key, str) else None
        listed = given.get("classifications") if isinstance(given, dict) else None
        if not isinstance(listed, list):
            problem = f"{shown(key)} has no answer"
            self.builder.report.reject("E-ENCORD-ANSWER", self._place(place), problem)
            return
        self.used.add(str(key))
        radios = {(c.feature_hash, a.feature_hash, o.feature_hash) for c, a, o in self._radios()}
        for answer, option in _options(listed):
            hashes = one.get("featureHash"), answer, option
            if hashes in radios:
                ref = self.builder.class_ref(name="/".join(map(str, hashes)), question=str(answer))
                self.builder.add(image, ref, Kind.CLASSIFICATION)
            else:
                self.counts["answers"] += 1

    def _radios(self) -> Any:
        return self.ontology.answers()

    def finish(self) -> None:
        """What was left out."""
        for what, code, problem in NOTES:
            if self.counts[what]:
                self.builder.report.note(code, problem, self.counts[what])


NOTES = (
    ("units", "N-ENCORD-UNIT", "data units that are no images or videos (DICOM, audio, text)"),
    ("unit labels", "N-ENCORD-UNIT-LABEL", "labels of such data units"),
    ("answers", "N-ENCORD-NESTED", "nested, list and text answers: not evaluated, left out"),
    ("attributes", "N-ENCORD-ATTRIBUTE", "answers about single objects: left out"),
    ("unplaced", "N-ENCORD-UNPLACED", "answers that stand on no image: left out"),
)


def _options(listed: list[Any]) -> Iterator[tuple[str, str]]:
    """(attribute, option) of every answer; the option is empty for text."""
    for one in listed:
        if not isinstance(one, dict):
            continue
        answers = one.get("answers")
        for answer in answers if isinstance(answers, list) else [answers]:
            option = answer.get("featureHash") if isinstance(answer, dict) else ""
            yield str(one.get("featureHash")), str(option)


def _labels_in(labels: dict[str, Any]) -> Iterator[Any]:
    for place in (labels, *labels.values()):
        if isinstance(place, dict):
            yield from _listed(place, "objects")
            yield from _listed(place, "classifications")


def _listed(labels: dict[str, Any], key: str) -> list[Any]:
    value = labels.get(key)
    return value if isinstance(value, list) else []


def _whole(value: Any) -> int:
    """A whole number below 2^20, also written as text or float; else 0."""
    number = _real(value)
    return int(number) if number == int(number) and number < 1 << 20 else 0


def _real(value: Any) -> float:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:12])
    sound = type(value) in (int, float) and 0 <= value < 1e12
    return float(value) if sound else 0.0


def _hash(key: str) -> str:
    """The data hash as the source has it, where it is one."""
    try:
        return str(UUID(key))
    except ValueError:
        return ""
