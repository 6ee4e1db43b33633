"""Whole processes measured by the operating system's own accounting, in turn with a peer."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
SHARED = ROOT.parent / "shared" / "data"
CACHE = Path(os.environ.get("BOXSCORE_BENCH_DATA", Path(tempfile.gettempdir()) / "boxscore-bench"))

PEERS = (
    "ultrafast-pycocotools",
    "hotcoco",
    "faster-coco-eval",
    "pycocotools",
    "torchmetrics",
    "supervision",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One finished process."""

    cpu: float
    wall: float
    peak_mb: float
    said: str

    @property
    def call(self) -> float:
        """CPU seconds that the program measured itself and printed last."""
        return float(self.said.split()[-1])


# Linux counts the memory of the process that forked as the child's own until exec, so a process
# of a few megabytes must do it.
LAUNCHER = """
import os, sys, time
start = time.perf_counter()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
figures = (usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)
with open(sys.argv[1], "w") as out:
    print(*figures, os.waitstatus_to_exitcode(status), file=out)
"""


def run(command: Sequence[str]) -> Sample:
    """Run a command to its end; CPU seconds with children, wall seconds, peak memory in MB."""
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER]
    with (
        tempfile.NamedTemporaryFile() as figures,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as errors,
    ):
        subprocess.run([*launcher, figures.name, *command], stdout=out, stderr=errors, check=True)
        said, complaint = (_read(file) for file in (out, errors))
        cpu, wall, peak_mb, code = map(float, _read(figures.file).split())
    if code not in (0, 3):
        raise RuntimeError(f"{command}: exit {code:.0f}\n{complaint[-2000:]}")
    return Sample(cpu, wall, peak_mb, said)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def interleaved(
    commands: Mapping[str, Sequence[str]], *, runs: int = 5, few: Mapping[str, int] | None = None
) -> dict[str, list[Sample]]:
    """Each command in turn, so that a drift of the machine hits all alike.

    Args:
        runs: Rounds; the first one comes after a round that only warms up.
        few: Command -> rounds of one that takes too long for more; it is not warmed up.
    """
    few = few or {}
    for name, command in commands.items():
        if name not in few:
            run(command)
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for k in range(runs):
        for name, command in commands.items():
            if k < few.get(name, runs):
                samples[name].append(run(command))
    return samples


def median(samples: Sequence[Sample], figure: str) -> float:
    """The median of one figure."""
    return statistics.median(getattr(sample, figure) for sample in samples)


def table(samples: Mapping[str, Sequence[Sample]], own: str) -> str:
    """Markdown rows: medians, and what `own` takes of each peer's time and memory, run by run."""
    lines = [
        "| | runs | CPU s | wall s | peak MB | our CPU / its CPU | our memory / its memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, theirs in samples.items():
        pairs = list(zip(samples[own], theirs, strict=False))
        cpu = statistics.median(a.cpu / b.cpu for a, b in pairs)
        memory = statistics.median(a.peak_mb / b.peak_mb for a, b in pairs)
        wall, peak = median(theirs, "wall"), median(theirs, "peak_mb")
        figures = f"{len(theirs)} | {median(theirs, 'cpu'):.3f} | {wall:.3f} | {peak:.0f}"
        ratios = "| |" if name == own else f"| **{cpu:.4f}** | **{memory:.2f}** |"
        lines.append(f"| {name} | {figures} {ratios}")
    return "\n".join(lines)


def machine() -> str:
    """Where and with what this was measured."""
    names = ("boxscore", "numpy", *PEERS)
    versions = ", ".join(f"{name} {_version(name)}" for name in names)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {versions}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def write(name: str, title: str, text: str) -> None:
    """Print a result and keep it under benchmarks/results."""
    page = f"# {title}\n\n{machine()}\n\n{text}\n"
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.md").write_text(page, encoding="utf-8")
    print(page)


def synthetic(name: str) -> tuple[Path, Path]:
    """Ground truth and results of a generated set; made once, kept in the cache."""
    truth, results = CACHE / f"{name}_gt.json", CACHE / f"{name}_dt.json"
    if not results.exists():
        generator = SHARED / "synthetic" / "gen_coco.py"
        subprocess.run([sys.executable, str(generator), name, str(CACHE)], check=True)
    return truth, results


def boxscore(*arguments: str) -> list[str]:
    """The command line under test."""
    return [str(Path(sys.executable).with_name("boxscore")), *arguments]
