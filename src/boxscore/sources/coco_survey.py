"""One look through a large COCO results file: which images and classes it names, how often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.coco_records import ListSpec, Records
from boxscore.sources.coco_scan import WholeNeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """The D distinct ids under one key.

    Attributes:
        values: (D,) ascending; of text ids: index into `texts`.
        counts: (D,) records that give each.
        texts: None where the ids are numbers.
    """

    values: NDArray[np.int64]
    counts: NDArray[np.int64]
    texts: list[str] | None

    def written(self) -> list[int | str]:
        """The ids as the file has them."""
        values = self.values.tolist()
        return values if self.texts is None else [self.texts[v] for v in values]

    def totals(self, place: NDArray[np.int32], size: int) -> NDArray[np.int64]:
        """(size,) records at each place, by the (D,) places of the ids; -1 is none."""
        known = place >= 0
        out = np.zeros(size, np.int64)
        np.add.at(out, place[known], self.counts[known])
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a first reading shows.

    Attributes:
        total: Records in the list, usable or not.
        images, classes: What they name.
    """

    total: int
    images: Ids
    classes: Ids

    def stand_in(self, spec: ListSpec) -> Records:
        """Every image id once, every category id once: what readings of ids go by."""
        return Records(
            spec=spec,
            total=self.images.values.size,
            row=np.arange(self.images.values.size),
            column={"image_id": self.images.values, "category_id": self.classes.values},
            present={},
            texts={} if self.images.texts is None else {"image_id": self.images.texts},
            objects={},
            segmentation=None,
        )


def survey(windows: Iterable[Records]) -> Survey:
    """Read all windows of a file.

    Raises:
        WholeNeeded: No box reaches beyond 1: they may be normalised.
    """
    tallies = _Tally("image_id"), _Tally("category_id")
    total, pixels = 0, False
    for records in windows:
        total += records.total
        for tally in tallies:
            tally.add(records)
        pixels = pixels or bool(np.any(records.column["bbox"][records.present["bbox"]] > 1))
    if not pixels:
        raise WholeNeeded
    return Survey(total=total, images=tallies[0].ids(), classes=tallies[1].ids())


class _Tally:
    """Distinct ids and their counts, window by window."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._values, self._counts = np.empty(0, np.int64), np.empty(0, np.int64)
        self._texts: list[str] | None = None

    def add(self, records: Records) -> None:
        values, counts = np.unique(records.column[self._key], return_counts=True)
        both, place = np.unique(np.concatenate([self._values, values]), return_inverse=True)
        weights = np.concatenate([self._counts, counts])
        self._counts = np.bincount(place, weights, both.size).astype(np.int64)
        self._values = both
        self._texts = records.texts.get(self._key, self._texts)

    def ids(self) -> Ids:
        return Ids(values=self._values, counts=self._counts, texts=self._texts)
