"""COCO's `segmentation` in all its forms -> canonical masks, in bulk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.kernels import _core

ABSENT, POLYGONS, COMPRESSED, COUNTS, EMPTY = range(5)
"""What a record's segmentation is."""

MOST_SIDE = 1 << 20
"""Pixels of a side from which a size that is claimed is none."""
SIZE_STATUS = 254
"""Our own status: the code has another size than the image."""
SWAPPED_STATUS = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class Ragged:
    """Sequences of several lengths in one array; sequence i is values[offsets[i]:offsets[i+1]]."""

    values: NDArray[Any]
    offsets: NDArray[np.int64]

    @classmethod
    def joined(cls, a: Ragged, b: Ragged) -> Ragged:
        """The sequences of `a`, then those of `b`."""
        return cls(
            values=np.concatenate([a.values, b.values]),
            offsets=np.concatenate([a.offsets, b.offsets[1:] + a.offsets[-1]]),
        )

    def take(self, index: NDArray[np.intp]) -> Ragged:
        """The sequences at `index`, in that order."""
        lengths = self.offsets[index + 1] - self.offsets[index]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        if offsets[-1] == self.values.size and np.all(index[1:] > index[:-1]):
            # What is left out is empty: the values stand as they are.
            return Ragged(values=self.values, offsets=offsets)
        shift = np.repeat(self.offsets[index] - offsets[:-1], lengths)
        return Ragged(values=self.values[np.arange(offsets[-1]) + shift], offsets=offsets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentations:
    """The segmentations of N records.

    Attributes:
        kind: (N,) uint8: ABSENT, POLYGONS, COMPRESSED, COUNTS or EMPTY.
        size: (N, 2) int64 height and width that a run-length code claims.
        points: Coordinates x, y, x, y … of every polygon part.
        parts: (N + 1,) polygon parts of a record: parts[i]:parts[i + 1].
        compressed: Characters of compressed codes, per record.
        runs: Run lengths of uncompressed codes, per record.
    """

    kind: NDArray[np.uint8]
    size: NDArray[np.int64]
    points: Ragged
    parts: NDArray[np.int64]
    compressed: Ragged
    runs: Ragged

    @classmethod
    def of_scan(cls, scanned: _core.SegmentationColumn) -> Segmentations:
        """Name the scanner's arrays; where no record has a segmentation, leave them unread."""
        kind = scanned.kind
        if not kind.any():
            return cls.absent(kind)
        return cls(
            kind=kind,
            size=scanned.size,
            points=Ragged(values=scanned.coordinates, offsets=scanned.part_offsets),
            parts=scanned.object_offsets,
            compressed=Ragged(values=scanned.compressed, offsets=scanned.compressed_offsets),
            runs=Ragged(values=scanned.counts, offsets=scanned.counts_offsets),
        )

    @classmethod
    def absent(cls, kind: NDArray[np.uint8]) -> Segmentations:
        """N records without any: arrays of zeros that take no memory."""
        zeros = np.broadcast_to(np.zeros(1, np.int64), kind.size + 1)
        return cls(
            kind=kind,
            size=np.broadcast_to(np.zeros(1, np.int64), (kind.size, 2)),
            points=Ragged(values=np.empty(0), offsets=np.zeros(1, np.int64)),
            parts=zeros,
            compressed=Ragged(values=np.empty(0, np.uint8), offsets=zeros),
            runs=Ragged(values=np.empty(0, np.int64), offsets=zeros),
        )

    @classmethod
    def joined(cls, a: Segmentations, b: Segmentations) -> Segmentations:
        """The records of `a`, then those of `b`."""
        return cls(
            kind=np.concatenate([a.kind, b.kind]),
            size=np.concatenate([a.size, b.size]),
            points=Ragged.joined(a.points, b.points),
            parts=np.concatenate([a.parts, b.parts[1:] + a.parts[-1]]),
            compressed=Ragged.joined(a.compressed, b.compressed),
            runs=Ragged.joined(a.runs, b.runs),
        )

    def polygons(self, index: NDArray[np.intp]) -> tuple[Ragged, NDArray[np.int64]]:
        """Parts of the records at `index`, and how they fall to these records (offsets)."""
        whole = Ragged(values=np.arange(self.parts[-1]), offsets=self.parts).take(index)
        return self.points.take(whole.values), whole.offsets


@dataclass(frozen=True, slots=True, kw_only=True)
class Masks:
    """Canonical masks of N records.

    Attributes:
        counts: (N,) object array of compressed codes; b"" without a mask.
        status: (N,) uint8, 0 when fine or absent, else a status of the kernels or of ours.
        area: (N,) square pixels, 0 without a mask.
        box: (N, 4) x, y, width, height around the mask.
    """

    counts: NDArray[np.object_]
    status: NDArray[np.uint8]
    area: NDArray[np.float64]
    box: NDArray[np.float64]


def masks_of(
    given: Segmentations,
    usable: NDArray[np.bool_],
    height: NDArray[np.int32],
    width: NDArray[np.int32],
) -> Masks:
    """Check and rasterise the segmentations of records on images of known size.

    Args:
        usable: (N,) records to look at; the others have no mask.
        height, width: (N,) pixels of each record's image.
    """
    count = given.kind.size
    masks = Masks(
        counts=np.full(count, b"", object),
        status=np.zeros(count, np.uint8),
        area=np.zeros(count),
        box=np.zeros((count, 4)),
    )
    coded = usable & np.isin(given.kind, (COMPRESSED, COUNTS))
    _check_size(given, coded, height, width, masks.status)
    fine = usable & (masks.status == 0)
    _fill(masks, fine & (given.kind == POLYGONS), given, height, width, _rasterise)
    _fill(masks, fine & (given.kind == COMPRESSED), given, height, width, _canonical)
    _fill(masks, fine & (given.kind == COUNTS), given, height, width, _from_runs)
    return masks


def code_of(runs: list[Any], height: int, width: int) -> bytes | None:
    """The compressed code of a list of run lengths; None where they are no mask of that size."""
    if not (0 < height < MOST_SIDE and 0 < width < MOST_SIDE):
        return None
    if not all(type(run) is int and 0 <= run <= height * width for run in runs):
        return None
    code, _, status = _core.masks_from_counts(
        np.array(runs, np.int64),
        np.array([0, len(runs)], np.int64),
        np.array([height], np.int32),
        np.array([width], np.int32),
    )
    return None if status[0] else code.tobytes()


def _check_size(
    given: Segmentations,
    coded: NDArray[np.bool_],
    height: NDArray[np.int32],
    width: NDArray[np.int32],
    status: NDArray[np.uint8],
) -> None:
    if not coded.any():
        return
    h, w = given.size[:, 0], given.size[:, 1]
    other = coded & ((h != height) | (w != width))
    status[other] = SIZE_STATUS
    status[other & (h == width) & (w == height)] = SWAPPED_STATUS


Sizes = NDArray[np.int32]
Made = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8]]
Make = Callable[[Segmentations, NDArray[np.intp], Sizes, Sizes], Made]


def _rasterise(given: Segmentations, index: NDArray[np.intp], h: Sizes, w: Sizes) -> Made:
    points, parts = given.polygons(index)
    return _core.masks_from_polygons(points.values, points.offsets, parts, h, w)


def _canonical(given: Segmentations, index: NDArray[np.intp], h: Sizes, w: Sizes) -> Made:
    codes = given.compressed.take(index)
    return _core.masks_from_compressed(codes.values, codes.offsets, h, w)


def _from_runs(given: Segmentations, index: NDArray[np.intp], h: Sizes, w: Sizes) -> Made:
    runs = given.runs.take(index)
    return _core.masks_from_counts(runs.values, runs.offsets, h, w)


def _fill(
    masks: Masks,
    chosen: NDArray[np.bool_],
    given: Segmentations,
    height: NDArray[np.int32],
    width: NDArray[np.int32],
    make: Make,
) -> None:
    index = np.flatnonzero(chosen)
    if not index.size:
        return
    h, w = height[index].astype(np.int32), width[index].astype(np.int32)
    codes, offsets, status = make(given, index, h, w)
    area, box = _core.mask_area_box(codes, offsets, h, w)
    flat, ends = codes.tobytes(), offsets.tolist()
    masks.counts[index] = [flat[a:b] for a, b in pairwise(ends)]
    masks.status[index] = status
    masks.area[index] = area
    masks.box[index] = box
