"""Reports: one HTML file, Markdown or JSON of one run or several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from boxscore.engine.progress import Progress, silent
from boxscore.errors import RequestError, writing
from boxscore.project import Project

SUFFIXES = (".html", ".md", ".json")
EXAMPLES = 48
"""Objects shown of each outcome."""


def write_report(
    project: Project,
    runs: Sequence[str],
    output: Path,
    *,
    where: str | None = None,
    rules: Path | None = None,
    baseline: str | None = None,
    examples: int = EXAMPLES,
    progress: Progress = silent,
) -> None:
    """Write a report in the form that the file's suffix names: .html, .md or .json.

    The same project, runs and version give the same bytes.

    Args:
        runs: Names; none is all.
        where: Which images count; see `Project.evaluate`. Objects are shown of the whole only, and
            the gate chooses its images by its rules.
        rules: The gate's; None is those that the project keeps, or no gate.
        baseline: Of the gate, instead of the one in the rules.
        examples: How many objects of each outcome.

    Raises:
        RequestError: The suffix is another, a run is unknown, there is none, `rules` cannot be
            asked of them, or the file cannot be written.
        SourceError: `rules` cannot be read.
    """
    from boxscore.report.facts import Asked, facts_of

    if output.suffix.lower() not in SUFFIXES:
        raise RequestError(
            f"{output.name}: a report is {', '.join(SUFFIXES)}",
            fix=f"name it {output.stem or 'report'}.html",
            code="E-REPORT-SUFFIX",
        )
    chosen = list(runs) or project.run_names()
    if not chosen:
        raise RequestError(
            "the project has no runs",
            fix="import one:  boxscore import predictions FILE",
            code="E-REPORT-EMPTY",
        )
    asked = Asked(where=where, rules=rules, baseline=baseline, examples=examples)
    with progress("collecting"):
        facts = facts_of(project, chosen, asked)
    with progress("writing"):
        text = _text(project, facts, output.suffix.lower())
        with writing(output):
            output.parent.mkdir(parents=True, exist_ok=True)
            output.write_text(text, encoding="utf-8")


def _text(project: Project, facts: dict[str, object], suffix: str) -> str:
    if suffix == ".json":
        return json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    if suffix == ".md":
        from boxscore.report.markdown import markdown

        return markdown(facts)
    from boxscore.report.html import html
    from boxscore.report.pictures import crops_of

    crops = []
    for run in facts["runs"]:  # type: ignore[attr-defined]
        shown = [one for some in (run.get("examples") or {}).values() for one in some]
        crops.append(crops_of(project, shown))
    return html(facts, crops)
