"""One job in a process of its own: a request on stdin, steps and the outcome on stdout, as JSON."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from boxscore.engine.progress import telling
from boxscore.errors import BoxscoreError, RequestError, SourceError
from boxscore.project import Project

Document = dict[str, Any]


def rehearse_run(asked: Document, work: Path) -> Document:
    """How predictions would be read, the mapping that says so, and a dry run of the import."""
    project, source = Project.open(asked["project"]), Path(asked["source"])
    findings: Document | None = None
    text = asked["mapping"]
    written = work / "found.yaml" if text is None else None
    try:
        findings = project.doctor(
            source, format=asked["format"], write=written, mapping=_mapping(asked, work)
        )
    except RequestError:
        pass  # a format that leaves nothing to decide
    except SourceError as bad:  # the import would say the same
        return {"findings": None, "mapping": text, "rehearsal": None, "refused": _problem(bad)}
    if findings and written is not None:
        text = written.read_text(encoding="utf-8")
    try:
        rehearsal, refused = _import(project, asked, work, dry_run=True), None
    except BoxscoreError as bad:
        rehearsal, refused = None, _problem(bad)
    return {"findings": findings, "mapping": text, "rehearsal": rehearsal, "refused": refused}


def import_run(asked: Document, work: Path) -> Document:
    """Import predictions as a run."""
    return {"imported": _import(Project.open(asked["project"]), asked, work, dry_run=False)}


def _import(project: Project, asked: Document, work: Path, *, dry_run: bool) -> Document:
    mapping = _mapping(asked, work)
    return project.import_predictions(
        asked["source"],
        format=asked["format"],
        name=asked["name"],
        mapping=mapping,
        strict=asked["strict"],
        replace=asked["replace"],
        dry_run=dry_run,
        progress=_told,
    )


def _mapping(asked: Document, work: Path) -> Path | None:
    """The mapping that was sent, as a file."""
    if asked["mapping"] is None:
        return None
    path = work / "mapping.yaml"
    path.write_text(asked["mapping"], encoding="utf-8")
    return path


def rehearse_project(asked: Document, work: Path) -> Document:
    """What a project would hold."""
    return {"rehearsal": _make(asked, work, dry_run=True)}


def import_project(asked: Document, work: Path) -> Document:
    """Make a project."""
    made = _make(asked, work, dry_run=False)
    return {"imported": made, "folder": Path(made["path"]).name}


def _make(asked: Document, work: Path, *, dry_run: bool) -> Document:
    return Project.import_project(
        asked["source"],
        format=asked["format"],
        images=asked["images"],
        target=asked["target"],
        name=asked["name"],
        strict=asked["strict"],
        mapping=_mapping(asked, work),
        dry_run=dry_run,
        progress=_told,
    )


def measure(asked: Document, _work: Path) -> Document:
    """Compute the metrics that are missing."""
    return {"measured": Project.open(asked["project"]).run_metrics(progress=_told)}


def embed(asked: Document, _work: Path) -> Document:
    """Embed the images and objects that are not yet; what another model embedded stays its own."""
    project = Project.open(asked["project"])
    parts = [part for part in project.embedding_state()["parts"] if part["run"] is None]
    lacking = [part["of"] for part in parts if not part["embedded"]]
    return {"embedded": project.embed(of=lacking or ["images", "objects"], progress=_told)}


def verify(asked: Document, _work: Path) -> Document:
    """Check every byte of a project."""
    with _told("reading every byte"):
        return {"verified": Project.verify(asked["project"])}


WORK = {
    "rehearse-run": rehearse_run,
    "import-run": import_run,
    "rehearse-project": rehearse_project,
    "import-project": import_project,
    "measure": measure,
    "embed": embed,
    "verify": verify,
}


def without_paths(value: Any, names: dict[str, str]) -> Any:
    """A document in which each absolute path is the name by which its reader knows it."""
    if isinstance(value, str):
        for path, name in names.items():
            value = value.replace(path, name)
        return value
    if isinstance(value, dict):
        return {key: without_paths(part, names) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_paths(part, names) for part in value]
    return value


def _problem(bad: BoxscoreError) -> Document:
    return {"code": bad.code, "detail": bad.problem, "fix": bad.fix}


_out: TextIO = sys.stdout


def _say(document: Document) -> None:
    _out.write(json.dumps(document) + "\n")
    _out.flush()


def _tell(step: str, done: str | None) -> None:
    _say({"step": step} if done is None else {"progress": f"{step}: {done}"})


_told = telling(_tell)


def _end_with_parent() -> None:
    """The server holds our stdin open: its end is the server's end."""
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Do the job that the first line of stdin asks for."""
    global _out
    # What libraries print must not be taken for an answer.
    _out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        outcome = {"done": WORK[asked["kind"]](asked, Path(asked["work"]))}
    except BoxscoreError as bad:
        outcome = {"failed": _problem(bad)}
    except Exception as bug:
        detail = f"a bug in boxscore ({type(bug).__name__})"
        outcome = {"failed": {"code": "E-BUG", "detail": detail, "fix": ""}}
    _say(without_paths(outcome, asked["names"]))
    _out.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
