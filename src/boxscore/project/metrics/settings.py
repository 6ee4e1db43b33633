"""Settings that a project keeps: numbers that findings need, and what is usual for its people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from boxscore.errors import RequestError, near_misses, shown
from boxscore.project.loading import CHOICES, SETTINGS, Loaded
from boxscore.quality.beside import TRAINING_SIZE
from boxscore.schema.kinds import Task
from boxscore.store.write import Writer

Value = float | str
SIZE = "training_size"
TASK, PROTOCOL = "task", "protocol"
KEYS = tuple(f"key_{k}" for k in range(1, 10))
LARGEST_SIZE = 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting.

    Attributes:
        name: As `boxscore config` takes it.
        default: "" is none; otherwise a number.
        group: "findings", "evaluation" or "keys".
        title: What it means, for people.
        unit: Of a number.
        side: Of a threshold: findings lie at or below it ("low"), or at or above it ("high").
        severity: Of a finding: "severe" or "moderate".
    """

    name: str
    default: Value
    group: str
    title: str
    unit: str = ""
    side: str | None = None
    severity: str | None = None


def known_settings() -> dict[str, Setting]:
    """Every setting by its name, in the order of a list."""
    return {one.name: one for one in (*_findings(), *_choices())}


def _findings() -> Iterator[Setting]:
    from boxscore.quality.findings import FINDINGS
    from boxscore.quality.registry import metrics

    title = "Longer side of images in training"
    yield Setting(name=SIZE, default=float(TRAINING_SIZE), group="findings", title=title, unit="px")
    cards = metrics()
    for one in FINDINGS:
        yield Setting(
            name=one.code,
            default=one.threshold,
            group="findings",
            title=f"{one.title}: {cards[one.metric].card.title}",
            unit=cards[one.metric].card.unit,
            side=one.side,
            severity=one.severity,
        )


def _choices() -> Iterator[Setting]:
    yield Setting(
        name=TASK, default="", group="evaluation",
        title="Task of every run that can be scored so, where none is named",
    )  # fmt: skip
    yield Setting(
        name=PROTOCOL, default="", group="evaluation",
        title="Protocol of every task that it can score, where none is named",
    )  # fmt: skip
    for k, name in enumerate(KEYS, 1):
        yield Setting(name=name, default="", group="keys", title=f"Tag that key {k} gives")


def settings(state: Loaded) -> dict[str, float]:
    """The numbers among a project's settings, by name."""
    kept = _kept(state.settings)
    numbers = {one.name: one.default for one in _findings()} | kept
    return {name: float(value) for name, value in numbers.items()}


def choices(state: Loaded) -> dict[str, str]:
    """What was chosen among a project's settings, by name; what was not is missing."""
    return {name: str(value) for name, value in _kept(state.choices).items()}


def settings_document(state: Loaded) -> list[dict[str, Any]]:
    """One row for each setting: what it is, its value, its default, and whether it was set."""
    kept = _kept(state.settings) | _kept(state.choices)
    return [
        asdict(one) | {"value": kept.get(one.name, one.default), "set": one.name in kept}
        for one in known_settings().values()
    ]


def change_settings(state: Loaded, changes: Mapping[str, Value | None]) -> None:
    """Set some; None or "" brings back the default.

    Raises:
        RequestError: There is no such setting, or it cannot have that value.
    """
    known = known_settings()
    read: dict[str, Value | None] = {}
    for name, value in changes.items():
        if name not in known:
            raise RequestError(
                f"setting {shown(name)!r} does not exist",
                fix=near_misses(name, list(known)),
                code="E-SETTING-UNKNOWN",
            )
        empty = value is None or (isinstance(value, str) and not value.strip())
        read[name] = None if empty else _read(known[name], value)
    with Writer(state.root, purpose="change settings") as writer:
        for document in (SETTINGS, CHOICES):
            mine = {n: v for n, v in read.items() if _document(known[n]) == document}
            if not mine:
                continue
            kept = _kept(writer.catalogue.document(document)) | mine
            some = {name: value for name, value in kept.items() if value is not None}
            writer.set_document(document, json.dumps(some, allow_nan=False))
        writer.commit()


def _document(setting: Setting) -> str:
    return SETTINGS if setting.group == "findings" else CHOICES


def _read(setting: Setting, value: Value | None) -> Value:
    """A value as it is kept.

    Raises:
        RequestError: The setting cannot have it.
    """
    text = str(value).strip()
    if setting.group == "keys":
        from boxscore.project.slices.tagging import check_name

        check_name(text, "tag")
        return text
    if setting.group == "evaluation":
        from boxscore.evaluation.protocols import PROTOCOLS

        allowed = list(Task) if setting.name == TASK else list(PROTOCOLS)
        if text not in allowed:
            raise _refused(setting, text, near_misses(text, allowed))
        return text
    try:
        number = float(text)
    except ValueError:
        raise _refused(setting, text, "give a number") from None
    whole = 1 <= number <= LARGEST_SIZE and number == int(number)
    if setting.name == SIZE and not whole:
        raise _refused(setting, text, f"pixels, from 1 to {LARGEST_SIZE}")
    if not abs(number) < float("inf"):
        raise _refused(setting, text, "choose a finite number")
    return number


def _refused(setting: Setting, text: str, fix: str) -> RequestError:
    return RequestError(f"{setting.name} cannot be {shown(text)}", fix=fix, code="E-SETTING-VALUE")


def _kept(text: str | None) -> dict[str, Any]:
    return {} if text is None else dict(json.loads(text))
