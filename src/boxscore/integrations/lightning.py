"""Lightning: a callback that imports what `validation_step` returns, as a run for each epoch.

>>> trainer = Trainer(callbacks=[import_epochs("my-project")])  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError
from boxscore.integrations.epochs import epoch_name, numbers_of, opened
from boxscore.project import Project

Read = Callable[[Any, Any], Iterable[tuple[Any, Any]]]
"""Outputs of a validation step and its batch -> image and what was found on it, each."""


def import_epochs(
    project: Project | str | Path,
    name: str = "epoch-{epoch:03}",
    *,
    read: Read | None = None,
    classes: Any = None,
) -> Any:
    """A `lightning.pytorch.Callback` (or of `pytorch_lightning`, where only that is installed).

    Args:
        name: Of each run; `{epoch}` counts from 1.
        read: How images and results are found; by default `validation_step` returns pairs of an
            image's name and a result that `Project.predictions(...).add` takes, such as
            `{"boxes": ..., "scores": ..., "labels": ...}`.
        classes: The model's own class numbers -> names.

    Raises:
        RequestError: The name has no epoch.
    """
    epoch_name(name, 1)
    try:
        from lightning.pytorch import Callback
    except ImportError:
        from pytorch_lightning import Callback
    # Its own class first: Lightning's hooks are empty, and must not hide these.
    importing = type("ImportEpochs", (_ImportEpochs, Callback), {})
    return importing(opened(project), name, _pairs if read is None else read, classes)


class _ImportEpochs:
    """Adds batch after batch; the epoch's run is published at its end."""

    def __init__(self, project: Project, name: str, read: Read, classes: Any) -> None:
        super().__init__()
        self._project, self._name = project, name
        self._read, self._classes = read, classes
        self._run: Any = None

    def on_validation_epoch_start(self, trainer: Any, _module: Any) -> None:
        if trainer.sanity_checking:
            return
        if trainer.world_size > 1:
            raise RequestError(
                f"{trainer.world_size} processes each see a part of the images",
                fix="validate on one device, or write results and import the file",
                code="E-LIGHTNING-PROCESSES",
            )
        run = epoch_name(self._name, trainer.current_epoch + 1)
        self._run = self._project.predictions(run, classes=self._classes, replace=True)

    def on_validation_batch_end(
        self, _trainer: Any, _module: Any, outputs: Any, batch: Any, *_: Any
    ) -> None:
        if self._run is not None:
            for image, found in self._read(outputs, batch):
                self._run.add(image, found)

    def on_validation_epoch_end(self, _trainer: Any, module: Any) -> None:
        if self._run is not None:
            module.log_dict(numbers_of(self._run.close()))
            self._run = None

    def on_exception(self, _trainer: Any, _module: Any, _exception: BaseException) -> None:
        if self._run is not None:
            self._run.discard()


def _pairs(outputs: Any, _batch: Any) -> Iterable[tuple[Any, Any]]:
    if not isinstance(outputs, list | tuple):
        raise RequestError(
            f"validation_step returns {type(outputs).__name__}, no list of (image, result)",
            fix="return such pairs, or give read=",
            code="E-LIGHTNING-OUTPUT",
        )
    return outputs
