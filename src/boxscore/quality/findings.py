"""Findings: a metric beyond its threshold on one image or object, under a stable code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.quality.cards import Bad, Card

Values = NDArray[np.float64]
MODERATE, SEVERE = "moderate", "severe"
SEVERITIES = (SEVERE, MODERATE)
FENCES = {MODERATE: 1.5, SEVERE: 2.5}
"""Interquartile ranges beyond the quartiles from which a value is an outlier (as Encord Active)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a value of a metric is a finding.

    Attributes:
        code: `IMG...` of images, `ANN...` of ground truth, `PRD...` of a run; never used anew.
        metric: Its id.
        side: Which values are findings: those at or below ("low"), at or above ("high").
        threshold: Where they start, unless the project sets another.
    """

    code: str
    title: str
    metric: str
    side: str
    threshold: float
    severity: str = MODERATE

    def holds(self, values: Values, threshold: float) -> NDArray[np.bool_]:
        """Which values are findings; undefined ones are none."""
        beyond: NDArray[np.bool_] = (
            values <= threshold if self.side == "low" else values >= threshold
        )
        return beyond


def _rule(
    code: str, title: str, metric: str, side: str, threshold: float, severity: str = MODERATE
) -> Rule:
    return Rule(
        code=code, title=title, metric=metric, side=side, threshold=threshold, severity=severity
    )


FINDINGS = (
    _rule("IMG001", "too dark", "brightness", "low", 0.15, SEVERE),
    _rule("IMG002", "too bright", "brightness", "high", 0.85, SEVERE),
    _rule("IMG003", "hardly any contrast", "contrast", "low", 0.08),
    _rule("IMG004", "blurred", "sharpness", "low", 50),
    _rule("IMG005", "lost in shadow", "underexposure", "high", 0.5),
    _rule("IMG006", "lost in light", "overexposure", "high", 0.3),
    _rule("IMG007", "nearly blank", "grey_level_entropy", "low", 4, SEVERE),
    _rule("IMG008", "noisy", "noise", "high", 15),
    _rule("IMG009", "strongly compressed", "jpeg_quality", "low", 50),
    _rule("IMG010", "mostly padding in training", "training_padding", "high", 0.6),
    _rule("IMG011", "much reduced for training", "training_scale", "low", 0.25),
    _rule("IMG012", "text drawn over it", "text_overlay_area", "high", 0.02),
    _rule("IMG013", "without colour", "colourfulness", "low", 2),
    _rule("IMG014", "no ground truth", "object_count", "low", 0),
    _rule("ANN001", "a speck", "object_area_absolute", "low", 16, SEVERE),
    _rule("ANN002", "covers the image", "object_area_relative", "high", 95),
    _rule("ANN003", "a flat sliver", "object_aspect_ratio", "high", 10),
    _rule("ANN004", "an upright sliver", "object_aspect_ratio", "low", 0.1),
    _rule("ANN005", "labelled twice", "annotation_duplicates", "high", 0.6, SEVERE),
    _rule(
        "ANN006", "beyond the border", "annotation_closeness_to_image_borders", "high", 1.005,
        SEVERE,
    ),
    _rule("ANN007", "a loose box", "box_tightness", "low", 0.7),
    _rule("ANN008", "a scattered mask", "mask_fill", "low", 0.1),
    _rule("ANN009", "missing in a frame", "missing_objects_and_broken_tracks", "low", 0.5, SEVERE),
    _rule(
        "ANN010", "class or track changes",
        "inconsistent_object_classification_and_track_ids", "low", 0.2, SEVERE,
    ),
    _rule("ANN011", "an odd shape", "shape_outlier_detection", "low", 0.1),
    _rule("ANN012", "odd company", "co_occurrence_surprise", "high", 4),
    _rule("ANN013", "smaller than a model's cell", "object_size_in_training", "low", 8),
    _rule("ANN014", "hidden behind another", "occlusion_by_overlap", "high", 0.9),
    _rule("PRD001", "predicted twice", "annotation_duplicates", "high", 0.6),
    _rule("PRD002", "a surer rival", "confidence_margin", "low", 0),
    _rule("PRD003", "the other runs disagree", "disagreement_on_prediction", "high", 0.7),
    _rule(
        "PRD004", "beyond the border", "annotation_closeness_to_image_borders", "high", 1.005
    ),
    _rule("PRD005", "a speck", "object_area_absolute", "low", 16),
    _rule("PRD006", "covers the image", "object_area_relative", "high", 95),
    _rule("PRD007", "odd company", "co_occurrence_surprise", "high", 4),
    _rule("PRD008", "runs disagree on the image", "disagreement_between_runs", "high", 0.8),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fences:
    """Where the outliers of a metric start; nan where there is no such side or no value."""

    moderate_low: float
    moderate_high: float
    severe_low: float
    severe_high: float

    def severity(self, values: Values) -> NDArray[np.int8]:
        """(N,) 0 for a usual value, 1 moderate, 2 severe; undefined ones are usual."""
        with np.errstate(invalid="ignore"):
            moderate = (values < self.moderate_low) | (values > self.moderate_high)
            severe = (values < self.severe_low) | (values > self.severe_high)
        return moderate.astype(np.int8) + severe.astype(np.int8)


def fences(values: Values, bad: Bad = Bad.BOTH) -> Fences:
    """Tukey's fences at 1.5 and 2.5 interquartile ranges, on the sides that deserve a look.

    Source:
        Tukey 1977, "Exploratory Data Analysis"; the factors are Encord Active's.
    """
    some = values[np.isfinite(values)]
    if not some.size or bad is Bad.NONE:
        return Fences(*[float("nan")] * 4)
    q1, q3 = np.quantile(some, [0.25, 0.75]).tolist()
    reach = {name: factor * (q3 - q1) for name, factor in FENCES.items()}
    low = [q1 - reach[name] if bad in (Bad.LOW, Bad.BOTH) else float("nan") for name in FENCES]
    high = [q3 + reach[name] if bad in (Bad.HIGH, Bad.BOTH) else float("nan") for name in FENCES]
    return Fences(low[0], high[0], low[1], high[1])


def outlier_fences(card: Card, values: Values) -> Fences:
    """Fences of a metric, on the sides that its card calls bad."""
    return fences(values, card.bad)
