"""Records of COCO results as the doctor weighs them: ids, boxes and confidences of all or some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.coco_fields import whole_number
from boxscore.sources.coco_outlines import outlines
from boxscore.sources.coco_records import Records
from boxscore.sources.raw import Convention, RawBuilder, RawSet
from boxscore.sources.report import ImportReport

DECLARED = Convention(corners="xywh", scale="pixels")
"""How COCO writes boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """N records.

    Attributes:
        image, category: (N,) ids; of text ids: index into their texts.
        image_texts, category_texts: None where the ids are numbers.
        row: (N,) number of each record in its list, from 0.
        confidence: (N,) as written.
        box: (N, 4) x, y, width, height, or around what the record covers; nan without.
    """

    image: NDArray[np.int64]
    category: NDArray[np.int64]
    image_texts: list[str] | None
    category_texts: list[str] | None
    row: NDArray[np.int64]
    confidence: NDArray[np.float64]
    box: NDArray[np.float64]

    @classmethod
    def of(cls, records: Records, rows: NDArray[np.intp] | None = None) -> Sample:
        """All records, or those at `rows`."""
        rows = np.arange(records.count) if rows is None else rows
        return cls(
            image=records.column["image_id"][rows],
            category=records.column["category_id"][rows],
            image_texts=records.texts.get("image_id"),
            category_texts=records.texts.get("category_id"),
            row=records.row[rows],
            confidence=records.column["score"][rows],
            box=outlines(records, rows),
        )

    @classmethod
    def joined(cls, parts: Sequence[Sample]) -> Sample:
        """Samples of a file's windows, one after the other; the last one knows all texts."""
        return cls(
            image=np.concatenate([part.image for part in parts]),
            category=np.concatenate([part.category for part in parts]),
            image_texts=parts[-1].image_texts,
            category_texts=parts[-1].category_texts,
            row=np.concatenate([part.row for part in parts]),
            confidence=np.concatenate([part.confidence for part in parts]),
            box=np.concatenate([part.box for part in parts]),
        )

    def raw(self, report: ImportReport) -> RawSet:
        """The same as the doctor takes it."""
        builder = RawBuilder("coco", report.path, report, DECLARED)
        image, keys = _coded(self.image, self.image_texts)
        for key in keys:
            builder.image(key)
        class_ref, named = _coded(self.category, self.category_texts)
        numbered = all(map(whole_number, named))
        for name in named:
            builder.class_ref(int(name)) if numbered else builder.class_ref(name=name)
        columns = {
            "image": image,
            "class_ref": class_ref,
            "line": self.row + 1,
            "confidence": self.confidence,
        }
        builder.extend(columns, self.box)
        return builder.build()


def _coded(
    ids: NDArray[np.int64], written: list[str] | None
) -> tuple[NDArray[np.int64], list[str]]:
    """Numbers of the distinct ids, and these as texts."""
    values, codes = np.unique(ids, return_inverse=True)
    if written is None:
        return codes, [str(v) for v in values.tolist()]
    texts = [written[v] for v in values.tolist()]
    place = {text: k for k, text in enumerate(dict.fromkeys(texts))}
    again = np.array([place[text] for text in texts], np.int64)
    return again[codes] if again.size else codes, list(place)
