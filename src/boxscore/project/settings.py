"""Settings that a project keeps: the training size, and the thresholds of its findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from boxscore.errors import RequestError, near_misses, shown
from boxscore.project.loading import SETTINGS, Loaded
from boxscore.quality.beside import TRAINING_SIZE
from boxscore.store.write import Writer

Values = dict[str, float]
SIZE = "training_size"


def defaults() -> Values:
    """Every setting and its value until one is set."""
    from boxscore.quality.findings import FINDINGS

    return {SIZE: float(TRAINING_SIZE)} | {one.code: one.threshold for one in FINDINGS}


def settings(state: Loaded) -> Values:
    """Every setting of a project."""
    return defaults() | _kept(state.settings)


def settings_document(state: Loaded) -> list[dict[str, Any]]:
    """One row for each setting: its value, its default, and whether it was set."""
    kept = _kept(state.settings)
    return [
        {"name": name, "value": kept.get(name, value), "default": value, "set": name in kept}
        for name, value in defaults().items()
    ]


def change_settings(state: Loaded, changes: Mapping[str, float | None]) -> None:
    """Set some; None brings back the default.

    Raises:
        RequestError: There is no such setting, or it cannot have that value.
    """
    known = defaults()
    for name, value in changes.items():
        if name not in known:
            raise RequestError(
                f"setting {shown(name)!r} does not exist",
                fix=near_misses(name, list(known)),
                code="E-SETTING-UNKNOWN",
            )
        _check(name, value)
    with Writer(state.root, purpose="change settings") as writer:
        kept = _kept(writer.catalogue.document(SETTINGS))
        for name, value in changes.items():
            kept.pop(name, None)
            if value is not None:
                kept[name] = float(value)
        writer.set_document(SETTINGS, json.dumps(kept, allow_nan=False))
        writer.commit()


def _check(name: str, value: float | None) -> None:
    if value is None:
        return
    fine = abs(value) < float("inf")
    if name == SIZE:
        fine = fine and 1 <= value <= 2**16 and value == int(value)
    if not fine:
        raise RequestError(
            f"{name} cannot be {value}",
            fix="pixels, from 1 to 65536" if name == SIZE else "choose a finite number",
            code="E-SETTING-VALUE",
        )


def _kept(text: str | None) -> Values:
    return {} if text is None else dict(json.loads(text))
