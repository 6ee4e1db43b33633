"""Published ways of matching and averaging, one file each, and the table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.numbers import Numbers
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options
from boxscore.matching.restrict import restricted
from boxscore.schema.kinds import DETECTION, Task

Evaluate = Callable[[Comparable, Options], Numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolCard:
    """One published protocol.

    Attributes:
        name: As `--protocol` takes it.
        title: Its definition in one line, printed under its numbers.
        tasks: What it can compare.
        headline: The number of `overall` that stands for the whole.
        restricts: Whether it leaves out items and classes itself, in an order of its own.
        ignore_marked: Whether ground truth marked as difficult or ignored never counts.
        module: Where its function lives; imported on use.
        needs_verdicts: Whether it cannot do without verified classes of whole images.
        function: Its `evaluate(view, options)`, by name.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    headline: str
    module: str
    ignore_marked: bool = False
    restricts: bool = False
    needs_verdicts: bool = False
    function: str = "evaluate"

    def evaluate(self, view: Comparable, options: Options) -> Numbers:
        """The protocol's numbers of one run.

        The only way in: here, once, fewer items or classes are left to compare, unless the
        protocol needs to see all of them first.
        """
        evaluate: Evaluate = getattr(import_module(self.module), self.function)
        return evaluate(view if self.restricts else restricted(view, options), options)


PROTOCOLS: dict[str, ProtocolCard] = {
    card.name: card
    for card in (
        ProtocolCard(
            name="coco",
            title="COCO: mean of 101 recall points, IoU 0.50:0.95, at most 100 per image and class",
            tasks=DETECTION,
            headline="AP",
            module="boxscore.evaluation.protocols.coco",
        ),
        ProtocolCard(
            name="lvis",
            title="LVIS: verified classes only, IoU 0.50:0.95, at most 300 per image, r/c/f groups",
            tasks=(Task.BBOX, Task.SEGM, Task.BOUNDARY),
            headline="AP",
            module="boxscore.evaluation.protocols.lvis",
            ignore_marked=True,
            restricts=True,
            needs_verdicts=True,
        ),
        ProtocolCard(
            name="voc07",
            title="VOC 2007: nearest object only, IoU 0.5, mean of 11 recall points",
            tasks=(Task.BBOX, Task.OBB, Task.SEGM),
            headline="mAP",
            module="boxscore.evaluation.protocols.voc",
            ignore_marked=True,
            function="evaluate_2007",
        ),
        ProtocolCard(
            name="voc12",
            title="VOC 2010-2012: nearest object only, IoU 0.5, area under the envelope",
            tasks=(Task.BBOX, Task.OBB, Task.SEGM),
            headline="mAP",
            module="boxscore.evaluation.protocols.voc",
            ignore_marked=True,
        ),
        ProtocolCard(
            name="openimages",
            title="Open Images Challenge 2019: class tree, verified labels, groups, IoU 0.5",
            tasks=(Task.BBOX, Task.SEGM),
            headline="mAP",
            module="boxscore.evaluation.protocols.openimages",
        ),
        ProtocolCard(
            name="kitti",
            title="KITTI: easy, moderate, hard; IoU 0.7 for cars, else 0.5; 40 recall positions",
            tasks=(Task.BBOX,),
            headline="AP_moderate",
            module="boxscore.evaluation.protocols.kitti",
            ignore_marked=True,
        ),
        ProtocolCard(
            name="encord",
            title="Encord Active's summary page, faults included: 11 rounded recall points",
            tasks=(Task.BBOX, Task.SEGM),
            headline="mAP",
            module="boxscore.evaluation.protocols.encord",
        ),
        ProtocolCard(
            name="encord-legacy",
            title="Encord Active until 2023, faults included: nearest object only, 101 points",
            tasks=(Task.BBOX, Task.SEGM),
            headline="mAP",
            module="boxscore.evaluation.protocols.encord",
            function="evaluate_legacy",
        ),
        ProtocolCard(
            name="semantic",
            title="Semantic segmentation: pixels by class; unnamed pixels do not count",
            tasks=(Task.SEMANTIC,),
            headline="miou",
            module="boxscore.evaluation.semantic",
        ),
        ProtocolCard(
            name="panoptic",
            title="Panoptic quality (Kirillov et al. 2019): segments matched above IoU 0.5",
            tasks=(Task.PANOPTIC,),
            headline="PQ",
            module="boxscore.evaluation.panoptic",
        ),
        ProtocolCard(
            name="tracking",
            title="Tracking: CLEAR MOT and identities at IoU 0.5, HOTA over 19 thresholds",
            tasks=(Task.TRACKING,),
            headline="HOTA",
            module="boxscore.evaluation.tracking",
        ),
    )
}


def default_protocol(task: Task) -> str:
    """The protocol that is meant when none is named: the first that knows the task."""
    return next(card.name for card in PROTOCOLS.values() if task in card.tasks)


def protocol_of(name: str) -> ProtocolCard:
    """The protocol of a name.

    Raises:
        RequestError: There is none.
    """
    if name not in PROTOCOLS:
        raise RequestError(
            f"protocol {name!r} is unknown",
            fix=near_misses(name, tuple(PROTOCOLS)),
            code="E-PROTOCOL-UNKNOWN",
        )
    return PROTOCOLS[name]


def protocol_for(task: Task, name: str | None) -> ProtocolCard:
    """The protocol of a name, or the task's own.

    Raises:
        RequestError: It is unknown, or does not score the task.
    """
    card = protocol_of(name or default_protocol(task))
    if task not in card.tasks:
        raise RequestError(
            f"protocol {card.name} does not score task {task.value}",
            fix=f"it scores {', '.join(card.tasks)}; this task has {default_protocol(task)}",
            code="E-PROTOCOL-TASK",
        )
    return card
