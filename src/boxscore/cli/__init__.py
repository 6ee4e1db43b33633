"""The command line: one program under two names, `boxscore` and `encord-active`.

Importing this package costs nothing: a plain `score` runs without click, every other command
imports what it needs.
"""

from __future__ import annotations

import sys

SECTIONS = {
    "Bring in, take out": {
        "quickstart": "quickstart:quickstart",
        "init": "init:init",
        "import": "imports:import_group",
        "formats": "formats:formats",
        "doctor": "doctor:doctor",
        "imports": "import_reports:imports",
        "export": "export:export",
        "subset": "subset:subset",
        "start": "start:start",
    },
    "How good is it": {
        "evaluate": "evaluate:evaluate",
        "score": "score:score",
        "curves": "curves:curves",
        "lrp": "curves:lrp",
        "calibration": "judging:calibration",
        "confusion": "judging:confusion",
        "thresholds": "analyse:thresholds",
        "explain-map": "explain:explain_map",
    },
    "Where and why does it fail": {
        "errors": "analyse:errors",
        "answers": "answers:answers",
        "fix-first": "analyse:fix_first",
        "slices": "slices:slices",
        "facets": "facets:facets",
        "metric": "metric:metric_group",
        "findings": "findings:findings",
        "labels": "labels:labels",
    },
    "Is it better than the last one": {
        "compare": "compare:compare",
        "gate": "gate:gate",
        "log": "history:log",
        "diff": "history:diff",
        "runs": "runs:runs",
        "report": "report:report",
        "figure": "figure:figure",
    },
    "What looks like what, and what to label": {
        "embed": "embed:embed",
        "embeddings": "embed:embeddings_group",
        "search": "search:search",
        "similar": "embed:similar",
        "duplicates": "embed:duplicates",
        "leakage": "embed:leakage",
        "drift": "findings:drift",
        "next": "findings:label_next",
    },
    "The project": {
        "tag": "tag:tag_group",
        "slice": "tag:slice_group",
        "config": "config:config_group",
        "storage": "config:storage",
        "print": "prints:print_group",
        "verify": "verify:verify",
        "docs": "docs:docs",
        "system-info": "prints:system_info",
    },
}
"""Title of a section of the help -> name of a command -> module and function."""

COMMANDS = {name: place for section in SECTIONS.values() for name, place in section.items()}


def main(args: list[str] | None = None) -> None:
    """Run the program and exit with the documented code."""
    sys.exit(run(args))


def run(args: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    words = sys.argv[1:] if args is None else args
    if words[:1] == ["score"]:
        from boxscore.cli.plain_score import plain_score

        code = plain_score(words[1:])
        if code is not None:
            return code
    from boxscore.cli.program import run as run_program

    return run_program(args)
