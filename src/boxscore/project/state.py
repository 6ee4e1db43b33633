"""An open project: the newest published state, loaded when it is asked for."""

from __future__ import annotations

from pathlib import Path

from boxscore.engine.leaving import checkpoint
from boxscore.project.loading import Loaded, load


class OpenProject:
    """A project folder and what is in memory of it.

    Attributes:
        path: The project's folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loaded: Loaded | None = None

    def _state(self) -> Loaded:
        checkpoint()
        self._loaded = load(self.path, self._loaded)
        return self._loaded
