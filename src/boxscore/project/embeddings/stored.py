"""The embeddings that a project holds: which model made them, and the vectors themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import RequestError
from boxscore.project.loading import EMBEDDED, Loaded
from boxscore.quality.neighbours import Vectors, unit
from boxscore.schema.tables import (
    ITEM_EMBEDDINGS,
    OBJECT_EMBEDDINGS,
    Table,
    TableSchema,
)
from boxscore.store.read import Snapshot
from boxscore.store.write import Writer

PROJECT = "project"
IMAGES, OBJECTS = "images", "objects"
SUBJECTS = (IMAGES, OBJECTS)


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """What made some embeddings.

    Attributes:
        key: The number under which they are stored.
        dtype: How a vector's bytes are read: "float16" or "float32".
        source: How a library's model is named, as "timm:NAME"; else empty.
    """

    key: int
    name: str
    digest: str
    dimensions: int
    dtype: str
    source: str = ""

    @property
    def knows_text(self) -> bool:
        """Whether a text can be compared with its embeddings."""
        return self.source.startswith("open_clip:")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The models of a project, which of them is used for what, and how often that changed."""

    models: tuple[ModelRecord, ...] = ()
    images: int | None = None
    objects: int | None = None
    stamp: int = 0

    def current(self, of: str) -> ModelRecord | None:
        """The model in use for images or objects."""
        key = self.images if of == IMAGES else self.objects
        return next((one for one in self.models if one.key == key), None)

    def again(self) -> Catalogue:
        """The same with a new stamp: answers that rest on it are made anew."""
        return replace(self, stamp=self.stamp + 1)

    def using(self, model: ModelRecord, subjects: Sequence[str]) -> Catalogue:
        """The same with a model in use, and a new stamp."""
        others = [one for one in self.models if one.key != model.key]
        used = dict.fromkeys(subjects, model.key)
        changed = replace(self, models=(*others, model), stamp=self.stamp + 1)
        return replace(changed, **used)  # type: ignore[arg-type] # the two subjects are its fields


def key_of_model(digest: str) -> int:
    """The number under which a model's embeddings are stored."""
    return int.from_bytes(hashlib.sha256(digest.encode()).digest()[:8], "big") >> 1


def to_text(catalogue: Catalogue) -> str:
    """As a document."""
    return json.dumps(asdict(catalogue))


def from_text(text: str | None) -> Catalogue:
    """A document, or an empty catalogue."""
    if text is None:
        return Catalogue()
    plain: dict[str, Any] = json.loads(text)
    models = tuple(ModelRecord(**one) for one in plain.pop("models"))
    return Catalogue(models=models, **plain)


def owner_of(state: Loaded, run: str | None) -> str:
    """Whose tables hold a run's embeddings, or the project's own."""
    return PROJECT if run is None else f"run:{state.record(run).run_id}"


def table_for(of: str) -> TableSchema:
    """The table of images or of objects."""
    return ITEM_EMBEDDINGS if of == IMAGES else OBJECT_EMBEDDINGS


@dataclass(frozen=True, slots=True)
class Embedded:
    """The embeddings of images, or of one side's objects.

    Attributes:
        vectors: (N, D) float32 of length 1, nan where there is none.
        known: (N,) bool: those that were made, undefined ones included.
        hashes: (N,) difference hashes, empty where not known.
    """

    model: ModelRecord
    vectors: Vectors
    known: NDArray[np.bool_]
    hashes: NDArray[np.object_]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows with a defined vector."""
        return np.flatnonzero(np.isfinite(self.vectors[:, 0]) if self.vectors.size else self.known)


def size_of(state: Loaded, of: str, run: str | None) -> int:
    """How many there can be."""
    if of == IMAGES:
        return state.truth().items.rows
    return (state.truth().ground_truth if run is None else state.predictions(run)).rows


def stored(state: Loaded, of: str, run: str | None = None) -> Embedded | None:
    """What the project holds by the model in use; None when it has none."""
    model = from_text(state.embedded).current(of)
    if model is None:
        return None
    owner = owner_of(state, run)
    key = "vectors", state.embedded, of, owner
    found: Embedded = state.evaluated(key, lambda: read(state, model, of, run))
    return found if found.known.any() else None


def read(state: Loaded, model: ModelRecord, of: str, run: str | None) -> Embedded:
    """What is stored by one model."""
    with Snapshot(state.root) as snapshot:
        table = snapshot.table(owner_of(state, run), table_for(of))
    size = size_of(state, of, run)
    raw = np.full((size, model.dimensions), np.nan, np.float32)
    known = np.zeros(size, np.bool_)
    hashes = np.full(size, "", object)
    mine = table.take(np.flatnonzero(table["model"] == model.key))
    full = np.array([len(vector) > 0 for vector in mine["vector"]], np.bool_)
    whole = np.frombuffer(
        b"".join(mine["vector"].tolist()), np.dtype(model.dtype).newbyteorder("<")
    )
    raw[mine["row"][full]] = whole.reshape(-1, model.dimensions)
    known[mine["row"]] = True
    hashes[mine["row"]] = mine["hash"]
    return Embedded(model, unit(raw), known, hashes)


def needed(state: Loaded, of: str = IMAGES, run: str | None = None) -> Embedded:
    """The same; refused when there are none.

    Raises:
        RequestError: Nothing was embedded yet.
    """
    found = stored(state, of, run)
    if found is None:
        what = of if run is None else f"predictions of run {run!r}"
        more = "" if run is None else f" --run {run}"
        raise RequestError(
            f"the project has no embeddings of its {what}",
            fix=f"run `boxscore embed{more}`, or import some with `boxscore embeddings import`",
            code="E-EMBED-NONE",
        )
    return found


def rows_table(
    of: str, model: ModelRecord, rows: NDArray[np.int64], vectors: Vectors, hashes: Sequence[str]
) -> Table:
    """Embeddings as they are stored; those with a number that is not finite as undefined."""
    little = np.ascontiguousarray(vectors, np.dtype(model.dtype).newbyteorder("<"))
    finite = np.asarray(np.isfinite(vectors).all(axis=1))
    packed = np.empty(len(rows), object)
    packed[:] = [one.tobytes() if ok else b"" for one, ok in zip(little, finite, strict=True)]
    texts = np.empty(len(rows), object)
    texts[:] = list(hashes)
    return Table(
        table_for(of),
        {"model": np.full(len(rows), model.key), "row": rows, "vector": packed, "hash": texts},
    )


ROWS_OF_PART = 8_192


def publish(
    state: Loaded,
    model: ModelRecord,
    tables: Sequence[tuple[str, Table]],
    subjects: Sequence[str],
) -> None:
    """Publish embeddings of some owners, and use their model from now on."""
    with Writer(state.root, purpose="store embeddings") as writer:
        alive = {PROJECT, *(f"run:{run.run_id}" for run in writer.catalogue.runs())}
        for owner, table in tables:
            if owner in alive:
                for start in range(0, table.rows, ROWS_OF_PART):
                    stop = min(start + ROWS_OF_PART, table.rows)
                    writer.add_table(owner, table.take(np.arange(start, stop)))
        catalogue = from_text(writer.catalogue.document(EMBEDDED))
        writer.set_document(EMBEDDED, to_text(catalogue.using(model, subjects)))
        writer.commit()
