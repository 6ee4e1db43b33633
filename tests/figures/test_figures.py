"""Every number that a figure shows is one of the document behind it, by either engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boxscore import figures
from boxscore.cli.figure import figure
from boxscore.errors import RequestError
from boxscore.figures import charts
from boxscore.figures.chart import COLUMN, Heat
from boxscore.project import Project

RUNS = ("float32", "int8")
AREA = "Object Area - Absolute"
ENGINES = ("matplotlib", "plotly")
UNKNOWN: Any = "gnuplot"
Series = dict[str, tuple[list[float], list[float]]]


@pytest.fixture(scope="module")
def project(demo_folder: Path) -> Project:
    return Project.open(demo_folder)


def series(figure: Any, engine: str) -> Series:
    """Name -> x and y of everything that has a name."""
    pytest.importorskip(engine)
    if engine == "plotly":
        drawn = [(one.name, one.x, one.y) for one in figure.data if one.type == "scatter"]
    else:
        lines = figure.axes[0].get_lines()
        drawn = [(one.get_label(), one.get_xdata(), one.get_ydata()) for one in lines]
    return {name: (_floats(x), _floats(y)) for name, x, y in drawn if name and name[0] != "_"}


def _floats(values: Any) -> list[float]:
    """nan is undefined; as a text, so that it equals itself."""
    found = [math.nan if v is None else float(v) for v in values]
    return [str(v) if math.isnan(v) else v for v in found]  # type: ignore[misc]


@pytest.mark.parametrize("engine", ENGINES)
def test_curves(project: Project, engine: Any) -> None:
    pytest.importorskip(engine)
    found = {run: project.curves(run, iou=0.7) for run in RUNS}
    drawn = series(figures.pr_curve(project, iou=0.7, engine=engine), engine)
    assert drawn == {
        run: (
            _floats(one["precision_recall"]["recall"]),
            _floats(one["precision_recall"]["precision"]),
        )
        for run, one in found.items()
    }
    drawn = series(figures.f1_curve(project, "int8", iou=0.7, engine=engine), engine)
    grid = found["int8"]["confidence"]
    assert drawn == {"int8": (_floats(grid["at"]), _floats(grid["f1"]))}


@pytest.mark.parametrize("engine", ENGINES)
def test_curves_have_their_bands(project: Project, engine: Any) -> None:
    pytest.importorskip(engine)
    band = project.curves("int8", intervals=True)["band"]
    drawn = figures.pr_curve(project, "int8", engine=engine)
    bare = figures.pr_curve(project, "int8", band=False, engine=engine)
    corners = set(zip(band["recall"] * 2, band["low"] + band["high"], strict=True))
    if engine == "plotly":
        (outline,) = [one for one in drawn.data if one.fill == "toself"]
        assert set(zip(outline.x, outline.y, strict=True)) == corners
        assert not any(one.fill for one in bare.data)
    else:
        (outline,) = drawn.axes[0].collections
        path = outline.get_paths()[0].vertices
        assert corners <= set(map(tuple, path.tolist()))
        assert not bare.axes[0].collections


@pytest.mark.parametrize("engine", ENGINES)
def test_costs_have_their_whiskers(project: Project, engine: Any) -> None:
    pytest.importorskip(engine)
    found = project.error_budget("int8", intervals=True)
    ends = [found["intervals"]["kinds"][kind] for kind in charts.KINDS]
    drawn = figures.error_budget(project, "int8", engine=engine)
    if engine == "plotly":
        bars = drawn.data[0]
        low = [y - less for y, less in zip(bars.y, bars.error_y.arrayminus, strict=True)]
        assert low == pytest.approx([one["low"] for one in ends])
        high = [y + more for y, more in zip(bars.y, bars.error_y.array, strict=True)]
        assert high == pytest.approx([one["high"] for one in ends])
    else:
        _, whiskers = drawn.axes[0].collections  # on a white ground of their own
        segments = [[float(y) for _, y in line] for line in whiskers.get_segments()]
        assert segments == [[one["low"], one["high"]] for one in ends]


@pytest.mark.parametrize("engine", ENGINES)
def test_calibration_leaves_empty_bins_out(project: Project, engine: Any) -> None:
    pytest.importorskip(engine)
    drawn = series(figures.calibration(project, engine=engine), engine)
    for run in RUNS:
        bins = [one for one in project.calibration(run)["bins"] if one["count"]]
        assert drawn[run] == ([b["confidence"] for b in bins], [b["precision"] for b in bins])


@pytest.mark.parametrize("engine", ENGINES)
def test_error_budget(project: Project, engine: Any) -> None:
    pytest.importorskip(engine)
    figure = figures.error_budget(project, engine=engine)
    if engine == "plotly":
        drawn = {one.name: list(one.y) for one in figure.data}
    else:
        drawn = {
            box.get_label(): [bar.get_height() for bar in box] for box in figure.axes[0].containers
        }
    assert drawn == {
        run: [project.error_budget(run)["kinds"][kind]["delta_ap"] for kind in charts.KINDS]
        for run in RUNS
    }


def whiskers(figure: Any, engine: str) -> list[list[tuple[float, float]]]:
    """Lower and upper ends, of each set of estimates."""
    if engine == "plotly":
        return [[(low, high) for low, high in one.customdata] for one in figure.data]
    across = [one.get_segments() for one in figure.axes[0].collections]
    axis = 0 if len({p[1] for p in across[0][0]}) == 1 else 1
    return [[(a[axis], b[axis]) for a, b in segments] for segments in across]


@pytest.mark.parametrize("engine", ENGINES)
def test_intervals(project: Project, engine: Any) -> None:
    pytest.importorskip(engine)
    figure = figures.size_breakdown(project, engine=engine)
    found = [[project.intervals(run)["metrics"][n] for n in ("APs", "APm", "APl")] for run in RUNS]
    assert [y for _, y in series(figure, engine).values()] == [
        [one["estimate"] for one in values] for values in found
    ]
    assert whiskers(figure, engine) == [[(o["low"], o["high"]) for o in some] for some in found]
    figure = figures.metric_performance(project, "int8", AREA, bins=5, engine=engine)
    bins = project.metric_performance("int8", AREA, bins=5)["bins"]
    drawn = series(figure, engine)
    for name, ends in zip(("precision", "recall"), whiskers(figure, engine), strict=True):
        values = [one[name] for one in bins]
        assert drawn[name.capitalize()][1] == [v["estimate"] for v in values]
        assert ends == [(v["low"], v["high"]) for v in values]


@pytest.mark.parametrize("engine", ENGINES)
def test_forest(project: Project, engine: Any) -> None:
    pytest.importorskip(engine)
    figure = figures.forest(project, *RUNS, most=3, engine=engine)
    pair = project.compare(*RUNS)["pairs"][0]
    changes = [one["change"] for one in pair["per_class"] if one["change"]["low"] is not None]
    changes.sort(key=lambda one: -abs(one["difference"]))
    rows = [pair["metrics"]["AP"], *changes[:3]][::-1]
    (drawn,) = whiskers(figure, engine)
    assert drawn == [(one["low"], one["high"]) for one in rows]
    if engine == "plotly":
        assert list(figure.data[0].x) == [one["difference"] for one in rows]
        assert figure.layout.yaxis.ticktext[-1] == "AP"
    else:
        assert list(figure.axes[0].get_lines()[1].get_xdata()) == [o["difference"] for o in rows]
        assert figure.axes[0].get_yticklabels()[-1].get_text() == "AP"


def test_confusion_adds_up(project: Project) -> None:
    document = project.confusion("int8")
    (heat,) = charts.confusion(document, most=5).marks
    assert isinstance(heat, Heat)
    matrix = document["matrix"]
    assert sum(map(sum, heat.counts)) == sum(map(sum, matrix)) and len(heat.counts) == 7
    names = [one["name"] for one in document["classes"]]
    chart = charts.confusion(document, most=5)
    person = chart.x.names.index("person")
    k = names.index("person")
    assert heat.counts[person][person] == matrix[k][k]
    assert heat.counts[person][-1] == matrix[k][-1] and heat.counts[-1][person] == matrix[-1][k]
    (whole,) = charts.confusion(document, most=1000).marks
    assert isinstance(whole, Heat)
    assert whole.counts == tuple(map(tuple, matrix)) and len(whole.counts) == len(names) + 1
    for shades, counts in zip(whole.shades, whole.counts, strict=True):
        assert shades == tuple(c / sum(counts) if sum(counts) else None for c in counts)


@pytest.mark.parametrize("engine", ENGINES)
def test_confusion_is_drawn(project: Project, engine: Any) -> None:
    pytest.importorskip(engine)
    figure = figures.confusion(project, "int8", most=5, engine=engine)
    (heat,) = charts.confusion(project.confusion("int8"), most=5).marks
    assert isinstance(heat, Heat)
    if engine == "plotly":
        drawn = figure.data[0].z
    else:
        drawn = figure.axes[0].images[0].get_array().filled(math.nan)
    assert list(map(_floats, drawn)) == list(map(_floats, heat.shades))


def test_size_fonts_and_bytes(project: Project, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    figure = figures.pr_curve(project, width=2)
    assert figure.get_size_inches()[0] == 2
    axes = figures.pr_curve(project).axes[0]
    assert axes.xaxis.label.get_fontsize() == 8
    assert {t.get_fontsize() for t in axes.get_xticklabels()} == {7}
    assert figures.pr_curve(project).get_size_inches()[0] == COLUMN
    for name in ("a.svg", "b.svg"):
        figures.pr_curve(project).savefig(tmp_path / name, metadata={"Date": None})
    assert len({(tmp_path / name).read_bytes() for name in ("a.svg", "b.svg")}) == 1


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda p: figures.pr_curve(p, "int9"), "E-RUN-UNKNOWN"),
        (lambda p: figures.forest(p, "int8", "int9"), "E-RUN-UNKNOWN"),
        (lambda p: figures.pr_curve(p, engine=UNKNOWN), "E-FIGURE-ENGINE"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    project: Project, ask: Callable[[Project], Any], code: str
) -> None:
    with pytest.raises(RequestError) as bad:
        ask(project)
    assert bad.value.code == code


def test_an_engine_that_is_missing_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match="plotly is not installed"):
        figures.pr_curve(project, engine="plotly")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pr-curve", "-o", "a.gif"), "E-FIGURE-SUFFIX"),
        (("forest", "int8", "-o", "a.pdf"), "E-FIGURE-RUNS"),
        (("metric-performance", "int8", "-o", "a.pdf"), "E-FIGURE-METRIC"),
    ],
)
def test_command_line_refuses(
    project: Project, words: tuple[str, ...], code: str, tmp_path: Path
) -> None:
    with pytest.raises(RequestError) as bad:
        figure.main([*words, "-t", str(project.path)], standalone_mode=False)
    assert bad.value.code == code and not list(tmp_path.iterdir())


@pytest.mark.parametrize(("suffix", "engine"), [("svg", "matplotlib"), ("html", "plotly")])
def test_command_line_writes(project: Project, suffix: str, engine: str, tmp_path: Path) -> None:
    pytest.importorskip(engine)
    target = tmp_path / f"forest.{suffix}"
    words = ["forest", "float32", "int8", "-o", str(target), "-t", str(project.path)]
    figure.main(words, standalone_mode=False)
    assert "Change of AP, float32 to int8" in target.read_text(encoding="utf-8")
