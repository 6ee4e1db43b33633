"""Small charts as SVG text, drawn in CSS colours of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 420, 260, 38, 14, 34, 10


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: x and y within 0 to 1; None breaks it; a single point is a dash."""

    x: Sequence[float | None]
    y: Sequence[float | None]
    style: str


@dataclass(frozen=True, slots=True)
class Band:
    """The area between two lines over the same x, within 0 to 1."""

    x: Sequence[float]
    low: Sequence[float | None]
    high: Sequence[float | None]


def line_chart(
    lines: Sequence[Line],
    x_label: str,
    y_label: str,
    *,
    diagonal: bool = False,
    band: Band | None = None,
) -> str:
    """Curves over the unit square."""
    marks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{y_label} against {x_label}">'
    ]
    for mark in marks:
        x, y = _x(mark), _y(mark)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{mark:.1f}</text>')
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{mark:.1f}</text>'
        )
    if diagonal:
        parts.append(f'<path class="even" d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}"/>')
    if band is not None and band.x:
        parts.append(f'<path class="band" d="{_outline(band)}"/>')
    parts += [f'<path class="{line.style}" d="{_path(line)}"/>' for line in lines]
    parts.append(
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{x_label}</text>'
    )
    parts.append(
        f'<text transform="translate(10 {(HEIGHT - BOTTOM) / 2}) rotate(-90)" '
        f'text-anchor="middle">{y_label}</text></svg>'
    )
    return "".join(parts)


def _outline(band: Band) -> str:
    """Along the high ends and back along the low ones."""
    upper = _path(Line(band.x, band.high, ""))
    lower = _path(Line(band.x[::-1], band.low[::-1], ""))
    return f"{upper}L{lower[1:]}Z"


def _x(value: float) -> float:
    return LEFT + value * (WIDTH - LEFT - RIGHT)


def _y(value: float) -> float:
    return TOP + (1 - value) * (HEIGHT - BOTTOM - TOP)


def _path(line: Line) -> str:
    steps, pen = [], "M"
    for x, y in zip(line.x, line.y, strict=True):
        if x is None or y is None:
            pen = "M"
            continue
        steps.append(f"{pen}{_x(min(max(x, 0), 1)):.1f} {_y(min(max(y, 0), 1)):.1f}")
        pen = "L"
    return f"{steps[0]}m-3 0h6" if len(steps) == 1 else "".join(steps)
