"""What one server serves: projects by id, jobs, uploads, and the folder that may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxscore.api.jobs import Jobs
from boxscore.api.uploads import Uploads
from boxscore.project.shelf import Shelf

PREFIX = re.compile(r"/p/([0-9a-f]{12})(/.*)")


@dataclass(slots=True)
class Served:
    """The state behind the routes.

    Attributes:
        root: The only folder of the machine that a browser may look into; None is none.
        streams: How many browsers listen to events.
    """

    shelf: Shelf
    root: Path | None = None
    jobs: Jobs = field(default_factory=Jobs)
    uploads: Uploads = field(default_factory=Uploads)
    streams: int = 0

    def close(self) -> None:
        """Stop the jobs and remove the uploads."""
        self.jobs.close()
        self.uploads.close()


class ProjectPath:
    """ASGI middleware: `/p/ID/...` is `...` of the project with that id."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Take the project's id out of the path."""
        found = PREFIX.fullmatch(scope.get("path", ""))
        if found is not None:
            scope = {**scope, "path": found[2], "raw_path": found[2].encode()}
            scope["state"] = {**scope.get("state", {}), "project": found[1]}
        await self.app(scope, receive, send)
