"""Label issues: the queue, decisions on it, the scores with them, and their export."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from boxscore.api import label_documents as documents
from boxscore.api.current import Classes, ProjectHere, Where
from boxscore.api.questions import AskedPage

router = APIRouter(prefix="/api/v1/labels", tags=["labels"])
Run = Annotated[str, Query(max_length=400)]
KINDS = "Kinds of issues: missing, swapped, located, duplicate, spurious; default: all."


@router.get("", response_model=documents.LabelIssues)
def label_issues(
    project: ProjectHere,
    classes: Classes,
    page: AskedPage,
    kind: Annotated[list[documents.IssueKind] | None, Query(description=KINDS)] = None,
    state: Literal["all", "open", "decided", "accepted", "rejected", "skipped"] = "all",
    run: Annotated[list[Run] | None, Query(description="Whose predictions speak.")] = None,
    where: Where = None,
) -> object:
    """Labels that are probably wrong, the likeliest first, with evidence and suggestion."""
    return project.label_issues(
        kinds=kind, state=state, runs=run, where=where, classes=classes, **page.arguments()
    )


@router.get("/decisions", response_model=documents.LabelReview)
def label_review(project: ProjectHere) -> object:
    """Every decision that holds, the newest first."""
    return project.label_review()


@router.post("/decisions", response_model=documents.LabelDecision)
def decide(project: ProjectHere, ask: documents.Ask) -> object:
    """Accept the fix of an issue, reject it and keep the label, or skip it."""
    return project.decide(ask.key, ask.choice, note=ask.note)


@router.post("/undo", response_model=documents.LabelDecision)
def undo(project: ProjectHere, ask: documents.Undo) -> object:
    """Take back the last decision, of all or about one issue; answers with it."""
    return project.undo_label_decision(ask.key)


@router.get("/scores", response_model=documents.CorrectedRuns)
def scores(project: ProjectHere, run: Run | None = None) -> object:
    """Scores now, with the accepted fixes, and if every suspect not rejected were right."""
    return project.scores_with_corrections(run)


@router.get(
    "/export",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "A ZIP of the files."}},
)
def export(
    project: ProjectHere,
    what: Literal["patch", "corrected"] = "patch",
    form: Annotated[Literal["coco", "cvat"], Query(alias="format")] = "coco",
) -> Response:
    """The accepted fixes as a ZIP: a patch of what changed, or all labels corrected."""
    name = f"labels-{what}-{form}"
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / name
        project.export_corrections(made, what=what, format=form)
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(p for p in made.rglob("*") if p.is_file()):
                archive.write(path, path.relative_to(made).as_posix())
    headers = {"content-disposition": f'attachment; filename="{name}.zip"'}
    return Response(held.getvalue(), media_type="application/zip", headers=headers)
