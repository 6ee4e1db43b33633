"""Project: a folder with a store, and every question one can ask of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from boxscore.engine.progress import Progress, silent
from boxscore.errors import ProjectNotFoundError, RequestError
from boxscore.project.loading import Loaded, load
from boxscore.schema.kinds import Task

if TYPE_CHECKING:
    from boxscore.evaluation.queries import ErrorQuery, ImageQuery
    from boxscore.schema.ontology import Ontology
    from boxscore.schema.tables import Annotations, Table

Document = dict[str, Any]


class Project:
    """A folder with a store: items, ontology, ground truth and runs.

    Open one with `Project.open`, make one with `Project.import_project`, `Project.init` or
    `Project.demo`. Every call sees the newest published state, also of other processes.

    Attributes:
        path: The project's folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._loaded: Loaded | None = None

    # --- making and opening ------------------------------------------------------------------

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a project folder.

        Raises:
            ProjectNotFoundError: The folder is no project.
            StoreError: It is one, but cannot be read.
        """
        from boxscore.store.layout import is_project

        folder = Path(path).absolute()
        if not is_project(folder):
            raise ProjectNotFoundError(
                f"{folder}: not a boxscore project",
                fix="make one with `boxscore import project` or `boxscore quickstart`",
                code="E-PROJECT-NONE",
            )
        project = cls(folder)
        project._state()
        return project

    @classmethod
    def import_project(
        cls,
        source: str | Path,
        *,
        format: str = "auto",  # noqa: A002 - the interface's own word
        images: str | Path | None = None,
        target: str | Path = ".",
        name: str | None = None,
        symlinks: bool = False,
        strict: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> Document:
        """Make a project from ground truth, inside `target`; see `open` afterwards.

        Args:
            source: A file or folder of annotations.
            format: One of `boxscore.sources.project_formats()`, or "auto".
            images: Folder of the image files, where they do not lie beside the source.

        Raises:
            SourceError: The source is not what it claims to be.
        """
        from boxscore.project.creating import ProjectRequest, import_project

        return import_project(
            ProjectRequest(
                source=Path(source),
                format=format,
                images=None if images is None else Path(images),
                target=Path(target),
                name=name,
                symlinks=symlinks,
                strict=strict,
                dry_run=dry_run,
                progress=progress,
            )
        )

    @classmethod
    def init(
        cls,
        root: str | Path,
        *,
        target: str | Path = ".",
        name: str | None = None,
        data_globs: Sequence[str] = (),
        label_globs: Sequence[str] = (),
        transformer: str | Path | None = None,
        transformer_name: str | None = None,
        symlinks: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> Document:
        """Make a project from a folder of images inside `target`; see `open` afterwards.

        Args:
            data_globs: Which files below `root` are images; default: jpg, jpeg, png, tiff.
            label_globs: Which files the transformer gets.
            transformer: A Python file with a LabelTransformer; it is run.
        """
        from boxscore.project.creating import FolderRequest, init

        return init(
            FolderRequest(
                root=Path(root),
                target=Path(target),
                name=name,
                data_globs=data_globs,
                label_globs=label_globs,
                transformer=None if transformer is None else Path(transformer),
                transformer_name=transformer_name,
                symlinks=symlinks,
                dry_run=dry_run,
                progress=progress,
            )
        )

    @classmethod
    def demo(cls, target: str | Path = ".") -> tuple[Self, bool]:
        """The bundled demo project inside `target`, and whether it had to be made."""
        from boxscore.project.demo import make_demo

        folder, made = make_demo(Path(target))
        return cls.open(folder), made

    @staticmethod
    def verify(path: str | Path) -> Document:
        """Check every byte of a project; `problems` is empty when it is sound."""
        from boxscore.store.verify import verify

        report = verify(Path(path))
        return {
            "parts": report.parts,
            "files": report.files,
            "problems": [str(problem) for problem in report.problems],
        }

    # --- what it holds -----------------------------------------------------------------------

    def _state(self) -> Loaded:
        self._loaded = load(self.path, self._loaded)
        return self._loaded

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

    def predictions(self, run: str) -> Annotations:
        """A run's predictions."""
        return self._state().predictions(run)

    def run_names(self) -> list[str]:
        """Names of the runs, in order of import."""
        return list(self._state().records)

    def data_mapping(self, limit: int | None = None) -> dict[str, str]:
        """data_hash -> title of every image or video."""
        items = self.items
        pairs = zip(items["data_hash"].tolist(), items["title"].tolist(), strict=True)
        whole = dict(pairs)
        return whole if limit is None else dict(list(whole.items())[:limit])

    # --- runs --------------------------------------------------------------------------------

    def import_predictions(
        self,
        path: str | Path,
        *,
        format: str = "auto",  # noqa: A002 - the interface's own word
        name: str | None = None,
        strict: bool = False,
        dry_run: bool = False,
        replace: bool = False,
        mapping: str | Path | None = None,
        progress: Progress = silent,
    ) -> Document:
        """Import one prediction set as a run and evaluate it; all or nothing.

        Args:
            path: A file or folder of predictions.
            format: One of `boxscore.sources.run_formats()`, or "auto".
            mapping: A mapping.yaml that settles ids and conventions.

        Raises:
            SourceError: The file is not what it claims to be.
            RequestError: The run's name is taken.
            BusyError: Another process holds the project.
        """
        from boxscore.project.importing import RunRequest, import_run

        request = RunRequest(
            path=Path(path),
            format=format,
            name=name,
            strict=strict,
            dry_run=dry_run,
            replace=replace,
            mapping=None if mapping is None else Path(mapping),
            progress=progress,
        )
        document = import_run(self.path, self._state().truth(), request)
        evaluation = None if dry_run else self.evaluate(request.run_name)
        return document | {"evaluation": evaluation}

    def rename_run(self, old: str, new: str) -> None:
        """Give a run another name."""
        from boxscore.project.importing import RunRequest
        from boxscore.store.write import Writer

        state = self._state()
        record = state.record(old)
        RunRequest(path=Path(), name=new).run_name  # noqa: B018 - refuses a bad name
        if new in state.records:
            raise RequestError(
                f"run {new!r} exists already", fix="choose another name", code="E-RUN-EXISTS"
            )
        with Writer(self.path, purpose=f"rename run {old}") as writer:
            writer.rename_run(record.run_id, new)
            writer.commit()

    def delete_run(self, run: str) -> None:
        """Delete a run: its predictions, matches and scores."""
        from boxscore.store.write import Writer

        record = self._state().record(run)
        with Writer(self.path, purpose=f"delete run {run}") as writer:
            writer.delete_run(record.run_id)
            writer.commit()

    # --- numbers -----------------------------------------------------------------------------

    def evaluate(
        self,
        run: str,
        *,
        task: str | None = None,
        iou: float = 0.5,
        confidence: float | None = None,
        max_detections: int = 100,
    ) -> Document:
        """The scores of one run: COCO's numbers, counts at one operating point, per class.

        Args:
            task: "bbox", "segm" or "classification"; default: what the run was imported as.
            iou: Least IoU of a match, for the counts only.
            confidence: Least confidence, for the counts only; default: the best pooled F1.
            max_detections: Most predictions per image and class.
        """
        from boxscore.project.numbers import evaluation_document

        state = self._state()
        chosen = Task(task or state.record(run).task)
        return evaluation_document(state, run, chosen, iou, confidence, None, max_detections)

    def summary(
        self,
        run: str,
        *,
        iou: float = 0.5,
        confidence: float | None = None,
        classes: tuple[int, ...] | None = None,
    ) -> Document:
        """`evaluate` for chosen classes, with the time that the recount took."""
        from boxscore.project.numbers import evaluation_document

        state = self._state()
        task = Task(state.record(run).task)
        if task is not Task.CLASSIFICATION:
            state.view(run, task)
        start = time.perf_counter()
        document = evaluation_document(state, run, task, iou, confidence, classes, 100)
        return document | {"recount_ms": (time.perf_counter() - start) * 1000}

    def curves(
        self, run: str, *, iou: float = 0.5, classes: tuple[int, ...] | None = None
    ) -> Document:
        """Precision-recall and confidence curves, pooled over the chosen classes."""
        from boxscore.project.numbers import curves_document

        return curves_document(self._state(), run, iou, classes)

    def explain_map(
        self, run: str, *, tools: Sequence[str] = (), metric: str | None = None
    ) -> Document:
        """Why other tools print another mAP: each tool's value and, rule by rule, the way there.

        Args:
            tools: "ultralytics", "torchmetrics", "voc07", ...; none: all.
            metric: "mAP50_95" or "mAP50"; default: each tool's headline.
        """
        from boxscore.project.explaining import explain_map

        return explain_map(self._state(), run, tools, metric)

    def overview(self) -> Document:
        """The project on one page: counts, classes, splits, runs."""
        from boxscore.project.numbers import overview_document

        return overview_document(self._state())

    def run_cards(self) -> list[Document]:
        """One card per run: what it is, its scores, its default confidence."""
        from boxscore.project.numbers import run_card

        state = self._state()
        return [run_card(state, name, k) for k, name in enumerate(state.records)]

    # --- objects and images ------------------------------------------------------------------

    def errors(self, run: str, query: ErrorQuery) -> Document:
        """One page of objects with the counts beside every filter."""
        from boxscore.project.browsing import error_document

        return error_document(self._state(), run, query)

    def image_list(self, run: str, query: ImageQuery) -> Document:
        """One page of images with their own counts."""
        from boxscore.project.browsing import image_document

        return image_document(self._state(), run, query)

    def item_view(
        self,
        data_hash: str,
        frame: int,
        *,
        run: str | None = None,
        iou: float = 0.5,
        confidence: float | None = None,
    ) -> Document:
        """One image with everything on it."""
        from boxscore.project.browsing import item_view_document

        return item_view_document(self._state(), data_hash, frame, run, iou, confidence)

    def item_size(self, data_hash: str, frame: int) -> tuple[int, int]:
        """Width and height in pixels, as the annotations use them."""
        from boxscore.project.browsing import find_item

        items = self.items
        row = find_item(items, data_hash, frame)
        return int(items["width"][row]), int(items["height"][row])

    def image_path(self, data_hash: str, frame: int) -> Path | None:
        """Where an item's picture lies; None when the project has no pixels of it."""
        from boxscore.project.browsing import find_item

        items = self.items
        file = items["file"][find_item(items, data_hash, frame)]
        return self.path / file if file else None
