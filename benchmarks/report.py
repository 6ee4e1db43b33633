"""Reports of the demo: seconds of the whole command and size of the file, pictures and all."""

from __future__ import annotations

import os
import statistics
import tempfile
from pathlib import Path

from benchmarks import measure
from boxscore.project import Project

ROUNDS = 5


def main() -> None:
    """One run, two runs, and two runs with a gate; HTML and Markdown."""
    lines = ["| report | CPU s | wall s | MB |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        project, _ = Project.demo(Path(folder))
        rules = Path(folder) / "rules.yaml"
        project.write_gate_rules(rules, baseline="float32")
        for name, suffix, more in (
            ("one run, HTML", "html", ["float32"]),
            ("two runs, HTML", "html", []),
            ("two runs and the gate, HTML", "html", ["--rules", str(rules)]),
            ("two runs and the gate, Markdown", "md", ["--rules", str(rules)]),
        ):
            path = Path(folder) / f"report.{suffix}"
            command = measure.boxscore("report", *more, "-o", str(path), "-t", str(project.path))
            found = [measure.run(command) for _ in range(ROUNDS)]
            cpu = statistics.median(one.cpu for one in found)
            wall = min(one.wall for one in found)
            lines.append(f"| {name} | {cpu:.2f} | {wall:.2f} | {path.stat().st_size / 1e6:.2f} |")
    load = f"load {os.getloadavg()[0]:.0f} at the end"
    text = "\n".join(lines) + f"\n\nMedian CPU and least wall time of five commands each; {load}."
    measure.write("report", "A report of the demo", text)


if __name__ == "__main__":
    main()
