"""`boxscore docs`: the documentation of this version, on the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from boxscore.errors import RequestError, near_misses

PLACES = (Path(__file__).parent.parent / "docs", Path(__file__).parents[3] / "docs")
"""Where the pages lie: in the installed package, in a checkout."""


@click.command(epilog="Example:  boxscore docs guides/doctor")
@click.argument("page", required=False)
def docs(page: str | None) -> None:
    """Print a page of the documentation, such as `doctor` or `formats/coco`; list all without."""
    from boxscore.cli.text import columns

    pages = _pages()
    if page is None:
        click.echo(columns([[name, _title(file)] for name, file in pages.items()]))
        return
    asked = page.removesuffix(".md").strip("/")
    found = [name for name in pages if name == asked] or [
        name for name in pages if name.endswith(f"/{asked}")
    ]
    if len(found) != 1:
        problem = f"there is no page {page!r}" if not found else f"{page!r} is several pages"
        stems = {name.rpartition("/")[2] for name in pages}
        fix = f"name one: {', '.join(found)}" if found else near_misses(Path(asked).name, stems)
        raise RequestError(problem, fix=fix, code="E-DOCS-PAGE")
    click.echo_via_pager(pages[found[0]].read_text(encoding="utf-8"))


def _pages() -> dict[str, Path]:
    """Name -> file of every page."""
    for folder in PLACES:
        if (folder / "index.md").is_file():
            files = sorted(folder.rglob("*.md"))
            return {f.relative_to(folder).with_suffix("").as_posix(): f for f in files}
    raise RequestError(
        "the documentation is not installed",
        fix="install the package anew, or look into docs/ of its source",
        code="E-DOCS-NONE",
    )


def _title(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next(lines, "").removeprefix("# ").strip()
