"""What Encord-style metrics read and write: data units with their pictures, scores by row."""

from __future__ import annotations

from collections.abc import Iterator as Iterated
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from boxscore.errors import BoxscoreError
from boxscore.quality.objects import Objects, Values
from boxscore.schema.kinds import Kind

if TYPE_CHECKING:
    from PIL.Image import Image

Unit = dict[str, Any]


class Iterator:
    """Walks over images and frames; while it does, its attributes tell where it is.

    Attributes:
        label_hash, du_hash: Of the label row and of the image or video.
        frame: Of a video, or the place within an image group.
        num_frames: Frames of the label row.
        dataset_title: Empty: a project has no data sets.
        item: Row of the image in the project.
        unit: The data unit itself.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        items = objects.items
        names = zip(items["data_hash"].tolist(), items["frame"].tolist(), strict=True)
        self._item = {name: k for k, name in enumerate(names)}
        self._starts = np.searchsorted(objects.item, np.arange(items.rows + 1)).tolist()
        self.label_hash = self.du_hash = self.dataset_title = ""
        self.frame = self.num_frames = self.item = 0
        self.unit: Unit = {"labels": {}}

    @property
    def length(self) -> int:
        """How many images and frames there are."""
        return self._objects.items.rows

    def iterate(
        self,
        desc: str = "",  # noqa: ARG002 - what a progress bar said
    ) -> Iterated[tuple[Unit, Image | None]]:
        """Every data unit, a video's once a frame, with its picture; None where there is none."""
        for label_hash, row in self._objects.beside.label_rows(self._objects).items():
            self.label_hash = label_hash
            units = list(_frames(row["data_units"].values()))
            self.num_frames = len(units)
            for position, (unit, frame) in enumerate(units):
                self.du_hash = unit["data_hash"]
                self.item = self._item[self.du_hash, frame]
                self.frame = position if len(row["data_units"]) > 1 else frame
                self.unit = unit
                yield unit, self._picture()

    def row_of(self, label: Mapping[str, Any]) -> int:
        """The row of an object or answer of the unit at hand.

        Raises:
            ValueError: It has no such label.
        """
        answer = "objectHash" not in label
        name = "classificationHash" if answer else "objectHash"
        hashes = [
            one[name] for one in self.unit["labels"]["classifications" if answer else "objects"]
        ]
        rows = range(self._starts[self.item], self._starts[self.item + 1])
        sort = [r for r in rows if (self._objects.kind[r] == Kind.CLASSIFICATION) == answer]
        return sort[hashes.index(label[name])]

    def _picture(self) -> Image | None:
        import PIL.Image

        try:
            return PIL.Image.fromarray(self._objects.beside.pixels(self.item).rgb)
        except BoxscoreError:
            return None


def _frames(units: Any) -> Iterated[tuple[Unit, int]]:
    """Units with the labels of one frame, and its number."""
    for unit in units:
        if "objects" in unit["labels"]:
            yield unit, 0
        else:
            for frame, labels in unit["labels"].items():
                yield {**unit, "labels": labels}, int(frame)


class CSVMetricWriter:
    """Collects scores: of the image at hand, or of its objects and answers."""

    def __init__(self, objects: Objects, iterator: Iterator) -> None:
        self._iterator = iterator
        self.of_items = np.full(objects.items.rows, np.nan)
        self.of_objects = np.full(objects.count, np.nan)

    def write(
        self,
        score: float,
        labels: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        description: str = "",  # noqa: ARG002 - scores are kept without words
        **_more: Any,
    ) -> None:
        """Keep a score; the last one of an image or a label counts, descriptions are not kept.

        Args:
            labels: An object or answer of the unit at hand, or several; None: the image itself.
        """
        if labels is None or (not isinstance(labels, Mapping) and not labels):
            self.of_items[self._iterator.item] = float(score)
            return
        for label in [labels] if isinstance(labels, Mapping) else labels:
            self.of_objects[self._iterator.row_of(label)] = float(score)


def scores(execute: Any, objects: Objects) -> tuple[Values, Values]:
    """(items,) and (N,) scores that an Encord-style metric writes; nan where it wrote none."""
    iterator = Iterator(objects)
    writer = CSVMetricWriter(objects, iterator)
    execute(iterator, writer)
    return writer.of_items, writer.of_objects
