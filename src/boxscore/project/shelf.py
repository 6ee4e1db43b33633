"""The projects that lie side by side in one folder, each with an id and a few facts."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boxscore.errors import BoxscoreError, RequestError, storable
from boxscore.project.project import Project
from boxscore.project.stored_numbers import document_name
from boxscore.schema.kinds import Task
from boxscore.schema.tables import ITEMS
from boxscore.store.layout import CATALOGUE, is_project
from boxscore.store.read import Snapshot
from boxscore.store.records import RunRecord

Document = dict[str, Any]


class Shelf:
    """Projects by id; what lies in the folder is looked up anew at every question.

    Attributes:
        folder: Holds projects, and new ones are made in it; None where only `first` is served.
        first: The project that is meant where none is named.
    """

    def __init__(self, folder: Path | None, first: Project | None = None) -> None:
        self.folder, self.first = folder, first
        self._open: dict[Path, Project] = {} if first is None else {first.path: first}

    def ids(self) -> dict[str, Path]:
        """The id of each project -> its folder, by name; no two have the same id."""
        found = [] if self.first is None else [self.first.path]
        if self.folder is not None and self.folder.is_dir():
            children = sorted(self.folder.iterdir())
            found += [child for child in children if child.is_dir() and is_project(child)]
        known: dict[str, Path] = {}
        for path in dict.fromkeys(found):
            free = project_id(path) not in known
            known[project_id(path) if free else _id_of(os.fsencode(path.absolute()))] = path
        return known

    def id_of(self, path: Path) -> str:
        """The id of a project that is here."""
        return next(known for known, place in self.ids().items() if place == path)

    def project(self, chosen: str | None) -> Project:
        """A project by its id, or the first one.

        Raises:
            RequestError: There is no such project, or several and none is chosen.
        """
        if chosen is None:
            return self._only()
        path = self.ids().get(chosen)
        if path is None:
            raise RequestError(
                f"project {chosen!r} is not here", fix="open the list of projects",
                code="E-PROJECT-UNKNOWN",
            )  # fmt: skip
        if path not in self._open:
            self._open[path] = Project.open(path)
        return self._open[path]

    def _only(self) -> Project:
        if self.first is not None:
            return self.first
        ids = list(self.ids())
        if len(ids) != 1:
            raise RequestError(
                f"{len(ids)} projects are here and none is chosen" if ids else "no project is here",
                fix="open one from the list of projects, or make one",
                code="E-PROJECT-CHOOSE",
            )
        return self.project(ids[0])

    def cards(self) -> list[Document]:
        """Id, name, counts, best AP and last change of each project; the newest change first."""
        cards = [_card(known, path) for known, path in self.ids().items()]
        return sorted(cards, key=lambda card: (card["changed"], card["name"]), reverse=True)


def project_id(path: Path) -> str:
    """Twelve hexadecimal digits that stay the same as long as the folder keeps its name.

    Of several projects in folders of one name only the first has this id; see `Shelf.ids`.
    """
    return _id_of(os.fsencode(path.name))


def _id_of(name: bytes) -> str:
    return hashlib.sha256(name).hexdigest()[:12]


def _card(known: str, path: Path) -> Document:
    """What the list says of a project; one that cannot be read says why."""
    changed = max(
        (p.stat().st_mtime for p in path.glob(f"{CATALOGUE}*") if p.suffix != ".sqlite-shm"),
        default=0.0,
    )
    card: Document = {
        "id": known,
        "name": storable(path.name),
        "images": 0,
        "runs": 0,
        "best_run": None,
        "best_ap": None,
        "changed": datetime.fromtimestamp(changed, UTC).isoformat(timespec="seconds"),
        "problem": None,
    }
    try:
        with Snapshot(path) as snapshot:
            runs = snapshot.runs()
            scores = [(ap, run.name) for run in runs if (ap := _ap(snapshot, run)) is not None]
            best = max(scores, key=lambda score: score[0], default=(None, None))
            return card | {
                "name": snapshot.name,
                "images": snapshot.rows("project", ITEMS),
                "runs": len(runs),
                "best_ap": best[0],
                "best_run": best[1],
            }
    except BoxscoreError as bad:
        return card | {"problem": bad.problem.replace(str(path), path.name)}


def _ap(snapshot: Snapshot, run: RunRecord) -> float | None:
    text = snapshot.document(document_name(run.run_id, Task(run.task)))
    if text is None:
        return None
    ap = json.loads(text)["overall"].get("AP")
    return None if ap is None else float(ap)
