"""Write the references that are made from the program itself; with --check, only compare."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from boxscore.cli.program import program

DOCS = Path(__file__).resolve().parent
CLI = DOCS / "reference" / "cli.md"


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


def main() -> int:
    """Exit status: 1 when --check finds a page that is not current."""
    text = "# Every command\n\nMade from `--help` by `make fix`.\n\n" + "\n".join(
        commands(program, ["boxscore"])
    )
    if "--check" in sys.argv:
        current = CLI.exists() and CLI.read_text(encoding="utf-8") == text
        print("references are current" if current else f"{CLI.name} is not current: make fix")
        return 0 if current else 1
    CLI.parent.mkdir(exist_ok=True)
    CLI.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
