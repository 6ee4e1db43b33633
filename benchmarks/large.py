"""80,000 images, 1.2 million objects, 8 to 58 million predictions: does it complete, in what?"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks import measure
from benchmarks.whole_job import STEPS, job
from boxscore.kernels import _core

MORE = {"ten": 10_000_000, "five-gb": 57_600_000}
"""Name of a run -> its predictions."""
FIELDS = [
    ("image_id", "id", True),
    ("category_id", "int", True),
    ("bbox", "box", True),
    ("score", "number", True),
]


def more(results: Path, target: Path, rows: int) -> int:
    """Results again and again, boxes moved and confidences lowered; returns how many bytes.

    Args:
        rows: How many there shall be.
    """
    rng = np.random.default_rng(7)
    written = rounds = 0
    with target.open("w") as out:
        while written < rows:
            for box, score, ids in _columns(results):
                if rounds:
                    box = np.round(np.maximum(box + rng.normal(0, 1.5, box.shape), 1), 2)
                    score = np.round(score * rng.uniform(0.2, 1, score.size), 5).clip(1e-5, 1)
                records = [
                    {"image_id": i, "category_id": c, "bbox": b, "score": s}
                    for (i, c), b, s in zip(ids, box.tolist(), score.tolist(), strict=True)
                ][: rows - written]
                text = json.dumps(records, separators=(",", ":"))
                out.write(("," if written else "[") + text[1:-1])
                written += len(records)
                if written == rows:
                    break
            rounds += 1
        out.write("]")
    return target.stat().st_size


def _columns(
    results: Path,
) -> Iterator[tuple[np.ndarray, np.ndarray, Sequence[tuple[int, int]]]]:
    """Boxes, confidences and ids of a results file, some at a time."""
    scan = _core.ListScan(str(results), FIELDS)
    while (found := scan.next(16 << 20)) is not None:
        ids = (found.column(key).tolist() for key in ("image_id", "category_id"))
        yield found.column("bbox"), found.column("score"), list(zip(*ids, strict=True))


def line(step: str, command: Sequence[str]) -> str:
    """Run a command; its row of the table."""
    sample = measure.run(command)
    return f"| {step} | {sample.cpu:.1f} | {sample.wall:.1f} | {sample.peak_mb:.0f} |"


def main() -> None:
    truth, results = measure.synthetic("o365")
    folder = Path(tempfile.mkdtemp(prefix="boxscore-large-"))
    lines = ["| step | CPU s | wall s | peak MB |", "|---|---|---|---|"]
    try:
        commands = job(truth, results, folder)
        lines += [line(step, command) for step, command in zip(STEPS, commands, strict=True)]
        for name, rows in MORE.items():
            file = folder / "more.json"
            size = more(results, file, rows)
            step = (
                f"{rows / 1e6:.1f} million predictions, {size / 1e9:.2f} GB: in, evaluated, stored"
            )
            command = measure.boxscore("import", "predictions", str(file), "-t", str(folder / "p"))
            lines.append(line(step, [*command, "-n", name]))
            file.unlink()
    finally:
        shutil.rmtree(folder)
    measure.write("large", "o365: 8 to 58 million predictions on 80,000 images", "\n".join(lines))


if __name__ == "__main__":
    main()
