"""Hugging Face Trainer: `compute_metrics` of an object detector that imports each evaluation.

>>> trainer = Trainer(  # doctest: +SKIP
...     model, TrainingArguments(..., eval_do_concat_batches=False),
...     compute_metrics=import_evaluations("my-project", processor, model.config.id2label))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from boxscore.errors import RequestError
from boxscore.integrations.epochs import epoch_name, numbers_of, opened
from boxscore.project import Project


def import_evaluations(
    project: Project | str | Path,
    processor: Any,
    id2label: Mapping[int, str],
    name: str = "evaluation-{epoch:03}",
    *,
    least: float = 0.0,
) -> Callable[[Any], dict[str, float]]:
    """A function for `compute_metrics`; needs `eval_do_concat_batches=False`.

    Args:
        processor: Has `post_process_object_detection`.
        id2label: The model's class numbers -> names, from its configuration.
        name: Of each run; `{epoch}` counts the evaluations from 1.
        least: Confidence below which the processor leaves boxes out.

    Returns:
        evaluation -> metric -> value, under "boxscore_AP" and so on.
    """
    own = opened(project)
    epoch_name(name, 1)
    classes = dict(id2label)
    count = 0

    def compute_metrics(evaluation: Any) -> dict[str, float]:
        nonlocal count
        count += 1
        with own.predictions(epoch_name(name, count), classes=classes, replace=True) as run:
            for image, found in _found(evaluation, processor, least):
                run.add(image, found)
            document = run.close()
        return numbers_of(document, prefix="boxscore_")

    return compute_metrics


def _found(evaluation: Any, processor: Any, least: float) -> Iterator[tuple[str, Any]]:
    """Image id and result of every image."""
    import torch

    for batch, labels in zip(evaluation.predictions, evaluation.label_ids, strict=True):
        if not isinstance(labels, list | tuple) or not isinstance(labels[0], Mapping):
            raise RequestError(
                "the labels of an evaluation come as one array, without their image ids",
                fix="set eval_do_concat_batches=False in TrainingArguments",
                code="E-HF-BATCHES",
            )
        logits, boxes = _outputs(batch)
        outputs = _Outputs(torch.as_tensor(logits), torch.as_tensor(boxes))
        sizes = torch.as_tensor([[int(v) for v in label["orig_size"]] for label in labels])
        found = processor.post_process_object_detection(
            outputs, threshold=least, target_sizes=sizes
        )
        for label, one in zip(labels, found, strict=True):
            yield str(int(label["image_id"][0])), one


def _outputs(batch: Any) -> tuple[Any, Any]:
    """Class logits and boxes: the first arrays of three axes, the second of four columns."""
    arrays = [one for one in batch if getattr(one, "ndim", 0) == 3]
    for logits, boxes in pairwise(arrays):
        if boxes.shape[-1] == 4 and boxes.shape[:2] == logits.shape[:2]:
            return logits, boxes
    raise RequestError(
        "the predictions hold no logits and boxes of one shape",
        fix="use it with a model for object detection",
        code="E-HF-OUTPUTS",
    )


class _Outputs:
    """What the processor reads of a model's output."""

    def __init__(self, logits: Any, boxes: Any) -> None:
        self.logits, self.pred_boxes = logits, boxes
