"""Documents into charts: every number of a figure is one of the document behind it."""

from __future__ import annotations

from typing import Any

from boxscore.figures.chart import Axis, Band, Bars, Chart, Dots, Heat, Line, Mark, Rule

Document = dict[str, Any]
KINDS = ("class", "location", "both", "duplicate", "background", "missed")
SIZES = {"APs": "small", "APm": "medium", "APl": "large"}
SHARE = (0.0, 1.0)


def precision_recall(curves: dict[str, Document]) -> Chart:
    """Precision against recall, with the bands that there are; run -> `Project.curves`."""
    bands = [(k, one["band"]) for k, one in enumerate(curves.values()) if one.get("band")]
    marks: list[Mark] = [Band(one["recall"], one["low"], one["high"], k) for k, one in bands]
    marks += [
        Line(one["precision_recall"]["recall"], one["precision_recall"]["precision"], run, k)
        for k, (run, one) in enumerate(curves.items())
    ]
    return Chart(Axis("Recall", *SHARE), Axis("Precision", *SHARE), tuple(marks))


def f1(curves: dict[str, Document]) -> Chart:
    """F1 against the confidence threshold, its best marked; run -> `Project.curves`."""
    marks: list[Mark] = []
    for k, (run, one) in enumerate(curves.items()):
        marks.append(Line(one["confidence"]["at"], one["confidence"]["f1"], run, k))
        marks.append(Dots([one["best"]["confidence"]], [one["best"]["f1"]], "", k))
    return Chart(Axis("Confidence threshold", *SHARE), Axis("F1", *SHARE), tuple(marks))


def confusion(document: Document, most: int) -> Chart:
    """Labels against predictions, shaded by share of the row; `Project.confusion`.

    Args:
        most: Classes that are shown, those with most mistakes; the others are one row and column.
    """
    matrix: list[list[int]] = document["matrix"]
    names = [one["name"] for one in document["classes"]]
    chosen = _most_confused(matrix, most)
    rest = [k for k in range(len(names)) if k not in chosen]
    groups = [[k] for k in chosen] + ([rest] if rest else []) + [[len(names)]]
    counts = tuple(
        tuple(sum(matrix[i][j] for i in rows for j in columns) for columns in groups)
        for rows in groups
    )
    shown = tuple(names[k] for k in chosen) + ((f"{len(rest)} others",) if rest else ())
    shades = tuple(tuple(c / sum(row) if sum(row) else None for c in row) for row in counts)
    side = 0.25 * len(groups)
    return Chart(
        Axis("Predicted", names=(*shown, "background")),
        Axis("Labelled", names=(*shown, "background")),
        (Heat(shades, counts),),
        height=max(2.4, side + 0.9),
        legend=False,
    )


def _most_confused(matrix: list[list[int]], most: int) -> list[int]:
    """Rows with the most off the diagonal, in the matrix's order."""
    inside = range(len(matrix) - 1)
    wrong = [sum(matrix[k]) + sum(row[k] for row in matrix) - 2 * matrix[k][k] for k in inside]
    return sorted(sorted(inside, key=lambda k: (-wrong[k], k))[:most])


def calibration(documents: dict[str, Document]) -> Chart:
    """How often predictions of a confidence are right; run -> `Project.calibration`."""
    marks: list[Mark] = [Rule((0, 0), (1, 1))]
    for k, (run, one) in enumerate(documents.items()):
        bins = [b for b in one["bins"] if b["count"]]
        x, y = ([b[name] for b in bins] for name in ("confidence", "precision"))
        marks.append(Dots(x, y, run, k, joined=True))
    return Chart(Axis("Mean confidence", *SHARE), Axis("Share right", *SHARE), tuple(marks))


def error_budget(documents: dict[str, Document]) -> Chart:
    """What each kind of error costs in AP, with its interval; run -> `Project.error_budget`."""
    marks = []
    for k, (run, one) in enumerate(documents.items()):
        ends = one.get("intervals", {}).get("kinds", {})
        marks.append(
            Bars(
                [place + _shift(k, len(documents)) for place in range(len(KINDS))],
                [one["kinds"][kind]["delta_ap"] for kind in KINDS],
                [0.8 / len(documents)] * len(KINDS),
                run,
                k,
                low=[ends[kind]["low"] for kind in KINDS] if ends else (),
                high=[ends[kind]["high"] for kind in KINDS] if ends else (),
            )
        )
    return Chart(Axis("", names=KINDS), Axis("AP lost", 0.0), tuple(marks))


def metric_performance(document: Document) -> Chart:
    """Precision and recall over the bins of a metric; `Project.metric_performance`."""
    bins = document["bins"]
    places = list(range(len(bins)))
    marks: list[Mark] = []
    for k, name in enumerate(("precision", "recall")):
        values = [one[name] for one in bins]
        marks.append(
            Dots(
                [place + _shift(k, 2) / 3 for place in places],
                [value["estimate"] for value in values],
                name.capitalize(), k,
                low=[value["low"] for value in values],
                high=[value["high"] for value in values],
                joined=True,
            )
        )  # fmt: skip
    card = document["metric"]
    title = card["title"] + (f" ({card['unit']})" if card["unit"] else "")
    names = tuple(f"{short(one['low'])}–{short(one['most'])}" for one in bins)
    return Chart(Axis(title, names=names), Axis("", *SHARE), tuple(marks))


def size_breakdown(documents: dict[str, Document]) -> Chart:
    """AP of small, medium and large objects with intervals; run -> `Project.intervals`."""
    marks = []
    for k, (run, one) in enumerate(documents.items()):
        values = [one["metrics"][name] for name in SIZES]
        marks.append(
            Dots(
                [place + _shift(k, len(documents)) / 2 for place in range(len(SIZES))],
                [value["estimate"] for value in values], run, k,
                low=[value["low"] for value in values],
                high=[value["high"] for value in values],
            )
        )  # fmt: skip
    names = tuple(SIZES.values())
    return Chart(Axis("Object size", -0.5, 2.5, names), Axis("AP", *SHARE), tuple(marks))


def forest(pair: Document, most: int) -> Chart:
    """Differences with intervals, of the whole and per class; a pair of `Project.compare`.

    Args:
        most: Classes that are shown: of those with an interval, the ones that changed most.
    """
    rows = [(name, one) for name, one in pair["metrics"].items() if name == pair["headline"]]
    classes = [one for one in pair["per_class"] if one["change"]["low"] is not None]
    classes.sort(key=lambda one: -abs(one["change"]["difference"]))
    rows += [(f"{one['name']} ({one['objects']})", one["change"]) for one in classes[:most]]
    rows.reverse()  # the first is on top
    places = list(range(len(rows)))
    dots = Dots(
        [one["difference"] for _, one in rows], places, "", 0,
        low=[one["low"] for _, one in rows], high=[one["high"] for _, one in rows], across=True,
    )  # fmt: skip
    title = f"Change of {pair['headline']}, {pair['first']} to {pair['second']}"
    return Chart(
        Axis(title),
        Axis("", -0.6, len(rows) - 0.4, names=tuple(name for name, _ in rows)),
        (Rule((0, -0.6), (0, len(rows) - 0.4)), dots),
        height=0.9 + 0.19 * len(rows),
        legend=False,
    )


def _shift(k: int, of: int) -> float:
    """Where the k-th of several stands around a place."""
    return 0.8 * ((k + 0.5) / of - 0.5)


def short(value: float) -> str:
    """Three significant digits, thousands as k, millions as M."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"
