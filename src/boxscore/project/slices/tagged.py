"""Which images a tag or a saved slice means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError, shown
from boxscore.evaluation.queries import Query
from boxscore.matching.comparable import Comparable
from boxscore.project.loading import Loaded
from boxscore.project.slices.listed_objects import masks_among
from boxscore.project.slices.said_words import holding, images_with_text
from boxscore.project.slices.slicing import Mask, alternatives, sliced
from boxscore.project.views import Scene
from boxscore.store.tags import TRUTH, Tags, owner_of_run


def images_of(state: Loaded, key: str, name: str) -> NDArray[np.bool_]:
    """(items,) bool.

    An image has a tag when it was given to it or to one of its objects.

    Args:
        key: "tag", "slice" or "text".

    Raises:
        RequestError: There is no such tag or slice.
    """
    if key == "text":
        return images_with_text(state, name)
    return _sliced(state, name) if key == "slice" else _tagged(state, name)


def _sliced(state: Loaded, name: str) -> NDArray[np.bool_]:
    from boxscore.project.slices.tagging import unknown_slice

    known = Tags(state.root).slices()
    if name not in known:
        raise unknown_slice(name, known)
    mask = sliced(state.truth(), known[name])
    return np.ones(state.truth().items.rows, np.bool_) if mask is None else mask


def _tagged(state: Loaded, name: str) -> NDArray[np.bool_]:
    known = {one.name for one in Tags(state.root).counts()}
    if not known:
        raise RequestError(
            f"nothing has the tag {shown(name)}",
            fix="tag some: `boxscore tag add NAME WHERE`",
            code="E-SLICE-VALUE",
        )
    mask = np.zeros(state.truth().items.rows, np.bool_)
    for one in alternatives("tag", name, known):
        mask |= holding(state, one)
    return mask


def said_of(state: Loaded, owner: str, rows: NDArray[np.int64]) -> list[dict[str, Any]]:
    """The "tags" and the "note" of each of some rows of an owner."""
    tags, some = Tags(state.root), rows.tolist()
    if not state.tags:  # nothing was ever tagged or noted
        return [{"tags": [], "note": None} for _ in some]
    names, notes = tags.names(owner, some), tags.texts(owner, some)
    return [{"tags": names.get(row, []), "note": notes.get(row)} for row in some]


def with_tag(state: Loaded, run: str, view: Comparable, name: str) -> tuple[Mask, Mask]:
    """(P,) and (G,) bool: compared predictions and labels that have a tag themselves."""
    tags = Tags(state.root)
    owner = owner_of_run(state.record(run).run_id)
    return (
        np.isin(view.predictions.rows, tags.rows(name, owner)),
        np.isin(view.truth.rows, tags.rows(name, TRUTH)),
    )


def picked(state: Loaded, run: str, scene: Scene, query: Query) -> tuple[Mask, Mask] | None:
    """(P,) and (G,) what has the tag and lies in the slice that are asked for; None is all."""
    among = masks_among(state, run, scene, query.among)
    if query.tag is None:
        return among
    tagged = with_tag(state, run, scene.run.view, query.tag)
    return tagged if among is None else (tagged[0] & among[0], tagged[1] & among[1])
