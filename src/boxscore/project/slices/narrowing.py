"""What a slice leaves of a run: some images, and on them the objects that count.

A slice may name images (`split=val`), objects (`object.area=..1024`) or both. Conditions on
objects are honoured as COCO honours its area ranges; see `matching.restrict.some_objects`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from boxscore.errors import RequestError
from boxscore.evaluation.ap import coco_numbers
from boxscore.evaluation.chosen import Items
from boxscore.evaluation.run_view import RunView
from boxscore.matching.coco import match
from boxscore.matching.comparable import Comparable, Side
from boxscore.matching.policy import coco
from boxscore.matching.restrict import some_objects
from boxscore.project.loading import Loaded
from boxscore.project.slices.object_conditions import by_subject, fitting, object_masks
from boxscore.project.slices.slicing import Mask, Where, sliced
from boxscore.project.tasks import task_of
from boxscore.schema.kinds import DETECTION, Kind, Task


@dataclass(frozen=True, slots=True, eq=False)
class Meant:
    """What a slice means.

    Attributes:
        items: (items,) bool of the images; None is all.
        parts: Conditions that an object must fulfil to count; none: every object counts.
        generation: Of the project; the values that conditions are about belong to one.
    """

    items: Items = None
    parts: tuple[str, ...] = ()
    generation: int = 0

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.items is None and not self.parts

    @property
    def key(self) -> Hashable:
        """Equal where the same is meant."""
        objects = (self.parts, self.generation) if self.parts else None
        return None if self.items is None else self.items.tobytes(), objects

    def view(self, state: Loaded, run: str, task: Task) -> RunView:
        """A run of objects whose matches count where the conditions say so."""
        whole = state.view(run, task)
        if not self.parts:
            return whole

        def make() -> RunView:
            view = self.narrowed(state, run, whole.view)
            numbers = coco_numbers(match(view, coco(task=task)))
            return RunView(view, whole.pairs, numbers, whole.max_detections)

        key = "narrowed", state.record(run).run_id, task, self.parts, self.generation
        return state.evaluated(key, make)

    def narrowed(self, state: Loaded, run: str, view: Comparable) -> Comparable:
        """The rows that a task compares, of which only those count that fulfil the conditions."""
        if not self.parts:
            return view
        predictions, truth = object_masks(state, run, view, self.parts)
        return some_objects(view, truth, predictions)

    def only_images(self, task: Task) -> Items:
        """The images, where single objects cannot be left out.

        Raises:
            RequestError: The slice has conditions on objects.
        """
        if self.parts:
            raise RequestError(
                f"{self.parts[0]!r} names objects, which task {task.value} does not match one by "
                "one",
                fix="leave it out, or choose a run of boxes, masks or keypoints",
                code="E-SLICE-OBJECT",
            )
        return self.items


def meant(state: Loaded, where: Where) -> Meant:
    """Read a slice of images, of objects or of both.

    Raises:
        RequestError: A key is unknown, or no image is meant.
    """
    images, parts = by_subject(state, where)
    return Meant(sliced(state.truth(), images), parts, state.generation)


def sliced_view(
    state: Loaded, run: str, where: Where, task: str | None = None
) -> tuple[RunView, Items]:
    """A run of objects under a slice, and the images that count; None is all.

    Raises:
        RequestError: The run's predictions are not matched one by one, or the slice makes no sense.
    """
    slice_of = meant(state, where)
    return slice_of.view(state, run, task_of_objects(state, run, task)), slice_of.items


def task_of_objects(state: Loaded, run: str, task: str | None) -> Task:
    """The task that a run is asked about.

    Raises:
        RequestError: Its predictions are not matched one by one.
    """
    chosen = task_of(state, run, task)
    if chosen not in DETECTION:
        raise RequestError(
            f"run {run!r} is of task {chosen.value}, which matches no objects",
            fix="choose a run of boxes, masks or keypoints; of answers ask `boxscore answers`",
            code="E-TASK-OBJECTS",
        )
    return chosen


def objects_meant(state: Loaded, where: Where) -> tuple[Items, Mask | None]:
    """Images of a slice, and (G,) which ground truths fulfil its conditions; None is all.

    Raises:
        RequestError: A key or a value is unknown.
    """
    slice_of = meant(state, where)
    if not slice_of.parts:
        return slice_of.items, None
    return slice_of.items, fulfilling(state, None, slice_of.parts)


def fulfilling(state: Loaded, run: str | None, parts: Sequence[str]) -> Mask:
    """(N,) annotations that fulfil all conditions; an answer about an image is no object.

    Args:
        run: Whose predictions; None: the ground truths.
    """
    table = (state.truth().ground_truth if run is None else state.predictions(run)).table
    side = Side(
        rows=np.arange(table.rows),
        item=table["item"],
        class_id=table["class_id"],
        box=np.stack([table[name] for name in ("x", "y", "width", "height")], axis=1),
        area=table["area"],
    )
    mask = table["kind"] != Kind.CLASSIFICATION
    for part in parts:
        mask &= fitting(state, side, run, part)
    return np.asarray(mask)
