"""Boxscore: what happens after a computer-vision model has made its predictions.

>>> import boxscore as bs
>>> project, made = bs.Project.demo("some-folder")  # doctest: +SKIP
>>> project.evaluate("float32")["metrics"]["AP"]  # doctest: +SKIP
0.29996966...
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing takes longer than scoring a small file
if TYPE_CHECKING:
    from typing import Any

    from boxscore.errors import BoxscoreError
    from boxscore.project import Evaluator, Project, evaluate, score_files

__version__ = "0.1.0"

__all__ = ["BoxscoreError", "Evaluator", "Project", "__version__", "evaluate", "score_files"]

_LATE = {"BoxscoreError": "boxscore.errors"} | dict.fromkeys(
    ("Evaluator", "Project", "evaluate", "score_files"), "boxscore.project"
)


def __getattr__(name: str) -> Any:
    """Import the heavy names when they are first asked for."""
    if name in _LATE:
        from importlib import import_module

        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'boxscore' has no attribute {name!r}")
