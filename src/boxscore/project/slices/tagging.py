"""Tags and notes on images and objects, slices saved by name, and the last change taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError, near_misses, shown
from boxscore.evaluation.error_list import FN
from boxscore.evaluation.listing import listing
from boxscore.evaluation.queries import ErrorQuery
from boxscore.project.analysing import run_view
from boxscore.project.deriving import DerivedRuns
from boxscore.project.loading import Loaded
from boxscore.project.numbers import operating_confidence
from boxscore.project.slices.narrowing import objects_meant, sliced_view
from boxscore.project.slices.slicing import Where, sliced
from boxscore.project.slices.tagged import picked
from boxscore.project.views import Scene
from boxscore.store.tags import ITEMS, TRUTH, Tags, TagWriter, owner_of_run

Document = dict[str, Any]
LONGEST_NAME, LONGEST_NOTE = 100, 10_000
NAME = re.compile(r"[^\s,=!][^,=]*")
"""A comma or an equals sign would end a name within a slice."""
OBJECT = re.compile(r"([PG])(\d{1,12})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is meant: images, or objects as lists of errors show them.

    Attributes:
        where: A slice, or titles, source ids or data hashes of images.
        objects: "P12" for predictions and "G3" for labels of a run's list of errors.
        errors: Everything that the list shows under this query, on all pages.
        within: Of the query: the slice that the list is of.
        run, task: Whose list that is.
    """

    where: Where = None
    objects: Sequence[str] = ()
    errors: ErrorQuery | None = None
    within: Where = None
    run: str | None = None
    task: str | None = None


class Tagging(DerivedRuns):
    """A project whose images and objects can be tagged."""

    def tag(self, name: str, selection: Selection | str | Sequence[str]) -> int:
        """Give a tag to images or objects; returns how many did not have it.

        Args:
            name: Without commas and equals signs; `tag=NAME` is a slice of images.
            selection: Or, for images, what `where` is elsewhere.

        Raises:
            RequestError: The name cannot be one, or nothing is selected.
        """
        check_name(name, "tag")
        return TagWriter(self.path).add(name, selected_rows(self._state(), selection))

    def untag(self, name: str, selection: Selection | str | Sequence[str]) -> int:
        """Take a tag off; returns how many had it."""
        return TagWriter(self.path).remove(name, selected_rows(self._state(), selection))

    def tags(self) -> list[Document]:
        """Every tag: how many images, labels and predictions of each run have it.

        `holding` counts the images that `tag=NAME` means: those that have it themselves or through
        an object.
        """
        runs = {owner_of_run(r.run_id): name for name, r in self._state().records.items()}
        found: dict[str, Document] = {}
        for one in Tags(self.path).counts():
            row = found.setdefault(
                one.name, {"tag": one.name, "images": 0, "labels": 0, "predictions": {}}
            )
            if one.owner in runs:
                row["predictions"][runs[one.owner]] = one.rows
            elif one.owner in (ITEMS, TRUTH):
                row["images" if one.owner == ITEMS else "labels"] = one.rows
        for name, row in found.items():
            row["holding"] = int(self._state().tagged("tag", name).sum())
        return list(found.values())

    def note(self, text: str, selection: Selection | str | Sequence[str]) -> int:
        """Write a note on images or objects; an empty one goes. Returns on how many."""
        if len(text) > LONGEST_NOTE:
            raise RequestError(
                f"a note of {len(text)} characters is too long",
                fix=f"write at most {LONGEST_NOTE}",
                code="E-NOTE-LONG",
            )
        chosen = selected_rows(self._state(), selection)
        TagWriter(self.path).note(chosen, text)
        return sum(map(len, chosen.values()))

    def notes(self) -> list[Document]:
        """Every note: on what, its text and time."""
        state, tags = self._state(), Tags(self.path)
        titles = state.truth().items["title"]
        found: list[Document] = []
        for owner, run in _owners(state):
            for row, text, created in tags.notes(owner):
                item = row if owner == ITEMS else int(_table(state, run)["item"][row])
                on = "image" if owner == ITEMS else "label" if run is None else "prediction"
                found.append(
                    {"on": on, "run": run, "row": row, "title": titles[item], "text": text,
                     "created": created}
                )  # fmt: skip
        return found

    def save_slice(self, name: str, where: str) -> bool:
        """Name a slice, which `slice=NAME` then means; returns whether it replaced another."""
        check_name(name, "slice")
        if "slice=" in where.replace(" ", ""):
            raise RequestError(
                "a saved slice that means another could come to mean itself",
                fix="write the other one out",
                code="E-SLICE-NESTED",
            )
        objects_meant(self._state(), where)
        return TagWriter(self.path).save_slice(name, where)

    def forget_slice(self, name: str) -> None:
        """Forget a saved slice.

        Raises:
            RequestError: There is none of this name.
        """
        known = self.slices()
        if name not in known:
            raise unknown_slice(name, known)
        TagWriter(self.path).save_slice(name, None)

    def slices(self) -> dict[str, str]:
        """Name -> expression of the saved slices."""
        return Tags(self.path).slices()

    def subset(
        self,
        selection: Selection | str | Sequence[str],
        *,
        name: str,
        target: str | Path | None = None,
        runs: Sequence[str] | None = None,
        symlinks: bool = False,
        progress: Progress = silent,
    ) -> Document:
        """Make a project of some images, with their ground truth and runs; tags stay behind.

        Its numbers are those of the slice.

        Args:
            selection: Images; or objects, whose images are meant.
            name: Of the new project.
            target: The folder it is made in; None: beside this project.
            runs: Which runs; None is all.
            symlinks: Whether pictures are linked instead of copied.

        Returns:
            project, path, images, ground_truth, runs.

        Raises:
            RequestError: Nothing is selected, or the folder exists already.
        """
        from boxscore.project.exports.subsetting import SubsetRequest, subset

        request = SubsetRequest(
            name=name,
            target=self.path.parent if target is None else Path(target),
            runs=None if runs is None else tuple(runs),
            symlinks=symlinks,
            progress=progress,
        )
        state = self._state()
        return subset(state, selected_rows(state, selection), request)

    def undo(self) -> str | None:
        """Take the last change of tags, notes and slices back; returns what it was, or None."""
        return TagWriter(self.path).undo()


def unknown_slice(name: str, known: dict[str, str]) -> RequestError:
    """What is said of a slice that nobody saved."""
    return RequestError(
        f"no slice {shown(name)} is saved",
        fix=near_misses(name, known) if known else "save one: `boxscore slice save NAME WHERE`",
        code="E-SLICE-SAVED",
    )


def check_name(name: str, what: str) -> None:
    """Refuse what cannot name a tag or a slice."""
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME or not name.isprintable():
        raise RequestError(
            f"{shown(name)} cannot name a {what}",
            fix=f"use at most {LONGEST_NAME} printable characters, no comma, = or leading !",
            code="E-TAG-NAME",
        )


def selected_rows(state: Loaded, given: Selection | str | Sequence[str]) -> dict[str, list[int]]:
    """Owner -> rows of everything selected.

    Raises:
        RequestError: Something does not exist, or nothing is selected.
    """
    chosen = given if isinstance(given, Selection) else Selection(where=given)
    found: dict[str, list[int]] = {}
    if chosen.where is not None:
        mask = sliced(state.truth(), chosen.where)
        rows = np.arange(state.truth().items.rows) if mask is None else np.flatnonzero(mask)
        found[ITEMS] = rows.tolist()
    wanted = _objects(chosen.objects)
    if wanted or chosen.errors is not None:
        if chosen.run is None:
            raise RequestError(
                "objects are numbered within a run", fix="name the run", code="E-SELECTION-RUN"
            )
        if chosen.errors is not None:
            for letter, numbers in _listed(state, chosen.run, chosen).items():
                wanted.setdefault(letter, []).extend(numbers)
        for letter, numbers in wanted.items():
            owner = TRUTH if letter == "G" else owner_of_run(state.record(chosen.run).run_id)
            found[owner] = table_rows(state, chosen.run, chosen.task, letter)[
                _within(state, chosen, letter, numbers)
            ].tolist()
    if not any(found.values()):
        raise RequestError("nothing is selected", fix="select some", code="E-SELECTION-EMPTY")
    return found


def _listed(state: Loaded, run: str, chosen: Selection) -> dict[str, list[int]]:
    """Numbers of everything that the list of errors shows, on all of its pages."""
    assert chosen.errors is not None
    query = chosen.errors
    view, items = sliced_view(state, run, chosen.within, chosen.task)
    confidence = operating_confidence(view, query.confidence, items)
    masks = picked(state, run, Scene(state.truth(), view, query.iou, confidence), query)
    whole = listing(view, state.truth().items, query.iou, confidence, items)
    objects = whole.listed(query, masks)
    lost = objects.outcome == FN
    return {"P": objects.row[~lost].tolist(), "G": objects.row[lost].tolist()}


def _objects(ids: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for name in ids:
        if not (parts := OBJECT.fullmatch(name)):
            raise RequestError(
                f"{shown(name)} is no object", fix="name P12 or G3", code="E-SELECTION-OBJECT"
            )
        found.setdefault(parts[1], []).append(int(parts[2]))
    return found


def _within(state: Loaded, chosen: Selection, letter: str, numbers: list[int]) -> list[int]:
    assert chosen.run is not None
    size = table_rows(state, chosen.run, chosen.task, letter).size
    if beyond := [n for n in numbers if n >= size]:
        raise RequestError(
            f"{letter}{beyond[0]} does not exist", fix="reload the list", code="E-SELECTION-OBJECT"
        )
    return numbers


def table_rows(state: Loaded, run: str, task: str | None, letter: str) -> NDArray[np.int64]:
    """Rows of the annotation table by the number of an object in a run's lists."""
    view = run_view(state, run, task).view
    return (view.truth if letter == "G" else view.predictions).rows


def _owners(state: Loaded) -> list[tuple[str, str | None]]:
    runs = [(owner_of_run(record.run_id), name) for name, record in state.records.items()]
    return [(ITEMS, None), (TRUTH, None), *runs]


def _table(state: Loaded, run: str | None) -> Any:
    side = state.truth().ground_truth if run is None else state.predictions(run)
    return side.table
