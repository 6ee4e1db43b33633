"""A slider move, warm: right or wrong for every prediction, and counts per class."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks import measure
from benchmarks.slices import matched
from benchmarks.whole_job import job
from boxscore import Project
from boxscore.matching.coco import candidate_pairs
from boxscore.matching.recount import LiveMatching


def timed(project: Project, operating_points: list[tuple[float, float]]) -> list[float]:
    """Milliseconds of each recount."""
    spent = []
    for iou, confidence in operating_points:
        start = time.perf_counter()
        project.summary("run", iou=iou, confidence=confidence)
        spent.append((time.perf_counter() - start) * 1000)
    return spent


def every_prediction(live: LiveMatching) -> list[float]:
    """Milliseconds of TP and FP of every prediction at IoU thresholds not seen before."""
    spent = []
    for k in range(50):
        start = time.perf_counter()
        matches = live.at(0.3001 + 0.01 * k)
        assert matches.right.size == matches.wrong.size
        spent.append((time.perf_counter() - start) * 1000)
    return spent


def main() -> None:
    lines = [
        "| set | TP and FP of every prediction, new IoU, median ms | worst | counts per class, "
        "new IoU, median ms | worst | new confidence, median ms | worst |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in ("coco36k", "coco500k"):
        truth, results = measure.synthetic(name)
        with tempfile.TemporaryDirectory() as folder:
            for command in job(truth, results, Path(folder))[:2]:
                subprocess.run(command, check=True, capture_output=True)
            project = Project.open(Path(folder) / "p")
            project.summary("run")
            by_iou = timed(project, [(0.3 + 0.01 * k, 0.3) for k in range(50)])
            by_confidence = timed(project, [(0.5, 0.01 * k) for k in range(1, 99)])
        view = matched(truth, results).view
        every = every_prediction(LiveMatching(view, candidate_pairs(view)))
        figures = [
            statistics.median(every),
            max(every),
            statistics.median(by_iou),
            max(by_iou),
            statistics.median(by_confidence),
            max(by_confidence),
        ]
        lines.append(f"| {name} | " + " | ".join(f"{f:.1f}" for f in figures) + " |")
    measure.write("recount", "Recount of TP, FP and FN, warm", "\n".join(lines))


if __name__ == "__main__":
    main()
