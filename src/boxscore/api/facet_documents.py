"""The shapes of the counts beside the choices of the filter."""

from __future__ import annotations

from boxscore.api.documents import Document


class RangeFacet(Document):
    """A histogram: of what the other conditions leave, and of everything."""

    key: str
    title: str
    unit: str
    edges: list[float | None]
    counts: list[int]
    everything: list[int]


class NamedImages(Document):
    name: str
    images: int


class ClassImages(Document):
    class_id: int
    images: int


class SliceImages(Document):
    name: str
    where: str
    images: int | None


class ImageFacets(Document):
    total: int
    chosen: int
    splits: list[NamedImages]
    sequences: list[NamedImages]
    licences: list[NamedImages]
    classes: list[ClassImages]
    tags: list[NamedImages]
    slices: list[SliceImages]
    ranges: list[RangeFacet]


class ClassObjects(Document):
    class_id: int | None
    count: int


class TagObjects(Document):
    name: str
    count: int


class ObjectFacets(Document):
    total: int
    confidence: float
    outcome: dict[str, int]
    kind: dict[str, int]
    classes: list[ClassObjects]
    labelled: list[ClassObjects]
    predicted: list[ClassObjects]
    tags: list[TagObjects]
    ranges: list[RangeFacet]


class FilterFacets(Document):
    images: ImageFacets
    objects: ObjectFacets | None
