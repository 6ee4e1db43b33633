"""The numbers of one run under one protocol: overall by name, and per class."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What a protocol publishes of a run; nan is undefined.

    Attributes:
        overall: Its numbers by their published names, in its own order.
        ground_truth, predictions: (C,) objects that count, and predictions.
        per_class: (C,) arrays by column name; protocols of AP have at least "ap".
        notes: What a reader must know of this evaluation, in plain sentences.
    """

    overall: dict[str, float]
    ground_truth: NDArray[np.int64]
    predictions: NDArray[np.int64]
    per_class: dict[str, NDArray[np.float64]]
    notes: tuple[str, ...] = field(default=())
