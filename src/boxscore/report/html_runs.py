"""One run's section of the page: scores, what to fix, charts, classes and its worst objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from boxscore.report.charts import Band, Line, line_chart
from boxscore.report.html_parts import card, note, raw_table, table
from boxscore.report.words import (
    FIX_HEAD,
    KINDS,
    band_note,
    budget_note,
    cost_bounds,
    counted,
    definition,
    fix_note,
    fix_rows,
    headline,
    identity,
    interval,
    number,
)

Document = dict[str, Any]
Crops = Mapping[str, tuple[str, str]]
OUTCOMES = {"fp": "False", "fn": "Missed", "tp": "Right"}


def run_section(k: int, run: Document, crops: Crops) -> str:
    """Everything about one run.

    Args:
        k: Its number on the page.
        crops: Object id -> (data URL, boxes).
    """
    shown = _Shown(k, run.get("examples") or {})
    parts = [
        f'<section id="run{k}"><h2>{escape(run["name"])}</h2>',
        note(
            f"{definition(run['evaluation'])} · "
            f"{counted(run['evaluation']['predictions'], 'prediction')} from {identity(run)}"
        ),
        *_scores(k, run),
        *_first(run),
        '<div class="cards">',
        *_charts(run),
        *_budget(run, shown),
        *_confused(run),
        "</div>",
        *_classes(run, shown),
        *_gallery(shown, crops),
        "</section>\n",
    ]
    return "".join(parts)


def _scores(k: int, run: Document) -> Iterator[str]:
    evaluation = run["evaluation"]
    bounds = run.get("intervals", {}).get("metrics", {})
    main, _ = headline(evaluation)
    ordered = [main, *(name for name in evaluation["metrics"] if name != main)]
    yield '<div class="tiles">'
    for name in ordered:
        value = evaluation["metrics"][name]
        yield (
            f"<div><span>{escape(name)}</span><b>{number(value)}</b>"
            f"<small>{escape(interval(bounds.get(name)))}</small></div>"
        )
    yield "</div>"
    counts = evaluation["counts"]
    if counts:
        at = ""
        if counts["iou"] is not None:
            at = f" at IoU {counts['iou']:.2f}, confidence {number(counts['confidence'])}"
        words = {"tp": "right", "fp": "false", "fn": "missed"}
        ways = [
            _link(
                f"r{k}-{outcome}", f"{counts[outcome]} {word}", outcome, bool(run.get("examples"))
            )
            for outcome, word in words.items()
        ]
        yield (
            f"<p>{', '.join(ways)}{at}: precision {number(counts['precision'])}, "
            f"recall {number(counts['recall'])}, F1 {number(counts['f1'])}</p>"
        )
    if bounds:
        yield note("Small print under a number: 95 % interval, images drawn anew.")
    yield from map(note, evaluation.get("notes", ()))


def _link(place: str, text: str, style: str, there: bool) -> str:
    """The way to the objects behind a number, where some are shown."""
    if not there:
        return f"<b class={style}>{escape(text)}</b>"
    return f'<a class={style} href="#{place}">{escape(text)}</a>'


def _first(run: Document) -> Iterator[str]:
    rows = fix_rows(run)
    if rows:
        yield f"<h3>What to fix first</h3>{note(fix_note(run))}{table(FIX_HEAD, rows, words=2)}"


def _charts(run: Document) -> Iterator[str]:
    curves = run.get("curves")
    if curves:
        pr, by = curves["precision_recall"], curves["confidence"]
        known = curves["band"]
        band = Band(known["recall"], known["low"], known["high"])
        line = Line(pr["recall"], pr["precision"], "a")
        chart = line_chart([line], "Recall", "Precision", band=band)
        yield card("Precision and recall, IoU 0.50", chart + note(band_note(known)))
        lines = [Line(by["at"], by[name], name) for name in ("precision", "recall", "f1")]
        chart = line_chart(lines, "Confidence", "F1 solid, recall dashed, precision dotted")
        yield card(f"Best F1 {number(curves['best']['f1'])} at confidence "
                    f"{number(curves['best']['confidence'])}", chart)  # fmt: skip
    calibration = run.get("calibration")
    if calibration and calibration["bins"]:
        bins = [b for b in calibration["bins"] if b["count"]]
        line = Line([b["confidence"] for b in bins], [b["precision"] for b in bins], "a dots")
        error = calibration["ece"] if calibration["iou"] is None else calibration["d_ece"]
        name = "ECE" if calibration["iou"] is None else "D-ECE"
        chart = line_chart([line], "Confidence", "Share right", diagonal=True)
        yield card(f"Calibration, {name} {number(error)}", chart)


def _budget(run: Document, shown: _Shown) -> Iterator[str]:
    budget = run.get("error_budget")
    if not budget:
        return
    rows = sorted(budget["kinds"].items(), key=lambda pair: -(pair[1]["delta_ap"] or 0))
    ends = budget["intervals"]["kinds"]
    values = [v for kind, found in rows for v in (found["delta_ap"], ends[kind]["high"])]
    most = max((v for v in values if v is not None), default=0) or 1
    bars = "".join(
        f"<tr><th>{shown.kind(kind)}</th><td>{found['count']}</td>"
        f"<td class=bar>{_bar(found['delta_ap'], ends[kind], most)}</td>"
        f"<td>+{number(found['delta_ap'])}"
        f"<small>{escape(cost_bounds(budget, kind))}</small></td></tr>"
        for kind, found in rows
    )
    yield card(
        f"What errors cost: AP at IoU {budget['iou']:.2f} is {number(budget['ap'])}",
        f"<table class=bars>{bars}</table>" + note(budget_note(budget)),
    )


def _bar(value: float | None, ends: Document, most: float) -> str:
    """A bar, and the whisker that says how sure it is."""
    bar = f'<i style="width:{100 * (value or 0) / most:.0f}%"></i>'
    low, high = ends["low"], ends["high"]
    if low is None or high is None:
        return bar
    place = f"margin-left:{100 * low / most:.1f}%;width:{100 * (high - low) / most:.1f}%"
    return f'{bar}<s style="{place}"></s>'


def _confused(run: Document) -> Iterator[str]:
    pairs = run.get("confused") or []
    if pairs:
        rows = [[p["labelled_name"], p["predicted_name"], str(p["count"])] for p in pairs]
        yield card("Taken for each other", table(["labelled", "predicted", "times"], rows, words=2))


def _classes(run: Document, shown: _Shown) -> Iterator[str]:
    rows = [row for row in run["evaluation"]["per_class"] if row["ground_truth"]]
    if len(rows) < 2:
        return
    own = [k for k in rows[0] if k not in ("class", "class_id", "feature_hash", "intervals")]
    names = [k for k in own if any(row.get(k) is not None for row in rows)]
    rows.sort(key=lambda row: (-(row.get("fn") or 0), -row["ground_truth"]))
    cells = [[escape(row["class"]), *(shown.cell(row, name) for name in names)] for row in rows]
    head = ["class", *(name.replace("_", " ") for name in names)]
    yield f"<h3>Classes, most misses first</h3>{raw_table(head, cells)}"


# --- objects -----------------------------------------------------------------------------------


class _Shown:
    """The objects that a run's gallery shows, and the ways to them: links, so that keys work.

    Args:
        k: The run's number on the page.
        examples: Outcome -> objects, worst first.
    """

    def __init__(self, k: int, examples: Mapping[str, list[Document]]) -> None:
        self.k, self.examples = k, examples
        self._first: dict[str, str] = {}
        for outcome, objects in examples.items():
            for one in objects:
                for key in (f"{outcome}-c{one['class_id']}", f"k-{one['kind']}"):
                    self._first.setdefault(key, one["id"])

    def anchors(self, one: Document, outcome: str) -> str:
        """Empty elements that links to this object aim at."""
        keys = (f"{outcome}-c{one['class_id']}", f"k-{one['kind']}")
        mine = [key for key in keys if self._first.get(key) == one["id"]]
        return "".join(f'<i id="r{self.k}-{key}"></i>' for key in mine)

    def kind(self, kind: str) -> str:
        """A kind of error, as a way to its worst object."""
        return self._way(f"k-{kind}", KINDS[kind])

    def cell(self, row: Document, name: str) -> str:
        """A number of a class, as a way to the worst such object."""
        value = row.get(name)
        text = str(value) if isinstance(value, int) else number(value)
        return self._way(f"{name}-c{row.get('class_id')}", text)

    def _way(self, key: str, text: str) -> str:
        if key not in self._first:
            return escape(text)
        return f'<a href="#r{self.k}-{key}">{escape(text)}</a>'


def _gallery(shown: _Shown, crops: Crops) -> Iterator[str]:
    if not any(shown.examples.values()):
        return
    yield '<div class="gallery"><h3>Objects, worst first</h3><nav aria-label="Outcome">'
    for outcome, label in OUTCOMES.items():
        count = len(shown.examples.get(outcome, ()))
        yield f'<a class={outcome} href="#r{shown.k}-{outcome}">{label} ({count})</a>'
    yield "</nav>"
    for outcome, objects in shown.examples.items():
        figures = "".join(
            _figure(one, crops.get(one["id"]), shown.anchors(one, outcome)) for one in objects
        )
        yield (
            f'<div class="panel {outcome}" id="r{shown.k}-{outcome}"><h4>{OUTCOMES[outcome]}</h4>'
            f"<div class=grid>{figures or '<p>None.</p>'}</div></div>"
        )
    yield "</div>"


def _figure(one: Document, crop: tuple[str, str] | None, anchors: str) -> str:
    picture = '<div class="none">no pixels</div>'
    if crop is not None:
        url, boxes = crop
        picture = f'<div class="crop"><img src="{url}" alt="">{boxes}</div>'
    sure = "" if one["confidence"] is None else f" {one['confidence']:.2f}"
    return (
        f"<figure>{anchors}{picture}<figcaption><b>{escape(one['class_name'])}</b>{sure}<br>"
        f"{escape(one['reason'])}<br><small>{escape(one['item']['title'])}</small>"
        "</figcaption></figure>"
    )
