"""What can be asked of where and why a run fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boxscore.engine.progress import Progress, silent
from boxscore.project.state import OpenProject

if TYPE_CHECKING:
    from boxscore.project.slices.slicing import Where

Document = dict[str, Any]


class SliceQuestions(OpenProject):
    """Importance of metrics for failures, and weak slices."""

    def metric_importance(
        self,
        run: str,
        baseline: str | None = None,
        *,
        iou: float | None = None,
        confidence: float | None = None,
        classes: tuple[int, ...] | None = None,
        task: str | None = None,
        where: Where = None,
        pixels: bool = True,
        progress: Progress = silent,
    ) -> Document:
        """How much every metric has to do with misses and false positives, or with losses.

        Adjusted values compare objects of one class and size only, so that "dark" is not just
        "small".

        Args:
            baseline: A run: the failures are objects that the run lost against it.
            iou: Least IoU of a match; None is 0.5, and against a baseline the mean over COCO's ten
                thresholds from 0.5 to 0.95.
            pixels: Whether images may be decoded now for values that are missing.
        """
        from boxscore.project.metrics.importance import metric_importance

        return metric_importance(
            self._state(),
            run,
            baseline,
            iou=iou,
            confidence=confidence,
            classes=classes,
            where=where,
            task=task,
            pixels=pixels,
            progress=progress,
        )

    def weak_slices(
        self,
        run: str,
        baseline: str | None = None,
        *,
        iou: float | None = None,
        confidence: float | None = None,
        level: float = 0.1,
        seed: int = 20,
        pairs: bool = True,
        task: str | None = None,
        where: Where = None,
        pixels: bool = True,
        stored_only: bool = False,
        progress: Progress = silent,
    ) -> Document:
        """Subsets on which a run does worse, or loses against a baseline, found by search.

        Args:
            iou: Least IoU of a match; None is 0.5, and against a baseline the mean over COCO's ten
                thresholds from 0.5 to 0.95.
            baseline: A run whose recall the change is counted from; None looks at recall and
                precision of the run itself.
            level: Share of the slices told of that may be false alarms.
            seed: Decides which half of the images is searched and which one confirms.
            pairs: Also two conditions at once.
            pixels: Whether images may be decoded now for values that are missing.
            stored_only: Go by what is known already: nothing is computed, nothing stored.
        """
        from boxscore.project.slices.weak import WeakQuery, weak_slices

        query = WeakQuery(
            iou=iou,
            confidence=confidence,
            level=level,
            seed=seed,
            pairs=pairs,
            pixels=pixels,
            stored_only=stored_only,
            task=task,
            where=where if where is None or isinstance(where, str) else tuple(where),
        )
        return weak_slices(self._state(), run, baseline, query, progress)
