"""Rows of arrays, an object each, collected batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from boxscore.errors import RequestError
from boxscore.evaluation.document import ALL_AS_ONE
from boxscore.evaluation.numbers import Numbers
from boxscore.evaluation.protocols import protocol_of
from boxscore.matching.arrays import Layout, comparable_of
from boxscore.matching.policy import Options
from boxscore.schema.kinds import Task

Fields = Mapping[str, Any]
Batch = Fields | Sequence[Fields]

ALIASES = {
    "images": "image", "image_id": "image", "boxes": "box", "labels": "class", "class_id": "class",
    "classes": "class", "scores": "confidence", "score": "confidence", "masks": "mask",
    "iscrowd": "crowd", "difficult": "ignored",
}  # fmt: skip
"""Names that other evaluators use for our fields."""


def local(values: Any) -> Any:
    """A tensor of a training framework, or a list of them, as something NumPy reads."""
    if isinstance(values, list | tuple):
        return [local(one) for one in values]
    return values.detach().cpu().numpy() if hasattr(values, "detach") else values


@dataclass(kw_only=True)
class Rows:
    """Collects objects and predictions; images without an id are numbered as they come."""

    task: Task
    protocol: str
    layout: Layout
    options: Options
    _truth: list[dict[str, Any]] = field(default_factory=list, repr=False)
    _found: list[dict[str, Any]] = field(default_factory=list, repr=False)
    _numbered: int = field(default=0, repr=False)

    def update(self, ground_truth: Batch, predictions: Batch) -> None:
        """Add a batch: two mappings of arrays with "image", or two lists with one per image."""
        listed = [isinstance(side, Sequence) for side in (ground_truth, predictions)]
        if any(listed):
            if not all(listed) or len(ground_truth) != len(predictions):
                raise _refused(
                    "ground_truth and predictions do not list the same images",
                    "give two lists with one mapping per image, in the same order",
                )
            start, self._numbered = self._numbered, self._numbered + len(ground_truth)
            for k, (truth, found) in enumerate(zip(ground_truth, predictions, strict=True)):
                self._truth.append(_fields(truth, start + k))  # type: ignore[arg-type]
                self._found.append(_fields(found, start + k))  # type: ignore[arg-type]
        else:
            self._truth.append(_fields(ground_truth, None))  # type: ignore[arg-type]
            self._found.append(_fields(predictions, None))  # type: ignore[arg-type]

    def merge(self, other: Self) -> None:
        """Add what another one collected."""
        for own, added in ((self._truth, other._truth), (self._found, other._found)):
            own += [_renumbered(batch, self._numbered) for batch in added]
        self._numbered += other._numbered

    def numbers(self) -> tuple[Sequence[Any], Numbers, int]:
        """Class names, the scores, and how many images there were."""
        layout = self.layout
        if layout.images is None and self._numbered:
            layout = replace(layout, images=range(self._numbered))
        view = comparable_of(self.task, _joined(self._truth), _joined(self._found), layout)
        numbers = protocol_of(self.protocol).evaluate(view, self.options)
        names = (ALL_AS_ONE,) if self.options.class_agnostic else view.facts.names
        return names, numbers, view.items


def _fields(given: Fields, image: int | None) -> dict[str, Any]:
    """Our names, arrays on this machine's memory; `image` numbers the rows of a single image."""
    fields = {ALIASES.get(key, key): local(values) for key, values in given.items()}
    if image is not None:
        fields["image"] = np.full(len(fields["class"]), image)
        fields["numbered"] = True
    return fields


def _renumbered(batch: dict[str, Any], offset: int) -> dict[str, Any]:
    return batch | {"image": batch["image"] + offset} if batch.get("numbered") else batch


def _joined(batches: list[dict[str, Any]]) -> dict[str, Any]:
    """All batches one after the other."""
    if not batches:
        return {"image": [], "class": [], "confidence": []}
    keys = [key for key in batches[0] if key != "numbered"]
    for batch in batches:
        if missing := set(keys) ^ (set(batch) - {"numbered"}):
            raise _refused(f"batches differ in field {sorted(missing)[0]!r}", "give it always")
    if len(batches) == 1:
        return {key: batches[0][key] for key in keys}
    return {key: _concatenated([batch[key] for batch in batches]) for key in keys}


def _concatenated(parts: list[Any]) -> Any:
    arrays = [part for part in parts if len(part)] or parts[:1]
    if all(isinstance(part, np.ndarray) for part in arrays):
        return np.concatenate(arrays)
    return [value for part in arrays for value in part]


def _refused(problem: str, fix: str) -> RequestError:
    return RequestError(problem, fix=fix, code="E-ARRAYS")
