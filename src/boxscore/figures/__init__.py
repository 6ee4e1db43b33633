"""Figures for papers: the numbers of a project as matplotlib or Plotly figures.

>>> from boxscore import figures
>>> figures.pr_curve(project).savefig("pr.pdf")  # doctest: +SKIP

Each draws one document that `Project` answers too, and computes nothing of its own. Needs
`pip install boxscore[figures]` for matplotlib, `boxscore[plotly]` for Plotly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Literal

from boxscore.errors import RequestError, UnknownRunError, near_misses
from boxscore.figures import charts
from boxscore.figures.chart import COLUMN, Chart
from boxscore.project import Project

__all__ = [
    "calibration", "confusion", "error_budget", "f1_curve", "forest", "metric_performance",
    "pr_curve", "size_breakdown",
]  # fmt: skip

Engine = Literal["matplotlib", "plotly"]
EXTRAS = {"matplotlib": "figures", "plotly": "plotly"}
Classes = tuple[int, ...] | None


def pr_curve(
    project: Project, *runs: str, iou: float = 0.5, classes: Classes = None,
    task: str | None = None, where: str | None = None, band: bool = True,
    engine: Engine = "matplotlib", width: float = COLUMN,
) -> Any:  # fmt: skip
    """Precision against recall, pooled over the chosen classes; see `Project.curves`.

    Args:
        runs: None is all.
        band: Also where 95 % of the curves of images drawn anew lie.
        engine: "matplotlib" gives a `Figure`, "plotly" a `graph_objects.Figure`.
        width: In inches; a column of a paper with two unless it is said.

    Raises:
        RequestError: A run is unknown, or the engine is not installed.
    """
    found = _each(project, runs, lambda run: project.curves(
        run, iou=iou, classes=classes, intervals=band, task=task, where=where))  # fmt: skip
    return _drawn(charts.precision_recall(found), engine, width)


def f1_curve(
    project: Project, *runs: str, iou: float = 0.5, classes: Classes = None,
    task: str | None = None, where: str | None = None, engine: Engine = "matplotlib",
    width: float = COLUMN,
) -> Any:  # fmt: skip
    """F1 against the confidence threshold, with the best one marked; see `Project.curves`."""
    found = _each(project, runs, lambda run: project.curves(
        run, iou=iou, classes=classes, task=task, where=where))  # fmt: skip
    return _drawn(charts.f1(found), engine, width)


def confusion(
    project: Project, run: str, *, most: int = 10, iou: float = 0.5,
    confidence: float | None = None, task: str | None = None, where: str | None = None,
    engine: Engine = "matplotlib", width: float = COLUMN,
) -> Any:  # fmt: skip
    """Who is taken for whom: counts, shaded by share of the row; see `Project.confusion`.

    Args:
        most: Classes with a row of their own: those with most mistakes; the others share one.
    """
    found = _each(project, (run,), lambda name: project.confusion(
        name, iou=iou, confidence=confidence, task=task, where=where))  # fmt: skip
    return _drawn(charts.confusion(found[run], most), engine, width)


def calibration(
    project: Project, *runs: str, iou: float = 0.5, task: str | None = None,
    where: str | None = None, engine: Engine = "matplotlib", width: float = COLUMN,
) -> Any:  # fmt: skip
    """How often predictions of a confidence are right; see `Project.calibration`."""
    found = _each(project, runs, lambda run: project.calibration(
        run, iou=iou, task=task, where=where))  # fmt: skip
    return _drawn(charts.calibration(found), engine, width)


def error_budget(
    project: Project, *runs: str, iou: float = 0.5, task: str | None = None,
    where: str | None = None, engine: Engine = "matplotlib", width: float = COLUMN,
) -> Any:  # fmt: skip
    """What each kind of error costs in AP, with 95 % intervals; see `Project.error_budget`."""
    found = _each(project, runs, lambda run: project.error_budget(
        run, iou=iou, intervals=True, task=task, where=where))  # fmt: skip
    return _drawn(charts.error_budget(found), engine, width)


def metric_performance(
    project: Project, run: str, metric: str, *, iou: float = 0.5, confidence: float | None = None,
    bins: int = 6, task: str | None = None, where: str | None = None,
    engine: Engine = "matplotlib", width: float = COLUMN,
) -> Any:  # fmt: skip
    """Precision and recall over bins of a quality metric; see `Project.metric_performance`.

    Args:
        metric: Its title or id, as "Area" or "image.brightness".
    """
    found = _each(project, (run,), lambda name: project.metric_performance(
        name, metric, iou=iou, confidence=confidence, bins=bins, task=task,
        where=where))  # fmt: skip
    return _drawn(charts.metric_performance(found[run]), engine, width)


def size_breakdown(
    project: Project, *runs: str, task: str | None = None, where: str | None = None,
    engine: Engine = "matplotlib", width: float = COLUMN,
) -> Any:  # fmt: skip
    """AP of small, medium and large objects, with 95 % intervals; see `Project.intervals`."""
    found = _each(project, runs, lambda run: project.intervals(run, task=task, where=where))
    return _drawn(charts.size_breakdown(found), engine, width)


def forest(
    project: Project, first: str, second: str, *, most: int = 15, iou: float = 0.5,
    where: str | None = None, engine: Engine = "matplotlib", width: float = COLUMN,
) -> Any:  # fmt: skip
    """What changed from one run to another, per class, with intervals; see `Project.compare`.

    Args:
        most: Classes that are shown: of those with an interval, the ones that
            changed most; their objects in brackets.
    """
    found = project.compare(first, second, iou=iou, where=where)
    return _drawn(charts.forest(found["pairs"][0], most), engine, width)


def _each(
    project: Project, runs: tuple[str, ...], ask: Callable[[str], dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The document of each run."""
    known = project.run_names()
    for run in runs:
        if run not in known:
            raise UnknownRunError(run, known)
    return {run: ask(run) for run in runs or known}


def _drawn(chart: Chart, engine: Engine, width: float) -> Any:
    if engine not in EXTRAS:
        raise RequestError(
            f"engine {engine!r} is unknown", fix=near_misses(engine, EXTRAS), code="E-FIGURE-ENGINE"
        )
    if find_spec(engine) is None:
        raise RequestError(
            f"{engine} is not installed",
            fix=f"pip install 'boxscore[{EXTRAS[engine]}]'",
            code="E-FIGURE-INSTALL",
        )
    sized = replace(chart, width=width)
    if engine == "plotly":
        from boxscore.figures.in_plotly import draw as draw_plotly

        return draw_plotly(sized)
    from boxscore.figures.in_matplotlib import draw

    return draw(sized)
