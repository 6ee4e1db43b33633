"""Warm and in memory: the twelve numbers of arrays that are there already, CPU milliseconds."""

from __future__ import annotations

import statistics
import sys

from benchmarks import measure, peers

OURS = """
import statistics, sys, time
from pathlib import Path
from boxscore.kernels import _core
from boxscore.matching.coco import match
from boxscore.matching.policy import COCO
from boxscore.project.evaluating import Truth, compare
from boxscore.schema.kinds import Task
from boxscore.sources import coco, coco_results
from boxscore.sources.context import ProjectContext
from boxscore.sources.report import ImportReport
truth, results = map(Path, sys.argv[1:3])
tables = coco.read(truth, None, ImportReport(truth), pixels=False)
context = ProjectContext(items=tables.items, ontology=tables.ontology)
found = coco_results.read(results, context, ImportReport(results)).predictions
sides = Truth(items=tables.items, ontology=tables.ontology, ground_truth=tables.ground_truth)
view, protocol = compare(sides, found, Task(sys.argv[3])), COCO.kernel()
spent = []
for _ in range(int(sys.argv[4]) + 1):
    start = time.process_time()
    matches = match(view, COCO).matches
    curves = _core.accumulate(matches, protocol, scores=False, every_limit=False)
    _core.summarize(curves, protocol)
    spent.append(time.process_time() - start)
print(statistics.median(spent[1:]))
"""
SLOW = ("pycocotools", "faster-coco-eval")
REPEATS = 9


def main() -> None:
    """Measure both sets, five processes each in turn."""
    programs = {"boxscore": OURS} | {
        name: program
        for name, program in peers.WARM.items()
        if name not in SLOW and peers.installed(name)
    }
    lines = ["| set | evaluator | CPU ms | our CPU / its CPU |", "|---|---|---|---|"]
    for data in ("coco36k", "coco500k"):
        truth, results = measure.synthetic(data)
        spent: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(5):
            for name, program in programs.items():
                command = [sys.executable, "-W", "ignore", "-c", program, str(truth), str(results)]
                spent[name].append(measure.run([*command, "bbox", str(REPEATS)]).call)
        for name, own in spent.items():
            ratio = statistics.median(a / b for a, b in zip(spent["boxscore"], own, strict=True))
            shown = "" if name == "boxscore" else f"**{ratio:.3f}**"
            lines.append(f"| {data} | {name} | {statistics.median(own) * 1000:.1f} | {shown} |")
    text = "\n".join(lines) + peers.absent([n for n in peers.WARM if n not in SLOW])
    measure.write("warm", "The twelve numbers, warm, from memory", text)


if __name__ == "__main__":
    main()
