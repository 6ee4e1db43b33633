"""What can be asked of a project's quality: metrics, findings, what to label, drift."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError
from boxscore.project.state import OpenProject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from boxscore.project.metrics.drifting import Side
    from boxscore.project.slices.slicing import Where

Document = dict[str, Any]


class QualityQuestions(OpenProject):
    """Quality metrics, and conclusions from them."""

    @property
    def settings(self) -> list[Document]:
        """Every setting of the project: its value, its default, whether it was set."""
        from boxscore.project.metrics.settings import settings_document

        return settings_document(self._state())

    @property
    def metrics(self) -> list[Document]:
        """Cards of all quality metrics: what they mean, and how much of each is computed."""
        from boxscore.project.metrics.answers import metric_documents

        return metric_documents(self._state())

    def metric_values(
        self, title: str, *, run: str | None = None, progress: Progress = silent
    ) -> NDArray[np.float64]:
        """Values of one metric, computed where they are missing; nan where undefined.

        Args:
            title: Or its id.
            run: Whose predictions; None: the images and their ground truth.

        Returns:
            (items,) for a metric of images, else (N,) in the order of the annotation table.

        Raises:
            RequestError: There is no such metric, or it has no values there.
        """
        from boxscore.project.metrics.answers import values_array

        return values_array(self._state(), title, run, progress)

    def metric(
        self,
        title: str,
        *,
        run: str | None = None,
        bins: int = 20,
        sort: str = "lowest",
        offset: int = 0,
        limit: int = 20,
        pixels: bool = True,
        where: Where = None,
        classes: tuple[int, ...] | None = None,
    ) -> Document:
        """One metric's card, summary, histogram and a page of its rows.

        Args:
            sort: "row", "lowest" or "highest".
            pixels: Whether images may be decoded now for values that are missing.
            where: Only images of a slice; of a metric of objects those that its conditions name.
            classes: Of a metric of objects, only objects of these.
        """
        from boxscore.project.metrics.answers import ValueQuery, metric_document

        query = ValueQuery(
            run=run, bins=bins, sort=sort, offset=offset, limit=limit, pixels=pixels,
            where=where, classes=classes,
        )  # fmt: skip
        return metric_document(self._state(), title, query)

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
        where: Where = None,
        classes: tuple[int, ...] | None = None,
    ) -> Document:
        """Metrics beyond their thresholds: counts by code, outliers by metric, one page of them.

        Args:
            run: Whose predictions have findings too, those from its own confidence on.
            code: Only of this code, as "IMG001"; "IMG900", "ANN900", "PRD900" list outliers.
            severity: "severe" or "moderate".
            metric: Only of this metric, by id.
            pixels: Whether images may be decoded now for values that are missing.
            where: Only among images of a slice, and objects that its conditions name; what is an
                outlier is decided among them.
            classes: Only among objects of these.

        Raises:
            RequestError: A code, a severity, a class or a part of the slice is unknown.
        """
        from boxscore.project.metrics.findings import FindingQuery, findings_document

        query = FindingQuery(
            run=run, code=code, severity=severity, metric=metric, offset=offset, limit=limit,
            pixels=pixels, where=where, classes=classes,
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
        rest: bool = False,
        pixels: bool = True,
        progress: Progress = silent,
    ) -> Document:
        """How the metrics and classes of two projects, or of two slices, differ.

        Args:
            other: A project or its folder; None: this one.
            where: Images of this project; see `evaluate`. Conditions on objects choose labels.
            against: Images of the other.
            rest: Compare with the images of this project that `where` leaves out; `against`
                narrows them.

        Raises:
            RequestError: Both sides are the same images.
        """
        from boxscore.project.metrics.drifting import drift_document

        sides = self._sides(other, where, against, rest)
        return drift_document(*sides, pixels, progress)

    def drift_metric(
        self,
        title: str,
        other: QualityQuestions | str | Path | None = None,
        *,
        where: Where = None,
        against: Where = None,
        rest: bool = False,
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
        return drifted_metric(*self._sides(other, where, against, rest), query)

    def _sides(
        self, other: QualityQuestions | str | Path | None, where: Where, against: Where, rest: bool
    ) -> tuple[Side, Side]:
        from boxscore.project.loading import load
        from boxscore.project.metrics.drifting import rest_of, side

        state = self._state()
        if rest:
            if other is not None:
                raise RequestError(
                    "the rest of a slice is in its own project",
                    fix="name another project, or ask for the rest",
                    code="E-QUERY",
                )
            first = side(state, where)
            return first, rest_of(first, against)
        if isinstance(other, str | Path):
            second = load(Path(other))
        else:
            second = state if other is None else other._state()
        return side(state, where), side(second, against)
