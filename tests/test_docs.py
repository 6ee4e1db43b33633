"""What the documentation shows is what the program does."""

from __future__ import annotations

import ast
import builtins
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

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


@pytest.mark.parametrize(
    ("guide", "begins", "calls"),
    [
        ("compare", "int8 is worse", ["compare float32 int8 --by split"]),
        ("compare", "$ boxscore diff", ["diff float32 int8"]),
        ("gate", "int8 does not pass", ["gate --init {tmp}/rules.yaml --baseline float32",
                                        "gate {tmp}/rules.yaml --run int8"]),
        ("label-errors", "key ", ["labels list --limit 4"]),
    ],
)  # fmt: skip
def test_what_a_guide_shows_of_the_demo_is_printed(
    guide: str, begins: str, calls: list[str], demo_folder: Path, tmp_path: Path
) -> None:
    page = ROOT / "docs" / "guides" / f"{guide}.md"
    shown = next(text for text in blocks(page, "text") if text.startswith(begins))
    for call in calls:
        words = [*call.format(tmp=tmp_path).split(), "-t", str(demo_folder)]
        printed = CliRunner().invoke(program, words, standalone_mode=False).output
    lines = {line.rstrip() for line in printed.splitlines()}
    for line in shown.splitlines():
        if line.startswith(("$ ", "created")):
            continue
        found = line.rstrip() in lines
        if line.endswith("..."):
            found = any(one.startswith(line.removesuffix("...").rstrip()) for one in lines)
        assert found, line


PLACEHOLDERS = {
    "project", "model", "images", "boxes", "labels", "found", "guessed", "scores",
    "processor", "Trainer", "TrainingArguments", "NAMES",
}  # fmt: skip
"""What the reader has: a project, a model and what it found, parts of a training framework."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_in_the_docs_imports_what_it_uses(page: Path) -> None:
    for text in blocks(page, "python"):
        nodes = list(ast.walk(ast.parse(text)))
        own = {alias.asname or alias.name.partition(".")[0]
               for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)
               for alias in node.names}  # fmt: skip
        own |= {node.id for node in nodes
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}  # fmt: skip
        own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        own |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}
        used = {node.id for node in nodes if isinstance(node, ast.Name)}
        assert used - own - PLACEHOLDERS - set(dir(builtins)) == set(), text


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page are linked."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    plain = (re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in headings)
    return {re.sub(r"[-\s]+", "-", heading) for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


def test_the_index_leads_to_every_guide_and_the_navigation_to_every_page() -> None:
    docs, index = ROOT / "docs", (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    names = [page.relative_to(docs).as_posix() for page in docs.rglob("*.md")]
    pages = [name for name in names if "/pictures/" not in name]
    assert [name for name in pages if f"- {name}" not in listed] == []
    whole = [name for name in pages if not name.startswith(("protocols/", "metrics/"))]
    assert [name for name in whole if f"]({name})" not in index and name != "index.md"] == []
