"""Importing COCO results that are too large for memory: windows of the file, then items in turn.

Rows wait on disk by ranges of items; range after range they are sorted, matched and stored, and
only the outcomes go on, by class, to the curves. What is stored, and every number, is the same as
of a run that was read as a whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxscore.evaluation.in_shards import MOST_ROWS, ShardedNumbers, ShardedResult, edges
from boxscore.matching.coco import candidate_pairs, match
from boxscore.matching.comparable import Comparable
from boxscore.matching.compare import SHARDED, with_predictions
from boxscore.matching.policy import coco
from boxscore.matching.restrict import chosen
from boxscore.project.evaluating import Truth, compare, task_of
from boxscore.project.imports.importing import (
    Outline,
    RunRequest,
    Source,
    context_of,
    digest,
    import_document,
    make_room,
    note_left_out,
    note_unseen,
    publish,
    tables_of,
)
from boxscore.project.stored_numbers import document_name, to_text
from boxscore.schema.kinds import Task
from boxscore.schema.tables import MASKS, POINTS, PREDICTIONS, TRAITS, Annotations, Table
from boxscore.sources import COCO, chosen_format
from boxscore.sources.coco_scan import WholeNeeded
from boxscore.sources.coco_windows import WINDOW, WindowedRun
from boxscore.sources.joining import joined, slice_of
from boxscore.sources.report import ImportReport
from boxscore.store.spill import Spill
from boxscore.store.write import Writer

LARGE = 160 << 20
"""Bytes of a file of which memory should not hold everything: about two million boxes."""
SCHEMAS = (PREDICTIONS, MASKS, POINTS, TRAITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is held at once.

    Attributes:
        large: Bytes of the least file that is read so.
        window: Bytes of text.
        rows, text: Rows of a range of items, and bytes of the file that they stand for.
        outcomes: Outcomes of a range of classes.
    """

    large: int = LARGE
    window: int = WINDOW
    rows: int = 1 << 19
    text: int = 64 << 20
    outcomes: int = MOST_ROWS


def import_large(
    root: Path, truth: Truth, request: RunRequest, sizes: Sizes | None = None
) -> dict[str, Any] | None:
    """Read, evaluate and publish a large file of COCO results.

    The project is held for writing all the while: what waits on disk waits in its folder. A dry
    run writes into a temporary folder.

    Returns:
        The import document, without its evaluation. None where the file is small or of another
        kind, or has to be read as a whole: a doctor must look at it, or the run is of keypoints
        or of mere classes.
    """
    sizes = Sizes() if sizes is None else sizes
    if request.mapping is not None or not request.path.is_file():
        return None
    if request.path.stat().st_size < sizes.large:
        return None
    report = ImportReport(request.path, strict=request.strict)
    if chosen_format(request.path, request.format, "predictions", report) not in COCO:
        return None
    try:
        with request.progress("reading predictions"):
            run = WindowedRun(request.path, context_of(truth), report, sizes.window)
        with _place(root, request) as (writer, folder):
            return _Import(root, truth, request, sizes, report, run, writer, folder).document()
    except WholeNeeded:
        return None


@contextmanager
def _place(root: Path, request: RunRequest) -> Iterator[tuple[Writer | None, Path]]:
    """The writer of a run, None in a dry run, and a folder for what waits."""
    if request.dry_run:
        with tempfile.TemporaryDirectory(prefix="boxscore-run-") as folder:
            yield None, Path(folder)
        return
    with Writer(root, purpose=f"import predictions {request.run_name}") as writer:
        make_room(root, writer, request)
        yield writer, writer.staging


@dataclass(slots=True)
class _Import:
    """One import, step by step."""

    root: Path
    truth: Truth
    request: RunRequest
    sizes: Sizes
    report: ImportReport
    run: WindowedRun
    writer: Writer | None
    folder: Path
    rows: int = 0
    compared: int = 0
    left_out: int = 0
    seen: list[NDArray[np.int32]] = field(default_factory=lambda: [np.empty(0, np.int32)])
    classes: set[int] = field(default_factory=set)

    def document(self) -> dict[str, Any]:
        each = self.request.path.stat().st_size / max(self.run.total, 1)
        cuts = edges(self.run.rows_of_item, min(self.sizes.rows, int(self.sizes.text / each)))
        waiting = Spill(self.folder / "rows")
        with self.request.progress("reading predictions"):
            self._sort_into(waiting, np.array(cuts))
            form = self.run.finish()
        task = task_of(self.truth, self.run.kinds, boxed=self.run.boxed)
        if task not in SHARDED:
            raise WholeNeeded
        with self.request.progress("matching and storing"):
            result = self._evaluated(waiting, cuts, task)
        self.run.report_repeats()
        note_unseen(self.report, self.truth, np.concatenate(self.seen))
        note_left_out(self.report, task, self.left_out)
        outline = Outline(
            format=form,
            mapping=self.run.mapping,
            rows=self.rows,
            images=sum(items.size for items in self.seen),
            classes=len(self.classes),
        )
        document = import_document(self.request, self.report, outline, task)
        if self.writer is None:
            return document | {"report": None}
        name = document_name(self.writer.next_run, task)
        self.writer.set_document(name, to_text(result.numbers, result.counts))
        source = Source(self.report, self.run.decisions, digest(self.request.path))
        place = publish(self.root, self.writer, self.request, document, source)
        return document | {"report": str(place)}

    def _sort_into(self, waiting: Spill, cuts: NDArray[np.int64]) -> None:
        """Lay each window's rows on the heaps of their ranges of items."""
        for found in self.run:
            places = np.searchsorted(found.table["item"], cuts).tolist()
            for heap, (begin, end) in enumerate(pairwise(places)):
                if begin < end:
                    waiting.put(heap, *tables_of(slice_of(found, begin, end)))

    def _evaluated(self, waiting: Spill, cuts: Any, task: Task) -> ShardedResult:
        """Match and store range after range of items."""
        whole = compare(self.truth, Annotations.empty(PREDICTIONS), task)
        policy = coco(task=task)
        numbers = ShardedNumbers(
            whole,
            policy,
            self.run.rows_of_class,
            Spill(self.folder / "outcomes"),
            self.sizes.outcomes,
        )
        edges_in_truth = np.searchsorted(whole.truth.item, cuts).tolist()
        for heap, (begin, end) in enumerate(pairwise(edges_in_truth)):
            found = self._rows(waiting, heap)
            part = chosen(whole, truth=np.arange(begin, end))
            view = with_predictions(part, self.truth.items, self.truth.ontology, found)
            matching = match(view, policy)
            numbers.add(matching)
            self._store(found, candidate_pairs(view), matching.outcomes(), begin)
            self._count(found, view)
        return numbers.finish()

    def _rows(self, waiting: Spill, heap: int) -> Annotations:
        pieces = [
            Annotations(table=table, masks=masks, points=points, traits=traits)
            for table, masks, points, traits in waiting.take(heap, *SCHEMAS)
        ]
        found = joined(pieces, PREDICTIONS)
        return Annotations(
            table=self.run.marked_repeats(found.table),
            masks=found.masks,
            points=found.points,
            traits=found.traits,
        )

    def _store(self, found: Annotations, pairs: Table, outcomes: Table, truth: int) -> None:
        """Store a range of items; what counts rows counts those of the ranges before too."""
        if self.writer is None:
            return
        owner = f"run:{self.writer.next_run}"
        self.writer.add_table(owner, found.table)
        for table in (found.masks, found.points, found.traits):
            self.writer.add_table(owner, table.replace(row=table["row"] + self.rows))
        self.writer.add_table(
            owner,
            pairs.replace(
                prediction=pairs["prediction"] + np.int32(self.compared),
                ground_truth=pairs["ground_truth"] + np.int32(truth),
            ),
        )
        self.writer.add_table(owner, outcomes)

    def _count(self, found: Annotations, view: Comparable) -> None:
        self.rows += found.rows
        self.compared += view.confidence.size
        self.left_out += view.left_out
        self.seen.append(np.unique(found.table["item"]))
        self.classes |= set(np.unique(found.table["class_id"]).tolist())
