"""The whole job: project in, predictions in, evaluated, stored, the worst false positives out."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import measure, peers

WORST = """
import sys
from boxscore import Project
from boxscore.evaluation.queries import ErrorQuery
page = Project.open(sys.argv[1]).errors("run", ErrorQuery(outcome="fp", limit=50))
print(*(o["reason"] for o in page["objects"]), sep="\\n")
"""


def job(truth: Path, results: Path, folder: Path) -> list[list[str]]:
    """The commands of one whole job."""
    project = folder / "p"
    return [
        measure.boxscore(
            "import",
            "project",
            "--no-metrics",
            "--coco",
            "-a",
            str(truth),
            "-n",
            "p",
            "-t",
            str(folder),
        ),
        measure.boxscore(
            "import", "predictions", "--no-metrics", str(results), "-n", "run", "-t", str(project)
        ),
        [sys.executable, "-c", WORST, str(project)],
    ]


def whole(name: str) -> list[measure.Sample]:
    """One whole job, a sample per command."""
    truth, results = measure.synthetic(name)
    folder = Path(tempfile.mkdtemp(prefix="boxscore-job-"))
    try:
        return [measure.run(command) for command in job(truth, results, folder)]
    finally:
        shutil.rmtree(folder)


STEPS = ("project in", "predictions in, evaluated, stored", "50 worst false positives out")


def main() -> None:
    parts = []
    for name in ("coco36k", "coco500k"):
        rounds = [whole(name) for _ in range(3)]
        lines = ["| step | CPU s | wall s | peak MB |", "|---|---|---|---|"]
        for k, step in enumerate(STEPS):
            own = [r[k] for r in rounds]
            figures = [measure.median(own, f) for f in ("cpu", "wall", "peak_mb")]
            lines.append(f"| {step} | {figures[0]:.2f} | {figures[1]:.2f} | {figures[2]:.0f} |")
        total = [sum(s.cpu for s in r) for r in rounds]
        peak = max(s.peak_mb for r in rounds for s in r)
        lines.append(f"| **together** | **{sorted(total)[1]:.2f}** | | **{peak:.0f}** |")
        parts.append(f"## {name}\n\n" + "\n".join(lines))
    truth, results = measure.synthetic("coco500k")
    peer = measure.run(peers.one_shot("pycocotools", truth, results, "bbox"))
    own = whole("coco500k")
    cpu = sum(s.cpu for s in own[:2])
    parts.append(
        f"## Against pycocotools on coco500k, one run after the other\n\n"
        f"pycocotools, evaluation with reading: {peer.cpu:.1f} CPU s, {peer.peak_mb:.0f} MB. "
        f"Import, match, evaluate and store here: {cpu:.2f} CPU s, "
        f"{max(s.peak_mb for s in own[:2]):.0f} MB; ratio **{cpu / peer.cpu:.3f}**."
    )
    measure.write("whole_job", "The whole job, whole processes with imports", "\n\n".join(parts))


if __name__ == "__main__":
    main()
