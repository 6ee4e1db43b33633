"""Published ways of matching and averaging, one file each, and the table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from boxscore.errors import RequestError, near_misses
from boxscore.evaluation.numbers import Numbers
from boxscore.matching.comparable import Comparable
from boxscore.matching.policy import Options
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
        module: Where its `evaluate(view, options)` lives; imported on use.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    headline: str
    module: str

    def evaluate(self, view: Comparable, options: Options) -> Numbers:
        """The protocol's numbers of one run."""
        evaluate: Evaluate = import_module(self.module).evaluate
        return evaluate(view, options)


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
