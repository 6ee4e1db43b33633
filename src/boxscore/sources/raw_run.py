"""Predictions of any format without ids of ours: read, reconciled by the doctor, settled."""

from __future__ import annotations

from pathlib import Path

from boxscore.schema.kinds import Shape
from boxscore.schema.tables import PREDICTIONS
from boxscore.sources.context import ProjectContext
from boxscore.sources.decisions import diagnosed
from boxscore.sources.doctor import Diagnosis, diagnose, settle
from boxscore.sources.doctor.classes import BY_ID, BY_NAME
from boxscore.sources.formats import ReadRequest, format_of
from boxscore.sources.guessed_sizes import without_unfit_masks
from boxscore.sources.raw import RawSet
from boxscore.sources.report import ImportReport
from boxscore.sources.run_tables import RunTables
from boxscore.sources.settling import annotations_of


def read_raw_run(path: Path, form: str, context: ProjectContext, report: ImportReport) -> RunTables:
    """Read a prediction set and reconcile it with a project.

    Raises:
        SourceError: It is not of this format, or the doctor is not sure enough.
    """
    raw = read_raw(path, form, context, report)
    total = raw.rows + report.rejected
    diagnosis = diagnose(raw, context, context.mapping)
    settled = settle(raw, diagnosis, context)
    diagnosis.warn(report)
    told = diagnosed(raw, diagnosis, context)
    raw = without_unfit_masks(diagnosis.raw, settled.item, context, report)
    predictions = annotations_of(raw, settled, PREDICTIONS, report)
    if not total:
        report.note("N-NO-PREDICTIONS", "0 predictions: there are no records")
    report.check_refusal(total, diagnosis.most_unmatched)
    return RunTables(
        predictions=predictions,
        report=report,
        format=form,
        mapping=diagnosis.words(),
        decisions=told,
    )


def read_raw(path: Path, form: str, context: ProjectContext, report: ImportReport) -> RawSet:
    """The raw set of a prediction file or folder, in a format that is read so."""
    items = context.items
    sizes = dict(
        zip(
            items["title"].tolist(),
            zip(items["width"].tolist(), items["height"].tolist(), strict=True),
            strict=True,
        )
    )
    request = ReadRequest(
        role="predictions",
        sizes=sizes.get,
        titles=tuple(sizes),
        classes=tuple((c.source_id, c.name) for c in context.ontology.classes),
        from_zero=_from_zero(context),
        rotated=any(c.shape is Shape.ROTATABLE_BOUNDING_BOX for c in context.ontology.classes),
    )
    return format_of(form, "predictions").read(path, request, report)


def _from_zero(context: ProjectContext) -> bool:
    mapping = context.mapping
    if mapping is None:
        return False
    return "0" in mapping.classes or mapping.classes_by not in (None, BY_ID, *BY_NAME)


def examine(
    path: Path, form: str, context: ProjectContext, report: ImportReport
) -> tuple[RawSet, Diagnosis]:
    """What the doctor finds, without importing."""
    raw = read_raw(path, form, context, report)
    return raw, diagnose(raw, context, context.mapping)
