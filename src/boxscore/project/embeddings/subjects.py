"""The embeddings that a metric's function is given."""

from __future__ import annotations

from boxscore.project.embeddings.stored import IMAGES, OBJECTS, stored
from boxscore.project.loading import Loaded
from boxscore.quality.cards import On
from boxscore.quality.embedding_metrics import Embeddings
from boxscore.quality.neighbours import Vectors
from boxscore.quality.objects import Objects


def embedded(state: Loaded, run: str | None, on: On) -> bool:
    """Whether a metric of images, or of one side's objects, has what it reads."""
    if on is On.IMAGE:
        return stored(state, IMAGES) is not None
    return all(stored(state, OBJECTS, side) is not None for side in {None, run})


def subject(state: Loaded, run: str | None, objects: Objects) -> Embeddings:
    """All there is at one place; nothing where nothing was embedded."""

    def vectors(of: str, side: str | None) -> Vectors | None:
        found = stored(state, of, side)
        return None if found is None else found.vectors

    truth = state.truth()
    return Embeddings(
        role=objects.role,
        items=objects.items,
        annotations=objects.annotations,
        labels=truth.ground_truth,
        classes=truth.ontology.object_count,
        images=vectors(IMAGES, None),
        objects=vectors(OBJECTS, run),
        labelled=vectors(OBJECTS, None),
    )
