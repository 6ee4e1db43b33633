"""Charts as matplotlib figures: sized for a column, text of 7 and 8 points, fonts embedded."""

from __future__ import annotations

from typing import Any

from boxscore.figures.chart import (
    COLOURS,
    Axis,
    Band,
    Bars,
    Chart,
    Dots,
    Heat,
    Line,
    Mark,
    Rule,
    defined,
)

DASHES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1.2)), (0, (4, 1.2, 1, 1.2)), "-", "--")
MARKERS = "oDs^vP"
STYLE = {
    "font.size": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.3,
    "pdf.fonttype": 42,  # text stays text in the paper's PDF
    "svg.fonttype": "none",
    "svg.hashsalt": "boxscore",  # the same chart, the same bytes
}
MANY_NAMES = 4


def draw(chart: Chart) -> Any:
    """A `matplotlib.figure.Figure`; no state of pyplot is touched."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    class Styled(Figure):
        """Some of a style counts only when a figure is written."""

        def savefig(self, *args: Any, **options: Any) -> None:
            with rc_context(STYLE):
                super().savefig(*args, **options)

    with rc_context(STYLE):
        figure = Styled(figsize=(chart.width, chart.height), layout="constrained")
        axes = figure.add_subplot()
        for mark in chart.marks:
            _mark(axes, mark)
        _axis(axes.xaxis, axes.set_xlim, chart.x)
        _axis(axes.yaxis, axes.set_ylim, chart.y)
        if len("".join(chart.x.names)) > 30 or len(chart.x.names) > MANY_NAMES * 2:
            axes.tick_params(axis="x", rotation=45)
            for label in axes.get_xticklabels():
                label.set(ha="right", rotation_mode="anchor")
        if chart.legend and any(_name(mark) for mark in chart.marks):
            axes.legend(frameon=False)
        figure.canvas.draw()  # ticks are made now, under this style
    return figure


def _name(mark: Mark) -> str:
    return "" if isinstance(mark, Rule | Heat | Band) else mark.name


def _axis(axis: Any, limits: Any, of: Axis) -> None:
    axis.set_label_text(of.title)
    if of.names:
        axis.set_ticks(range(len(of.names)), of.names)
    if of.low is not None or of.high is not None:
        limits(of.low, of.high)


def _mark(axes: Any, mark: Mark) -> None:
    if isinstance(mark, Rule):
        ends = zip(mark.start, mark.end, strict=True)
        axes.plot(*map(list, ends), color="#8a8d92", linewidth=0.7, zorder=0)
    elif isinstance(mark, Heat):
        _heat(axes, mark)
    else:
        colour = COLOURS[mark.run % len(COLOURS)]
        draw_one: Any = {Line: _line, Band: _band, Dots: _dots, Bars: _bars}[type(mark)]
        draw_one(axes, mark, colour)


def _line(axes: Any, line: Line, colour: str) -> None:
    x, y = ([defined(v) for v in values] for values in (line.x, line.y))
    axes.plot(x, y, color=colour, linestyle=DASHES[line.run % len(DASHES)], label=line.name or None)


def _band(axes: Any, band: Band, colour: str) -> None:
    x, low, high = ([defined(v) for v in values] for values in (band.x, band.low, band.high))
    axes.fill_between(x, low, high, color=colour, alpha=0.15, linewidth=0)


def _dots(axes: Any, dots: Dots, colour: str) -> None:
    x, y = ([defined(v) for v in values] for values in (dots.x, dots.y))
    if dots.low:
        low, high = ([defined(v) for v in values] for values in (dots.low, dots.high))
        place = {"y": y, "xmin": low, "xmax": high} if dots.across else {}
        place = place or {"x": x, "ymin": low, "ymax": high}
        (axes.hlines if dots.across else axes.vlines)(**place, color=colour, linewidth=0.9)
    axes.plot(
        x, y, color=colour, marker=MARKERS[dots.run % len(MARKERS)], markersize=3.5,
        linestyle=DASHES[dots.run % len(DASHES)] if dots.joined else "none",
        label=dots.name or None,
    )  # fmt: skip


def _bars(axes: Any, bars: Bars, colour: str) -> None:
    height = [defined(v) for v in bars.height]
    hatch = ("", "////", "....", "xxxx")[bars.run % 4]
    axes.bar(
        list(bars.at), height, width=list(bars.width), color=colour, edgecolor="white",
        linewidth=0.4, hatch=hatch, label=bars.name or None,
    )  # fmt: skip
    if bars.low:
        low, high = ([defined(v) for v in values] for values in (bars.low, bars.high))
        for tone, width in (("white", 2.4), ("black", 0.9)):  # seen on bars of any colour
            axes.vlines(list(bars.at), low, high, color=tone, linewidth=width)


def _heat(axes: Any, heat: Heat) -> None:
    shades = [[defined(v) for v in row] for row in heat.shades]
    axes.imshow(shades, cmap="Greys", vmin=0, vmax=1.25, aspect="auto")
    for spine in axes.spines.values():
        spine.set_visible(True)
    for i, row in enumerate(heat.counts):
        for j, count in enumerate(row):
            dark = (heat.shades[i][j] or 0) > 0.6
            colour = "white" if dark else "black"
            if count:
                axes.text(j, i, f"{count}", ha="center", va="center", fontsize=6, color=colour)
