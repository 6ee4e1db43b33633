"""A report as one HTML file: pictures inside, no script, no network, works from the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from boxscore.report.charts import Line, line_chart
from boxscore.report.words import (
    KINDS,
    change_rows,
    definition,
    findings,
    headline,
    identity,
    interval,
    number,
)

Document = dict[str, Any]
Crops = Mapping[str, tuple[str, str]]
STYLE = Path(__file__).with_name("report.css")
OUTCOMES = {"fp": "False", "fn": "Missed", "tp": "Right"}
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def html(facts: Document, crops: Sequence[Crops]) -> str:
    """The whole page.

    Args:
        crops: Of each run: object id -> (data URL, boxes).
    """
    project = facts["project"]
    title = escape(f"{project['name']}: {', '.join(run['name'] for run in facts['runs'])}")
    body = "".join(_run(k, run, crops[k]) for k, run in enumerate(facts["runs"]))
    where = f", slice {facts['slice']}" if facts["slice"] else ""
    size = f"{project['images']} images, {project['ground_truth']} objects{where}"
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f"<body><header><h1>{escape(project['name'])}</h1><p>{escape(size)}</p></header>\n"
        f"{_compared(facts.get('compare'))}{body}"
        "<footer>Made by Boxscore. Labels are solid, predictions dashed.</footer></body></html>\n"
    )


def _compared(compare: Document | None) -> str:
    """Every other run against the first."""
    if compare is None:
        return ""
    parts = ["<section><h2>Better or worse</h2>"]
    for pair in compare["pairs"]:
        sentences = "".join(f"<li>{escape(one)}</li>" for one in pair["sentences"])
        head = ["metric", pair["first"], pair["second"], "difference", "95 %"]
        parts.append(f"<ul>{sentences}</ul>{_table(head, change_rows(pair))}")
    parts += [f"<p class=note>{escape(note)}</p>" for note in compare["notes"]]
    return "".join([*parts, "</section>\n"])


def _run(k: int, run: Document, crops: Crops) -> str:
    parts = [
        f"<section><h2>{escape(run['name'])}</h2>",
        f"<p class=note>{escape(definition(run['evaluation']))} · "
        f"{run['evaluation']['predictions']} predictions from {escape(identity(run))}</p>",
        *_scores(run),
        *_first(run),
        '<div class="cards">',
        *_charts(run),
        *_budget(run),
        *_confused(run),
        "</div>",
        *_classes(run),
        *_gallery(k, run, crops),
        "</section>\n",
    ]
    return "".join(parts)


def _scores(run: Document) -> Iterator[str]:
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
        yield (
            f"<p><b class=tp>{counts['tp']} right</b>, <b class=fp>{counts['fp']} false</b>, "
            f"<b class=fn>{counts['fn']} missed</b>{at}: precision {number(counts['precision'])}, "
            f"recall {number(counts['recall'])}, F1 {number(counts['f1'])}</p>"
        )
    if bounds:
        yield "<p class=note>Small print under a number: 95 % interval, images drawn anew.</p>"
    for note in evaluation.get("notes", ()):
        yield f"<p class=note>{escape(note)}</p>"


def _first(run: Document) -> Iterator[str]:
    words = findings(run)
    if words:
        items = "".join(f"<li>{escape(one)}</li>" for one in words)
        yield f"<h3>What to fix first</h3><ol>{items}</ol>"


def _charts(run: Document) -> Iterator[str]:
    curves = run.get("curves")
    if curves:
        pr, by = curves["precision_recall"], curves["confidence"]
        chart = line_chart([Line(pr["recall"], pr["precision"], "a")], "Recall", "Precision")
        yield _card("Precision and recall, IoU 0.50", chart)
        lines = [Line(by["at"], by[name], name) for name in ("precision", "recall", "f1")]
        chart = line_chart(lines, "Confidence", "F1 solid, recall dashed, precision dotted")
        yield _card(f"Best F1 {number(curves['best']['f1'])} at confidence "
                    f"{number(curves['best']['confidence'])}", chart)  # fmt: skip
    calibration = run.get("calibration")
    if calibration and calibration["bins"]:
        bins = [b for b in calibration["bins"] if b["count"]]
        line = Line([b["confidence"] for b in bins], [b["precision"] for b in bins], "a dots")
        error = calibration["ece"] if calibration["iou"] is None else calibration["d_ece"]
        name = "ECE" if calibration["iou"] is None else "D-ECE"
        chart = line_chart([line], "Confidence", "Share right", diagonal=True)
        yield _card(f"Calibration, {name} {number(error)}", chart)


def _budget(run: Document) -> Iterator[str]:
    budget = run.get("error_budget")
    if not budget:
        return
    rows = sorted(budget["kinds"].items(), key=lambda pair: -(pair[1]["delta_ap"] or 0))
    most = max((found["delta_ap"] or 0 for _, found in rows), default=0) or 1
    bars = "".join(
        f"<tr><th>{KINDS[kind]}</th><td>{found['count']}</td>"
        f'<td class=bar><i style="width:{100 * (found["delta_ap"] or 0) / most:.0f}%"></i></td>'
        f"<td>+{number(found['delta_ap'])}</td></tr>"
        for kind, found in rows
    )
    yield _card(
        f"What errors cost: AP at IoU {budget['iou']:.2f} is {number(budget['ap'])}",
        f"<table class=bars>{bars}</table>",
    )


def _confused(run: Document) -> Iterator[str]:
    pairs = run.get("confused") or []
    if pairs:
        rows = [[p["labelled_name"], p["predicted_name"], str(p["count"])] for p in pairs]
        yield _card("Taken for each other", _table(["labelled", "predicted", "times"], rows))


def _card(title: str, content: str) -> str:
    return f'<div class="card"><h3>{escape(title)}</h3>{content}</div>'


def _classes(run: Document) -> Iterator[str]:
    rows = [row for row in run["evaluation"]["per_class"] if row["ground_truth"]]
    if len(rows) < 2:
        return
    own = [k for k in rows[0] if k not in ("class", "class_id", "feature_hash", "intervals")]
    names = [k for k in own if any(row.get(k) is not None for row in rows)]
    rows.sort(key=lambda row: (-(row.get("fn") or 0), -row["ground_truth"]))
    cells = [
        [row["class"], *(str(v) if isinstance(v := row.get(k), int) else number(v) for k in names)]
        for row in rows
    ]
    yield f"<h3>Classes, most misses first</h3>{_table(['class', *names], cells)}"


def _table(head: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f"<div class=wide><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _gallery(k: int, run: Document, crops: Crops) -> Iterator[str]:
    examples = run.get("examples") or {}
    if not any(examples.values()):
        return
    yield '<h3>Objects, worst first</h3><div class="gallery">'
    for outcome, label in OUTCOMES.items():
        checked = " checked" if outcome == "fp" else ""
        yield (
            f'<input type=radio name="g{k}" id="g{k}{outcome}" class="{outcome}"{checked}>'
            f'<label for="g{k}{outcome}">{label} ({len(examples.get(outcome, ()))})</label>'
        )
    for outcome, objects in examples.items():
        figures = "".join(_figure(one, crops.get(one["id"])) for one in objects)
        yield f'<div class="grid {outcome}">{figures or "<p>None.</p>"}</div>'
    yield "</div>"


def _figure(one: Document, crop: tuple[str, str] | None) -> str:
    picture = '<div class="none">no pixels</div>'
    if crop is not None:
        url, boxes = crop
        picture = f'<div class="crop"><img src="{url}" alt="">{boxes}</div>'
    sure = "" if one["confidence"] is None else f" {one['confidence']:.2f}"
    return (
        f"<figure>{picture}<figcaption><b>{escape(one['class_name'])}</b>{sure}<br>"
        f"{escape(one['reason'])}<br><small>{escape(one['item']['title'])}</small>"
        "</figcaption></figure>"
    )
