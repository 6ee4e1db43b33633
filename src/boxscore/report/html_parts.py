"""Small pieces of the page: escaped text, cards and tables."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def card(title: str, content: str) -> str:
    """A titled box around HTML."""
    return f'<div class="card"><h3>{escape(title)}</h3>{content}</div>'


def listed(sentences: Sequence[str]) -> str:
    """Sentences as a list; nothing for none."""
    return (
        f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in sentences)}</ul>" if sentences else ""
    )


def note(text: str) -> str:
    """Small print."""
    return f"<p class=note>{escape(text)}</p>"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """Text cells under their heads.

    Args:
        words: How many columns at the left are words, not numbers.
    """
    return raw_table(head, [[escape(cell) for cell in row] for row in rows], words=words)


def raw_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """The same of cells that are HTML already."""

    def line(cells: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=w' if k < words else ''}>{cell}</{tag}>"
            for k, cell in enumerate(cells)
        )

    top = line([escape(cell) for cell in head], "th")
    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return (
        f"<div class=wide><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )
