"""The user's own metrics: a Python file with decorated functions or Encord-style classes.

Its code runs only because the user names the file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from boxscore.errors import SourceError
from boxscore.quality.cards import Metric
from boxscore.quality.encord_metric import Described, adapted


def load_metrics(path: Path) -> dict[str, Metric]:
    """The metrics that a Python file defines, by id.

    Raises:
        SourceError: The file cannot be run, or defines none, or an id twice.
    """
    name = f"boxscore_metrics_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise _unusable(path, "is no Python file", "name a file that ends with .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        members: list[Any] = [value for _, value in inspect.getmembers(module)]
        found = [one for one in members if isinstance(one, Metric)]
        found += [one for make in _factories(members) for one in adapted(make())]
    except Exception as failed:
        problem = f"the metrics cannot be loaded: {type(failed).__name__}: {failed}"
        raise _unusable(path, problem, "run the file by itself to see why") from failed
    by_id = {one.card.id: one for one in found}
    if not found:
        fix = "decorate a function with boxscore.quality.metric"
        raise _unusable(path, "defines no metric", fix)
    if len({id(one) for one in found}) > len(by_id):
        raise _unusable(path, "defines two metrics of one title", "give each its own title")
    return by_id


def _factories(members: list[Any]) -> list[Callable[[], Any]]:
    """Classes of the user's own that make Encord-style metrics."""
    return [
        one
        for one in members
        if inspect.isclass(one)
        and issubclass(one, Described)
        and hasattr(one, "execute")
        and not inspect.isabstract(one)
    ]


def digest(path: Path) -> str:
    """SHA-256 of the file: other code gives other values."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _unusable(path: Path, problem: str, fix: str) -> SourceError:
    return SourceError(path, "", problem, fix=fix, code="E-METRIC-FILE")
