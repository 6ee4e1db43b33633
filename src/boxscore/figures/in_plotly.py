"""Charts as Plotly figures."""

from __future__ import annotations

from typing import Any

from boxscore.figures.chart import COLOURS, Axis, Bars, Chart, Dots, Heat, Line, Rule

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "diamond", "square", "triangle-up", "triangle-down", "cross")
PIXELS = 130
"""For an inch, so that 8 points can be read on a screen."""


def draw(chart: Chart) -> Any:
    """A `plotly.graph_objects.Figure`."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for mark in chart.marks:
        if isinstance(mark, Rule):
            (x0, y0), (x1, y1) = mark.start, mark.end
            line = {"color": "#8a8d92", "width": 1}
            figure.add_shape(type="line", x0=x0, y0=y0, x1=x1, y1=y1, line=line, layer="below")
        else:
            figure.add_trace(_trace(go, mark))
    flip = any(isinstance(mark, Heat) for mark in chart.marks)
    figure.update_layout(
        width=chart.width * PIXELS,
        height=chart.height * PIXELS,
        template="simple_white",
        font={"size": 12},
        margin={"l": 60, "r": 12, "t": 12, "b": 50},
        showlegend=chart.legend,
        xaxis=_axis(chart.x),
        yaxis=_axis(chart.y) | ({"autorange": "reversed"} if flip else {}),
    )
    return figure


def _axis(of: Axis) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": {"text": of.title}}
    if of.names:
        axis |= {"tickvals": list(range(len(of.names))), "ticktext": list(of.names)}
    if of.low is not None and of.high is not None:
        axis["range"] = [of.low, of.high]
    elif of.low is not None:
        axis["rangemode"] = "tozero"
    return axis


def _trace(go: Any, mark: Line | Dots | Bars | Heat) -> Any:
    if isinstance(mark, Heat):
        shown = {"colorscale": "Greys", "zmin": 0, "zmax": 1.25, "showscale": False}
        texts = [[f"{count}" if count else "" for count in row] for row in mark.counts]
        return go.Heatmap(
            z=[list(row) for row in mark.shades], text=texts, texttemplate="%{text}", **shown
        )
    colour, named = (
        COLOURS[mark.run % len(COLOURS)],
        {"name": mark.name, "showlegend": bool(mark.name)},
    )
    if isinstance(mark, Bars):
        return go.Bar(
            x=list(mark.at), y=list(mark.height), width=list(mark.width),
            marker={"color": colour}, **named,
        )  # fmt: skip
    line = {"color": colour, "dash": DASHES[mark.run % len(DASHES)], "width": 2}
    if isinstance(mark, Line):
        return go.Scatter(x=list(mark.x), y=list(mark.y), mode="lines", line=line, **named)
    whiskers = _whiskers(mark, colour)
    return go.Scatter(
        x=list(mark.x), y=list(mark.y), mode="lines+markers" if mark.joined else "markers",
        line=line, marker={"color": colour, "symbol": MARKERS[mark.run % len(MARKERS)]},
        **whiskers, **named,
    )  # fmt: skip


def _whiskers(dots: Dots, colour: str) -> dict[str, Any]:
    """From the estimate to the ends; the ends themselves go along as `customdata`."""
    if not dots.low:
        return {}
    middle = dots.x if dots.across else dots.y
    ends = list(zip(dots.low, middle, dots.high, strict=True))
    down = [None if None in (low, m) else m - low for low, m, _ in ends]  # type: ignore[operator]
    up = [None if None in (m, high) else high - m for _, m, high in ends]  # type: ignore[operator]
    bar = {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": colour}
    data = [[low, high] for low, _, high in ends]
    return {"error_x" if dots.across else "error_y": bar, "customdata": data}
