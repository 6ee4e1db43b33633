"""Cards of the user's own metrics, as the project remembers them; their code is not kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from boxscore.quality.cards import Bad, Card, Depends, On, Reads


@dataclass(frozen=True, slots=True)
class OwnMetric:
    """A card and the SHA-256 of the file that it came from."""

    card: Card
    code: str
    file: str


def own_metrics(text: str | None) -> list[OwnMetric]:
    """The metrics that were added, in the order in which they were, from their document."""
    return [] if text is None else [_from(row) for row in json.loads(text)]


def to_text(own: Iterable[OwnMetric]) -> str:
    """The document that `own_metrics` reads."""
    return json.dumps([_row(one) for one in own], ensure_ascii=False, allow_nan=False)


def _row(one: OwnMetric) -> dict[str, Any]:
    card = one.card
    names = ("id", "title", "version", "unit", "meaning", "advice", "resolution", "source")
    return {name: getattr(card, name) for name in names} | {
        "on": card.on.value,
        "reads": card.reads.value,
        "bad": card.bad.value,
        "roles": list(card.roles),
        "depends": [one.value for one in card.depends],
        "low": str(card.low),
        "high": str(card.high),
        "code": one.code,
        "file": one.file,
    }


def _from(row: dict[str, Any]) -> OwnMetric:
    facts = dict(row)
    code, file = facts.pop("code"), facts.pop("file")
    facts |= {
        "on": On(row["on"]),
        "reads": Reads(row["reads"]),
        "bad": Bad(row["bad"]),
        "roles": tuple(row["roles"]),
        "depends": tuple(Depends(one) for one in row.get("depends", ())),
        "low": float(row["low"]),
        "high": float(row["high"]),
    }
    return OwnMetric(Card(**facts), code, file)
