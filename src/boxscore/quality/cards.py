"""What a quality metric is: a card that says what it means, and a pure function."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from boxscore.errors import RequestError, near_misses, shown

Word = TypeVar("Word", bound=StrEnum)


class On(StrEnum):
    """What has one value each."""

    IMAGE = "image"
    OBJECT = "object"


class Reads(StrEnum):
    """What the function is given."""

    PIXELS = "pixels"
    """One `Pixels` -> one number."""
    ITEMS = "items"
    """The table of items -> (items,) numbers."""
    OBJECTS = "objects"
    """All `Objects` of one side -> (items,) or (N,) numbers."""
    EMBEDDINGS = "embeddings"
    """`Embeddings` of images and of one side's objects -> (items,) or (N,) numbers."""


class Bad(StrEnum):
    """Which values deserve a look."""

    LOW = "low"
    HIGH = "high"
    BOTH = "both"
    NONE = "none"


class Depends(StrEnum):
    """What else of the project decides the values; when it changes they are computed anew."""

    RUNS = "runs"
    """Which runs there are."""
    TRAINING_SIZE = "training_size"
    """The setting of that name."""


TRUTH, PREDICTION = "ground_truth", "prediction"
ROLES = (TRUTH, PREDICTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What people need to know of a metric.

    Attributes:
        id: Made from the title: lower case, words joined by `_`.
        version: Grows when the definition changes; values of older versions are computed anew.
        low, high: The range of its values; infinite where open.
        bad: Which values deserve a look.
        meaning: What it is, and what a bad value means.
        advice: What to do about bad values.
        roles: Sides whose annotations it describes; empty for the image alone.
        resolution: Longest side of the pixels it is given; None is the whole picture.
        depends: What else of the project decides its values.
    """

    id: str
    title: str
    on: On
    reads: Reads
    meaning: str
    advice: str
    version: int = 1
    unit: str = ""
    low: float = float("-inf")
    high: float = float("inf")
    bad: Bad = Bad.NONE
    roles: tuple[str, ...] = ()
    resolution: int | None = None
    source: str = ""
    depends: tuple[Depends, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """A card with its function; calling the metric calls the function."""

    card: Card
    function: Callable[[Any], Any]

    def __call__(self, subject: Any) -> Any:
        """The value or values of what the card says that it reads."""
        return self.function(subject)


def metric(
    title: str,
    *,
    meaning: str = "",
    advice: str = "",
    on: str = "image",
    reads: str = "pixels",
    version: int = 1,
    unit: str = "",
    low: float = float("-inf"),
    high: float = float("inf"),
    bad: str = "none",
    roles: tuple[str, ...] | None = None,
    resolution: int | None = None,
    source: str = "",
    depends: tuple[str, ...] = (),
) -> Callable[[Callable[[Any], Any]], Metric]:
    """Make a metric of a function; see `Card` for the arguments.

    >>> @metric("Share of sky", low=0, high=1, bad="high")
    ... def sky(pixels):
    ...     return float((pixels.rgb[..., 2] > 200).mean())
    >>> sky.card.id
    'share_of_sky'

    Raises:
        RequestError: A word is unknown, or the arguments do not fit together.
    """
    if not title.strip() or len(title) > 100 or not title.isprintable():
        raise _refused(f"{shown(title)!r} cannot be a title", "use 1 to 100 printable characters")
    kind = _word(Reads, reads)
    place = _word(On, on)
    tells_sides = kind is Reads.OBJECTS or (kind is Reads.EMBEDDINGS and place is On.OBJECT)
    if place is On.OBJECT and not tells_sides:
        raise _refused(f"metric {title!r} is on objects but reads {kind}", 'write reads="objects"')
    sides = roles if roles is not None else ROLES if tells_sides else ()
    if tells_sides != bool(sides) or not set(sides) <= set(ROLES):
        raise _refused(f"metric {title!r} has roles {sides}", f"choose of {ROLES}")
    if version < 1 or not low <= high or (resolution is not None and resolution < 1):
        raise _refused(
            f"metric {title!r} has version {version}, range {low}..{high}, resolution {resolution}",
            "a version from 1, a range from low to high, a resolution in pixels",
        )
    card = Card(
        id=identifier(title), title=title, on=place, reads=kind, meaning=meaning, advice=advice,
        version=version, unit=unit, low=low, high=high, bad=_word(Bad, bad), roles=sides,
        resolution=resolution, source=source, depends=tuple(_word(Depends, d) for d in depends),
    )  # fmt: skip
    return lambda function: Metric(card, function)


def identifier(title: str) -> str:
    """The id that goes with a title."""
    return re.sub(r"\W+", "_", title.strip().lower()).strip("_") or "metric"


def _word(kind: type[Word], word: str) -> Word:
    known = [one.value for one in kind]
    if word not in known:
        problem = f"{shown(word)!r} is no {kind.__name__.lower()} of a metric"
        raise _refused(problem, near_misses(word, known))
    return kind(word)


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-METRIC-CARD")
