"""Copies of outside files in staging, named by content: a killed process's are used by the next."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

from boxscore.store import files
from boxscore.store.layout import IMAGES, PARTS, REPORTS, STAGING

PREFIX = "copy-"


class Copies:
    """The copies in one staging folder; several files may have the same content."""

    def __init__(self, staging: Path) -> None:
        self._staging = staging
        self._used: Counter[str] = Counter()

    def adopt(self, root: Path) -> None:
        """Take what a killed process copied into this folder, and remove the rest of its work.

        A copy has its name once it is whole and on disk. The caller holds the writer's lock.
        """
        for folder in list((root / STAGING).iterdir()):
            if folder == self._staging:
                continue
            for path in folder.glob(f"{PREFIX}*"):
                files.move(path, self._staging / path.name)
            files.remove_folder(folder)
        for name in (PARTS, IMAGES, REPORTS):
            shutil.rmtree(root / name)
            files.make_folder(root / name)

    def copy(self, source: Path, size: int | None, digest: str | None) -> tuple[Path, int, str]:
        """A copy of a file, its size and SHA-256.

        Args:
            size, digest: Of the file as it was read; None: not known.
        """
        if size is not None and digest:
            path = self._free(digest)
            if path.is_file() and path.stat().st_size == size:
                self._used[digest] += 1
                return path, size, digest
        whole = self._staging / "copying"
        files.remove(whole)
        written, found = files.copy(source, whole)
        path = self._free(found)
        self._used[found] += 1
        files.move(whole, path)
        return path, written, found

    def _free(self, digest: str) -> Path:
        return self._staging / f"{PREFIX}{digest}-{self._used[digest]}"
