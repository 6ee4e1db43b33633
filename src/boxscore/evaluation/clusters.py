"""What a bootstrap draws: images, or groups of images that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.leaving import checkpoint
from boxscore.errors import RequestError
from boxscore.matching.restrict import one_per_item

Weights = NDArray[np.uint16]
"""(B, items) how often each replicate holds each image."""

AT_ONCE = 1 << 19
"""Draws held in memory at once; between them work may be cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Images that are drawn together, because they are not independent of each other.

    Attributes:
        number: (items,) int64 cluster of each image, 0 to count - 1; -1 takes no part.
        count: How many clusters there are.
        unit: What one is: image, video, near-duplicate group, site.
    """

    number: NDArray[np.int64]
    count: int
    unit: str

    @classmethod
    def images(cls, items: int, chosen: NDArray[np.bool_] | None = None) -> Clusters:
        """Every image on its own.

        Args:
            chosen: (items,) images that take part; None is all.
        """
        return cls.groups(np.arange(items), unit="image", chosen=chosen)

    @classmethod
    def groups(
        cls, group: NDArray[np.int64], *, unit: str, chosen: NDArray[np.bool_] | None = None
    ) -> Clusters:
        """Images that share a number.

        Args:
            group: (items,) whole numbers; a negative one means that the image is on its own.

        Raises:
            RequestError: `group` or `chosen` is not one value per image.
        """
        group = np.asarray(group)
        if group.ndim != 1 or group.dtype.kind not in "iu":
            raise RequestError(
                f"clusters have shape {group.shape} and type {group.dtype}",
                fix="give one whole number per image",
                code="E-CLUSTERS-SHAPE",
            )
        everything = np.ones(group.size, np.bool_)
        chosen = everything if chosen is None else one_per_item(chosen, group.size)
        own = group.astype(np.int64)
        alone = own < 0
        own[alone] = np.flatnonzero(alone) + own.max(initial=-1) + 1
        number = np.full(group.size, -1, np.int64)
        names, number[chosen] = np.unique(own[chosen], return_inverse=True)
        return cls(number=number, count=names.size, unit=unit)

    @property
    def takes_part(self) -> NDArray[np.bool_]:
        """(items,) bool."""
        return self.number >= 0

    def draw(self, replicates: int, seed: int) -> Iterator[Weights]:
        """Weights of all replicates, some replicates at a time.

        The stream is that of `numpy.random.default_rng(seed)` (PCG64): replicate after replicate
        takes `integers(0, count, count)`, so more replicates only add to those drawn before.
        """
        generator = np.random.default_rng(seed)
        step = max(8, AT_ONCE // max(self.count, self.number.size, 1) // 8 * 8)
        for start in range(0, replicates, step):
            checkpoint()
            size = min(step, replicates - start)
            drawn = generator.integers(0, max(self.count, 1), (size, self.count))
            drawn += np.arange(size)[:, None] * self.count
            times = np.bincount(drawn.ravel(), minlength=size * self.count)
            table = np.zeros((size, self.count + 1), np.uint16)  # the last column is for -1
            table[:, : self.count] = times.reshape(size, self.count)
            yield np.ascontiguousarray(table[:, self.number])

    def fit(self, items: int) -> None:
        """Refuse clusters of another number of images.

        Raises:
            RequestError: They are not those of `items` images.
        """
        if self.number.size != items:
            raise RequestError(
                f"clusters of {self.number.size} images do not fit a run of {items}",
                fix="give one cluster number for each image of the project",
                code="E-CLUSTERS-SHAPE",
            )

    def holding(self, item: NDArray[np.int32]) -> int:
        """How many clusters hold at least one of some rows, given by their images."""
        number = self.number[item]
        return int(np.unique(number[number >= 0]).size)
