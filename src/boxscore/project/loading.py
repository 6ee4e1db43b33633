"""What a process holds of a project in memory: one generation, runs loaded when asked for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import DamagedStoreError, UnknownRunError
from boxscore.evaluation.counts import Counts
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.run_view import RunView
from boxscore.matching.policy import coco
from boxscore.project.answer_cache import AnswerCache
from boxscore.project.evaluating import Truth, compare, evaluate_objects
from boxscore.project.item_index import ItemIndex
from boxscore.project.stored_numbers import counts_of, document_name, from_text
from boxscore.schema.kinds import Task
from boxscore.schema.ontology import Ontology
from boxscore.schema.tables import (
    GROUND_TRUTH,
    ITEMS,
    MASKS,
    PAIRS,
    POINTS,
    PREDICTIONS,
    TRAITS,
    VERDICTS,
    Annotations,
    Table,
    TableSchema,
)
from boxscore.store.read import Snapshot
from boxscore.store.records import RunRecord

Answer = TypeVar("Answer")


OWN_METRICS = "metrics"
"""The document of the cards of the user's own metrics."""
SETTINGS = "settings"
"""The document of what was set for the project: numbers by name."""
CHOICES = "choices"
"""The document of what else was set: usual task and protocol, tags of keys."""
EMBEDDED = "embeddings"
"""The document of the models whose embeddings are in use."""
MOST_EVALUATED = 8
"""Evaluations under other protocols or of slices that stay in memory."""
MOST_COLUMNS, COLUMN_BYTES = 16, 1 << 30
"""Columns of numbers, one for each image or object, that filters look at, and their bytes."""
MOST_LISTED, LISTED_BYTES = 64, 256 << 20
"""Lists of objects and images at an operating point that stay in memory, and their bytes."""


def load_truth(snapshot: Snapshot) -> Truth:
    """Items, ontology and ground truth of a generation."""
    text = snapshot.document("ontology")
    if text is None:
        raise DamagedStoreError(
            "the project has no ontology", fix="import it anew", code="E-STORE-ONTOLOGY"
        )
    return Truth(
        items=snapshot.table("project", ITEMS),
        verdicts=snapshot.table("project", VERDICTS),
        ontology=Ontology.from_json(json.loads(text)),
        ground_truth=load_annotations(snapshot, "project", GROUND_TRUTH),
    )


def load_annotations(snapshot: Snapshot, owner: str, schema: TableSchema) -> Annotations:
    """A table of annotations with its masks and points."""
    return Annotations(
        table=snapshot.table(owner, schema),
        masks=snapshot.table(owner, MASKS),
        points=snapshot.table(owner, POINTS),
        traits=snapshot.table(owner, TRAITS),
    )


@dataclass(slots=True)
class Loaded:
    """One generation of a project in memory. Safe to use from several threads.

    Attributes:
        generation: Which one.
        records: The runs, by name, in order of import.
    """

    root: Path
    generation: int
    records: dict[str, RunRecord]
    name: str
    _truth: Truth | None = None
    _predictions: dict[str, Annotations] = field(default_factory=dict)
    _views: dict[tuple[str, Task, int | None], RunView] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _remembered: AnswerCache = field(default_factory=AnswerCache)
    _evaluated: AnswerCache = field(default_factory=lambda: AnswerCache(most=MOST_EVALUATED))
    _settled: AnswerCache = field(default_factory=AnswerCache)
    _columns: AnswerCache = field(
        default_factory=lambda: AnswerCache(most=MOST_COLUMNS, most_bytes=COLUMN_BYTES)
    )
    _listed: AnswerCache = field(
        default_factory=lambda: AnswerCache(most=MOST_LISTED, most_bytes=LISTED_BYTES)
    )
    _values: dict[tuple[str, str], Table] = field(default_factory=dict)
    own_metrics: str | None = None
    tags: int = 0
    settings: str | None = None
    choices: str | None = None
    embedded: str | None = None

    def record(self, run: str) -> RunRecord:
        """The record of a run.

        Raises:
            UnknownRunError: There is no such run.
        """
        if run not in self.records:
            raise UnknownRunError(run, list(self.records))
        return self.records[run]

    def remembered(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """What `make` answered first, for small answers that take long."""
        return self._remembered.get(key, make)

    def evaluated(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Like `remembered`, for what fills memory: only the last few are kept."""
        return self._evaluated.get(key, make)

    def column(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Like `remembered`, for columns that filters look at: only the last few are kept."""
        return self._columns.get(key, make)

    def listed(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Like `remembered`, for what tells its bytes: as many as fit are kept."""
        return self._listed.get(key, make)

    def settled(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Like `remembered`, for what no later generation changes: the truth and an import's own.

        Args:
            key: Names the run by its id where it is about one.
        """
        return self._settled.get(key, make)

    def item_row(self, data_hash: str, frame: int) -> int:
        """The row of an item.

        Raises:
            RequestError: There is none of this identity.
        """
        index = self.settled("items", lambda: ItemIndex(self.truth().items))
        return index.row(data_hash, frame)

    def truth(self) -> Truth:
        """Items, ontology and ground truth."""
        with self._lock:
            if self._truth is None:
                with Snapshot(self.root) as snapshot:
                    self._truth = replace(
                        load_truth(snapshot),
                        measured=self.measured,
                        tagged=self.tagged,
                        alike=self.alike,
                    )
            return self._truth

    def measured(self, name: str) -> NDArray[np.float64]:
        """(items,) values of a metric of images, computed where they are missing."""
        from boxscore.project.metrics.measuring import image_values

        return image_values(self, name)

    def tagged(self, key: str, name: str) -> NDArray[np.bool_]:
        """Images of a tag, or of a saved slice."""
        from boxscore.project.slices.tagged import images_of

        return images_of(self, key, name)

    def alike(self, key: str, value: str) -> NDArray[np.bool_]:
        """Images that a slice by embeddings means."""
        from boxscore.project.embeddings.likeness import alike

        return alike(self, key, value)

    def values(self, owner: str, schema: TableSchema) -> Table:
        """Stored values of metrics."""
        with self._lock:
            if (owner, schema.name) not in self._values:
                with Snapshot(self.root) as snapshot:
                    self._values[owner, schema.name] = snapshot.table(owner, schema)
            return self._values[owner, schema.name]

    def add_values(self, owner: str, table: Table) -> None:
        """Hold further values of metrics in memory, until something is published."""
        with self._lock:
            known = self.values(owner, table.schema)
            self._values[owner, table.schema.name] = Table.concat(table.schema, [known, table])

    def predictions(self, run: str) -> Annotations:
        """A run's predictions."""
        record = self.record(run)
        with self._lock:
            if run not in self._predictions:
                with Snapshot(self.root) as snapshot:
                    self._predictions[run] = load_annotations(
                        snapshot, f"run:{record.run_id}", PREDICTIONS
                    )
            return self._predictions[run]

    def view(self, run: str, task: Task, max_detections: int | None = None) -> RunView:
        """A run ready for live questions; what the import stored is used, the rest computed."""
        key = run, task, max_detections
        with self._lock:
            if key not in self._views:
                self._views[key] = (
                    self._stored(run, task, max_detections)
                    or evaluate_objects(
                        self.truth(), self.predictions(run), task, max_detections
                    ).run
                )
            return self._views[key]

    def stored(self, run: str, task: Task) -> tuple[Numbers, Counts] | None:
        """The evaluation that the import stored, and the counts at the default confidence."""
        name = document_name(self.record(run).run_id, task)

        def read() -> tuple[Numbers, Counts] | None:
            with Snapshot(self.root) as snapshot:
                text = snapshot.document(name)
            counts = None if text is None else counts_of(text)
            return None if text is None or counts is None else (from_text(text), counts)

        return self.settled(("stored", name), read)

    def _stored(self, run: str, task: Task, max_detections: int | None) -> RunView | None:
        record = self.record(run)
        own = coco(task=task).max_detections[-1]
        with Snapshot(self.root) as snapshot:
            text = snapshot.document(document_name(record.run_id, task))
            if text is None or max_detections not in (None, own):
                return None
            pairs = snapshot.table(f"run:{record.run_id}", PAIRS)
        view = compare(self.truth(), self.predictions(run), task)
        return RunView(view, pairs, from_text(text), own)


def load(root: Path, known: Loaded | None = None) -> Loaded:
    """The newest generation; what is in memory already when nothing was published since."""
    with Snapshot(root) as snapshot:
        tags = snapshot.tags()
        if known is not None and (known.generation, known.tags) == (snapshot.generation, tags):
            return known
        records = {record.name: record for record in snapshot.runs()}
        loaded = Loaded(root, snapshot.generation, records, snapshot.name)
        loaded.own_metrics, loaded.tags = snapshot.document(OWN_METRICS), tags
        loaded.settings, loaded.choices = snapshot.document(SETTINGS), snapshot.document(CHOICES)
        loaded.embedded = snapshot.document(EMBEDDED)
    if known is not None:
        _carry_over(known, loaded)
    return loaded


def _carry_over(known: Loaded, loaded: Loaded) -> None:
    """Keep what did not change: the truth never does, a run's tables neither."""
    loaded._settled = known._settled
    if known._truth is not None:
        loaded._truth = replace(
            known._truth, measured=loaded.measured, tagged=loaded.tagged, alike=loaded.alike
        )
    # A slice by a metric, by a tag or by likeness is still the same:
    if _meaning(loaded) == _meaning(known):
        loaded._remembered, loaded._evaluated = known._remembered, known._evaluated
        loaded._listed, loaded._columns = known._listed, known._columns
    same = {
        old.name: new.name
        for old in known.records.values()
        for new in loaded.records.values()
        if old.run_id == new.run_id
    }
    loaded._predictions = {same[n]: p for n, p in known._predictions.items() if n in same}
    loaded._views = {
        (same[name], task, limit): view
        for (name, task, limit), view in known._views.items()
        if name in same
    }


def _meaning(state: Loaded) -> tuple[str | None, str | None, str | None, int]:
    """What decides which images a slice means."""
    return state.own_metrics, state.settings, state.embedded, state.tags
