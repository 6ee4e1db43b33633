"""Shapes of the answers about embeddings."""

from __future__ import annotations

from typing import Literal

from boxscore.api.documents import Document


class EmbeddedPart(Document):
    of: Literal["images", "objects"]
    run: str | None
    model: str | None
    digest: str | None
    dimensions: int | None
    knows_text: bool
    embedded: int
    size: int


class EmbeddingState(Document):
    parts: list[EmbeddedPart]
    images_with_pixels: int
    can_embed: bool
    can_read_text: bool
    text_command: str
    can_lay_out: bool


class ImagePlace(Document):
    row: int
    data_hash: str
    frame: int
    title: str
    width: int
    height: int
    has_pixels: bool
    split: str
    licence: str


class LikePlace(ImagePlace):
    """An image, or an annotation on one; `row` is of its own table."""

    cosine: float | None = None
    class_id: int | None = None
    class_name: str | None = None
    box: list[float] | None = None


class Neighbours(Document):
    of: Literal["images", "objects"]
    query: LikePlace
    neighbours: list[LikePlace]


class TextFound(Document):
    """What a text describes, the best first."""

    text: str
    of: Literal["images", "objects"]
    run: str | None
    model: str
    searched: int
    places: list[LikePlace]


class Places(Document):
    places: list[LikePlace]


class DuplicatePair(Document):
    first: ImagePlace
    second: ImagePlace
    cosine: float | None
    bits: int | None
    mirrored: bool
    exact: bool
    across_splits: bool


class Duplicates(Document):
    cosine: float
    model: str | None
    exact: int
    near: int
    unconfirmed: int
    denied: int
    across_splits: int
    splits: list[str]
    leaked_images: int
    pairs: list[DuplicatePair]
    closest: list[DuplicatePair]
    notes: list[str]


class PartScores(Document):
    images: int
    metrics: dict[str, float | None] | None


class LeakagePart(Document):
    split: str | None
    clean: PartScores
    leaked: PartScores


class Leakage(Document):
    run: str
    task: str
    cosine: float
    leaked_images: int
    images: int
    parts: list[LeakagePart]
    notes: list[str]


class DataMap(Document):
    """Columns of equal length; `outcome` is 0: does not count, 1: found, 2: missed."""

    of: Literal["images", "objects"]
    method: Literal["pca", "tsne"]
    model: str
    count: int
    x: list[float]
    y: list[float]
    row: list[int]
    item: list[int]
    group: list[int]
    class_id: list[int] | None
    outcome: list[int] | None
    found: list[int] | None
    missed: list[int] | None
    f1: list[float | None] | None
    confidence: float | None
