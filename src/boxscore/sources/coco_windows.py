"""COCO results that are too large for memory: read window by window, what all of it shows last.

A first reading takes the ids, a second one makes the rows. Whatever needs all records at once,
such as a doctor who doubts the ids, is told by `WholeNeeded`: such a file is read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxscore.errors import SourceError
from boxscore.schema.kinds import Mark
from boxscore.schema.tables import Annotations, Table
from boxscore.sources.coco_annotations import drop_without_image, note_unknown_images
from boxscore.sources.coco_boxes import Corners
from boxscore.sources.coco_decisions import Look, NamedClasses, as_they_stood
from boxscore.sources.coco_layout import file_of
from boxscore.sources.coco_outlines import has_outline
from boxscore.sources.coco_reconcile import (
    Names,
    as_they_stand,
    believed,
    images_to_look_at,
    looked_at,
    note_coco_ids,
)
from boxscore.sources.coco_records import Records, in_brackets
from boxscore.sources.coco_results import (
    REPEATED,
    REPEATED_WORDS,
    RESULTS,
    form_of,
    names_classes,
    predictions_of,
)
from boxscore.sources.coco_sample import Sample
from boxscore.sources.coco_scan import WholeNeeded, read_windows
from boxscore.sources.coco_survey import survey
from boxscore.sources.context import ProjectContext
from boxscore.sources.decisions import Decisions
from boxscore.sources.duplicates import repeated_rows
from boxscore.sources.id_lookup import NumberLookup
from boxscore.sources.json_text import open_json
from boxscore.sources.report import ENTRIES_KEPT, ImportReport
from boxscore.sources.sieve import Sieve

WINDOW = 32 << 20
"""Bytes of text whose records are in memory at once."""
BOX = ("x", "y", "width", "height")
Flags = NDArray[np.bool_]


class WindowedRun:
    """A COCO results file of any size.

    Iterate over it for its predictions, each window's by item; then `finish` judges the whole.
    Rows that are put together by item afterwards go through `marked_repeats`, and
    `report_repeats` tells of them.

    Attributes:
        total: Records in the file, usable or not.
        rows_of_item, rows_of_class: (items,), (classes,) records that name each, at most as many
            as become rows.
        kinds: `schema.kinds.Kind` of the rows that were handed out.
        boxed: Whether one of these has a box that was given, not taken from its points.
        mapping: How images and classes were matched.
        decisions: As `sources.decisions` tells them, once it is finished.

    Raises:
        SourceError: The file is no COCO results file.
        WholeNeeded: It has to be read as a whole.
    """

    def __init__(
        self, path: Path, context: ProjectContext, report: ImportReport, window: int = WINDOW
    ) -> None:
        report.path = path = file_of(path, "predictions")
        self._text, self._context, self._report = open_json(path), context, report
        self._window = window
        if self._text.top != "[" or names_classes(self._text) or context.mapping is not None:
            raise WholeNeeded
        self._survey = survey(self._records(ImportReport(path)))
        own = as_they_stand(self._survey.stand_in(RESULTS), context)
        self._item, self._class_id, self.mapping = own.item, own.class_id, own.mapping
        self._images = NumberLookup(self._survey.images.values)
        self._classes = NumberLookup(self._survey.classes.values)
        known = own.item[own.item >= 0]
        if np.unique(known).size < known.size:  # two ids of one image: messages need the own one
            raise WholeNeeded
        self.total = self._survey.total
        self.rows_of_item = self._survey.images.totals(own.item, context.items.rows)
        classes = len(context.ontology.classes)
        self.rows_of_class = self._survey.classes.totals(own.class_id, classes)
        self.kinds: set[int] = set()
        self.boxed = False
        self._read = self._usable = self._known = self._strange = 0
        self._corners = Corners()
        self._named: Flags = np.zeros(context.items.rows, np.bool_)
        self._looked_at = images_to_look_at(self.rows_of_item > 0, self.total, context)
        self._samples: list[tuple[Sample, Names]] = []
        self.decisions: Decisions | None = None
        self._repeats, self._repeat_count = np.empty((0, 2), np.int64), 0

    def _records(self, report: ImportReport) -> Iterator[Records]:
        return read_windows(self._text, RESULTS, report, self._window)

    def _names(self, records: Records) -> Names:
        image = self._images(records.column["image_id"])
        category = self._classes(records.column["category_id"])
        if image.min(initial=0) < 0 or category.min(initial=0) < 0:
            raise self._changed()
        return Names(
            item=self._item[image], class_id=self._class_id[category], mapping=self.mapping
        )

    def _changed(self) -> SourceError:
        problem = "the file changed while it was read"
        fix = "import it again when nothing writes to it"
        return SourceError(self._report.path, "", problem, fix=fix, code="E-FILE-CHANGED")

    def __iter__(self) -> Iterator[Annotations]:
        for records in self._records(self._report):
            names = self._names(records)
            self._look(records, names)
            sieve = Sieve(records, self._report)
            self._strange += drop_without_image(sieve, names.item)
            found = predictions_of(sieve, names.item, names.class_id, self._context, self._corners)
            del records, names, sieve
            self.kinds |= set(np.unique(found.table["kind"]).tolist())
            computed = found.table["marks"] & np.uint16(Mark.BOX_COMPUTED)
            self.boxed = self.boxed or bool(np.any(computed == 0))
            yield found

    def _look(self, records: Records, names: Names) -> None:
        """Count what is known, and keep the records that the doctor would look at."""
        known = (names.item >= 0) & (names.class_id >= 0)
        self._read += records.total
        self._usable += known.size
        self._known += int(known.sum())
        good = known & has_outline(records)
        self._named[names.item[good]] = True
        if self._looked_at is not None:
            self._samples += _sampled(records, names, good, self._looked_at)

    def finish(self) -> str:
        """Judge what all windows showed; returns the name of the format.

        Raises:
            SourceError: More than 5 % of the records are unusable, or the file changed meanwhile.
            WholeNeeded: The ids, or the boxes, may mean something else.
        """
        if self._read != self.total:
            raise self._changed()
        look = self._weighed() if believed(self._known, self._usable) else None
        if not believed(self._known, self._usable) or (look is not None and look.doubtful):
            raise WholeNeeded
        classes = self._survey.classes
        named = NamedClasses(classes.written(), classes.counts, self._class_id)
        self.decisions = as_they_stood(self.mapping, named, look, self._context)
        note_coco_ids(self.mapping, self._report)
        if self._strange:
            note_unknown_images(self._report, int((self._item < 0).sum()))
        self._corners.hint(self._report, RESULTS.place)
        self._report.check_refusal(self.total)
        return form_of(self._context.ontology, self._report)

    def _weighed(self) -> Look | None:
        """What the labels of some images say; None without labels."""
        chosen = images_to_look_at(self._named, self.total, self._context)
        if chosen is None:
            return None
        if self._looked_at is None or not np.array_equal(
            chosen, self._looked_at
        ):  # some images had no good record
            self._samples = []
            for records in self._records(ImportReport(self._report.path)):
                names = self._names(records)
                good = (names.item >= 0) & (names.class_id >= 0) & has_outline(records)
                self._samples += _sampled(records, names, good, chosen)
        few = Names(
            item=np.concatenate([names.item for _, names in self._samples]),
            class_id=np.concatenate([names.class_id for _, names in self._samples]),
            mapping=self.mapping,
        )
        sample = Sample.joined([sample for sample, _ in self._samples])
        return looked_at(sample, few, chosen, self._context, self._report)

    def marked_repeats(self, table: Table) -> Table:
        """All rows of some items; those that equal an earlier one are marked, and remembered."""
        columns = [table[name] for name in ("item", "class_id", *BOX, "confidence")]
        everything = np.ones(table.rows, np.bool_)
        again = repeated_rows(columns, everything, table["source_row"])
        if not again.any():
            return table
        found = np.stack([table["source_row"][again], table["item"][again]], axis=1)
        self._repeat_count += len(found)
        both = np.concatenate([self._repeats, found])
        self._repeats = both[np.argsort(both[:, 0], kind="stable")][:ENTRIES_KEPT]
        marks = table["marks"].copy()
        marks[again] |= np.uint16(Mark.DUPLICATE)
        return table.replace(marks=marks)

    def report_repeats(self) -> None:
        """Report the equal rows that `marked_repeats` met, in order of the file.

        Raises:
            SourceError: In strict mode, if there is one.
        """
        written = dict(zip(self._item.tolist(), self._survey.images.written(), strict=True))
        rows, items = self._repeats.T.tolist()
        image: dict[int, int] = dict(zip(rows, items, strict=True))
        words = dict(RESULTS.names)["image_id"]

        def describe(row: int) -> tuple[str, str]:
            who = in_brackets([(words, written[image[row]])])
            return f"{RESULTS.place}/{row}", REPEATED_WORDS + who

        beyond = repeat(-1, self._repeat_count - len(self._repeats))
        self._report.repair_rows(REPEATED, chain(image, beyond), describe)


def _sampled(
    records: Records, names: Names, good: Flags, chosen: Flags
) -> list[tuple[Sample, Names]]:
    """The good records of the chosen images, if the window has any."""
    rows = np.flatnonzero(good)
    rows = rows[chosen[names.item[rows]]]
    if not rows.size:
        return []
    few = Names(item=names.item[rows], class_id=names.class_id[rows], mapping=names.mapping)
    return [(Sample.of(records, rows), few)]
