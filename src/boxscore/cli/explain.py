"""`boxscore explain-map`: why does my mAP differ?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from boxscore.cli.options import json_option, open_project, target_option
from boxscore.cli.text import columns, number

SPELLED = {"mAP50": "mAP50", "mAP50_95": "mAP50-95"}
WIDTH = 30


@click.command(epilog="Example:  boxscore explain-map yolo-x --tool ultralytics")
@click.argument("run")
@click.option(
    "--gt",
    "ground_truth",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A COCO ground truth file; RUN is then a COCO results file, and no project is needed.",
)
@click.option("--tool", "tools", multiple=True, help="Only this tool; repeatable.  [default: all]")
@click.option(
    "--metric",
    type=click.Choice(["mAP50_95", "mAP50"]),
    help="What to compare, of tools that publish it. Default: the tool's headline.",
)
@json_option
@target_option
def explain_map(
    run: str,
    ground_truth: Path | None,
    tools: tuple[str, ...],
    metric: str | None,
    as_json: bool,
    target: Path,
) -> None:
    """Show the mAP of RUN under the rules of other tools, and which rule moves how many points."""
    if ground_truth is None:
        document = open_project(target).explain_map(run, tools=tools, metric=metric)
    else:
        from boxscore.project.explaining import explain_files

        document = explain_files(ground_truth, run, tools=tools, metric=metric)
    if as_json:
        from boxscore.cli.text import print_json

        print_json(document)
        return
    _print_summary(document)
    for tool in document["tools"]:
        click.echo()
        _print_waterfall(tool)


def _print_summary(document: dict[str, Any]) -> None:
    click.echo(
        f"{document['run']}: the same {document['predictions']} boxes on {document['images']} "
        "images, by each tool's rules"
    )
    rows = [["tool", "mAP50-95", "mAP50", "from COCO", "what matters most"]]
    rows.append(["coco", *_both(document["from"]), "", ""])
    rows += [
        [tool["tool"], *_both(tool), _points(tool["points"]), _most(tool)]
        for tool in document["tools"]
    ]
    click.echo(columns(rows, right=(1, 2, 3)))


def _both(values: dict[str, Any]) -> list[str]:
    return [number(values[name], 5) for name in ("mAP50_95", "mAP50")]


def _points(points: float | None) -> str:
    return "–" if points is None else f"{points:+.2f}".replace("-0.00", "+0.00")


def _most(tool: dict[str, Any]) -> str:
    step = _most_step(tool)
    return "" if step is None else f"{step['rule']} ({_points(step['points'])})"


def _most_step(tool: dict[str, Any]) -> dict[str, Any] | None:
    return next((s for s in tool["steps"] if s["rule"] == tool["matters_most"]), None)


def _print_waterfall(tool: dict[str, Any]) -> None:
    name = SPELLED[tool["metric"]]
    click.echo(f"{tool['tool']}: {tool['title']}")
    values = [tool["from"], *(step["to"] for step in tool["steps"])]
    if None in values:
        click.echo("  no class has ground truth: mAP is undefined")
        return
    low, high = min(values), max(values)
    rows = [[f"COCO {name}", number(tool["from"], 5), "", _bar(low, high, tool["from"]), ""]]
    still = [step["rule"] for step in tool["steps"] if _points(step["points"])[1:] == "0.00"]
    for step in tool["steps"]:
        if step["rule"] in still:
            continue
        bar = _bar(low, high, step["from"], step["to"])
        label = f"{step['rule']}: {step['choice']}"
        rows.append([label, number(step["to"], 5), _points(step["points"]), bar])
    rows.append([f"{tool['tool']} {name}", number(tool["value"], 5), _points(tool["points"])])
    click.echo("\n".join(f"  {line}" for line in columns(_padded(rows), right=(1, 2)).split("\n")))
    click.echo(f"  {_sentence(tool)}")
    if sentence := _order_sentence(tool):
        click.echo(f"  {sentence}")
    if still:
        click.echo(f"  Also different, but worth under 0.01 here: {', '.join(still)}.")


def _padded(rows: list[list[str]]) -> list[list[str]]:
    return [(row + [""] * 4)[:4] for row in rows]


def _bar(low: float, high: float, start: float, end: float | None = None) -> str:
    """Where a step goes on a scale from the least to the greatest value on the way."""
    end = start if end is None else end
    scale = (WIDTH - 1) / (high - low) if high > low else 0.0
    first, last = (round((value - low) * scale) for value in sorted((start, end)))
    if first == last:
        return " " * first + "│"
    return " " * first + "█" * (last - first + 1)


def _order_sentence(tool: dict[str, Any]) -> str:
    """How far the order of equal confidences alone can move a tool that defines none."""
    if tool["any_order"] is None:
        return ""
    low, high = (number(tool["any_order"][end], 5) for end in ("low", "high"))
    if low == high:
        return ""
    return f"It defines no order of equal confidences: by that alone, from {low} to {high}."


def _sentence(tool: dict[str, Any]) -> str:
    step = _most_step(tool)
    if step is None:
        return "No rule that differs changes anything here."
    return f"What matters most: {step['rule']}, {_points(step['points'])}: {step['explanation']}."
