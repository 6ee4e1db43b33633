"""Computing all metrics of a project, adding metrics of one's own, removing them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from boxscore.engine.progress import Progress
from boxscore.errors import RequestError
from boxscore.project.loading import OWN_METRICS, Loaded
from boxscore.project.metrics.measuring import (
    PROJECT,
    Known,
    Outcome,
    compute,
    known_metrics,
    places,
    table_of,
    with_functions,
)
from boxscore.project.metrics.own import OwnMetric, own_metrics, to_text
from boxscore.quality.cards import Reads
from boxscore.quality.registry import find, metrics
from boxscore.quality.user_files import digest, load_metrics
from boxscore.schema.tables import ITEM_VALUES, OBJECT_VALUES, Table, TableSchema
from boxscore.store.read import Snapshot
from boxscore.store.write import Writer

Document = dict[str, Any]


def run_metrics(
    state: Loaded, names: Sequence[str], progress: Progress, workers: int | None = None
) -> Document:
    """Compute what is missing of some metrics, or of all; of the project and of every run."""
    known = known_metrics(state)
    cards = [one.card for one in known.values()]
    pictures = (state.truth().items["file"] != "").any()  # without any there is nothing to decode
    chosen = [known[find(name, cards).id] for name in names] or [
        one
        for one in known.values()
        if one.metric is not None and (pictures or one.card.reads is not Reads.PIXELS)
    ]
    return _computed(state, chosen, progress, workers)


def _computed(
    state: Loaded, chosen: Sequence[Known], progress: Progress, workers: int | None = None
) -> Document:
    whole = Outcome()
    for place in places(state):
        one = compute(state, chosen, place, progress, workers)
        whole.computed += one.computed
        whole.images += one.images
        whole.failures.include(one.failures)
        whole.stored &= one.stored
        if one.computed and one.stored:
            _compact(state, place.owner)
    return {
        "metrics": [one.card.title for one in chosen],
        "computed": whole.computed,
        "images": whole.images,
        "stored": whole.stored,
        "failures": whole.failures.document(),
    }


MOST_PARTS = 8
"""Parts of one table from which they are joined."""


def _compact(state: Loaded, owner: str) -> None:
    for schema in (ITEM_VALUES, OBJECT_VALUES):
        with Writer(state.root, purpose="join quality metrics") as writer:
            if len(writer.catalogue.parts(owner, schema.name)) >= MOST_PARTS:
                _rewrite(state, writer, owner, schema, None)
                writer.commit()


def _rewrite(
    state: Loaded, writer: Writer, owner: str, schema: TableSchema, without: set[int] | None
) -> None:
    """One part with the last value of everything, without some metrics."""
    with Snapshot(state.root) as snapshot:
        table = snapshot.table(owner, schema)
    newest = np.lexsort((-np.arange(table.rows), table["row"], table["metric"]))
    metric, row = table["metric"][newest], table["row"][newest]
    first = (np.diff(metric, prepend=-1) != 0) | (np.diff(row, prepend=-1) != 0)
    kept = newest[first & ~np.isin(metric, list(without or ()))]
    writer.clear_table(owner, schema.name)
    rest: Table = table.take(kept)
    writer.add_table(owner, rest)


def add_metrics(state: Loaded, path: Path, names: Sequence[str], progress: Progress) -> Document:
    """Run a user's file, remember the cards of its metrics, compute their values.

    Raises:
        SourceError: The file defines no metric or cannot be run.
        RequestError: A title is one of a built-in metric, or not in the file.
    """
    loaded = load_metrics(path)
    cards = [one.card for one in loaded.values()]
    chosen = [find(name, cards) for name in names] or cards
    for card in chosen:
        if card.id in metrics():
            raise RequestError(
                f"metric {card.title!r} exists already",
                fix="choose another title",
                code="E-METRIC-EXISTS",
            )
    code = digest(path)
    own = [OwnMetric(card, code, path.name) for card in chosen]
    with Writer(state.root, purpose="add metrics") as writer:
        others = [one for one in _own(writer) if one.card.id not in {c.id for c in chosen}]
        writer.set_document(OWN_METRICS, to_text([*others, *own]))
        writer.commit()
    known = with_functions(state, own, loaded)
    return {"file": path.name} | _computed(state, [known[c.id] for c in chosen], progress)


def _own(writer: Writer) -> list[OwnMetric]:
    return own_metrics(writer.catalogue.document(OWN_METRICS))


def remove_metrics(state: Loaded, names: Sequence[str]) -> Document:
    """Forget metrics of the user's own, with their values.

    Raises:
        RequestError: One is not of the user's own.
    """
    known = known_metrics(state)
    chosen = [find(name, [one.card for one in known.values()]) for name in names]
    for card in chosen:
        if known[card.id].metric is not None:
            raise RequestError(
                f"metric {card.title!r} is built in",
                fix="only metrics that were added can be removed",
                code="E-METRIC-BUILT-IN",
            )
    gone = {card.id for card in chosen}
    keys = {known[name].key for name in gone}
    tables = {table_of(card) for card in chosen}
    with Writer(state.root, purpose="remove metrics") as writer:
        writer.set_document(OWN_METRICS, to_text(o for o in _own(writer) if o.card.id not in gone))
        for owner in (PROJECT, *(f"run:{run.run_id}" for run in writer.catalogue.runs())):
            for schema in tables:
                if writer.catalogue.parts(owner, schema.name):
                    _rewrite(state, writer, owner, schema, keys)
        writer.commit()
    return {"removed": [card.title for card in chosen]}
