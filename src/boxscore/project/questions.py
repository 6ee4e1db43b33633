"""What can be asked of runs: their numbers, what explains them, and of several together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from boxscore.project.questions_of_several import SeveralRunsQuestions

if TYPE_CHECKING:
    from boxscore.project.slices.slicing import Where

Document = dict[str, Any]


class RunQuestions(SeveralRunsQuestions):
    """Numbers of a run, and quality metrics that explain them."""

    # --- one run -----------------------------------------------------------------------------

    def curves(
        self,
        run: str,
        *,
        iou: float = 0.5,
        classes: tuple[int, ...] | None = None,
        intervals: bool = False,
        task: str | None = None,
        where: Where = None,
    ) -> Document:
        """Precision-recall and confidence curves, pooled over the chosen classes.

        Args:
            intervals: Also "band": the ends of the 95 % interval of the precision at each recall,
                from resampled images; about 2 s at 500,000 predictions, the first time.
        """
        from boxscore.project.analysing import curves
        from boxscore.project.doubt import band_of

        state = self._state()
        document = curves(state, run, iou, classes, where, task)
        if not intervals:
            return document
        return document | {"band": band_of(state, (run, iou, where, task), classes)}

    def frames(
        self,
        run: str,
        sequence: str | None = None,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        classes: tuple[int, ...] | None = None,
        task: str | None = None,
        where: Where = None,
    ) -> Document:
        """Every frame of a video or sequence in time: true and false positives, misses, switches.

        Args:
            sequence: Its name, or the data_hash of a video without one; default: the only one.
            where: A slice; it decides the default confidence, which frames and which objects
                count. Every frame is there; one outside the slice has None for each count.

        Raises:
            RequestError: There is no such sequence, or several and none is named.
        """
        from boxscore.project.sequences import frames_document

        return frames_document(self._state(), run, sequence, iou, confidence, classes, task, where)

    def explain_map(
        self, run: str, *, tools: Sequence[str] = (), metric: str | None = None
    ) -> Document:
        """Why other tools print another mAP: each tool's value and, rule by rule, the way there.

        Args:
            tools: "ultralytics", "torchmetrics", "voc07", ...; none: all.
            metric: "mAP50_95" or "mAP50"; default: each tool's headline.
        """
        from boxscore.project.explaining import explain_map

        return explain_map(self._state(), run, tools, metric)

    def error_budget(
        self,
        run: str,
        *,
        iou: float = 0.5,
        intervals: bool = False,
        task: str | None = None,
        where: Where = None,
    ) -> Document:
        """What each kind of error costs in AP, overall and per class (TIDE's kinds).

        Args:
            intervals: Also "intervals": the ends of the 95 % interval of each kind's cost, from
                resampled images; seconds at 500,000 predictions, the first time.
        """
        from boxscore.project.analysing import error_budget
        from boxscore.project.doubt import budget_bounds

        state = self._state()
        document = error_budget(state, run, iou, where, task)
        if not intervals:
            return document
        return document | {"intervals": budget_bounds(state, (run, iou, where, task))}

    def fix_first(
        self,
        run: str,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        order: str = "effort",
        limit: int = 20,
        each: int | None = None,
        intervals: bool = True,
        task: str | None = None,
        where: Where = None,
    ) -> Document:
        """What AP would be if a class, kind of error, confusion, size or slice were fixed.

        Of accepted label corrections it is the AP with them, the run matched anew.

        Args:
            confidence: The operating point, from which errors are counted; None: the best F1's.
            order: "effort": most AP for each object to touch first; "gain": most AP first.
            each: At most so many of each sort of group; None is all.
            intervals: 95 % bounds of the gains, up to 100,000 predictions.
        """
        from boxscore.project.fixing import FixQuery, fix_first

        query = FixQuery(
            iou=iou,
            confidence=confidence,
            order=order,
            limit=limit,
            each=each,
            intervals=intervals,
        )
        return fix_first(self._state(), run, query, where, task)

    def lrp(
        self, run: str, *, iou: float = 0.5, task: str | None = None, where: Where = None
    ) -> Document:
        """oLRP: one error of boxes, false positives and misses, at each class's best confidence."""
        from boxscore.project.analysing import optimal_lrp

        return optimal_lrp(self._state(), run, iou, where, task)

    def class_curves(
        self,
        run: str,
        *,
        iou: float = 0.5,
        classes: tuple[int, ...] | None = None,
        task: str | None = None,
        where: Where = None,
    ) -> Document:
        """Precision, recall, F1 and accuracy of each class against confidence, with the optima."""
        from boxscore.project.analysing import class_curves

        return class_curves(self._state(), run, iou, classes, where, task)

    def confusion(
        self,
        run: str,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        classes: tuple[int, ...] | None = None,
        task: str | None = None,
        where: Where = None,
    ) -> Document:
        """Who is taken for whom, with background; of classifications, with "no answer"."""
        from boxscore.project.judging import confusion

        return confusion(self._state(), run, iou, confidence, classes, where, task)

    def calibration(
        self, run: str, *, iou: float = 0.5, task: str | None = None, where: Where = None
    ) -> Document:
        """How often predictions of a confidence are right; ECE or D-ECE, Brier score."""
        from boxscore.project.judging import calibration

        return calibration(self._state(), run, iou, where, task)

    def thresholds(
        self,
        run: str,
        *,
        goal: str = "f1",
        floor: float = 0.9,
        cost_fp: float = 1.0,
        cost_fn: float = 1.0,
        iou: float = 0.5,
    ) -> Document:
        """The best confidence thresholds, one for all and one per class.

        Args:
            goal: "f1"; "precision" or "recall": the other one's best with this one at `floor`;
                "cost": least cost of errors.
        """
        from boxscore.evaluation.thresholds import Goal
        from boxscore.project.analysing import thresholds

        wanted = Goal(name=goal, floor=floor, cost_fp=cost_fp, cost_fn=cost_fn)
        return thresholds(self._state(), run, iou, wanted)

    def intervals(self, run: str, *, task: str | None = None, where: Where = None) -> Document:
        """95 % bootstrap intervals of COCO's numbers, and why where there is none.

        Returns:
            How they were made, "metrics", and "per_class" with its own "metrics".
        """
        from boxscore.project.analysing import intervals

        return intervals(self._state(), run, where, task)

    def rate_intervals(
        self,
        run: str,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        classes: tuple[int, ...] | None = None,
        task: str | None = None,
        where: Where = None,
    ) -> Document:
        """95 % bootstrap intervals of precision, recall and F1 at one operating point.

        Returns:
            The point, how they were made, and "intervals": name -> estimate, low, high, reason.
        """
        from boxscore.project.analysing import rate_intervals

        return rate_intervals(self._state(), run, (iou, confidence), classes, where, task)

    # --- against quality metrics -------------------------------------------------------------

    def metric_performance(
        self,
        run: str,
        title: str,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        bins: int = 10,
        classes: tuple[int, ...] | None = None,
        task: str | None = None,
        where: Where = None,
        pixels: bool = True,
    ) -> Document:
        """Precision, recall and mean confidence of a run over bins of a metric, with intervals.

        Args:
            pixels: Whether images may be decoded now for values that are missing.
        """
        from boxscore.project.metrics.answers import performance

        return performance(
            self._state(), run, title, iou, confidence, bins, classes, where, task, pixels
        )

    def metric_by_class(
        self,
        run: str,
        title: str,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        task: str | None = None,
        where: Where = None,
        pixels: bool = True,
    ) -> Document:
        """Every class against a metric: recall, precision, drop between its bins, correlation.

        The class whose best and worst bin are furthest apart comes first.

        Args:
            pixels: Whether images may be decoded now for values that are missing.
        """
        from boxscore.project.metrics.answers import performance_by_class

        return performance_by_class(self._state(), run, title, iou, confidence, where, task, pixels)
