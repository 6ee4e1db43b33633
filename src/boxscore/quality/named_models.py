"""Which network makes embeddings: the bundled one, an ONNX file, or a library's by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from boxscore.errors import RequestError, near_misses, shown
from boxscore.quality.embedding_model import EmbeddingModel, Vectors
from boxscore.quality.squares import Box
from boxscore.quality.torch_models import (
    DINOV2,
    OPEN_CLIP,
    TIMM,
    TextImageModel,
    TorchModel,
    load_dinov2,
    load_open_clip,
    load_timm,
)

if TYPE_CHECKING:
    from PIL.Image import Image

LIBRARIES: dict[str, Callable[[str, str], TorchModel]] = {
    TIMM: load_timm,
    OPEN_CLIP: load_open_clip,
    DINOV2: load_dinov2,
}
"""Word before the colon -> what loads a model by the rest and a device."""


class Embedder(Protocol):
    """What embeds pictures; safe to use from several threads.

    Attributes:
        name: For people.
        source: How it is named, where its library finds it again; else empty.
        digest: Of its weights and of how pictures are prepared: what makes embeddings comparable.
        device: "cpu" or "cuda".
        batch: Pictures in one call.
    """

    name: str
    source: str
    digest: str
    device: str
    batch: int

    @property
    def least(self) -> int | None:
        """Pixels of the shorter side that are enough of a whole picture; None: all there are."""

    def working(self) -> AbstractContextManager[None]:
        """What a pass over many pictures runs in."""

    def prepared(self, picture: Image, box: Box | None) -> NDArray[Any]:
        """One picture, or a square around a box, as the model takes it."""

    def embed(self, prepared: Sequence[NDArray[Any]]) -> Vectors:
        """(n, d) float32 embeddings."""


def load_embedder(
    model: str | Path | None = None,
    *,
    normalisation: str | None = None,
    output: str | None = None,
    device: str = "auto",
) -> Embedder:
    """Load what is meant; only a model named by its library may be downloaded, by that library.

    Args:
        model: An ONNX file, "timm:NAME", "open_clip:ARCHITECTURE/WEIGHTS" or "dinov2:NAME";
            default: the bundled network.
        normalisation, output: Of an ONNX file; a library's model has its own preprocessing.
        device: "auto", "cpu" or "cuda".

    Raises:
        RequestError: A library is missing, a model or option is unknown, or its weights cannot be
            had.
        SourceError: The file is no model of pictures.
    """
    library, colon, name = str(model or "").partition(":")
    if not isinstance(model, str) or not colon or Path(model).exists():
        path = None if model is None else Path(model)
        return EmbeddingModel.load(path, normalisation=normalisation, output=output, device=device)
    if library not in LIBRARIES:
        raise RequestError(
            f"{shown(library)!r} is no library of models",
            fix=near_misses(library, LIBRARIES),
            code="E-EMBED-LIBRARY",
        )
    if normalisation is not None or output is not None:
        raise RequestError(
            f"{shown(model)} prepares pictures by itself and has one output",
            fix="leave out the normalisation and the output: they are of ONNX files",
            code="E-EMBED-NORMALISATION",
        )
    return LIBRARIES[library](name, device)


_TEXT_LOADING = Lock()


def load_text_embedder(source: str) -> TextImageModel:
    """A model that knows texts, from what is on this machine alone; the last one is kept.

    Raises:
        RequestError: It knows no text, its library is missing, or its weights are not here.
    """
    library, _, name = source.partition(":")
    if library != OPEN_CLIP:
        raise RequestError(
            f"{shown(source)!r} knows no text",
            fix="name a model of open_clip, as open_clip:ARCHITECTURE/WEIGHTS",
            code="E-SEARCH-MODEL",
        )
    with _TEXT_LOADING:
        return _text_embedder(name)


@lru_cache(maxsize=1)
def _text_embedder(name: str) -> TextImageModel:
    with without_hub():
        return load_open_clip(name, "cpu")


@contextmanager
def without_hub() -> Iterator[None]:
    """Hugging Face's library asks only its cache meanwhile: a search reaches no network."""
    try:
        constants: Any = import_module("huggingface_hub.constants")
    except ImportError:  # then nothing can be asked for
        yield
        return
    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
