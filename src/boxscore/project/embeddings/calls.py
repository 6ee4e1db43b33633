"""What a project does with embeddings: make, import, and ask what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.engine.progress import Progress, silent
from boxscore.project.state import OpenProject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from boxscore.project.slices.slicing import Where

Document = dict[str, Any]


class EmbeddingCalls(OpenProject):
    """Embeddings of images and objects, likeness, duplicates, leakage and maps."""

    def embed(
        self,
        *,
        of: Sequence[str] = ("images", "objects"),
        runs: Sequence[str] = (),
        model: str | Path | None = None,
        normalisation: str | None = None,
        output: str | None = None,
        device: str = "auto",
        maps: bool = True,
        workers: int | None = None,
        progress: Progress = silent,
    ) -> Document:
        """Embed what is missing of images and objects, and store it as it goes.

        Args:
            of: "images", "objects" (of the ground truth), or both.
            runs: Runs whose predictions are embedded too.
            model: An ONNX file; "timm:NAME", "open_clip:ARCHITECTURE/WEIGHTS" or "dinov2:NAME",
                which that library may download; default: the bundled EfficientNet-Lite0, offline.
            normalisation: How pixels are fed to it: "imagenet", "clip", "unit", "none" or "lite".
            output: The output that is the embedding; default: the first of two dimensions.
            device: "auto" takes a GPU that the model's library sees; "cpu", "cuda".
            maps: Whether maps by t-SNE are made afterwards where openTSNE is installed.

        Returns:
            "model", "dimensions", "device", "images" looked at, "embedded" vectors, "failures",
            "maps".

        Raises:
            RequestError: A library or weights are missing, or the project has no pixels.
            SourceError: The model cannot be used.
        """
        from boxscore.project.embeddings.data_map import lay_out
        from boxscore.project.embeddings.making import EmbedRequest, embed

        request = EmbedRequest(
            of=of,
            runs=runs,
            model=model,
            normalisation=normalisation,
            output=output,
            device=device,
            workers=workers,
        )
        document = embed(self._state(), request, progress)
        return document | {"maps": lay_out(self._state(), progress) if maps else []}

    def import_embeddings(
        self,
        path: str | Path,
        *,
        of: str = "images",
        run: str | None = None,
        progress: Progress = silent,
    ) -> Document:
        """Use embeddings made elsewhere: npy, npz or Parquet, named or in order.

        Images with pixels are decoded once, to tell near duplicates by these as well.

        Args:
            of: "images", or "objects": of the ground truth, or of a run.

        Raises:
            SourceError: The file cannot be used, or its rows do not fit the project.
        """
        from boxscore.project.embeddings.importing import import_embeddings

        return import_embeddings(self._state(), Path(path), of, run, progress)

    def embeddings(self, *, of: str = "images", run: str | None = None) -> NDArray[np.float32]:
        """(N, D) float32 of length 1, nan where there is none; of images, or one side's objects.

        Raises:
            RequestError: Nothing was embedded yet.
        """
        from boxscore.project.embeddings.stored import needed

        return needed(self._state(), of, run).vectors

    def embedding_state(self) -> Document:
        """Which model is in use, how much is embedded, and what is installed."""
        from boxscore.project.embeddings.answers import embedding_state

        return embedding_state(self._state())

    def neighbours(
        self,
        item: str | None = None,
        *,
        annotation: int | None = None,
        run: str | None = None,
        k: int = 12,
    ) -> Document:
        """The images most like one, or the labelled objects most like one, by cosine.

        Args:
            item: Title, source id or data hash of an image.
            annotation: Row of the ground truth, or of a run's predictions, instead.
        """
        from boxscore.project.embeddings.likeness import neighbours

        return neighbours(self._state(), item, annotation, run, k)

    def search(
        self,
        text: str,
        *,
        of: str = "images",
        run: str | None = None,
        top: int = 20,
        where: Where = None,
        model: str | None = None,
    ) -> Document:
        """The images or objects that a text describes best, by cosine; without network.

        Args:
            of: "images" or "objects": the ground truth's, or with `run` its predictions.
            where: Which images count.
            model: Where the model lies now, when it is not where it was.

        Raises:
            RequestError: Nothing is embedded, or by a model that knows no text: only those of
                open_clip do.
        """
        from boxscore.project.embeddings.text_search import TextQuery, search

        query = TextQuery(text=text, of=of, run=run, top=top, where=where, model=model)
        return search(self._state(), query)

    def places(self, of: str, rows: Sequence[int]) -> list[Document]:
        """Image, box and class of some rows of "images" or "objects", at most 200."""
        from boxscore.project.embeddings.likeness import places

        return places(self._state(), of, rows)

    def duplicates(self, *, cosine: float = 0.85, limit: int = 200) -> Document:
        """Images that are there twice, exactly or nearly, the most alike first.

        Args:
            cosine: Of embeddings, from which two count as nearly the same; the default is for
                the bundled model. From 0.45 on, difference hashes within 6 bits count too. Of any
                other model's pairs, hashes must agree within 9 bits where there are pixels.
            limit: Pairs told of, at most.
        """
        from boxscore.project.embeddings.duplicates import duplicates

        return duplicates(self._state(), cosine, limit)

    def leakage(self, run: str, *, task: str | None = None, cosine: float = 0.85) -> Document:
        """A run's scores on images that another split has too, and on those that none has."""
        from boxscore.project.embeddings.duplicates import leakage

        return leakage(self._state(), run, task, cosine)

    def map(
        self,
        of: str = "images",
        *,
        method: str = "auto",
        run: str | None = None,
        iou: float = 0.5,
        confidence: float | None = None,
        groups: int | None = None,
        task: str | None = None,
        where: Where = None,
        progress: Progress = silent,
    ) -> Document:
        """Images or labelled objects in two dimensions, with what a run made of them.

        Args:
            method: "pca", "tsne", or "auto": t-SNE where it was made, else PCA.
            groups: How many groups of like points to tell; `where="cluster=3"` is one of images.
            where: Which images are shown; places and groups are those of all.
        """
        from boxscore.project.embeddings.data_map import MapQuery, data_map

        query = MapQuery(
            of=of,
            method=method,
            run=run,
            iou=iou,
            confidence=confidence,
            groups=groups,
            task=task,
            where=where,
        )
        return data_map(self._state(), query, progress)
