"""The facets of ground truths and predictions that a search for weak slices looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.evaluation.searched_facets import (
    MOST_VALUES,
    Condition,
    Facet,
    number_facet,
    text_facet,
)
from boxscore.evaluation.units import Units
from boxscore.project.embeddings.likeness import grouped
from boxscore.project.embeddings.stored import IMAGES
from boxscore.project.embeddings.stored import stored as embedded
from boxscore.project.loading import Loaded
from boxscore.project.metrics.measuring import Known, known_metrics
from boxscore.project.slices.judged_units import (
    lacks_values,
    measure,
    out_of_reach,
    unit_values,
)
from boxscore.project.slices.object_conditions import POSITIONS, positions
from boxscore.project.slices.words import named, written
from boxscore.quality.cards import TRUTH, Card
from boxscore.store.tags import ITEMS, Tags

TEXTS = ("split", "sequence", "licence")
"""Columns of items that are looked at."""
DEEPEST = 4
"""Levels of folders that are looked at, from the outermost at which titles differ."""
MOST_TAGS = 100
"""Tags of images that are looked at, those on the most images first."""
LEFT_OUT = ("random_values_on_images", "random_values_on_objects")
"""Metrics that mean nothing, on purpose."""
RARITY = "class_rarity"
"""A bundle of classes: it would hide the one that fails where each is looked at by its name."""


@dataclass(frozen=True, slots=True)
class Described:
    """A facet, and what its conditions are called.

    Attributes:
        key: A text of items, "folder", "tag", "class", "x", "y", or the id of a metric.
        card: Of a metric, else None.
    """

    facet: Facet
    key: str
    card: Card | None = None

    def name(self, condition: Condition) -> str:
        """The units that fulfil a condition, in words: "objects of 20 % of the image or more"."""
        return named(self.key, self.card, condition)

    def where(self, condition: Condition) -> str:
        """The same as a part of a slice."""
        return written(self.key, self.card, condition)


def searched_metrics(state: Loaded) -> list[Known]:
    """Metrics that failures may depend on.

    Left out are random values and what is only known of predictions: it is made of confidences,
    and that unsure predictions are more often false is no finding.
    """
    by_name = len(state.truth().ontology.classes) <= MOST_VALUES
    left_out = (*LEFT_OUT, RARITY) if by_name else LEFT_OUT
    return [
        one
        for one in known_metrics(state).values()
        if one.card.id not in left_out and (not one.card.roles or TRUTH in one.card.roles)
    ]


def facets_of(
    state: Loaded,
    units: Units,
    run: str | None,
    *,
    pixels: bool,
    stored_only: bool = False,
    progress: Progress = silent,
) -> tuple[list[Described], list[str]]:
    """Every facet of some units, and titles of metrics that are not computed yet.

    Args:
        run: The run whose predictions the units are; None for ground truths.
        pixels: Whether images may be decoded now for values that are missing.
        stored_only: Whether nothing at all may be computed.
    """
    found = [*_texts(state, units), *_positions(state, units)]
    waiting = []
    wanted = searched_metrics(state)
    if not stored_only:
        measure(state, wanted, units, run, pixels=pixels, progress=progress)
    for known in wanted:
        lacking = stored_only and lacks_values(state, known, run)
        if lacking or out_of_reach(state, known, run, pixels=pixels):
            waiting.append(known.card.title)
            continue
        values = unit_values(state, known, units, run)
        if values is not None:
            found.append((number_facet(known.card.title, values), known.card.id, known.card))
    described = [Described(facet, key, card) for facet, key, card in found if facet is not None]
    return described, waiting


Found = tuple[Facet | None, str, Card | None]


def _texts(state: Loaded, units: Units) -> list[Found]:
    truth = state.truth()
    found: list[Found] = []
    columns = {key: truth.items[key].astype(str) for key in TEXTS}
    if embedded(state, IMAGES) is not None:
        groups = grouped(state, IMAGES, None, None)
        columns["cluster"] = np.where(groups > 0, groups.astype(str), "")
    for key, column in [*columns.items(), *_folders(truth.items["title"])]:
        code, names = _numbered(column)
        found.append((text_facet(key, code[units.item], names), key, None))
    for name, tagged in _tags(state):
        code = np.where(tagged, 0, -1)
        found.append((text_facet("tag", code[units.item], [name]), "tag", None))
    classes = [row.name for row in truth.ontology.classes]
    found.append((text_facet("class", units.class_id, classes), "class", None))
    return found


def _folders(titles: NDArray[np.object_]) -> list[tuple[str, NDArray[np.str_]]]:
    """The folder of each image at every level at which they differ: a camera, a site, a day."""
    parts = [str(title).split("/")[:-1] for title in titles.tolist()]
    found: list[tuple[str, NDArray[np.str_]]] = []
    for depth in range(1, max(map(len, parts), default=0) + 1):
        names = ["/".join(part[:depth]) if len(part) >= depth else "" for part in parts]
        if len(found) < DEEPEST and len(set(names)) > 1:
            found.append(("folder", np.array(names, np.str_)))
    return found


def _tags(state: Loaded) -> list[tuple[str, NDArray[np.bool_]]]:
    """Tags that were given to images and to nothing else, and (items,) which have it.

    A tag of objects is often given because of what a run did with them.
    """
    if not state.tags:
        return []
    tags = Tags(state.root)
    counts = tags.counts()
    others = {one.name for one in counts if one.owner != ITEMS}
    mine = sorted((one for one in counts if one.name not in others), key=lambda one: -one.rows)
    size = state.truth().items.rows
    found = []
    for one in mine[:MOST_TAGS]:
        mask = np.zeros(size, np.bool_)
        mask[tags.rows(one.name, ITEMS)] = True
        found.append((one.name, mask))
    return found


def _numbered(values: NDArray[np.str_]) -> tuple[NDArray[np.int64], list[str]]:
    """Place of each value among the different ones; -1 for the empty one."""
    names, code = np.unique(values, return_inverse=True)
    return np.where(values == "", -1, code), names.tolist()


def _positions(state: Loaded, units: Units) -> list[Found]:
    if np.isnan(units.box).all():
        return []
    values = positions(state.truth().items, units.item, units.box)
    return [(number_facet(name, values[name]), name, None) for name in POSITIONS]
