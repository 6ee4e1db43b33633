"""Corrections of labels as plain records, and the ground truth with some of them made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core
from boxscore.project.evaluating import Truth
from boxscore.schema.kinds import Kind, Mark
from boxscore.schema.ontology import ClassRow
from boxscore.schema.tables import KEYPOINT_PART, MASKS, POINTS, TRAITS, Annotations, Table

Document = dict[str, Any]
Rows = NDArray[np.int64]
SHAPED = ("kind", "x", "y", "width", "height", "theta", "area")
"""Columns of a label that its shape decides."""
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Where an object is: its box, and its mask where it has one.

    Attributes:
        kind: A `schema.kinds.Kind`.
        mask: COCO's compressed run lengths over the whole image; None without.
    """

    kind: int
    x: float
    y: float
    width: float
    height: float
    theta: float = 0.0
    area: float
    mask: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What to do with one label.

    Attributes:
        data_hash, frame: Its image.
        label: Its identity on the image, as of `label_names`; None: a new one.
        class_hash: The class that it gets, as of `class_key`; None keeps its own.
        shape: Where it lies from now on; None keeps its own.
        removed: Whether it goes.
    """

    data_hash: str
    frame: int
    label: str | None = None
    class_hash: str | None = None
    shape: Shape | None = None
    removed: bool = False

    def document(self) -> Document:
        """As stored."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """As read back."""
        shape = document["shape"]
        return cls(**{**document, "shape": None if shape is None else Shape(**shape)})


def class_key(row: ClassRow) -> str:
    """The identity of a class: its feature hash; of an answer with those of question and option."""
    parts = (row.feature_hash, row.attribute_hash, row.option_hash)
    return "/".join(part for part in parts if part is not None)


def label_names(truth: Truth) -> list[str]:
    """The identity of each label on its image: its id and place in its file, numbered if shared."""
    table = truth.ground_truth.table
    met: dict[tuple[int, str], int] = {}
    names = []
    columns = (table["item"].tolist(), table["source_id"].tolist(), table["source_row"].tolist())
    for item, source_id, row in zip(*columns, strict=True):
        name = f"{source_id}.{row}"
        count = met[item, name] = met.get((item, name), 0) + 1
        names.append(name if count == 1 else f"{name}.{count}")
    return names


def shape_of(annotations: Annotations, row: int, size: tuple[int, int] | None) -> Shape:
    """Where an annotation lies.

    Args:
        size: Height and width of its image, for its mask; None leaves the mask out.
    """
    table = annotations.table
    x, y, width, height, theta = (
        float(table[name][row]) for name in ("x", "y", "width", "height", "theta")
    )
    at = np.searchsorted(annotations.masks["row"], row)
    if size is not None and at < annotations.masks.rows and annotations.masks["row"][at] == row:
        counts: bytes = annotations.masks["counts"][at]
        area = _mask_area(counts, size)
        return Shape(
            kind=int(Kind.BITMASK), x=x, y=y, width=width, height=height, area=area,
            mask=counts.decode("ascii"),
        )  # fmt: skip
    kind = Kind.ROTATED_BOX if table["kind"][row] == Kind.ROTATED_BOX else Kind.BOX
    return Shape(
        kind=int(kind), x=x, y=y, width=width, height=height, theta=theta, area=width * height
    )


def _mask_area(counts: bytes, size: tuple[int, int]) -> float:
    height, width = (np.array([side], np.int32) for side in size)
    flat, ends = np.frombuffer(counts, np.uint8), np.array([0, len(counts)], np.int64)
    return float(_core.mask_area_box(flat, ends, height, width)[0][0])


@dataclass(frozen=True, slots=True)
class Corrected:
    """Ground truth with fixes made.

    Attributes:
        truth: It.
        change: (N,) of its labels: "" as it was, "added" or "changed".
        was: (N,) rows before; -1 of what was added.
        lost: Fixes whose image, label or class the project does not have.
    """

    truth: Truth
    change: NDArray[np.object_]
    was: Rows
    lost: int


def corrected(truth: Truth, fixes: Sequence[Fix]) -> Corrected:
    """The ground truth with some labels added, changed or removed; the project's own is untouched.

    A label that is added stands after the others of its image. Equal fixes count once; of several
    changes of one label the last holds, and removing it beats them all.
    """
    changes = _resolved(truth, fixes)
    table = _changed(truth.ground_truth, changes.changed)
    kept = np.setdiff1d(np.arange(table.rows), np.array(sorted(changes.removed), np.int64))
    whole, was = _with_added(table.take(kept), kept, changes.added)
    change = np.full(was.size, "", object)
    change[was < 0] = ADDED
    change[np.isin(was, list(changes.changed))] = CHANGED
    return Corrected(replace(truth, ground_truth=whole), change, was, changes.lost)


Change = tuple[int | None, Shape | None]
"""The class and the shape that a label gets; None keeps its own."""


@dataclass(slots=True)
class _Changes:
    """Fixes by the rows that they are about.

    Attributes:
        added: Item, class and shape of each new label.
    """

    added: list[tuple[int, int, Shape]] = field(default_factory=list)
    changed: dict[int, Change] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    lost: int = 0

    def add(self, fix: Fix, item: int, row: int | None, class_id: int | None) -> None:
        """Note one fix whose image, label and class are known."""
        if row is None:
            assert fix.shape is not None and class_id is not None
            self.added.append((item, class_id, fix.shape))
        elif fix.removed:
            self.removed.add(row)
        else:
            old_class, old_shape = self.changed.get(row, (None, None))
            self.changed[row] = (
                old_class if class_id is None else class_id,
                fix.shape or old_shape,
            )


def _resolved(truth: Truth, fixes: Sequence[Fix]) -> _Changes:
    places = places_of(truth)
    names = zip(truth.ground_truth.table["item"].tolist(), label_names(truth), strict=True)
    rows = {(int(item), name): row for row, (item, name) in enumerate(names)}
    classes = {class_key(row): row.class_id for row in truth.ontology.classes}
    changes = _Changes()
    for fix in dict.fromkeys(fixes):
        item = places.get((fix.data_hash, fix.frame))
        row = None if item is None or fix.label is None else rows.get((item, fix.label))
        class_id = None if fix.class_hash is None else classes.get(fix.class_hash)
        unknown = fix.class_hash is not None and class_id is None
        if item is None or unknown or (fix.label is not None and row is None):
            changes.lost += 1
        else:
            changes.add(fix, item, row, class_id)
    return changes


def places_of(truth: Truth) -> dict[tuple[str, int], int]:
    """The row of each image, by data hash and frame."""
    pairs = zip(truth.items["data_hash"].tolist(), truth.items["frame"].tolist(), strict=True)
    return {pair: k for k, pair in enumerate(pairs)}


def _changed(labels: Annotations, changed: Mapping[int, Change]) -> Annotations:
    """Other classes and shapes for some labels; keypoints stay where they are."""
    table = labels.table
    new = {name: table[name].copy() for name in table}
    moved = {row: shape for row, (_, shape) in sorted(changed.items()) if shape is not None}
    for row, (class_id, _) in changed.items():
        if class_id is not None:
            new["class_id"][row] = class_id
    for row, shape in moved.items():
        for name in SHAPED:
            new[name][row] = getattr(shape, name)
        new["marks"][row] |= np.uint16(Mark.AREA_COMPUTED)
    old = np.isin(labels.masks["row"], list(moved))
    drawn = np.isin(labels.points["row"], list(moved)) & (labels.points["part"] != KEYPOINT_PART)
    masks = {row: shape.mask for row, shape in moved.items() if shape.mask}
    return replace(
        labels,
        table=Table(table.schema, new),
        masks=_sorted(Table.concat(MASKS, [labels.masks.take(~old), _masks(masks)])),
        points=labels.points.take(~drawn),
    )


def _masks(counts: Mapping[int, str]) -> Table:
    if not counts:
        return Table.empty(MASKS)
    values = np.empty(len(counts), object)
    values[:] = [text.encode("ascii") for text in counts.values()]
    return Table(MASKS, {"row": np.array(list(counts), np.int64), "counts": values})


def _with_added(
    labels: Annotations, was: Rows, added: Sequence[tuple[int, int, Shape]]
) -> tuple[Annotations, Rows]:
    """Labels with new ones at the end of each image."""
    if not added:
        return labels, was
    table, size = labels.table, labels.rows
    number = int(table["source_id"].max(initial=0))
    new = {name: np.zeros(len(added), table[name].dtype) for name in table}
    new["track"][:] = ""
    for k, (item, class_id, shape) in enumerate(added):
        new["item"][k], new["class_id"][k] = item, class_id
        new["source_id"][k] = new["source_row"][k] = number + 1 + k
        for name in SHAPED:
            new[name][k] = getattr(shape, name)
    whole = Table.concat(table.schema, [table, Table(table.schema, new)])
    order = np.argsort(whole["item"], kind="stable")
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    drawn = {size + k: shape.mask for k, (_, _, shape) in enumerate(added) if shape.mask}
    parts = (
        (MASKS, Table.concat(MASKS, [labels.masks, _masks(drawn)])),
        (POINTS, labels.points),
        (TRAITS, labels.traits),
    )
    masks, points, traits = (
        _sorted(part.replace(row=place[part["row"]])) if part.rows else part for _, part in parts
    )
    both = np.concatenate([was, np.full(len(added), -1, np.int64)])
    return Annotations(table=whole.take(order), masks=masks, points=points, traits=traits), both[
        order
    ]


def _sorted(part: Table) -> Table:
    return part.take(np.argsort(part["row"], kind="stable"))
