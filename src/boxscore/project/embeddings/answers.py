"""How much of a project is embedded, by which model, and what its machine offers."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from boxscore.project.embeddings.stored import IMAGES, OBJECTS, from_text, size_of, stored
from boxscore.project.embeddings.text_search import EMBED
from boxscore.project.loading import Loaded

Document = dict[str, Any]


def embedding_state(state: Loaded) -> Document:
    """Models and counts, of images, labelled objects and each run's predictions."""
    catalogue = from_text(state.embedded)
    parts = []
    for of, run in ((IMAGES, None), (OBJECTS, None), *((OBJECTS, run) for run in state.records)):
        found = stored(state, of, run)
        model = catalogue.current(of) if found is not None else None
        parts.append(
            {
                "of": of,
                "run": run,
                "model": None if model is None else model.name,
                "digest": None if model is None else model.digest,
                "dimensions": None if model is None else model.dimensions,
                "knows_text": model is not None and model.knows_text,
                "embedded": 0 if found is None else int(found.rows.size),
                "size": size_of(state, of, run),
            }
        )
    items = state.truth().items
    return {
        "parts": parts,
        "images_with_pixels": int(sum(1 for file in items["file"] if file)),
        "can_embed": find_spec("onnxruntime") is not None,
        "can_read_text": find_spec("open_clip") is not None,
        "text_command": EMBED,
        "can_lay_out": find_spec("openTSNE") is not None,
    }
