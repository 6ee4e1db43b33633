"""Ground truth or a run out of a project, whole or in part, in any format that can be written."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError, writing
from boxscore.project.analysing import run_view
from boxscore.project.loading import Loaded
from boxscore.project.numbers import operating_confidence
from boxscore.project.slices.slicing import Where, sliced
from boxscore.schema.kinds import Kind
from boxscore.schema.tables import Annotations
from boxscore.sinks import SinkCard, sink_of
from boxscore.sinks.content import Content, Image
from boxscore.sources.folder_files import is_video
from boxscore.sources.video import VideoReader
from boxscore.store.tags import ITEMS, TRUTH, owner_of_run

Document = dict[str, Any]
OUTCOMES = ("tp", "fp", "fn")
GROUND_TRUTH = "ground-truth"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What to write, as asked.

    Attributes:
        what: "ground-truth", or the name of a run.
        outcome: Only these of `run`'s objects at an operating point: "tp", "fp" of its predictions,
            "tp", "fn" of the ground truth.
        run: Whose outcomes are meant, for ground truth; default: `what`.
        selection: Owner -> rows: only these objects, and images with all of their objects.
    """

    what: str
    format: str
    output: Path
    where: Where = None
    outcome: str | None = None
    run: str | None = None
    iou: float = 0.5
    confidence: float | None = None
    selection: Mapping[str, Sequence[int]] | None = None
    progress: Progress = silent


def export(state: Loaded, request: ExportRequest) -> Document:
    """Write into a new folder; it appears whole or not at all.

    Returns:
        what, format, path, images, annotations, left_out, drops.

    Raises:
        RequestError: The format is unknown or cannot hold this, or the folder is not empty.
    """
    card = sink_of(request.format)
    target = request.output.absolute()
    _refuse_full(target)
    predicted = request.what != GROUND_TRUTH
    if card.needs_confidence and not predicted:
        raise RequestError(
            f"format {card.name} holds predictions only",
            fix="export a run, or choose coco, yolo, voc, cvat, csv, ...",
            code="E-EXPORT-FORMAT",
        )
    with VideoReader() as videos:
        pictures = _Pictures(videos)
        with request.progress("collecting"):
            content, left_out = _content(state, request, card, pictures)
        with request.progress(f"writing {card.name}"):
            write_folder(lambda folder: card.write(content, folder), target)
    if pictures.undecodable:
        left_out |= {"pictures that cannot be decoded": pictures.undecodable}
    return {
        "what": request.what,
        "format": card.name,
        "path": str(target),
        "images": content.items.rows,
        "annotations": content.rows.rows,
        "left_out": left_out,
        "drops": list(card.drops),
    }


def everything(state: Loaded, what: str) -> Content:
    """Ground truth ("ground-truth") or a run, with all its annotations.

    Raises:
        RequestError: There is no such run.
    """
    request = ExportRequest(what=what, format="jsonl", output=Path())
    with VideoReader() as videos:
        return _content(state, request, sink_of(request.format), _Pictures(videos))[0]


@dataclass(slots=True)
class _Pictures:
    """Copies image files, and writes frames of videos as JPEG files.

    Attributes:
        undecodable: Frames that could not be written.
    """

    videos: VideoReader
    undecodable: int = 0

    def copy(self, image: Image, path: Path) -> None:
        """Write the picture of an image."""
        if image.picture is None or not is_video(image.picture):
            shutil.copyfile(str(image.picture), path)
            return
        try:
            self.videos.frame(image.picture, image.frame).save(path, "JPEG", quality=95)
        except RequestError as bad:
            if bad.code == "E-VIDEO-PYAV":
                raise
            self.undecodable += 1


def write_folder(write: Callable[[Path], None], target: Path) -> None:
    """Let something be written into a new folder, which appears whole or not at all.

    Raises:
        RequestError: The folder exists and is not empty, or cannot be made.
    """
    _refuse_full(target)
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        inner = work / "content"
        inner.mkdir()
        write(inner)
        if target.exists():
            target.rmdir()
        inner.replace(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _refuse_full(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise RequestError(
            f"{target}: exists already and is not empty",
            fix="name a new folder with -o",
            code="E-EXPORT-EXISTS",
        )


def _content(
    state: Loaded, request: ExportRequest, card: SinkCard, pictures: _Pictures
) -> tuple[Content, dict[str, int]]:
    """What is written, and how many annotations of which kind the format cannot hold."""
    truth = state.truth()
    predicted = request.what != GROUND_TRUTH
    rows = state.predictions(request.what) if predicted else truth.ground_truth
    wanted = np.ones(rows.rows, np.bool_)
    items = sliced(truth, request.where)
    shown = np.ones(truth.items.rows, np.bool_) if items is None else items
    if request.outcome is not None:
        wanted &= _outcome(state, request, rows)
        shown = shown & _holding(rows, wanted, truth.items.rows)
    elif predicted and request.confidence is not None:
        wanted &= rows.table["confidence"] >= request.confidence
    if request.selection is not None:
        shown = shown & images_of_rows(state, request.selection)
        wanted &= _chosen(state, request, request.selection, rows)
    filmed = truth.items["sequence"] != ""
    alone = shown & ~filmed if card.sequences and (shown & filmed).any() else np.zeros_like(shown)
    shown = shown & ~alone
    wanted &= shown[rows.table["item"]]
    held = np.isin(rows.table["kind"], [int(kind) for kind in card.keeps])
    lost = rows.table["kind"][wanted & ~held]
    left_out = {
        Kind(kind).name.lower(): int(count)
        for kind, count in zip(*np.unique(lost, return_counts=True), strict=True)
    }
    if alone.any():
        left_out["images outside of sequences"] = int(alone.sum())
    place = (np.cumsum(shown) - 1).astype(np.int32)
    chosen = rows.take(np.flatnonzero(wanted & held))
    table = chosen.table.replace(item=place[chosen.table["item"]])
    kept = np.flatnonzero(shown)
    files = truth.items["file"][kept].tolist()
    paths = {k: state.root / file for k, file in enumerate(files) if file}
    return Content(
        name=state.name,
        predicted=predicted,
        items=truth.items.take(kept),
        ontology=truth.ontology,
        rows=replace(chosen, table=table),
        pictures=paths,
        filmed={k for k, path in paths.items() if is_video(path)},
        copy=pictures.copy,
    ), left_out


def _holding(rows: Annotations, wanted: NDArray[np.bool_], items: int) -> NDArray[np.bool_]:
    mask = np.zeros(items, np.bool_)
    mask[rows.table["item"][wanted]] = True
    return mask


def images_of_rows(state: Loaded, rows: Mapping[str, Sequence[int]]) -> NDArray[np.bool_]:
    """(items,) bool: images that are selected, or hold an object that is.

    Args:
        rows: Owner -> rows.
    """
    truth = state.truth()
    tables = {TRUTH: truth.ground_truth.table} | {
        owner_of_run(record.run_id): state.predictions(run).table
        for run, record in state.records.items()
        if owner_of_run(record.run_id) in rows
    }
    mask = np.zeros(truth.items.rows, np.bool_)
    for owner, some in rows.items():
        place = np.asarray(some, np.int64)
        mask[place if owner == ITEMS else tables[owner]["item"][place]] = True
    return mask


def _chosen(
    state: Loaded, request: ExportRequest, rows: Mapping[str, Sequence[int]], of: Annotations
) -> NDArray[np.bool_]:
    """(N,) annotations that are selected, or lie on a selected image."""
    predicted = request.what != GROUND_TRUTH
    owner = owner_of_run(state.record(request.what).run_id) if predicted else TRUTH
    whole = np.zeros(state.truth().items.rows, np.bool_)
    whole[np.asarray(rows.get(ITEMS, ()), np.int64)] = True
    mask: NDArray[np.bool_] = whole[of.table["item"]]
    mask[np.asarray(rows.get(owner, ()), np.int64)] = True
    return mask


def _outcome(state: Loaded, request: ExportRequest, rows: Annotations) -> NDArray[np.bool_]:
    """(N,) rows with the outcome asked for."""
    predicted = request.what != GROUND_TRUTH
    run = request.what if predicted else request.run
    allowed = ("tp", "fp") if predicted else ("tp", "fn")
    if run is None or request.outcome not in allowed:
        raise RequestError(
            f"outcome {request.outcome!r} does not fit",
            fix=f"use {' or '.join(allowed)}" + ("" if predicted else ", and --run RUN"),
            code="E-EXPORT-OUTCOME",
        )
    view = run_view(state, run)
    matches = view.live.at(request.iou)
    cut = operating_confidence(view, request.confidence)
    shown = view.view.confidence >= cut
    mask = np.zeros(rows.rows, np.bool_)
    if predicted:
        of = matches.right if request.outcome == "tp" else matches.wrong
        mask[view.view.predictions.rows[of & shown]] = True
        return mask
    taker = matches.prediction
    found = (taker >= 0) & shown[np.maximum(taker, 0)] if shown.size else taker >= 0
    of = found if request.outcome == "tp" else ~found
    mask[view.view.truth.rows[of & view.view.counted]] = True
    return mask
