"""Images by words: in titles, sequences, tags and notes, those of their objects included."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.project.loading import Loaded
from boxscore.project.slices.slicing import Mask
from boxscore.store.tags import ITEMS, TRUTH, Tags, owner_of_run

MOST_WORDS = 10
Said = list[tuple[str, NDArray[np.int64]]]
"""A text in small letters, and the rows of the images that it is said of."""


def images_with_text(state: Loaded, words: str) -> Mask:
    """(items,) bool of the images of which every word is said somewhere, whatever its case.

    Raises:
        RequestError: There is no word, or there are too many.
    """
    wanted = words.casefold().split()
    if not 0 < len(wanted) <= MOST_WORDS:
        raise RequestError(
            f"{len(wanted)} words to search for",
            fix=f"write 1 to {MOST_WORDS}, as text=night rain",
            code="E-SLICE-TEXT",
        )
    titles = state.remembered("titles in small letters", lambda: _titles(state))
    runs = tuple(record.run_id for record in state.records.values())
    said = state.remembered(("said", runs), lambda: _said(state))
    mask = np.ones(len(titles), np.bool_)
    for word in wanted:
        found = np.fromiter((word in title for title in titles), np.bool_, len(titles))
        for text, items in said:
            if word in text:
                found[items] = True
        mask &= found
    return mask


def holding(state: Loaded, tag: str) -> Mask:
    """(items,) bool of the images that have a tag themselves or through an object."""
    mask = np.zeros(state.truth().items.rows, np.bool_)
    for owner, run in _owners(state):
        mask[_items_of(state, owner, run, Tags(state.root).rows(tag, owner))] = True
    return mask


def _titles(state: Loaded) -> list[str]:
    items = state.truth().items
    pairs = zip(items["title"].tolist(), items["sequence"].tolist(), strict=True)
    return [f"{title}\n{sequence}".casefold() for title, sequence in pairs]


def _said(state: Loaded) -> Said:
    tags = Tags(state.root)
    names = sorted({one.name for one in tags.counts()})
    said: Said = [(name.casefold(), np.flatnonzero(holding(state, name))) for name in names]
    for owner, run in _owners(state):
        notes = tags.notes(owner)
        items = _items_of(state, owner, run, [row for row, _, _ in notes])
        texts = [text.casefold() for _, text, _ in notes]
        said += [(text, items[k : k + 1]) for k, text in enumerate(texts)]
    return said


def _owners(state: Loaded) -> list[tuple[str, str | None]]:
    """Everyone who can have tags and notes, with the name of the run where it is one."""
    runs = [(owner_of_run(record.run_id), run) for run, record in state.records.items()]
    return [(ITEMS, None), (TRUTH, None), *runs]


def _items_of(state: Loaded, owner: str, run: str | None, rows: list[int]) -> NDArray[np.int64]:
    """The images of some rows of an owner; a run is loaded only where it has any."""
    at = np.array(rows, np.int64)
    if owner == ITEMS or not rows:
        return at
    side = state.truth().ground_truth if run is None else state.predictions(run)
    return np.asarray(side.table["item"][at], np.int64)
