"""Picture files of a project: served only while they are what was imported."""

from __future__ import annotations

from pathlib import Path

from boxscore.errors import RequestError
from boxscore.store.files import sha256
from boxscore.store.read import Snapshot

MOST_DIGESTED = 64 << 20
"""Bytes up to which content is compared; of larger files, videos mostly, only the size is."""

_checked: set[tuple[Path, str, int, int, int]] = set()
"""Files that this process has compared, as they were then."""


Facts = tuple[int | None, str | None]
"""Bytes and SHA-256 of a file as it was imported; None where not known."""


def facts_of_originals(root: Path) -> dict[str, Facts]:
    """What is known of every file, by its place in the project."""
    with Snapshot(root) as snapshot:
        return {path: (size, digest) for path, size, digest in snapshot.files()}


def original(root: Path, relative: str, known: dict[str, Facts] | None = None) -> Path:
    """Where a picture file lies.

    Args:
        known: `facts_of_originals`, for whoever asks for many.

    Raises:
        RequestError: It is gone, or its bytes are not those that were imported.
    """
    path = root / relative
    try:
        status = path.stat()
    except OSError:
        raise RequestError(
            "the picture's file is gone", fix="put it back, or import anew", code="E-IMAGE-GONE"
        ) from None
    key = root, relative, status.st_ino, status.st_mtime_ns, status.st_size
    if key in _checked:
        return path
    if known is None:
        with Snapshot(root) as snapshot:
            size, digest = snapshot.file(relative)
    else:
        size, digest = known.get(relative, (None, None))
    small = status.st_size <= MOST_DIGESTED
    if size not in (None, status.st_size) or (digest and small and sha256(path) != digest):
        raise RequestError(
            "the picture's file changed since it was imported",
            fix="put the original back, or import anew",
            code="E-IMAGE-CHANGED",
        )
    _checked.add(key)
    return path
