"""What the documentation shows is what the program does."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from boxscore.cli.program import program
from tests.cli.program import run
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = ("boxscore", "encord-active", ".venv/bin/boxscore")


def blocks(page: Path, *languages: str) -> Iterator[str]:
    """The text of each fenced block of some languages."""
    fenced = re.findall(r"^ *```(\w*)\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.M | re.S)
    return (text for language, text in fenced if language in languages)


def commands(text: str) -> Iterator[list[str]]:
    """The words of each call of the program, without comments."""
    for line in text.splitlines():
        calls: list[list[str]] = [[]]
        for word in shlex.split(line.removeprefix("$ "), comments=True):
            calls[-1].append(word.removesuffix(";"))
            if word.endswith(";"):
                calls.append([])
        yield from (words[1:] for words in calls if words and words[0] in NAMES)


def written() -> list[tuple[str, list[str]]]:
    """Every command of every page, and of the examples in `--help`."""
    found = [
        (page.name, words)
        for page in PAGES
        if page.name != "cli.md"
        for text in blocks(page, "sh", "bash")
        for words in commands(text)
    ]
    return found + [
        (f"{path} --help", words)
        for path, command in every(program, "boxscore")
        for example in re.split(r"\n\n|, or (?:for a video)?", command.epilog or "")
        for words in commands(example.partition(":")[2].strip() or example.strip())
    ]


def every(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from every(child, f"{path} {name}")


def parsed(words: list[str]) -> None:
    """Parse one call as the program would, and stop before it does anything."""
    command: click.Command = program
    context: click.Context | None = None
    while True:
        name = words[0] if context is not None and words else "boxscore"
        context = command.make_context(name, words if context is None else words[1:], context)
        if not isinstance(command, click.Group) or not context._protected_args:
            return
        words = [*context._protected_args, *context.args]
        _, found, _ = command.resolve_command(context, words)
        assert found is not None
        command = found


def test_every_command_in_the_docs_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def any_path(self: click.Path, value: str, param: object, ctx: object) -> Path:
        return Path(value)  # the files of the examples are not here

    monkeypatch.setattr(click.Path, "convert", any_path)
    found = written()
    wrong = []
    for place, words in found:
        try:
            parsed(words)
        except click.ClickException as bad:
            wrong.append(f"{place}: {shlex.join(words)}: {bad.format_message()}")
    assert wrong == [] and len(found) > 250


@pytest.mark.parametrize("words", ["evaluate --nosuch", "evaluates", "report -o", "tag add"])
def test_what_is_no_command_is_seen(words: str) -> None:
    with pytest.raises(click.ClickException):
        parsed(words.split())


def test_the_program_prints_its_documentation(tmp_path: Path) -> None:
    listed = run("docs", cwd=tmp_path)
    names = [line.split()[0] for line in listed.out.splitlines()]
    assert [f"docs/{name}.md" for name in names] == [
        page.relative_to(ROOT).as_posix() for page in PAGES[1:]
    ]
    page = (ROOT / "docs" / "guides" / "doctor.md").read_text(encoding="utf-8")
    for name in ("doctor", "guides/doctor", "guides/doctor.md"):
        assert run("docs", name, cwd=tmp_path).out.rstrip() == page.rstrip()


@pytest.mark.parametrize(
    ("page", "words"),
    [("docter", "did you mean 'doctor'?"), ("coco", "formats/coco, protocols/coco"), ("", "")],
)
def test_a_page_that_is_none_is_refused_with_its_near_misses(
    page: str, words: str, tmp_path: Path
) -> None:
    done = run("docs", page, cwd=tmp_path)
    assert done.code == 2 and "E-DOCS-PAGE" in done.err and words in done.err
