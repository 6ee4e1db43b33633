"""Column tables: named NumPy arrays of one length, with a declared schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SchemaError

TEXT = "text"
BYTES = "bytes"
Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One named column. `dtype` is a NumPy type name, or "text" or "bytes" (object arrays).

    A column with a `default` was added later: parts written before it read as that value.
    """

    name: str
    dtype: str
    meaning: str
    default: object = None

    @property
    def numpy(self) -> np.dtype[Any]:
        """The NumPy type of the column's array."""
        return np.dtype(object) if self.dtype in (TEXT, BYTES) else np.dtype(self.dtype)


@dataclass(frozen=True, slots=True)
class TableSchema:
    """The columns that a table of this name has, in order."""

    name: str
    columns: tuple[Column, ...]

    def names(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(c.name for c in self.columns)


class Table(Mapping[str, Array]):
    """Read-only columns of equal length that fit a schema.

    Raises:
        SchemaError: A column is missing, unknown, of another type or of another length.
    """

    __slots__ = ("_columns", "schema")

    def __init__(self, schema: TableSchema, columns: Mapping[str, Array]) -> None:
        missing = [c.name for c in schema.columns if c.name not in columns and c.default is None]
        extra = [n for n in columns if n not in schema.names()]
        if missing or extra:
            raise SchemaError(f"table {schema.name}: missing {missing}, unknown {extra}")
        self.schema = schema
        rows = len(next(iter(columns.values())))
        self._columns = {
            c.name: _as(c, columns[c.name], schema.name)
            if c.name in columns
            else np.full(rows, c.default, c.numpy)
            for c in schema.columns
        }
        lengths = {n: len(v) for n, v in self._columns.items()}
        if len(set(lengths.values())) > 1:
            raise SchemaError(f"table {schema.name}: columns differ in length: {lengths}")

    @classmethod
    def empty(cls, schema: TableSchema) -> Table:
        """A table without rows."""
        return cls(schema, {c.name: np.empty(0, c.numpy) for c in schema.columns})

    @classmethod
    def concat(cls, schema: TableSchema, tables: Sequence[Table]) -> Table:
        """All rows of the tables, in order."""
        some = [table for table in tables if table.rows]
        if not some:
            return cls.empty(schema)
        if len(some) == 1 and some[0].schema == schema:
            return some[0]
        return cls(schema, {n: np.concatenate([t[n] for t in some]) for n in schema.names()})

    def __getitem__(self, name: str) -> Array:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        """The number of columns, as of any mapping; see `rows`."""
        return len(self._columns)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(next(iter(self._columns.values())))

    def take(self, index: Array) -> Table:
        """The rows at `index` (integers or a boolean mask), in that order."""
        return Table(self.schema, {n: v[index] for n, v in self._columns.items()})

    def replace(self, **columns: Array) -> Table:
        """The same table with some columns exchanged."""
        return Table(self.schema, {**self._columns, **columns})


def _as(column: Column, values: Array, table: str) -> Array:
    if values.dtype == column.numpy:
        return values
    if column.dtype in (TEXT, BYTES) or not np.can_cast(values.dtype, column.numpy, "same_kind"):
        raise SchemaError(f"table {table}: {column.name} is {values.dtype}, not {column.dtype}")
    return values.astype(column.numpy)


ITEMS = TableSchema(
    "items",
    (
        Column("data_hash", TEXT, "UUID of the image or video, derived from its content"),
        Column("frame", "int32", "frame of a video, 0 for an image"),
        Column("title", TEXT, "file name as the source gave it"),
        Column("width", "int32", "pixels, as declared by the source"),
        Column("height", "int32", "pixels, as declared by the source"),
        Column("source_id", TEXT, "the source's own id, as text"),
        Column("file", TEXT, "path inside the project folder, or relative to it; empty: no pixels"),
        Column("split", TEXT, "train, val, ... as given; may be empty"),
        Column("licence", TEXT, "licence and origin as given; may be empty"),
        Column("sequence", TEXT, "video or sequence it belongs to; empty: none", default=""),
        Column("position", "int32", "its place within the sequence, in time", default=0),
    ),
)
"""One row per image or frame. Its row number is the `item` of every other table; rows are sorted
by source id (numbers by value, texts by code point), the order in which pycocotools sees images."""

_ANNOTATION = (
    Column("item", "int32", "row of items"),
    Column("class_id", "int32", "row of the ontology's class list"),
    Column("kind", "uint8", "schema.kinds.Kind"),
    Column("x", "float64", "left edge, pixels, as read; nan for a classification"),
    Column("y", "float64", "top edge, pixels, as read"),
    Column("width", "float64", "pixels, as read"),
    Column("height", "float64", "pixels, as read"),
    Column("theta", "float64", "degrees of a rotated box, else 0"),
    Column("area", "float64", "square pixels: as given for ground truth; by protocol otherwise"),
    Column("marks", "uint16", "schema.kinds.Mark"),
    Column("track", TEXT, "track or object id as given; may be empty"),
    Column("source_row", "int64", "number of the record in its file, from 0"),
)

GROUND_TRUTH = TableSchema(
    "ground_truth",
    (
        *_ANNOTATION,
        Column("crowd", "bool", "a crowd region: matched repeatedly, never counted"),
        Column("source_id", "int64", "the annotation's id in its file, or its row"),
    ),
)
"""Annotations taken as true, sorted by item, then file order."""

PREDICTIONS = TableSchema(
    "predictions",
    (*_ANNOTATION, Column("confidence", "float64", "the model's number used for ordering")),
)
"""One run's annotations, sorted by item, then file order."""

MASKS = TableSchema(
    "masks",
    (
        Column("row", "int64", "row of the annotation table"),
        Column("counts", BYTES, "COCO's compressed run lengths over the whole image"),
    ),
)
"""Masks of the annotations that cover pixels (polygons are rasterised at import)."""

TRAITS = TableSchema(
    "traits",
    (
        Column("row", "int64", "row of the annotation table"),
        Column("name", TEXT, "truncation, occlusion, sigma, ..."),
        Column("value", "float64", "as given"),
    ),
)
"""Numbers that only some protocols read, of those annotations that have them; sorted by row."""

VERDICTS = TableSchema(
    "verdicts",
    (
        Column("item", "int32", "row of items"),
        Column("class_id", "int32", "row of the ontology's class list"),
        Column("verdict", "uint8", "schema.kinds.Verdict"),
    ),
)
"""What was verified of a class on an image as a whole (LVIS, Open Images); sorted by item."""

KEYPOINT_PART = -1
"""`part` of keypoints, which may go with a polygon's vertices or with a box."""

POINTS = TableSchema(
    "points",
    (
        Column("row", "int64", "row of the annotation table"),
        Column("part", "int32", "part of a polygon with several, from 0; keypoints: KEYPOINT_PART"),
        Column("x", "float64", "pixels"),
        Column("y", "float64", "pixels"),
        Column("visibility", "uint8", "of a keypoint: 0 absent, 1 hidden, 2 visible; else 2"),
    ),
)
"""Vertices of polygons and polylines, and keypoints, in order, flat."""

PAIRS = TableSchema(
    "pairs",
    (
        Column("prediction", "int32", "row of predictions"),
        Column("ground_truth", "int32", "row of ground truth"),
        Column("iou", "float64", "overlap; for a crowd region: share of the prediction inside"),
    ),
)
"""Candidate pairs: every pair on one image with IoU >= 0.1, any class; sorted by prediction."""

OUTCOMES = TableSchema(
    "outcomes",
    (
        Column("matched", "uint16", "bit t: matched at COCO threshold t (0.50 + 0.05 t)"),
        Column("ignored", "uint16", "bit t: that match is with an ignored ground truth"),
        Column("rank", "int32", "place by confidence within its image and class, from 0"),
    ),
)
"""Per prediction, in the order of the predictions table, area range "all"."""

_VALUE = (
    Column("metric", "int64", "first 63 bits of the SHA-256 of the metric's id, version and code"),
    Column("row", "int64", "row of items, or of the annotation table"),
    Column("value", "float64", "nan where it is undefined"),
)

ITEM_VALUES = TableSchema("item_values", _VALUE)
"""Quality metrics of images, by what an owner says of them: pixels and labels, or a run."""

OBJECT_VALUES = TableSchema("object_values", _VALUE)
"""Quality metrics of an owner's annotations. What was measured has a row, even if undefined."""

_EMBEDDING = (
    Column("model", "int64", "first 63 bits of the SHA-256 of the model and how it was fed"),
    Column("row", "int64", "row of items, or of the annotation table"),
    Column("vector", BYTES, "float16 or float32 by model, little-endian; empty: undefined"),
    Column("hash", TEXT, "difference hash of the picture, 16 hexadecimal digits; empty: not known"),
)

ITEM_EMBEDDINGS = TableSchema("item_embeddings", _EMBEDDING)
"""What a network sees in the images."""

OBJECT_EMBEDDINGS = TableSchema("object_embeddings", _EMBEDDING)
"""What a network sees in an owner's annotations."""

PLACES = TableSchema(
    "places",
    (
        Column("model", "int64", "of the embeddings"),
        Column("of", "uint8", "0: images, 1: objects"),
        Column("row", "int64", "row of items, or of the annotation table"),
        Column("x", "float64", "no unit"),
        Column("y", "float64", "no unit"),
    ),
)
"""A layout of embeddings in two dimensions that takes long to compute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """A table of annotations with the geometry that does not fit into its columns."""

    table: Table
    masks: Table
    points: Table
    traits: Table = field(default_factory=lambda: Table.empty(TRAITS))

    @classmethod
    def empty(cls, schema: TableSchema) -> Annotations:
        """No annotations."""
        return cls(table=Table.empty(schema), masks=Table.empty(MASKS), points=Table.empty(POINTS))

    @property
    def rows(self) -> int:
        """How many annotations there are."""
        return self.table.rows

    def take(self, rows: NDArray[np.int64]) -> Annotations:
        """Some annotations with their masks, points and traits, numbered anew.

        Args:
            rows: Ascending.
        """
        number = np.full(self.rows + 1, -1, np.int64)
        number[rows] = np.arange(rows.size)

        def part(table: Table) -> Table:
            new = number[table["row"]]
            return table.take(np.flatnonzero(new >= 0)).replace(row=new[new >= 0])

        return Annotations(
            table=self.table.take(rows),
            masks=part(self.masks),
            points=part(self.points),
            traits=part(self.traits),
        )


def unsized(items: Table) -> NDArray[np.bool_]:
    """(items,) images of unknown size, kept as 1 x 1 pixels: what lies there is in shares."""
    return np.asarray((items["width"] == 1) & (items["height"] == 1))


def boxes_of(table: Table) -> NDArray[np.float64]:
    """(N, 4) float64: x, y, width, height in pixels, as read."""
    return np.stack([table[n] for n in ("x", "y", "width", "height")], axis=1)
