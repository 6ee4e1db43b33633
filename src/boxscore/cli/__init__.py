"""The command line: one program under two names, `boxscore` and `encord-active`.

Importing this package costs nothing: a plain `score` runs without click, every other command
imports what it needs.
"""

from __future__ import annotations

import sys

COMMANDS = {
    "quickstart": "quickstart:quickstart",
    "init": "init:init",
    "import": "imports:import_group",
    "formats": "formats:formats",
    "doctor": "doctor:doctor",
    "evaluate": "evaluate:evaluate",
    "compare": "compare:compare",
    "gate": "gate:gate",
    "log": "history:log",
    "diff": "history:diff",
    "errors": "analyse:errors",
    "facets": "facets:facets",
    "fix-first": "analyse:fix_first",
    "confusion": "judging:confusion",
    "calibration": "judging:calibration",
    "curves": "curves:curves",
    "lrp": "curves:lrp",
    "thresholds": "analyse:thresholds",
    "labels": "labels:labels",
    "metric": "metric:metric_group",
    "tag": "tag:tag_group",
    "slice": "tag:slice_group",
    "findings": "findings:findings",
    "next": "findings:label_next",
    "drift": "findings:drift",
    "config": "config:config_group",
    "storage": "config:storage",
    "embed": "embed:embed",
    "embeddings": "embed:embeddings_group",
    "search": "search:search",
    "similar": "embed:similar",
    "duplicates": "embed:duplicates",
    "leakage": "embed:leakage",
    "slices": "slices:slices",
    "score": "score:score",
    "explain-map": "explain:explain_map",
    "runs": "runs:runs",
    "subset": "subset:subset",
    "export": "export:export",
    "report": "report:report",
    "figure": "figure:figure",
    "print": "prints:print_group",
    "start": "start:start",
    "verify": "verify:verify",
    "system-info": "prints:system_info",
}


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
