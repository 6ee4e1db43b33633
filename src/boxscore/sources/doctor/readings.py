"""What the doctor weighs: readings of ids, classes and boxes, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.sources.raw import Convention

CLEAR = 0.95
"""Share of names that a reading must find to be believed."""
CLOSE = 0.9
"""A second reading whose evidence reaches this share of the best one's makes it undecided."""
NO_WAY = "no way"
"""Of names that no reading finds."""
EXCEPTIONS = ", with exceptions"
"""What a reading is called further where a mapping file names some images or classes itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read the names of images or classes.

    Attributes:
        how: In words, as documents and mapping files have it.
        place: (K,) row that each name of the source stands for, -1 for none.
        found: Share of the names that it finds, weighed by their records.
        agreement: Share of the well-placed records whose class agrees; nan without evidence.
    """

    how: str
    place: NDArray[np.int32]
    found: float
    agreement: float = float("nan")

    def document(self) -> dict[str, Any]:
        """For JSON; nan becomes null."""
        agreement = None if np.isnan(self.agreement) else round(self.agreement, 4)
        return {"how": self.how, "found": round(self.found, 4), "agreement": agreement}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxReading:
    """One way to read the four numbers of a box.

    Attributes:
        form: How they are meant.
        valid: Share of boxes with positive size that lie within their image.
        overlap: Mean over ground truths of the best IoU that a box reaches, at most as many on an
            image as it has boxes; nan without evidence.
        weight: Sum of the squares of these IoUs: how much evidence that is.
    """

    form: Convention
    valid: float = 0.0
    overlap: float = float("nan")
    weight: float = 0.0

    @property
    def how(self) -> str:
        """In words."""
        return self.form.words

    def document(self) -> dict[str, Any]:
        """For JSON; nan becomes null."""
        overlap = None if np.isnan(self.overlap) else round(self.overlap, 4)
        return {"how": self.how, "valid": round(self.valid, 4), "overlap": overlap}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A question of the doctor, answered.

    Attributes:
        question: "images", "classes" or "boxes".
        chosen: The reading taken, or the best one when it is not sure.
        others: The alternatives, best first.
        sure: Whether the evidence suffices.
        why: The evidence in one sentence.
        fix: What to do when it is not sure.
        unmatched: Examples of names that no row fits.
        doubt: Why it may be wrong though nothing fits better: a warning where it is sure; may be
            empty.
    """

    question: str
    chosen: Reading | BoxReading
    others: tuple[Reading | BoxReading, ...]
    sure: bool
    why: str
    fix: str = ""
    unmatched: tuple[str, ...] = field(default=())
    doubt: str = ""

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "question": self.question,
            "chosen": self.chosen.document(),
            "alternatives": [other.document() for other in self.others],
            "sure": self.sure,
            "why": self.why,
            "fix": self.fix or None,
            "unmatched": list(self.unmatched),
        }
