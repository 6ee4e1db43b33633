"""What can be asked of a project's quality: findings, settings, what to label, drift."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.engine.progress import Progress, silent
from boxscore.project.state import OpenProject

if TYPE_CHECKING:
    from boxscore.project.metrics.drifting import Side
    from boxscore.project.slices.slicing import Where

Document = dict[str, Any]


class QualityQuestions(OpenProject):
    """Conclusions from quality metrics."""

    @property
    def settings(self) -> list[Document]:
        """Every setting of the project: its value, its default, whether it was set."""
        from boxscore.project.metrics.settings import settings_document

        return settings_document(self._state())

    def findings(
        self,
        run: str | None = None,
        *,
        code: str | None = None,
        severity: str | None = None,
        metric: str | None = None,
        offset: int = 0,
        limit: int = 100,
        pixels: bool = True,
    ) -> Document:
        """Metrics beyond their thresholds: counts by code, outliers by metric, one page of them.

        Args:
            run: Whose predictions have findings too, those from its own confidence on.
            code: Only of this code, as "IMG001"; "IMG900", "ANN900", "PRD900" list outliers.
            severity: "severe" or "moderate".
            metric: Only of this metric, by id.
            pixels: Whether images may be decoded now for values that are missing.

        Raises:
            RequestError: A code or severity is unknown.
        """
        from boxscore.project.metrics.findings import FindingQuery, findings_document

        query = FindingQuery(
            run=run, code=code, severity=severity, metric=metric, offset=offset, limit=limit,
            pixels=pixels,
        )  # fmt: skip
        return findings_document(self._state(), query)

    def label_next(
        self,
        count: int = 100,
        *,
        run: str | None = None,
        acquisition: str | None = None,
        weight: float = 0.5,
        where: Where = None,
        pixels: bool = True,
        progress: Progress = silent,
    ) -> Document:
        """Images to label next: unsure to a run, unlike what is labelled and unlike each other.

        Args:
            run: Whose uncertainty counts; None: coverage and diversity alone.
            acquisition: "entropy", "least_confidence", "margin", "variance",
                "mean_object_confidence" or "disagreement_between_runs"; None: their mean rank.
            weight: Of uncertainty against novelty, 0 to 1.
            where: Which images may be chosen; see `evaluate`. Those with ground truth are not,
                unless all have some.
        """
        from boxscore.project.metrics.labelling import LabelQuery, label_next

        query = LabelQuery(
            count=count, run=run, acquisition=acquisition, weight=weight, where=where,
            pixels=pixels,
        )  # fmt: skip
        return label_next(self._state(), query, progress)

    def drift(
        self,
        other: QualityQuestions | str | Path | None = None,
        *,
        where: Where = None,
        against: Where = None,
        pixels: bool = True,
        progress: Progress = silent,
    ) -> Document:
        """How the metrics and classes of two projects, or of two slices, differ.

        Args:
            other: A project or its folder; None: this one.
            where: Images of this project; see `evaluate`.
            against: Images of the other.

        Raises:
            RequestError: Both sides are the same images.
        """
        from boxscore.project.metrics.drifting import drift_document

        sides = self._sides(other, where, against)
        return drift_document(*sides, pixels, progress)

    def drift_metric(
        self,
        title: str,
        other: QualityQuestions | str | Path | None = None,
        *,
        where: Where = None,
        against: Where = None,
        bins: int = 20,
        bin: int | None = None,  # noqa: A002 - the word for it
        limit: int = 24,
        pixels: bool = True,
    ) -> Document:
        """One metric's distribution on both sides of `drift`, over the same bins.

        Args:
            bin: Also list the values of this bin, from 0.
            limit: Most values of a side that are listed.

        Raises:
            RequestError: The metric is unknown or not comparable; there is no such bin.
        """
        from boxscore.project.metrics.drifted import DriftQuery, drifted_metric

        query = DriftQuery(metric=title, bins=bins, bin=bin, limit=limit, pixels=pixels)
        return drifted_metric(*self._sides(other, where, against), query)

    def _sides(
        self, other: QualityQuestions | str | Path | None, where: Where, against: Where
    ) -> tuple[Side, Side]:
        from boxscore.project.loading import load
        from boxscore.project.metrics.drifting import side

        state = self._state()
        if isinstance(other, str | Path):
            second = load(Path(other))
        else:
            second = state if other is None else other._state()
        return side(state, where), side(second, against)
