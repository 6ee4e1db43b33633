"""Embedding what is missing of a project, published as it goes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress
from boxscore.engine.shards import map_shards
from boxscore.errors import BoxscoreError, RequestError, near_misses
from boxscore.project.embeddings.stored import (
    IMAGES,
    OBJECTS,
    PROJECT,
    SUBJECTS,
    ModelRecord,
    key_of_model,
    owner_of,
    publish,
    read,
    rows_table,
)
from boxscore.project.loading import Loaded
from boxscore.project.pictures.reader import PixelReader
from boxscore.quality.embedding_model import Vectors
from boxscore.quality.named_models import Embedder, load_embedder
from boxscore.quality.one_pass import Failures
from boxscore.quality.squares import Box, difference_hash
from boxscore.schema.tables import Table, boxes_of

if TYPE_CHECKING:
    from PIL.Image import Image

Document = dict[str, Any]
SHARD, ROUND = 4, 64
"""Pictures of a piece of work, and between two looks at the clock."""
GPU_SHARD = 16
"""The same where a GPU takes many at once."""
GREY = 224
"""Pixels of a side of the picture that a model is tried on."""
PUBLISH_SECONDS = 10.0
"""What a kill may cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedRequest:
    """What to embed, and with what.

    Attributes:
        of: "images", "objects" or both; objects are the ground truth's.
        runs: Runs whose predictions are embedded too.
        model: An ONNX file, or a model of timm or open_clip; None is the bundled model.
        device: "auto", "cpu" or "cuda".
    """

    of: Sequence[str] = SUBJECTS
    runs: Sequence[str] = ()
    model: str | Path | None = None
    normalisation: str | None = None
    output: str | None = None
    device: str = "auto"
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One embedding to make: of an item, or of one side's annotation."""

    of: str
    owner: str
    row: int
    box: Box | None


@dataclass(slots=True)
class Made:
    """Embeddings that wait to be published."""

    jobs: list[Job] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    failures: Failures = field(default_factory=Failures)

    def include(self, other: Made) -> None:
        """All of another's."""
        self.jobs += other.jobs
        self.vectors += other.vectors
        self.hashes += other.hashes
        self.failures.include(other.failures)


def embed(state: Loaded, request: EmbedRequest, progress: Progress) -> Document:
    """Make and store what is missing.

    Raises:
        RequestError: A library or weights are missing, or the project has no pixels.
        SourceError: The model's file is none.
    """
    for name in request.of:
        if name not in SUBJECTS:
            raise RequestError(
                f"{name!r} cannot be embedded", fix=near_misses(name, SUBJECTS), code="E-EMBED-OF"
            )
    for run in request.runs:
        state.record(run)
    if not any(state.truth().items["file"]):
        raise RequestError(
            "the project has no pixels",
            fix="import it with its images, or import embeddings made elsewhere",
            code="E-EMBED-PIXELS",
        )
    model = load_embedder(
        request.model,
        normalisation=request.normalisation,
        output=request.output,
        device=request.device,
    )
    record = _record(model)
    jobs = _missing(state, request, record)
    made, failures = _make(state, model, record, jobs, request, progress)
    if not made:  # nothing new; still the model that is meant from now on
        publish(state, record, [], _subjects(request))
    return {
        "model": model.name,
        "digest": model.digest,
        "dimensions": record.dimensions,
        "device": model.device,
        "images": len(jobs),
        "embedded": made,
        "failures": failures.document(),
    }


def _subjects(request: EmbedRequest) -> list[str]:
    return [*request.of, *([OBJECTS] if request.runs and OBJECTS not in request.of else [])]


def _record(model: Embedder) -> ModelRecord:
    """Its record; the number of dimensions is found by a try on nothing."""
    import PIL.Image

    side = model.least or GREY
    grey = PIL.Image.new("RGB", (side, side), (127, 127, 127))
    dimensions = model.embed([model.prepared(grey, None)]).shape[1]
    key = key_of_model(model.digest)
    return ModelRecord(key, model.name, model.digest, dimensions, "float16", model.source)


def _missing(state: Loaded, request: EmbedRequest, record: ModelRecord) -> dict[int, list[Job]]:
    """Row of the item -> what is to be made of it."""
    truth = state.truth()
    pictured = np.array([bool(file) for file in truth.items["file"]])
    jobs: dict[int, list[Job]] = {}
    if IMAGES in request.of:
        for row in np.flatnonzero(~read(state, record, IMAGES, None).known & pictured).tolist():
            jobs.setdefault(row, []).append(Job(IMAGES, PROJECT, row, None))
    sides = [*([None] if OBJECTS in request.of else []), *request.runs]
    for run in sides:
        table = (truth.ground_truth if run is None else state.predictions(run)).table
        owner = owner_of(state, run)
        lacking = ~read(state, record, OBJECTS, run).known & pictured[table["item"]]
        boxes = boxes_of(table)
        for row in np.flatnonzero(lacking & np.isfinite(boxes).all(axis=1)).tolist():
            x, y, w, h = boxes[row].tolist()
            jobs.setdefault(int(table["item"][row]), []).append(
                Job(OBJECTS, owner, row, (x, y, w, h))
            )
    return dict(sorted(jobs.items()))


def _make(
    state: Loaded,
    model: Embedder,
    record: ModelRecord,
    jobs: dict[int, list[Job]],
    request: EmbedRequest,
    progress: Progress,
) -> tuple[int, Failures]:
    rows, made, failures = list(jobs), 0, Failures()
    size = GPU_SHARD if model.device == "cuda" else SHARD
    waiting, since = Made(), time.monotonic()
    with PixelReader(state.root, state.truth().items) as reader, model.working():

        def stage(shard: list[int]) -> Made:
            return _embed_shard(state, reader, model, shard, jobs)

        for start in range(0, len(rows), ROUND):
            some = rows[start : start + ROUND]
            shards = [some[k : k + size] for k in range(0, len(some), size)]
            with progress(f"embeddings: {start} of {len(rows)} images"):
                for part in map_shards(stage, shards, workers=request.workers):
                    waiting.include(part)
            last = start + ROUND >= len(rows)
            if waiting.jobs and (last or time.monotonic() - since > PUBLISH_SECONDS):
                _publish(state, record, waiting, _subjects(request))
                made += len(waiting.jobs)
                failures.include(waiting.failures)
                waiting, since = Made(), time.monotonic()
    return made, failures


def _embed_shard(
    state: Loaded,
    reader: PixelReader,
    model: Embedder,
    rows: Sequence[int],
    jobs: dict[int, list[Job]],
) -> Made:
    made = Made()
    prepared, places = [], []
    for row in rows:
        for seen, some in _by_picture(reader, model, row, jobs[row], made.failures):
            for job in some:
                made.jobs.append(job)
                made.hashes.append("")
                if seen is None:
                    continue
                if job.box is None:
                    made.hashes[-1] = difference_hash(seen)
                scale = _scale(state, row, seen.size)
                prepared.append(model.prepared(seen, _scaled(job.box, scale)))
                places.append(len(made.jobs) - 1)
    vectors = model.embed(prepared)
    made.vectors = [np.full(vectors.shape[1] or 1, np.nan, np.float32)] * len(made.jobs)
    for place, vector in zip(places, vectors, strict=True):
        made.vectors[place] = vector
    return made


def _by_picture(
    reader: PixelReader, model: Embedder, row: int, jobs: Sequence[Job], failures: Failures
) -> Iterator[tuple[Image | None, list[Job]]]:
    """The whole image, small, then its objects, in full: whoever asks for both gets the same.

    A model that takes every pixel gets one picture for all.
    """
    whole = [job for job in jobs if job.box is None]
    objects = [job for job in jobs if job.box is not None]
    passes = [(whole, model.least), (objects, None)]
    told = False
    for some, least in passes if model.least is not None else [(list(jobs), None)]:
        if not some:
            continue
        try:
            yield reader.picture(row, least=least)[0], some
        except BoxscoreError as broken:
            if not told:
                failures.add("pixels", broken.problem)
            told = True
            yield None, some


def _scale(state: Loaded, row: int, size: tuple[int, int]) -> tuple[float, float]:
    """Pixels of the picture in one declared pixel."""
    items = state.truth().items
    width, height = int(items["width"][row]), int(items["height"][row])
    return (size[0] / width if width > 0 else 1.0, size[1] / height if height > 0 else 1.0)


def _scaled(box: Box | None, scale: tuple[float, float]) -> Box | None:
    if box is None:
        return None
    return box[0] * scale[0], box[1] * scale[1], box[2] * scale[0], box[3] * scale[1]


def _publish(state: Loaded, record: ModelRecord, made: Made, subjects: Sequence[str]) -> None:
    tables: list[tuple[str, Table]] = []
    for of, owner in dict.fromkeys((job.of, job.owner) for job in made.jobs):
        mine = [k for k, job in enumerate(made.jobs) if (job.of, job.owner) == (of, owner)]
        vectors = np.full((len(mine), record.dimensions), np.nan, np.float32)
        for place, k in enumerate(mine):
            vectors[place] = made.vectors[k]
        rows = np.array([made.jobs[k].row for k in mine], np.int64)
        hashes = [made.hashes[k] for k in mine]
        tables.append((owner, rows_table(of, record, rows, _halved(vectors), hashes)))
    publish(state, record, tables, subjects)


def _halved(vectors: Vectors) -> Vectors:
    """Of length 1, so that half precision holds any model's numbers."""
    from boxscore.quality.neighbours import unit

    return unit(vectors)
