"""May a model ship: the gate, its rules, reports to hand on, and why other tools differ."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from boxscore.api import gate_documents as documents
from boxscore.api.comparison_routes import Run
from boxscore.api.current import ProjectHere, Where
from boxscore.report import gate_forms, write_report

router = APIRouter(prefix="/api/v1", tags=["gate"])
TYPES = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}


@router.get("/runs/{run:path}/gate", response_model=documents.Outcome)
def gate(
    run: str, project: ProjectHere, baseline: Run | None = None, where: Where = None
) -> object:
    """Whether the run may pass by the project's rules, and every check with its numbers."""
    document = project.gate(run=run, baseline=baseline, where=where)
    words = {
        "verdict": gate_forms.verdict(document),
        "comment": gate_forms.markdown(document),
    }
    return document | words


@router.get("/gate-verdicts", response_model=documents.Verdicts)
def verdicts(project: ProjectHere, where: Where = None) -> object:
    """How every run fares by the rules that the project keeps."""
    return project.gate_verdicts(where=where)


@router.get("/gate-rules", response_model=documents.Rules)
def rules(project: ProjectHere) -> object:
    """The rules as YAML: those that the project keeps, else first ones of its oldest run."""
    return project.gate_rules()


@router.post("/gate-rules", response_model=documents.Rules)
def keep_rules(rules: documents.NewRules, project: ProjectHere) -> object:
    """Keep rules in the project; an empty text forgets them."""
    return project.keep_gate_rules(rules.text)


@router.get("/runs/{run:path}/other-tools", response_model=documents.OtherTools)
def other_tools(run: str, project: ProjectHere) -> object:
    """What other tools print as the mAP of the same boxes, and what makes the difference."""
    document = project.explain_map(run)
    return {"run": run, "coco": document["from"]["mAP50_95"], "tools": document["tools"]}


FILES: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in TYPES.values()}}}


@router.get("/report", response_class=Response, responses=FILES)
def report(
    project: ProjectHere,
    runs: Annotated[list[Run], Query(min_length=1, max_length=20)],
    form: Literal["html", "md", "json"] = "html",
    where: Where = None,
) -> Response:
    """One file about some runs, to download."""
    with tempfile.TemporaryDirectory(prefix="boxscore-") as folder:
        path = Path(folder) / f"report.{form}"
        write_report(project, runs, path, where=where)
        content = path.read_bytes()
    headers = {"content-disposition": f'attachment; filename="report.{form}"'}
    return Response(content, media_type=TYPES[form], headers=headers)
