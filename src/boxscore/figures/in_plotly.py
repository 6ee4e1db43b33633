"""Charts as Plotly figures."""

from __future__ import annotations

from typing import Any

from boxscore.figures.chart import COLOURS, Axis, Band, Bars, Chart, Dots, Heat, Line, Numbers, Rule

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "diamond", "square", "triangle-up", "triangle-down", "cross")
WHISKER = "#85888d"
"""Seen on paper and on bars of any colour."""
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


def _trace(go: Any, mark: Line | Band | Dots | Bars | Heat) -> Any:
    if isinstance(mark, Heat):
        shown = {"colorscale": "Greys", "zmin": 0, "zmax": 1.25, "showscale": False}
        texts = [[f"{count}" if count else "" for count in row] for row in mark.counts]
        return go.Heatmap(
            z=[list(row) for row in mark.shades], text=texts, texttemplate="%{text}", **shown
        )
    colour = COLOURS[mark.run % len(COLOURS)]
    if isinstance(mark, Band):
        return _band(go, mark, colour)
    named = {"name": mark.name, "showlegend": bool(mark.name)}
    if isinstance(mark, Bars):
        ends = _ends(mark.low, mark.height, mark.high, WHISKER)
        return go.Bar(
            x=list(mark.at), y=list(mark.height), width=list(mark.width),
            marker={"color": colour}, **({"error_y": ends} if mark.low else {}), **named,
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


def _band(go: Any, band: Band, colour: str) -> Any:
    """One closed outline: along the high ends and back along the low ones."""
    x, low, high = list(band.x), list(band.low), list(band.high)
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return go.Scatter(
        x=x + x[::-1], y=high + low[::-1], mode="none", fill="toself",
        fillcolor=f"rgba({red},{green},{blue},0.15)", showlegend=False, hoverinfo="skip",
    )  # fmt: skip


def _whiskers(dots: Dots, colour: str) -> dict[str, Any]:
    """From the estimate to the ends; the ends themselves go along as `customdata`."""
    if not dots.low:
        return {}
    bar = _ends(dots.low, dots.x if dots.across else dots.y, dots.high, colour)
    data = [[low, high] for low, high in zip(dots.low, dots.high, strict=True)]
    return {"error_x" if dots.across else "error_y": bar, "customdata": data}


def _ends(low: Numbers, middle: Numbers, high: Numbers, colour: str) -> dict[str, Any]:
    """How far an interval reaches down and up from each estimate."""

    def away(one: Numbers, other: Numbers) -> list[float | None]:
        return [None if a is None or b is None else a - b for a, b in zip(one, other, strict=True)]

    if not low:
        return {}
    down, up = away(middle, low), away(high, middle)
    return {
        "type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": colour
    }  # fmt: skip
