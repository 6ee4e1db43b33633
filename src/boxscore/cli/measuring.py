"""Metrics and embeddings after an import: the result was shown already, and they may be stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from boxscore.errors import BoxscoreError

Command = TypeVar("Command", bound=Callable[..., Any])


def metrics_option(command: Command) -> Command:
    """`--metrics/--no-metrics`, default on."""
    return click.option(
        "--metrics/--no-metrics",
        default=True,
        show_default=True,
        help="Compute the quality metrics that are missing, after everything else is printed.",
    )(command)


def embed(path: Path) -> None:
    """Embed what is not yet, where that can be done; it may be stopped like the metrics."""
    from importlib.util import find_spec

    from boxscore.engine.progress import on_terminal
    from boxscore.project import Project

    if find_spec("onnxruntime") is None:
        return
    try:
        Project.open(path).embed(progress=on_terminal)
    except KeyboardInterrupt:
        click.echo("embedding stopped; `boxscore embed` goes on where it is", err=True)
    except BoxscoreError as refused:
        click.echo(f"nothing was embedded: {refused}", err=True)


def measure(path: Path) -> None:
    """Compute and store what is missing; it may be stopped, and its failure changes nothing.

    All that it says goes to stderr.
    """
    from boxscore.engine.progress import on_terminal
    from boxscore.project import Project

    sys.stdout.flush()
    try:
        document = Project.open(path).run_metrics(progress=on_terminal)
    except KeyboardInterrupt:
        click.echo("metrics stopped; `boxscore metric run` goes on where they are", err=True)
        return
    except BoxscoreError as refused:
        click.echo(f"metrics were not computed: {refused}", err=True)
        return
    if not document["stored"]:
        click.echo("metrics were not stored: the project cannot be written", err=True)
    for failed in document["failures"]:
        click.echo(f"{failed['metric']} ({failed['count']}×): {failed['example']}", err=True)
