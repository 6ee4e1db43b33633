"""Accepted corrections as files: all labels corrected, or a patch of what changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress
from boxscore.errors import RequestError, near_misses, shown
from boxscore.project.exports.exporting import GROUND_TRUTH, everything, write_folder
from boxscore.project.labels.decisions import Decision, read_review
from boxscore.project.labels.fixes import ADDED, CHANGED, REMOVED, Corrected, corrected
from boxscore.project.loading import Loaded
from boxscore.schema.kinds import Kind
from boxscore.sinks import SinkCard, sink_of
from boxscore.sinks.coco import documents
from boxscore.sinks.content import Content

Document = dict[str, Any]
PATCH, WHOLE = "patch", "corrected"
PATCHES = ("coco", "cvat")


def export_corrections(
    state: Loaded, output: Path, what: str, form: str, progress: Progress
) -> Document:
    """Write a patch or all corrected labels into a new folder; it appears whole or not at all.

    Returns:
        what, format, path, images, annotations, fixes, lost.

    Raises:
        RequestError: Nothing was accepted, the format does not fit, or the folder is not empty.
    """
    card, accepted = _checked(state, what, form)
    made = corrected(state.truth(), [one.fix for one in accepted])
    with progress("collecting"):
        content = replace(everything(state, GROUND_TRUTH), rows=made.truth.ground_truth)
        content, rows = _held(content, card)
        if what == PATCH and form == "cvat":
            content = _of_images(content, _images(state, accepted))
    with progress(f"writing {form}"):
        if what == PATCH and form == "coco":
            patch = coco_patch(state, content, made, rows, accepted)
            write_folder(lambda folder: _dump(folder / "patch.json", patch), output.absolute())
            sizes = len(patch["images"]), len(patch["annotations"])
        else:
            write_folder(lambda folder: card.write(content, folder), output.absolute())
            sizes = content.items.rows, content.rows.rows
    return {
        "what": what,
        "format": form,
        "path": str(output.absolute()),
        "images": sizes[0],
        "annotations": sizes[1],
        "fixes": len(accepted),
        "lost": made.lost,
    }


def _checked(state: Loaded, what: str, form: str) -> tuple[SinkCard, list[Decision]]:
    if what not in (PATCH, WHOLE):
        raise RequestError(
            f"{shown(what)!r} is no export of corrections",
            fix=near_misses(what, (PATCH, WHOLE)),
            code="E-LABELS-EXPORT",
        )
    card = sink_of(form)
    if card.needs_confidence or (what == PATCH and form not in PATCHES):
        raise RequestError(
            f"format {form} holds no {what} of labels",
            fix=f"use {' or '.join(PATCHES)}",
            code="E-EXPORT-FORMAT",
        )
    review = read_review(state.root).current.values()
    accepted = [one for one in review if one.choice == "accept"]
    if not accepted:
        raise RequestError(
            "no fix was accepted yet",
            fix="accept some: boxscore labels accept KEY",
            code="E-LABELS-NONE",
        )
    return card, accepted


def _dump(path: Path, document: Document) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def _held(content: Content, card: SinkCard) -> tuple[Content, NDArray[np.int64]]:
    """What a format can hold, and which rows of the corrected labels that is."""
    kinds = [int(kind) for kind in card.keeps]
    rows = np.flatnonzero(np.isin(content.rows.table["kind"], kinds))
    return replace(content, rows=content.rows.take(rows)), rows


def _images(state: Loaded, accepted: Sequence[Decision]) -> NDArray[np.int64]:
    """Items that a fix lies on, ascending."""
    items = state.truth().items
    wanted = {(one.fix.data_hash, one.fix.frame) for one in accepted}
    pairs = zip(items["data_hash"].tolist(), items["frame"].tolist(), strict=True)
    return np.array([k for k, pair in enumerate(pairs) if pair in wanted], np.int64)


def _of_images(content: Content, items: NDArray[np.int64]) -> Content:
    rows = content.rows.take(np.flatnonzero(np.isin(content.rows.table["item"], items)))
    table = rows.table.replace(item=np.searchsorted(items, rows.table["item"]).astype(np.int32))
    place = {int(item): k for k, item in enumerate(items)}
    return replace(
        content,
        items=content.items.take(items),
        rows=replace(rows, table=table),
        pictures={place[k]: path for k, path in content.pictures.items() if k in place},
        filmed={place[k] for k in content.filmed if k in place},
    )


def coco_patch(
    state: Loaded,
    content: Content,
    made: Corrected,
    rows: NDArray[np.int64],
    accepted: Sequence[Decision],
) -> Document:
    """COCO with the changed records only; `change` of each says what was done, `was` what it was.

    Ids are those of an export of the ground truth as it is; what is added gets new ones above.

    Args:
        content: All corrected labels that COCO holds.
        rows: Which of `made` they are.
    """
    before, _ = _held(everything(state, GROUND_TRUTH), sink_of("coco"))
    old = documents(before)["annotations"]
    new = documents(content)
    kinds = state.truth().ground_truth.table["kind"]
    held = np.flatnonzero(kinds != Kind.CLASSIFICATION)
    was = dict(zip(held.tolist(), old, strict=True))
    number = max((record["id"] for record in old), default=0)
    records = []
    for record, row in zip(new["annotations"], rows.tolist(), strict=True):
        if made.change[row] == CHANGED:
            known = was[int(made.was[row])]
            more = {"id": known["id"], "change": CHANGED, "was": _differing(known, record)}
            records.append(record | more)
        elif made.change[row] == ADDED:
            number += 1
            records.append(record | {"id": number, "change": ADDED})
    gone = np.setdiff1d(held, made.was)
    records += [was[row] | {"change": REMOVED} for row in gone.tolist()]
    images = {record["image_id"] for record in records}
    return {
        "info": {"description": f"{state.name}: {len(accepted)} accepted label fixes"},
        "images": [image for image in new["images"] if image["id"] in images],
        "categories": new["categories"],
        "annotations": records,
    }


def _differing(old: Document, new: Document) -> Document:
    names = ("category_id", "bbox", "area", "segmentation", "rotation")
    return {name: old.get(name) for name in names if old.get(name) != new.get(name)}
