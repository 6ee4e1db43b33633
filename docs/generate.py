"""Write the references that are made from the program itself; with --check, only compare."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from boxscore.api.schema import text as openapi
from boxscore.cli.program import program

DOCS = Path(__file__).resolve().parent
CLI = DOCS / "reference" / "cli.md"
OPENAPI = DOCS.parent / "web" / "src" / "api" / "openapi.json"


def commands(command: click.Command, path: list[str]) -> list[str]:
    """One section per command, from its own help."""
    context = click.Context(command, info_name=" ".join(path), max_content_width=98)
    text = command.get_help(context)
    sections = [f"{'#' * min(len(path) + 1, 4)} {' '.join(path)}\n\n```text\n{text}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            sections += commands(child, [*path, name])
    return sections


def references() -> dict[Path, str]:
    """Every generated file and what should stand in it."""
    title = "# Every command\n\nMade from `--help` by `make fix`.\n\n"
    return {CLI: title + "\n".join(commands(program, ["boxscore"])), OPENAPI: openapi()}


def main() -> int:
    """Exit status: 1 when --check finds a file that is not current."""
    stale = [
        path
        for path, text in references().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        names = ", ".join(path.name for path in stale)
        print(f"not current: {names}: make fix" if stale else "references are current")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(references()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
