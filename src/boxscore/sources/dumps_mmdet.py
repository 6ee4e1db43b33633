"""MMDetection's inferencer: a JSON file for each image, {labels, scores, bboxes, masks}."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boxscore.sources.dump_files import Dump, Found, columns_fit, from_columns


def _fits(value: Any) -> bool:
    return columns_fit(value, "bboxes")


def _found(value: dict[str, Any]) -> Iterator[Found]:
    masks = value.get("masks")
    return from_columns(value, "bboxes", masks if isinstance(masks, list) else ())


DUMP = Dump(format="mmdet", title="MMDetection predictions", fits=_fits, found=_found)
recognise = DUMP.recognise
read = DUMP.read
