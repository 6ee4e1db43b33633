"""Which metrics there are: built in, of installed packages, and of files that a user names."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from functools import lru_cache
from importlib.metadata import entry_points

from boxscore.errors import RequestError, near_misses, shown
from boxscore.quality.cards import Card, Metric
from boxscore.quality.context_metrics import CONTEXT_METRICS
from boxscore.quality.embedding_metrics import EMBEDDING_METRICS
from boxscore.quality.image_metrics import IMAGE_METRICS
from boxscore.quality.object_metrics import OBJECT_METRICS
from boxscore.quality.prediction_metrics import PREDICTION_METRICS
from boxscore.quality.track_metrics import TRACK_METRICS

ENTRY_POINTS = "boxscore.metrics"
BUILT_IN: tuple[Metric, ...] = (
    *IMAGE_METRICS, *OBJECT_METRICS, *CONTEXT_METRICS, *TRACK_METRICS, *PREDICTION_METRICS,
    *EMBEDDING_METRICS,
)  # fmt: skip


@lru_cache(maxsize=1)
def metrics() -> dict[str, Metric]:
    """Built-in metrics and those of installed packages, by id.

    Raises:
        RequestError: A package offers something else than a metric, or an id twice.
    """
    known = {one.card.id: one for one in BUILT_IN}
    for entry in entry_points(group=ENTRY_POINTS):
        offered = entry.load()
        for one in offered if isinstance(offered, list | tuple) else (offered,):
            if not isinstance(one, Metric) or one.card.id in known:
                raise RequestError(
                    f"entry point {entry.name!r} offers no new metric",
                    fix="decorate a function with boxscore.quality.metric; choose another title",
                    code="E-METRIC-PLUGIN",
                )
            known[one.card.id] = one
    return known


def key_of(card: Card, code: str = "") -> int:
    """The number under which values are stored: of the id, the version and a user's code."""
    name = f"{card.id}:{card.version}:{code}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big") >> 1


def find(name: str, cards: Iterable[Card]) -> Card:
    """The card of an id or a title, whatever its case.

    Raises:
        RequestError: There is none.
    """
    known = list(cards)
    plain = name.strip().lower()
    for card in known:
        if plain in (card.id, card.title.lower()):
            return card
    raise RequestError(
        f"metric {shown(name)!r} does not exist",
        fix=_near(plain, known),
        code="E-METRIC-UNKNOWN",
    )


def _near(name: str, known: Collection[Card]) -> str:
    titles = {card.title.lower(): card.title for card in known}
    close = near_misses(name, list(titles))
    return close if close.startswith("did") else "see `boxscore metric list`"
