"""Two runs of a project compared: 1,000 paired replicates of all numbers, and the flip table."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path

from benchmarks import measure
from benchmarks.bootstrap import PEER_REPLICATES, peer, second_run
from boxscore.project import Project

REPLICATES = 1000


def project_of(name: str) -> Project:
    """A project with both runs of a synthetic set; made once."""
    folder = measure.CACHE / f"{name}_compare"
    if not (folder / "p").exists():
        folder.mkdir(parents=True, exist_ok=True)
        truth, results = measure.synthetic(name)
        Project.import_project(truth, target=folder, name="p")
        project = Project.open(folder / "p")
        project.import_predictions(results, name="first")
        project.import_predictions(second_run(results), name="second")
    return Project.open(folder / "p")


def timed(project: Project) -> tuple[float, float]:
    """CPU and wall seconds of one comparison."""
    cpu, wall = time.process_time(), time.perf_counter()
    project.compare("first", "second")
    return time.process_time() - cpu, time.perf_counter() - wall


def ours(name: str) -> list[tuple[float, float]]:
    """From files, with the runs in memory but no replicates, and all of it warm."""
    project = project_of(name)
    whole = timed(project)
    project._state()._evaluated.clear()
    drawn = timed(project)
    warm = min((timed(project) for _ in range(3)), key=lambda pair: pair[1])
    return [whole, drawn, warm]


def peer_text(truth: Path, results: Path) -> str:
    """Wall seconds of the peer's aggregate intervals alone, from its own measured replicates."""
    if find_spec("hotcoco") is None:
        return "not installed"
    _, each, _ = peer(truth, results, second_run(results))
    return f"{each * REPLICATES:.0f} (from {PEER_REPLICATES})"


def main() -> None:
    lines = [
        "| set | from files: wall s | in memory, 1,000 replicates: CPU s | wall s "
        "| warm: flips ms | hotcoco `compare`, 1,000 replicates: wall s |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("coco36k", "coco500k"):
        truth, results = measure.synthetic(name)
        whole, drawn, warm = ours(name)
        lines.append(
            f"| {name} | {whole[1]:.2f} | {drawn[0]:.2f} | {drawn[1]:.2f} | {1000 * warm[1]:.0f} "
            f"| {peer_text(truth, results)} |"
        )
    note = (
        "Ours: every number overall and AP, AP50 and AR100 of each class with paired intervals, "
        "every ground truth and false positive followed, by class, size and kind. Warm: the same "
        "document with the replicates remembered, the best of three. The peer has the intervals "
        "of the summary numbers alone; its matching is not included."
    )
    measure.write("compare", "Comparing two runs of a project", "\n".join(lines) + f"\n\n{note}")


if __name__ == "__main__":
    main()
