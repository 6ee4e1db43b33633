"""What can be asked of an open project without changing it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boxscore.engine.progress import Progress, silent
from boxscore.project.gate.calls import GateCalls
from boxscore.project.imports.calls import ImportCalls
from boxscore.project.metrics.questions import QualityQuestions
from boxscore.project.questions import RunQuestions
from boxscore.project.slices.questions import SliceQuestions
from boxscore.schema.kinds import DETECTION

if TYPE_CHECKING:
    from boxscore.evaluation.queries import AnswerQuery, ErrorQuery, ImageQuery
    from boxscore.project.slices.facets import FacetQuery
    from boxscore.project.slices.slicing import Where
    from boxscore.project.slices.tagging import Selection
    from boxscore.schema.ontology import Ontology
    from boxscore.schema.tables import Annotations, Table

Document = dict[str, Any]


class ProjectReader(RunQuestions, QualityQuestions, SliceQuestions, ImportCalls, GateCalls):
    """The reading half of `Project`: items, truth, runs, their numbers, objects, pictures.

    Attributes:
        path: The project's folder.
    """

    def _repr_html_(self) -> str:
        from boxscore.project.showing import project_html

        return project_html(self)

    # --- what it holds -----------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The project's name."""
        return self._state().name

    @property
    def items(self) -> Table:
        """One row per image or frame."""
        return self._state().truth().items

    @property
    def ontology(self) -> Ontology:
        """The classes."""
        return self._state().truth().ontology

    @property
    def ground_truth(self) -> Annotations:
        """Annotations taken as true."""
        return self._state().truth().ground_truth

    def run_names(self) -> list[str]:
        """Names of the runs, in order of import."""
        return list(self._state().records)

    def data_mapping(self, limit: int | None = None) -> dict[str, str]:
        """data_hash -> title of every image or video."""
        items = self.items
        pairs = zip(items["data_hash"].tolist(), items["title"].tolist(), strict=True)
        whole = dict(pairs)
        return whole if limit is None else dict(list(whole.items())[:limit])

    def overview(self) -> Document:
        """The project on one page: counts, classes, splits, runs."""
        from boxscore.project.numbers import overview_document

        return overview_document(self._state())

    def storage(self) -> Document:
        """What the folder holds: "rows" of what, where, files and bytes; "bytes" of all."""
        from boxscore.project.storage import storage_document

        return storage_document(self._state())

    def run_cards(self) -> list[Document]:
        """One card per run: what it is, its scores, its default confidence."""
        from boxscore.project.numbers import run_card

        state = self._state()
        return [run_card(state, name, k) for k, name in enumerate(state.records)]

    def doctor(
        self,
        path: str | Path,
        *,
        format: str = "auto",  # noqa: A002 - the interface's own word
        write: str | Path | None = None,
        mapping: str | Path | None = None,
    ) -> Document:
        """How a prediction set would be read: images, classes, boxes, each with its evidence.

        Args:
            path: A file or folder of predictions; it is not imported.
            format: One of `boxscore.sources.run_formats()`, or "auto".
            write: A mapping file to write, for `import_predictions(mapping=...)`.
            mapping: A mapping file whose decisions hold; the rest is weighed.

        Raises:
            SourceError: The file is not what it claims to be, or the mapping is wrong.
            RequestError: Its format leaves nothing to decide, or `write` exists.
        """
        from boxscore.project.imports.doctoring import doctor

        target = None if write is None else Path(write)
        given = None if mapping is None else Path(mapping)
        return doctor(self._state(), Path(path), format, target, given)

    def export(
        self,
        what: str,
        *,
        format: str,  # noqa: A002 - the interface's own word
        output: str | Path,
        where: Where = None,
        outcome: str | None = None,
        run: str | None = None,
        iou: float = 0.5,
        confidence: float | None = None,
        selection: Selection | None = None,
        progress: Progress = silent,
    ) -> Document:
        """Write ground truth or a run into a new folder.

        Args:
            what: "ground-truth", or the name of a run.
            format: One of `boxscore.sinks.SINKS`.
            where: Which images; see `evaluate`.
            outcome: Only objects of this outcome: "tp", "fp" of a run; "tp", "fn" of ground truth.
            run: Whose outcomes, when ground truth is written.
            selection: Only these objects, and images with all of their objects.
        """
        from boxscore.project.exports.exporting import ExportRequest, export
        from boxscore.project.slices.tagging import selected_rows

        state = self._state()
        request = ExportRequest(
            what=what,
            format=format,
            output=Path(output),
            where=where,
            outcome=outcome,
            run=run,
            iou=iou,
            confidence=confidence,
            selection=None if selection is None else selected_rows(state, selection),
            progress=progress,
        )
        return export(state, request)

    def export_zip(
        self,
        what: str,
        *,
        format: str,  # noqa: A002 - the interface's own word
        output: str | Path,
        selection: Selection,
    ) -> Path:
        """Write a selection as one zip file into a folder; see `export`.

        Raises:
            RequestError: It has more bytes than a download may.
        """
        from boxscore.project.exports.exporting import ExportRequest
        from boxscore.project.exports.zipping import export_zip
        from boxscore.project.slices.tagging import selected_rows

        state = self._state()
        rows = selected_rows(state, selection)
        request = ExportRequest(what=what, format=format, output=Path(output), selection=rows)
        return export_zip(state, request)

    def to_supervision(self, what: str = "ground-truth") -> Any:
        """Ground truth or a run as a `supervision.DetectionDataset`.

        Raises:
            RequestError: supervision is not installed, or images are frames of videos.
        """
        from boxscore.project.exports.supervision import to_supervision

        return to_supervision(self._state(), what)

    def to_fiftyone(self, *, runs: Sequence[str] = (), name: str | None = None) -> Any:
        """Ground truth and some runs as a new `fiftyone.Dataset`, a field each.

        Raises:
            RequestError: FiftyOne is not installed, or images are frames of videos.
        """
        from boxscore.project.exports.fiftyone import to_fiftyone

        return to_fiftyone(self._state(), runs, name)

    # --- objects and images ------------------------------------------------------------------

    def errors(
        self, run: str, query: ErrorQuery, *, task: str | None = None, where: Where = None
    ) -> Document:
        """One page of objects with the counts beside every filter."""
        from boxscore.project.browsing import error_document

        return error_document(self._state(), run, query, task, where)

    def answers(
        self, run: str, query: AnswerQuery | None = None, *, where: Where = None
    ) -> Document:
        """One page of labelled images of a run of answers, with the right and the given ones.

        Returns:
            "answers", one for each image and question, "total", and under "facets" how many each
            choice of the filter would leave under its other conditions.

        Raises:
            RequestError: The run gives no answers.
        """
        from boxscore.evaluation.queries import AnswerQuery
        from boxscore.project.answering import answers_document

        return answers_document(self._state(), run, query or AnswerQuery(), where)

    def facets(self, asked: FacetQuery | None = None) -> Document:
        """The counts beside every choice of the filter, each under all other conditions.

        Args:
            asked: The conditions, and which histograms are wanted; None: all images.

        Returns:
            "images" by split, sequence, licence, class, tag and saved slice; "objects" of a run
            by outcome, reason, class, label and tag; under "ranges" the histograms of each.
        """
        from boxscore.project.slices.facets import FacetQuery, facets

        return facets(self._state(), FacetQuery() if asked is None else asked)

    def image_list(
        self, run: str, query: ImageQuery, *, task: str | None = None, where: Where = None
    ) -> Document:
        """One page of images with their own counts."""
        from boxscore.project.browsing import image_document

        return image_document(self._state(), run, query, task, where)

    def item_view(
        self,
        data_hash: str,
        frame: int,
        *,
        run: str | None = None,
        iou: float = 0.5,
        confidence: float | None = None,
        task: str | None = None,
        where: Where = None,
    ) -> Document:
        """One image with everything on it, judged as lists of errors under a slice judge it."""
        from boxscore.project.browsing import item_view_document

        return item_view_document(
            self._state(), data_hash, frame, run, iou, confidence, task, where
        )

    def item_size(self, data_hash: str, frame: int) -> tuple[int, int]:
        """Width and height in pixels, as the annotations use them."""
        state = self._state()
        items, row = state.truth().items, state.item_row(data_hash, frame)
        return int(items["width"][row]), int(items["height"][row])

    def image_path(self, data_hash: str, frame: int) -> Path | None:
        """Where an item's picture or video lies; None when the project has no pixels of it.

        Raises:
            RequestError: The file is gone, or not what was imported.
        """
        from boxscore.project.pictures.originals import original

        state = self._state()
        file = state.truth().items["file"][state.item_row(data_hash, frame)]
        return original(self.path, file) if file else None

    # --- numbers -----------------------------------------------------------------------------

    def evaluate(
        self,
        run: str,
        *,
        task: str | None = None,
        protocol: str | None = None,
        iou: float = 0.5,
        confidence: float | None = None,
        max_detections: int | None = None,
        class_agnostic: bool = False,
        only_predicted: bool = False,
        where: Where = None,
    ) -> Document:
        """The scores of one run: a protocol's numbers, counts at one operating point, per class.

        Args:
            task: A `schema.kinds.Task`; default: the project's usual one, else what the run was
                imported as.
            protocol: One of `evaluation.protocols.PROTOCOLS`; default: the project's usual one,
                else COCO, or the task's own.
            iou: Least IoU of a match, for the counts only.
            confidence: Least confidence, for the counts only; default: the best pooled F1.
            max_detections: Most predictions per image and class; default: the protocol's.
            class_agnostic: Every class counts as one.
            only_predicted: Only images that have predictions count.
            where: Which images count: `split=val`, `class=person`, `title=*.png`, `sequence=7`,
                several joined by commas must all hold; or a list of titles or ids.
        """
        from boxscore.matching.policy import Options
        from boxscore.project.numbers import Question, evaluation_document
        from boxscore.project.showing import Evaluation
        from boxscore.project.usual import asked_protocol, asked_task

        state = self._state()
        chosen = asked_task(state, run, task)
        question = Question(
            task=chosen,
            protocol=asked_protocol(state, chosen, protocol),
            iou=iou,
            confidence=confidence,
            options=Options(
                max_detections=max_detections,
                class_agnostic=class_agnostic,
                only_predicted=only_predicted,
            ),
            where=where,
        )
        return Evaluation(evaluation_document(state, run, question))

    def summary(
        self,
        run: str,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        classes: tuple[int, ...] | None = None,
        task: str | None = None,
        protocol: str | None = None,
        where: Where = None,
    ) -> Document:
        """`evaluate` for chosen classes, with the time that the recount took."""
        from boxscore.project.numbers import Question, evaluation_document
        from boxscore.project.usual import asked_protocol, asked_task

        state = self._state()
        chosen = asked_task(state, run, task)
        protocol = asked_protocol(state, chosen, protocol)
        if chosen in DETECTION and protocol in (None, "coco"):
            state.view(run, chosen)
        start = time.perf_counter()
        question = Question(
            task=chosen,
            protocol=protocol,
            iou=iou,
            confidence=confidence,
            classes=classes,
            where=where,
        )
        document = evaluation_document(state, run, question)
        return document | {"recount_ms": (time.perf_counter() - start) * 1000}
