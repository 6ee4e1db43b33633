"""Quality metrics of a project: what is stored, computing what is missing, publishing it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError, StoreError
from boxscore.project.encord.rows import label_rows
from boxscore.project.loading import Loaded
from boxscore.project.metrics.own import OwnMetric, own_metrics
from boxscore.project.metrics.settings import SIZE, settings
from boxscore.project.pictures.reader import PixelReader
from boxscore.quality.beside import Beside
from boxscore.quality.cards import PREDICTION, TRUTH, Card, Depends, Metric, On, Reads
from boxscore.quality.objects import Objects
from boxscore.quality.one_pass import Batch, Failures, measure_images, values_of
from boxscore.quality.registry import find, key_of, metrics
from boxscore.schema.tables import ITEM_VALUES, OBJECT_VALUES, Annotations, Table, TableSchema
from boxscore.store.write import Writer

Values = NDArray[np.float64]
PROJECT = "project"
PUBLISH_SECONDS = 10.0
"""What a kill may cost: values are published at least so often, a batch of images permitting."""


@dataclass(frozen=True, slots=True)
class Known:
    """A metric of the project; `metric` is None where only stored values are left of it."""

    card: Card
    key: int
    metric: Metric | None


def known_metrics(state: Loaded) -> dict[str, Known]:
    """Every metric, by id: built in, of packages, then the project's own."""
    known = {name: Known(one.card, key_at(state, one.card), one) for name, one in metrics().items()}
    for own in own_metrics(state.own_metrics):
        known[own.card.id] = Known(own.card, key_at(state, own.card, own.code), None)
    return known


def key_at(state: Loaded, card: Card, code: str = "") -> int:
    """The number under which a metric's values are stored, as long as nothing that decides them
    changes.
    """
    words = [code] if code else []
    if Depends.RUNS in card.depends:
        words += sorted(str(record.run_id) for record in state.records.values())
    if Depends.TRAINING_SIZE in card.depends:
        words.append(f"{settings(state)[SIZE]:g}")
    if card.reads is Reads.EMBEDDINGS and state.embedded:
        words.append(state.embedded)
    return key_of(card, ":".join(words))


def with_functions(
    state: Loaded, own: Sequence[OwnMetric], loaded: dict[str, Metric]
) -> dict[str, Known]:
    """All metrics, with the functions of a file that was just read."""
    both = {
        one.card.id: Known(one.card, key_at(state, one.card, one.code), loaded[one.card.id])
        for one in own
    }
    return known_metrics(state) | both


@dataclass(frozen=True, slots=True)
class Place:
    """Where values belong: the pixels and ground truth, or one run."""

    owner: str
    run: str | None

    @property
    def role(self) -> str:
        """The side whose annotations are measured."""
        return TRUTH if self.run is None else PREDICTION

    def fits(self, card: Card) -> bool:
        """Whether a metric has values here."""
        return self.role in card.roles if card.roles else self.run is None


def place_of(state: Loaded, run: str | None) -> Place:
    """The place of a run's values, or of the project's own."""
    return Place(PROJECT if run is None else f"run:{state.record(run).run_id}", run)


def places(state: Loaded) -> list[Place]:
    """The project's own place, then one for each run."""
    return [place_of(state, run) for run in (None, *state.records)]


def table_of(card: Card) -> TableSchema:
    """The table that holds its values."""
    return OBJECT_VALUES if card.on is On.OBJECT else ITEM_VALUES


def annotations_at(state: Loaded, place: Place) -> Annotations:
    """Ground truth, or a run's predictions."""
    return state.truth().ground_truth if place.run is None else state.predictions(place.run)


def size_at(state: Loaded, place: Place, card: Card) -> int:
    """How many values a metric has: one an image, or one an annotation."""
    if card.on is On.IMAGE:
        return state.truth().items.rows
    return annotations_at(state, place).rows


def stored(state: Loaded, known: Known, place: Place) -> tuple[Values, NDArray[np.bool_]]:
    """Values, nan where undefined, and which of them were computed; read only."""
    size = size_at(state, place, known.card)
    table = state.values(place.owner, table_of(known.card))

    def found() -> tuple[Values, NDArray[np.bool_]]:
        values, computed = np.full(size, np.nan), np.zeros(size, np.bool_)
        mine = np.flatnonzero(table["metric"] == known.key)
        values[table["row"][mine]] = table["value"][mine]
        computed[table["row"][mine]] = True
        values.flags.writeable = computed.flags.writeable = False
        return values, computed

    # Values are only added: what a metric has is told by how many there are.
    key = "values", place.owner, known.key, state.generation, table.rows
    return state.listed(key, found)


# --- computing what is missing -------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What a computation did."""

    computed: int = 0
    images: int = 0
    failures: Failures = field(default_factory=Failures)
    stored: bool = True


def compute(
    state: Loaded,
    wanted: Sequence[Known],
    place: Place,
    progress: Progress = silent,
    workers: int | None = None,
) -> Outcome:
    """Compute and publish what is missing of some metrics at one place.

    Raises:
        RequestError: A metric of the user's own file lacks values; its code is not kept.
    """  # fmt: skip
    outcome = Outcome()
    fitting = [one for one in wanted if place.fits(one.card)]
    missing = {one.key: ~stored(state, one, place)[1] for one in fitting}
    lacking = [one for one in fitting if missing[one.key].any() and readable(state, place, one)]
    for one in lacking:
        if one.metric is None:
            raise RequestError(
                f"metric {one.card.title!r} lacks values, and its code is not kept",
                fix="name its file again: `boxscore metric add FILE.py`",
                code="E-METRIC-CODE",
            )
    whole = [one for one in lacking if one.card.reads is not Reads.PIXELS]
    if whole:
        with progress(f"metrics of {place.run or 'the ground truth'}"):
            _compute_tables(state, whole, place, outcome)
    pixels = [one for one in lacking if one.card.reads is Reads.PIXELS]
    if pixels:
        _compute_pixels(state, pixels, missing, outcome, progress, workers)
    return outcome


def _compute_tables(state: Loaded, wanted: Sequence[Known], place: Place, outcome: Outcome) -> None:
    """Metrics that read tables: all their rows at once."""
    truth = state.truth()
    counts = np.bincount(_single(truth.ground_truth), minlength=len(truth.ontology.classes)).astype(
        np.int64
    )
    reader = PixelReader(state.root, truth.items)
    beside = Beside(
        ground_truth=truth.ground_truth,
        others=lambda: [state.predictions(run) for run in state.records if run != place.run],
        training_size=int(settings(state)[SIZE]),
        pixels=reader.pixels,
        label_rows=lambda some: label_rows(
            some.items, truth.ontology, some.annotations, predicted=some.role == PREDICTION
        ),
    )
    objects = Objects(place.role, truth.items, annotations_at(state, place), counts, beside)
    parts: dict[str, list[Table]] = {ITEM_VALUES.name: [], OBJECT_VALUES.name: []}
    for one in wanted:
        assert one.metric is not None
        subject = _subject(state, one.card, place, objects)
        size = size_at(state, place, one.card)
        with reader:
            values = values_of(one.metric, subject, size, outcome.failures)
        schema = table_of(one.card)
        rows = np.arange(size)
        columns = {"metric": np.full(size, one.key), "row": rows, "value": values}
        parts[schema.name].append(Table(schema, columns))
        outcome.computed += size
    for schema in (ITEM_VALUES, OBJECT_VALUES):
        if parts[schema.name]:
            _publish(state, place.owner, Table.concat(schema, parts[schema.name]), outcome)


def _subject(state: Loaded, card: Card, place: Place, objects: Objects) -> object:
    """What a metric's function is given."""
    if card.reads is Reads.EMBEDDINGS:
        from boxscore.project.embeddings.subjects import subject

        return subject(state, place.run, objects)
    return objects.items if card.reads is Reads.ITEMS else objects


def readable(state: Loaded, place: Place, known: Known) -> bool:
    """Whether what a metric reads is there: embeddings may not be."""
    if known.card.reads is not Reads.EMBEDDINGS:
        return True
    from boxscore.project.embeddings.subjects import embedded

    return embedded(state, place.run, known.card.on)


def _single(annotations: Annotations) -> NDArray[np.int32]:
    """Classes of everything that is no crowd region."""
    table = annotations.table
    classes: NDArray[np.int32] = table["class_id"][~table["crowd"]]
    return classes


def _compute_pixels(
    state: Loaded,
    wanted: Sequence[Known],
    missing: dict[int, NDArray[np.bool_]],
    outcome: Outcome,
    progress: Progress,
    workers: int | None,
) -> None:
    """Metrics that read pixels: every image decoded once, published as it goes."""  # fmt: skip
    items = state.truth().items
    todo: dict[int, dict[int, Metric]] = {}
    for one in wanted:
        assert one.metric is not None
        for row in np.flatnonzero(missing[one.key]).tolist():
            todo.setdefault(row, {})[one.key] = one.metric
    waiting, since = Batch(), time.monotonic()
    with PixelReader(state.root, items) as reader:
        batches = measure_images(todo, reader.pixels, workers=workers)
        done = 0
        while done < len(todo):
            with progress(f"metrics of images: {done} of {len(todo)}"):
                batch = next(batches)
            waiting.include(batch)
            done += len(set(batch.row))
            if time.monotonic() - since > PUBLISH_SECONDS or done == len(todo):
                _publish(state, PROJECT, _table(waiting), outcome)
                outcome.failures.include(waiting.failures)
                outcome.computed += len(waiting.row)
                waiting, since = Batch(), time.monotonic()
    outcome.images = len(todo)


def _table(batch: Batch) -> Table:
    return Table(
        ITEM_VALUES,
        {
            "metric": np.array(batch.metric, np.int64),
            "row": np.array(batch.row, np.int64),
            "value": np.array(batch.value, np.float64),
        },
    )


def _publish(state: Loaded, owner: str, table: Table, outcome: Outcome) -> None:
    """Publish values; where the project cannot be written they stay in memory."""
    state.add_values(owner, table)
    try:
        with Writer(state.root, purpose="store quality metrics") as writer:
            if owner == PROJECT or _alive(writer, owner):
                writer.add_table(owner, table)
                writer.commit()
    except StoreError:
        outcome.stored = False


def _alive(writer: Writer, owner: str) -> bool:
    """Whether a run was not deleted meanwhile."""
    return owner in {f"run:{run.run_id}" for run in writer.catalogue.runs()}


# --- questions -----------------------------------------------------------------------------------


def image_values(state: Loaded, name: str) -> Values:
    """(items,) values of a metric of images, of the pixels or the ground truth."""
    found = find_metric(state, name)
    if found.card.on is not On.IMAGE or not place_of(state, None).fits(found.card):
        raise RequestError(
            f"metric {found.card.title!r} is not one of images",
            fix="choose one of images: `boxscore metric list`",
            code="E-METRIC-IMAGES",
        )
    return metric_values(state, found, place_of(state, None))


def find_metric(state: Loaded, name: str) -> Known:
    """A metric by id or title."""
    known = known_metrics(state)
    return known[find(name, [one.card for one in known.values()]).id]


def metric_values(state: Loaded, known: Known, place: Place, progress: Progress = silent) -> Values:
    """All values of a metric at one place, computed where they are missing.

    Raises:
        RequestError: The metric has no values there.
    """
    if not place.fits(known.card):
        what = "a run" if place.run is None else "the project, not a run"
        raise RequestError(
            f"metric {known.card.title!r} is one of {what}",
            fix="name a run" if place.run is None else "ask without a run",
            code="E-METRIC-PLACE",
        )
    values, computed = stored(state, known, place)
    if computed.all() or not readable(state, place, known):
        return values
    compute(state, [known], place, progress)
    return stored(state, known, place)[0]


def values_at(
    state: Loaded,
    wanted: Sequence[Known],
    place: Place,
    pixels: bool = True,
    progress: Progress = silent,
) -> list[tuple[Values, bool]]:
    """Values of some metrics at one place, and whether they are computed; in one publication.

    Args:
        pixels: Whether images may be decoded for what is missing.
    """  # fmt: skip
    lazy = [
        one
        for one in wanted
        if one.metric is not None and (pixels or one.card.reads is not Reads.PIXELS)
    ]
    compute(state, lazy, place, progress)
    found = [stored(state, one, place) for one in wanted]
    return [(values, bool(computed.all())) for values, computed in found]


def card_document(card: Card) -> dict[str, Any]:
    """A card as a document; an open end of its range is null."""
    return {
        "id": card.id,
        "title": card.title,
        "version": card.version,
        "on": card.on.value,
        "reads": card.reads.value,
        "roles": list(card.roles),
        "unit": card.unit,
        "low": card.low if np.isfinite(card.low) else None,
        "high": card.high if np.isfinite(card.high) else None,
        "bad": card.bad.value,
        "meaning": card.meaning,
        "advice": card.advice,
        "resolution": card.resolution,
        "source": card.source,
        "depends": [one.value for one in card.depends],
    }
