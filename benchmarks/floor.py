"""The physical limit of scoring two files, and how far above it we are.

Floor 1 reads the bytes; floor 2 touches each byte once, as the fastest parser must: it looks for
every closing brace. Both run in this process, on what the page cache holds. What is above it is
numbers to parse, objects to match, curves to draw, and starting Python.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import measure
from boxscore.kernels import _core

CHUNK = 1 << 20


def read(path: Path) -> None:
    """All bytes once, into one buffer."""
    buffer = bytearray(CHUNK)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def touch(path: Path) -> None:
    """Read, and look at each byte once."""
    buffer = bytearray(CHUNK)
    with path.open("rb", buffering=0) as file:
        while n := file.readinto(buffer):
            buffer.count(b"}", 0, n)


def scan(path: Path) -> None:
    """Our scanner with nothing to keep: it steps over every value and checks the brackets."""
    text = str(path)
    if path.name.endswith("_gt.json"):
        _core.scan_members(text, {"annotations": [("nothing", "int", False)]})
    else:
        _core.scan_list(text, [("nothing", "int", False)], 1)


def spent(work: Callable[[Path], None], paths: tuple[Path, Path]) -> float:
    """Median CPU milliseconds of five rounds."""
    rounds = []
    for _ in range(5):
        start = time.process_time()
        for path in paths:
            work(path)
        rounds.append((time.process_time() - start) * 1000)
    return statistics.median(rounds)


def main() -> None:
    """Measure the four sets."""
    python = statistics.median(
        measure.run([sys.executable, "-c", "pass"]).cpu * 1000 for _ in range(5)
    )
    lines = [
        "| set | MB | read | touch | step over | score in process | command | command / floor |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in ("coco36k", "coco500k", "cocosegm", "o365"):
        paths = measure.synthetic(name)
        truth, results = map(str, paths)
        start = time.process_time()
        _core.score_files(truth, results)
        inside = (time.process_time() - start) * 1000
        command = statistics.median(
            measure.run(measure.boxscore("score", truth, results)).cpu * 1000 for _ in range(5)
        )
        floors = [spent(work, paths) for work in (read, touch, scan)]
        size = sum(path.stat().st_size for path in paths) / 1e6
        figures = " | ".join(f"{f:.0f}" for f in (size, *floors, inside, command))
        lines.append(f"| {name} | {figures} | {command / (floors[1] + python):.1f} |")
    text = (
        "CPU milliseconds. The floor is *touch* and an empty Python process "
        f"({python:.0f} ms).\n\n" + "\n".join(lines)
    )
    measure.write("floor", "The physical limit of scoring two files", text)


if __name__ == "__main__":
    main()
