"""The shape of settings, of what is stored, and of the machine's facts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from boxscore.api.documents import Document

Value = float | Annotated[str, Field(max_length=200)]


class Setting(Document):
    """A setting; "" is none."""

    name: str
    value: float | str
    default: float | str
    set: bool
    group: Literal["findings", "evaluation", "keys"]
    title: str
    unit: str
    side: Literal["low", "high"] | None
    severity: Literal["severe", "moderate"] | None


class Settings(Document):
    settings: list[Setting]


class Changes(Document):
    """Name -> value; null brings the default back."""

    changes: Annotated[
        dict[Annotated[str, Field(max_length=100)], Value | None], Field(max_length=500)
    ]


class StoredRow(Document):
    """One sort of thing; `place` is relative to the project's folder."""

    what: str
    place: str
    files: int
    bytes: int


class Storage(Document):
    rows: list[StoredRow]
    bytes: int


class System(Document):
    """Heading -> name -> fact."""

    version: str
    facts: dict[str, dict[str, str]]
