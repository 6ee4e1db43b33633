"""What a notebook shows of a project: its app, through a viewer that is plugged in, and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from boxscore.errors import RequestError

if TYPE_CHECKING:
    from boxscore.project.reading import ProjectReader

ENTRY_POINTS = "boxscore.viewers"
MOST_ROWS = 20
Row = Sequence[object]


def viewer() -> Any:
    """What draws the app: the entry point `notebook` of `boxscore.viewers`.

    Raises:
        RequestError: This installation has none.
    """
    for point in entry_points(group=ENTRY_POINTS, name="notebook"):
        return point.load()
    raise RequestError(
        "this installation has no viewer for notebooks",
        fix="install boxscore anew, or use `boxscore start`",
        code="E-SHOW-NONE",
    )


class Evaluation(dict[str, Any]):
    """The document of an evaluation, which a notebook draws as a table."""

    def _repr_html_(self) -> str:
        counts = self.get("counts") or {}
        facts = {name: self[name] for name in ("images", "ground_truth", "predictions")}
        facts |= {name: counts[name] for name in ("tp", "fp", "fn") if name in counts}
        head = f"{self['run']}: {self['task']} by {self['protocol']}"
        measured = [(name, number(value)) for name, value in self["metrics"].items()]
        return table(head, ("metric", "value"), measured) + table(
            "", [name.replace("_", " ") for name in facts], [[number(v) for v in facts.values()]]
        )


def project_html(project: ProjectReader) -> str:
    """A project in two small tables: what it holds, and its runs."""
    overview = project.overview()
    facts = ("images", "ground_truth", "classes", "runs")
    values = [overview[name] for name in facts]
    sizes = [number(len(v) if isinstance(v, list) else v) for v in values]
    runs = [
        (run["name"], run["task"], number(run["predictions"]), *_headline(run["metrics"]))
        for run in overview["runs"]
    ]
    held = table(overview["name"], [name.replace("_", " ") for name in facts], [sizes])
    return held + table("", ("run", "task", "predictions", "metric", "value"), runs)


def _headline(metrics: dict[str, Any]) -> tuple[str, str]:
    """The first number of a run that is defined."""
    for name, value in metrics.items():
        if value is not None:
            return name, number(value)
    return "", ""


def number(value: object) -> str:
    """A count in full, a score to three places, a dash where it is undefined."""
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else f"{value}"


def table(caption: str, head: Sequence[str], rows: Iterable[Row]) -> str:
    """An HTML table; whatever it is given is text."""
    shown = list(rows)
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in shown[:MOST_ROWS]
    )
    more = len(shown) - MOST_ROWS
    rest = f"<p>and {more} more</p>" if more > 0 else ""
    title = f"<caption><b>{escape(caption)}</b></caption>" if caption else ""
    return f"<table>{title}<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>{rest}"
