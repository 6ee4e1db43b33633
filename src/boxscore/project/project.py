"""Project: a folder with a store, and every question one can ask of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from boxscore.engine.progress import Progress, silent
from boxscore.errors import ProjectNotFoundError, RequestError
from boxscore.project.embeddings.calls import EmbeddingCalls
from boxscore.project.labels.review import LabelReview

if TYPE_CHECKING:
    from boxscore.project.imports.adding import Predictions
    from boxscore.project.imports.sigmas import Sigmas

Document = dict[str, Any]


class Project(LabelReview, EmbeddingCalls):
    """A folder with a store: items, ontology, ground truth and runs.

    Open one with `Project.open`, make one with `Project.import_project`, `Project.init` or
    `Project.demo`. Every call sees the newest published state, also of other processes.

    Attributes:
        path: The project's folder.
    """

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
        mapping: str | Path | None = None,
        sigmas: Sigmas | None = None,
        progress: Progress = silent,
    ) -> Document:
        """Make a project from ground truth, inside `target`; see `open` afterwards.

        Args:
            source: A file or folder of annotations.
            format: One of `boxscore.sources.project_formats()`, or "auto".
            images: Folder of the image files, where they do not lie beside the source.
            mapping: A mapping file: how boxes are written, what classes become (see the doctor).
            sigmas: Deviations of keypoints for OKS: of all classes, or of each by its name; in
                place of those that the source gives.

        Raises:
            SourceError: The source is not what it claims to be.
            RequestError: The sigmas are not those of its keypoints.
        """
        from boxscore.project.imports.creating import ProjectRequest, import_project

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
                mapping=None if mapping is None else Path(mapping),
                sigmas=sigmas,
                progress=progress,
            )
        )

    @classmethod
    def from_supervision(
        cls, dataset: Any, *, target: str | Path = ".", name: str = "supervision"
    ) -> Document:
        """Make a project from a `supervision.DetectionDataset`; predictions: `predictions`.

        Raises:
            RequestError: It is none, or has no image.
        """
        from boxscore.project.exports.supervision import from_supervision

        return from_supervision(dataset, target=Path(target), name=name)

    @classmethod
    def from_fiftyone(
        cls,
        dataset: Any,
        *,
        field: str = "ground_truth",
        target: str | Path = ".",
        name: str = "fiftyone",
    ) -> Document:
        """Make a project from the labels in one field of a `fiftyone.Dataset` or view.

        Raises:
            RequestError: No sample has labels there.
        """
        from boxscore.project.exports.fiftyone import from_fiftyone

        return from_fiftyone(dataset, field=field, target=Path(target), name=name)

    @classmethod
    def init(
        cls,
        root: str | Path,
        *,
        target: str | Path = ".",
        name: str | None = None,
        data_globs: Sequence[str] = (),
        label_globs: Sequence[str] = (),
        group_globs: Sequence[str] = (),
        transformer: str | Path | None = None,
        transformer_name: str | Sequence[str] = (),
        symlinks: bool = False,
        dry_run: bool = False,
        progress: Progress = silent,
    ) -> Document:
        """Make a project from a folder of images and videos inside `target`.

        Args:
            data_globs: Which files below `root` are images or videos; default: jpg, jpeg, png,
                tiff, mp4, mov, avi, webm.
            label_globs: Which files the transformer gets.
            group_globs: Which folders below `root` are image groups: sequences of images.
            transformer: A Python file with a LabelTransformer; it is run.
            transformer_name: Which of its classes, where it has several; or several of them.
        """
        from boxscore.project.imports.creating import FolderRequest, init

        return init(
            FolderRequest(
                root=Path(root),
                target=Path(target),
                name=name,
                data_globs=data_globs,
                label_globs=label_globs,
                group_globs=group_globs,
                transformer=None if transformer is None else Path(transformer),
                transformer_names=(
                    (transformer_name,) if isinstance(transformer_name, str) else transformer_name
                ),
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

    # --- notebooks ---------------------------------------------------------------------------

    def show(
        self,
        page: str = "overview",
        *,
        run: str | None = None,
        height: int = 720,
        static: bool | None = None,
    ) -> Any:
        """The app in a notebook's output, at one of its pages; `close()` of the result ends it.

        The server runs in this process, on loopback, behind a token, until it ends.

        Args:
            page: "overview", "errors", "compare", ... as in the app's addresses.
            run: Which run is looked at; default: the first.
            height: Of the frame, in pixels.
            static: The report of `boxscore report` instead, which needs no server; default: where
                the browser cannot reach this machine.

        Raises:
            RequestError: There is no such page or run.
        """
        from boxscore.project.showing import viewer

        return viewer()(self, page, run=run, height=height, static=static)

    # --- runs --------------------------------------------------------------------------------

    def import_predictions(
        self,
        path: str | Path,
        *,
        format: str = "auto",  # noqa: A002 - the interface's own word
        name: str | None = None,
        mapping: str | Path | None = None,
        strict: bool = False,
        dry_run: bool = False,
        replace: bool = False,
        progress: Progress = silent,
    ) -> Document:
        """Import one prediction set as a run and evaluate it; all or nothing.

        Args:
            path: A file or folder of predictions.
            format: One of `boxscore.sources.run_formats()`, or "auto".
            mapping: A mapping file, as `doctor` writes it: how images, classes and boxes are read.

        Raises:
            SourceError: The file is not what it claims to be.
            RequestError: The run's name is taken.
            BusyError: Another process holds the project.
        """
        from boxscore.project.imports.importing import RunRequest, import_run

        request = RunRequest(
            path=Path(path),
            format=format,
            name=name,
            mapping=None if mapping is None else Path(mapping),
            strict=strict,
            dry_run=dry_run,
            replace=replace,
            progress=progress,
        )
        document = import_run(self.path, self._state().truth(), request)
        evaluation = None if dry_run else self.evaluate(request.run_name)
        return document | {"evaluation": evaluation}

    def predictions(
        self,
        run: str,
        *,
        classes: Sequence[str] | Mapping[int, str] | None = None,
        replace: bool = False,
        strict: bool = False,
    ) -> Predictions:
        """The predictions of a run: to read when it exists, or to `add` to, image by image.

        >>> with project.predictions("yolo-x", classes=model.names) as run:  # doctest: +SKIP
        ...     for path in images:
        ...         run.add(path, model(path)[0])

        Args:
            classes: The model's own class numbers -> names.
        """
        from boxscore.project.imports.adding import Predictions

        return Predictions(self, run, classes=classes, replace=replace, strict=strict)

    def rename_run(self, old: str, new: str) -> None:
        """Give a run another name."""
        from boxscore.project.imports.importing import RunRequest
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
        from boxscore.store.tags import TagWriter, owner_of_run
        from boxscore.store.write import Writer

        record = self._state().record(run)
        with Writer(self.path, purpose=f"delete run {run}") as writer:
            writer.delete_run(record.run_id)
            writer.commit()
        TagWriter(self.path).forget(owner_of_run(record.run_id))

    def keep_gate_rules(self, text: str) -> Document:
        """Keep rules for `gate` in the project; "" forgets them.

        Raises:
            RequestError: They cannot be read; the message has the line.
        """
        from boxscore.project.gate.kept_rules import keep_rules

        return keep_rules(self._state(), text)

    # --- quality metrics ---------------------------------------------------------------------

    def run_metrics(
        self, *titles: str, progress: Progress = silent, workers: int | None = None
    ) -> Document:
        """Compute what is missing of some metrics, or of all, and store it as it goes.

        Returns:
            "computed" values, "images" decoded, and "failures" by metric.
        """
        from boxscore.project.metrics.changes import run_metrics

        return run_metrics(self._state(), titles, progress, workers)

    def add_metrics(self, path: str | Path, *titles: str, progress: Progress = silent) -> Document:
        """Run a Python file with metrics of your own and compute them; its code is not kept.

        Raises:
            SourceError: The file cannot be run, or defines no metric.
            RequestError: A title is taken, or not in the file.
        """
        from boxscore.project.metrics.changes import add_metrics

        return add_metrics(self._state(), Path(path), titles, progress)

    def remove_metrics(self, *titles: str) -> Document:
        """Forget metrics that were added, with their values."""
        from boxscore.project.metrics.changes import remove_metrics

        return remove_metrics(self._state(), titles)

    def change_settings(self, changes: Mapping[str, float | str | None]) -> None:
        """Change settings by name; None brings a default back.

        Thresholds of findings by their codes, `training_size`, the usual `task` and `protocol`,
        and `key_1` to `key_9`, the tags of keys in the app; see `settings`.

        Raises:
            RequestError: There is no such setting, or it cannot have that value.
        """
        from boxscore.project.metrics.settings import change_settings

        change_settings(self._state(), changes)
