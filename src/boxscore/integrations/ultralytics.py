"""Ultralytics: a run at the end of each epoch.

>>> model.add_callback("on_fit_epoch_end", import_epochs("my-project"))  # doctest: +SKIP
>>> model.train(data="my.yaml", epochs=50, save_json=True)  # doctest: +SKIP
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from boxscore.errors import BoxscoreError, RequestError
from boxscore.integrations.epochs import epoch_name, numbers_of, opened
from boxscore.project import Project


def import_epochs(
    project: Project | str | Path,
    name: str = "epoch-{epoch:03}",
    *,
    best: str = "best",
    every: int = 1,
) -> Callable[[Any], None]:
    """A callback for "on_fit_epoch_end" of a model that is trained with `save_json=True`.

    The validator's predictions become a run, evaluated as any import, and its numbers join
    `trainer.metrics`, which Ultralytics logs. What cannot be imported is a warning: no training
    ends for it.

    Args:
        name: Of each run; `{epoch}` counts from 1.
        best: Of the run of the best weights, which Ultralytics validates once more at the end.
        every: Only each n-th epoch, and the last.

    Raises:
        RequestError: The name has no epoch; in the first epoch also: `save_json` is not set.
        ProjectNotFoundError: The folder is no project.
    """
    own = opened(project)
    epoch_name(name, 1)

    def on_fit_epoch_end(trainer: Any) -> None:
        epoch, epochs = int(trainer.epoch) + 1, int(trainer.epochs)
        if epoch % every and epoch < epochs:
            return
        validator = trainer.validator
        if not validator.args.save_json:
            raise RequestError(
                "the validator keeps no predictions",
                fix="train with save_json=True",
                code="E-ULTRALYTICS-JSON",
            )
        run = best if epoch > epochs else epoch_name(name, epoch)
        try:
            document = _import(own, run, validator)
        except BoxscoreError as refused:
            warnings.warn(f"run {run} was not imported: {refused}", stacklevel=2)
            return
        if isinstance(getattr(trainer, "metrics", None), dict):
            trainer.metrics.update(numbers_of(document))

    return on_fit_epoch_end


def _import(project: Project, run: str, validator: Any) -> dict[str, Any]:
    """A run of what the validator found, under the model's own class names."""
    names = {int(validator.class_map[k]): name for k, name in validator.names.items()}
    of_image: defaultdict[str, list[Any]] = defaultdict(list)
    for result in validator.jdict:
        of_image[str(result.get("file_name", result["image_id"]))].append(result)
    with project.predictions(run, classes=names, replace=True) as added:
        for image, results in of_image.items():
            added.add(image, results)
        return added.close()
