"""Which images a tag or a saved slice means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses, shown
from boxscore.evaluation.queries import ErrorQuery
from boxscore.matching.comparable import Comparable
from boxscore.project.loading import Loaded
from boxscore.project.object_slicing import masks_among
from boxscore.project.slicing import Mask, sliced
from boxscore.store.tags import ITEMS, TRUTH, Tags, owner_of_run


def images_of(state: Loaded, key: str, name: str) -> NDArray[np.bool_]:
    """(items,) bool.

    An image has a tag when it was given to it or to one of its objects.

    Args:
        key: "tag" or "slice".

    Raises:
        RequestError: There is no such tag or slice.
    """
    return _sliced(state, name) if key == "slice" else _tagged(state, name)


def _sliced(state: Loaded, name: str) -> NDArray[np.bool_]:
    from boxscore.project.tagging import unknown_slice

    known = Tags(state.root).slices()
    if name not in known:
        raise unknown_slice(name, known)
    mask = sliced(state.truth(), known[name])
    return np.ones(state.truth().items.rows, np.bool_) if mask is None else mask


def _tagged(state: Loaded, name: str) -> NDArray[np.bool_]:
    tags, truth = Tags(state.root), state.truth()
    known = sorted({one.name for one in tags.counts()})
    if name not in known:
        fix = near_misses(name, known) if known else "tag some: `boxscore tag add NAME WHERE`"
        raise RequestError(f"nothing has the tag {shown(name)}", fix=fix, code="E-SLICE-VALUE")
    mask = np.zeros(truth.items.rows, np.bool_)
    mask[tags.rows(name, ITEMS)] = True
    mask[truth.ground_truth.table["item"][tags.rows(name, TRUTH)]] = True
    for run, record in state.records.items():
        if rows := tags.rows(name, owner_of_run(record.run_id)):
            mask[state.predictions(run).table["item"][rows]] = True
    return mask


def tags_of(state: Loaded, owner: str, rows: NDArray[np.int64]) -> list[list[str]]:
    """The tags of each of some rows of an owner."""
    if not state.tags:  # nothing was ever tagged
        return [[] for _ in rows]
    found = Tags(state.root).names(owner, rows.tolist())
    return [found.get(row, []) for row in rows.tolist()]


def with_tag(state: Loaded, run: str, view: Comparable, name: str) -> tuple[Mask, Mask]:
    """(P,) and (G,) bool: compared predictions and labels that have a tag themselves."""
    tags = Tags(state.root)
    owner = owner_of_run(state.record(run).run_id)
    return (
        np.isin(view.predictions.rows, tags.rows(name, owner)),
        np.isin(view.truth.rows, tags.rows(name, TRUTH)),
    )


def picked(
    state: Loaded, run: str, view: Comparable, query: ErrorQuery
) -> tuple[Mask, Mask] | None:
    """(P,) and (G,) what has the tag and lies in the slice that are asked for; None is all."""
    among = masks_among(state, run, view, query.among)
    if query.tag is None:
        return among
    tagged = with_tag(state, run, view, query.tag)
    return tagged if among is None else (tagged[0] & among[0], tagged[1] & among[1])
