"""Finding the item and the class that a pickled prediction names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from boxscore.errors import near_misses, shown
from boxscore.schema.kinds import Kind, Shape
from boxscore.schema.ontology import ClassRow
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport


class Unusable(Exception):
    """One prediction cannot be used; the others can."""

    def __init__(self, code: str, where: str, problem: str, fix: str = "") -> None:
        super().__init__(problem)
        self.code, self.where, self.problem, self.fix = code, where, problem, fix


BOXES = (Shape.BOUNDING_BOX, Shape.ROTATABLE_BOUNDING_BOX)
COVERING = (Shape.POLYGON, Shape.BITMASK)


@dataclass(slots=True)
class Lookup:
    """Items by (data_hash, frame), classes by their hashes."""

    context: ProjectContext
    _items: dict[tuple[str, int], int] = field(default_factory=dict)
    _first: dict[str, list[int]] = field(default_factory=dict)
    _objects: dict[str, ClassRow] = field(default_factory=dict)
    _answers: dict[tuple[str, str, str], int] = field(default_factory=dict)
    _sizes: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        items = self.context.items
        for row, (data_hash, frame) in enumerate(
            zip(items["data_hash"].tolist(), items["frame"].tolist(), strict=True)
        ):
            self._items[data_hash, frame] = row
            self._first.setdefault(data_hash, []).append(row)
        self._sizes = list(zip(items["width"].tolist(), items["height"].tolist(), strict=True))
        for known in self.context.ontology.classes:
            if known.attribute_hash is None or known.option_hash is None:
                self._objects[known.feature_hash] = known
            else:
                key = known.feature_hash, known.attribute_hash, known.option_hash
                self._answers[key] = known.class_id

    def size(self, item: int) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._sizes[item]

    def item(self, fields: dict[str, Any], report: ImportReport, number: int) -> int:
        """Row of the item that a prediction names; `frame` None means the only one."""
        data_hash, frame = fields.get("data_hash"), fields.get("frame", 0)
        if not isinstance(data_hash, str):
            raise Unusable("E-PICKLE-DATA-HASH", "/data_hash", "is missing or no text")
        if isinstance(frame, bool) or not isinstance(frame, int | None):
            raise Unusable("E-PICKLE-FRAME", "/frame", f"{shown(frame)} is no frame number")
        rows = self._first.get(data_hash)
        if rows is None:
            problem = f"data_hash {shown(data_hash)} is not in this project"
            fix = "`boxscore print data-mapping` lists the hashes of this project"
            raise Unusable("E-PICKLE-DATA-HASH", "/data_hash", problem, fix)
        if frame is not None and (data_hash, frame) in self._items:
            return self._items[data_hash, frame]
        if len(rows) > 1:
            problem = f"frame {frame} is not among the {len(rows)} frames of {data_hash}"
            raise Unusable("E-PICKLE-FRAME", "/frame", problem)
        place = int(self.context.items["position"][rows[0]])
        if frame is not None and frame != place:  # its place in an image group is right
            where = f"prediction {number}/frame"
            problem = f"frame {frame} of a single image: read as its only frame"
            report.repair("W-PICKLE-FRAME", where, problem, frame)
        return rows[0]

    def answer(self, fields: dict[str, Any]) -> int:
        """class_id of the option that a classification names."""
        names = ("feature_hash", "attribute_hash", "option_hash")
        hashes = tuple(fields.get(name) for name in names)
        class_id = self._answers.get(hashes) if all(isinstance(h, str) for h in hashes) else None  # type: ignore[arg-type]
        if class_id is None:
            listed = ", ".join(f"{n} {shown(h)}" for n, h in zip(names, hashes, strict=True))
            problem = f"no answer of this ontology has {listed}"
            fix = "`boxscore print ontology` lists the three hashes of each answer"
            raise Unusable("E-PICKLE-CLASS", "/classification", problem, fix)
        return class_id

    def object(self, fields: dict[str, Any], kind: Kind, report: ImportReport) -> int:
        """class_id of the object class that a detection names, if it can have this geometry."""
        feature_hash = fields.get("feature_hash")
        row = self._objects.get(feature_hash) if isinstance(feature_hash, str) else None
        if row is None:
            problem = f"feature_hash {shown(feature_hash)} is no class of this project"
            fix = near_misses(shown(feature_hash), list(self._objects))
            raise Unusable("E-PICKLE-CLASS", "/object/feature_hash", problem, fix)
        is_box = kind in (Kind.BOX, Kind.ROTATED_BOX)
        fits = BOXES if is_box else COVERING
        if row.shape in fits:
            return row.class_id
        if not (is_box and row.shape in COVERING):
            given = "box" if is_box else "polygon or bitmask"
            problem = f"a {given} cannot be compared with class {row.name!r}, a {row.shape}"
            raise Unusable("E-PICKLE-SHAPE", "/object", problem)
        report.note(
            "W-PICKLE-BOX-OF-MASK",
            "boxes of classes with masks: compared with the boxes around the masks",
        )
        return row.class_id
