"""What the operating system refused, as an error that people understand."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

from boxscore.errors import StoreError


def failure(path: Path, failed: OSError | sqlite3.Error, source: Path | None = None) -> StoreError:
    """The error to raise.

    Args:
        path: What was written.
        source: The outside file that was to be copied there.
    """
    number = getattr(failed, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(path.parent if path.parent.exists() else Path("/")).free
        needed = source.stat().st_size if source is not None and source.exists() else 0
        wanted = f"{needed} bytes needed, " if needed else ""
        problem = f"the disk is full ({wanted}{free} bytes free); nothing was changed"
        return StoreError(problem, fix="free some space and try again", code="E-STORE-FULL")
    return StoreError(
        f"{path.name}: {failed}; nothing was changed",
        fix="check the rights and the state of the project folder",
        code="E-STORE-WRITE",
    )
