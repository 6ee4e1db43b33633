"""One run for each epoch: its name, and what a logger gets of its numbers."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError
from boxscore.project import Project

Document = dict[str, Any]


def opened(project: Project | str | Path) -> Project:
    """A project, given as such or by its folder."""
    return project if isinstance(project, Project) else Project.open(project)


def epoch_name(pattern: str, epoch: int) -> str:
    """A run's name.

    Args:
        pattern: With `{epoch}`, as in "yolo-{epoch:03}".

    Raises:
        RequestError: It has no epoch, or anything else in braces.
    """
    fields = [name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None]
    if fields != ["epoch"]:
        raise RequestError(
            f"{pattern!r} gives every epoch the same name or asks for more than the epoch",
            fix="write a pattern such as 'yolo-{epoch:03}'",
            code="E-EPOCH-NAME",
        )
    return pattern.format(epoch=epoch)


def numbers_of(document: Document, prefix: str = "boxscore/") -> dict[str, float]:
    """Metric -> value of an import or an evaluation, without those that are undefined."""
    evaluation = document.get("evaluation") or document
    metrics = evaluation["metrics"].items()
    return {f"{prefix}{name}": value for name, value in metrics if value is not None}
