"""MLflow and Weights & Biases: a run's numbers, its evaluation as JSON and its report."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from pathlib import Path
from typing import Any

from boxscore.integrations.epochs import numbers_of, opened
from boxscore.project import Project

LONGEST_NAME = 100
"""Of a run within an artefact's name, of which W&B takes 128."""


def log_to_mlflow(
    project: Project | str | Path, run: str, *, step: int | None = None, report: bool = False
) -> None:
    """Log to MLflow's active run: metrics, and `boxscore/RUN.json` as an artefact.

    Args:
        report: Also the self-contained HTML report.
    """
    import mlflow

    own = opened(project)
    document = own.evaluate(run)
    mlflow.log_metrics(numbers_of(document, prefix="boxscore."), step=step)
    with tempfile.TemporaryDirectory(prefix="boxscore-") as folder:
        for path in _files(own, run, document, Path(folder), report):
            mlflow.log_artifact(str(path), artifact_path="boxscore")


def log_to_wandb(
    project: Project | str | Path,
    run: str,
    *,
    to: Any = None,
    step: int | None = None,
    report: bool = False,
) -> None:
    """Log to a W&B run (the active one by default): metrics, and an artefact `boxscore-RUN`.

    Args:
        to: What `wandb.init` returned.
        report: Also the self-contained HTML report.
    """
    import wandb

    own, target = opened(project), wandb.run if to is None else to
    document = own.evaluate(run)
    target.log(numbers_of(document), step=step)
    artifact = wandb.Artifact(f"boxscore-{artifact_name(run)}", type="evaluation")
    with tempfile.TemporaryDirectory(prefix="boxscore-") as folder:
        for path in _files(own, run, document, Path(folder), report):
            artifact.add_file(str(path), name=path.name)
        target.log_artifact(artifact)


def artifact_name(run: str) -> str:
    """A run's name as W&B allows it: letters of English, digits, dots, dashes, underscores.

    Where other letters are lost, or it is long, some digits of a hash keep runs apart.
    """
    plain = re.sub(r"[^\w.-]+", "-", run, flags=re.ASCII)
    if len(plain) <= LONGEST_NAME and re.sub(r"[^\w.-]+", "-", run) == plain:
        return plain
    digest = hashlib.sha256(run.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain[:LONGEST_NAME].strip('-')}-{digest}".lstrip("-")


def _files(
    project: Project, run: str, document: dict[str, Any], folder: Path, report: bool
) -> list[Path]:
    stem = re.sub(r"[^\w.-]+", "-", run)
    path = folder / f"{stem}.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    if not report:
        return [path]
    from boxscore.report import write_report

    page = folder / f"{stem}.html"
    write_report(project, [run], page)
    return [path, page]
