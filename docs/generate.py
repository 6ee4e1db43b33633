"""Write the references that are made from the program itself; with --check, only compare."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from api_reference import api_page

from boxscore.api.schema import text as openapi
from boxscore.cli.program import program
from boxscore.quality.cards import Bad, Card
from boxscore.quality.context_metrics import CONTEXT_METRICS
from boxscore.quality.embedding_metrics import EMBEDDING_METRICS
from boxscore.quality.findings import FINDINGS
from boxscore.quality.image_metrics import IMAGE_METRICS
from boxscore.quality.object_metrics import OBJECT_METRICS
from boxscore.quality.prediction_metrics import PREDICTION_METRICS
from boxscore.quality.registry import metrics
from boxscore.quality.track_metrics import TRACK_METRICS

DOCS = Path(__file__).resolve().parent
CLI = DOCS / "reference" / "cli.md"
METRICS = {
    "images": ("Metrics of images", IMAGE_METRICS),
    "annotations": ("Metrics of annotations", OBJECT_METRICS),
    "context": ("Metrics of annotations beside the rest of the project", CONTEXT_METRICS),
    "sequences": ("Metrics of shapes and sequences", TRACK_METRICS),
    "predictions": ("Metrics of predictions", PREDICTION_METRICS),
    "embeddings": ("Metrics of embeddings", EMBEDDING_METRICS),
}
OPENAPI = DOCS.parent / "web" / "src" / "api" / "openapi.json"


def commands(command: click.Command, path: list[str]) -> list[str]:
    """One section per command, from its own help."""
    context = click.Context(command, info_name=" ".join(path), max_content_width=98)
    text = command.get_help(context)
    sections = [f"{'#' * min(len(path) + 1, 4)} {' '.join(path)}\n\n```text\n{text}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            sections += commands(child, [*path, name])
    return sections


def metric_page(title: str, cards: list[Card]) -> str:
    """One page of metrics, from their cards."""
    made = "Made from the metrics' cards by `make fix`."
    return "\n".join([f"# {title}\n\n{made}\n", *map(metric_section, cards)])


def metric_section(card: Card) -> str:
    """What one metric is, means and asks for."""
    sides = ", ".join(role.replace("_", " ") for role in card.roles)
    facts = {
        "id": f"`{card.id}`, version {card.version}",
        "one value for each": card.on.value + (f" ({sides})" if sides else ""),
        "unit": card.unit,
        "range": f"{card.low:g} to {card.high:g}".replace("inf", "∞").replace("-∞", "−∞"),
        "worth a look": {Bad.NONE: "", Bad.BOTH: "low and high"}.get(card.bad, card.bad.value),
        "computed anew with": ", ".join(one.value.replace("_", " ") for one in card.depends),
        "source": card.source,
    }
    rows = "\n".join(f"| {name} | {value} |" for name, value in facts.items() if value)
    drawn = DOCS / "metrics" / "pictures" / f"{card.id}.jpg"
    shown = f"![Lowest on the left, highest on the right](pictures/{card.id}.jpg)\n\n"
    return (
        f"## {card.title}\n\n{card.meaning}\n\n*What to do:* {card.advice}\n\n"
        f"{shown if drawn.exists() else ''}"
        f"| | |\n|---|---|\n{rows}\n"
    )


def finding_page() -> str:
    """Every code of a finding: when it is one, and what to do."""
    known = metrics()
    rows = [
        f"| `{one.code}` | {one.title} | {one.severity} | "
        f"[{known[one.metric].card.title}](../metrics/index.md) "
        f"{'≤' if one.side == 'low' else '≥'} {one.threshold:g} {known[one.metric].card.unit} | "
        f"{known[one.metric].card.advice} |"
        for one in FINDINGS
    ]
    return FINDING_HEAD + "\n".join(rows) + "\n"


FINDING_HEAD = """# Findings

Made from the program by `make fix`. A finding is a metric beyond its threshold on one image
(`IMG`), one ground truth (`ANN`) or one prediction of a run (`PRD`, from the run's own confidence
on). Codes are never used anew. Thresholds belong to the project: `boxscore config set IMG001 0.2`.
`IMG900`, `ANN900` and `PRD900` are outliers of any metric: beyond Tukey's fences, moderate from 1.5
and severe from 2.5 interquartile ranges outside the quartiles, on the sides that the metric's card
calls bad.

| code | finding | severity | when | what to do |
|---|---|---|---|---|
"""


def references() -> dict[Path, str]:
    """Every generated file and what should stand in it."""
    title = "# Every command\n\nMade from `--help` by `make fix`.\n\n"
    pages = {
        DOCS / "metrics" / f"{name}.md": metric_page(heading, [one.card for one in some])
        for name, (heading, some) in METRICS.items()
    }
    pages[DOCS / "reference" / "findings.md"] = finding_page()
    pages[DOCS / "reference" / "api.md"] = api_page(json.loads(openapi()))
    return pages | {CLI: title + "\n".join(commands(program, ["boxscore"])), OPENAPI: openapi()}


def main() -> int:
    """Exit status: 1 when --check finds a file that is not current."""
    stale = [
        path
        for path, text in references().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        names = ", ".join(path.name for path in stale)
        print(f"not current: {names}: make fix" if stale else "references are current")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(references()[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
