"""COCO files in, the twelve numbers out, without a project and with every record looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from boxscore.evaluation.document import finite
from boxscore.evaluation.protocols import protocol_for
from boxscore.matching.policy import Options
from boxscore.project.evaluating import Truth, compare, default_task
from boxscore.project.imports.sigmas import Sigmas, with_sigmas
from boxscore.project.keypoint_words import deviation_notes
from boxscore.schema.kinds import Task
from boxscore.schema.tables import Annotations
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport


def score_files(
    ground_truth: str | Path,
    results: str | Path,
    *,
    task: str | None = None,
    protocol: str | None = None,
    sigmas: Sigmas | None = None,
) -> dict[str, Any]:
    """Score a COCO results file against a COCO ground truth.

    Args:
        task: "bbox", "segm", "obb", "boundary" or "keypoints"; default: by what the files hold.
        protocol: "coco", "lvis", "voc12", ...; default: "coco".
        sigmas: Deviations of keypoints: of all classes, or of each by its name; default: the
            ground truth's own, else COCO's for its 17 keypoints and 1 / K for K others.

    Returns:
        task, protocol, images, ground_truth, predictions, rejected, warnings, notes and metrics.

    Raises:
        SourceError: A file is not what it claims to be.
        RequestError: The protocol does not score the task.
    """
    truth_report, report = ImportReport(Path(ground_truth)), ImportReport(Path(results))
    truth, predictions = read_files(truth_report, report)
    if sigmas is not None:
        ontology = with_sigmas(truth.ontology, truth.ground_truth, sigmas)
        truth = Truth(items=truth.items, ontology=ontology, ground_truth=truth.ground_truth)
    chosen = Task(task) if task else default_task(truth, predictions)
    card = protocol_for(chosen, protocol)
    view = compare(truth, predictions, chosen, ignore_marked=card.ignore_marked)
    numbers = card.evaluate(view, Options())
    return {
        "task": chosen.value,
        "protocol": card.name,
        "images": truth.items.rows,
        "ground_truth": truth.ground_truth.rows,
        "predictions": predictions.rows,
        "rejected": truth_report.rejected + report.rejected,
        "warnings": truth_report.warnings + report.warnings,
        "notes": deviation_notes(truth) if chosen is Task.KEYPOINTS else [],
        "metrics": finite(numbers.overall),
    }


def read_files(truth_report: ImportReport, report: ImportReport) -> tuple[Truth, Annotations]:
    """The two COCO files that the reports stand for; what was rejected is counted in them."""
    tables = coco.read(truth_report.path, None, truth_report, pixels=False)
    context = ProjectContext(items=tables.items, ontology=tables.ontology)
    predictions = coco_results.read(report.path, context, report).predictions
    truth = Truth(items=tables.items, ontology=tables.ontology, ground_truth=tables.ground_truth)
    return truth, predictions
